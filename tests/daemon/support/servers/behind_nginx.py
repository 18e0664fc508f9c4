# SPDX-License-Identifier: MIT
"""Several instances with the shipped nginx configuration in front of them, changed as doc/SCALING.md says."""

import os

from instances import Instances
from servers.nginx import Nginx


def nginx_for(daemons):
    """nginx in front of daemons that listen at http.sock in their directories; without its limits on requests."""
    first, *others = [f"{d.directory}/http.sock" for d in daemons]
    servers = "".join(f"server unix:{path};\n" for path in others)
    return Nginx(daemons[0].directory, first, ((r"(?m)^\s*limit_(req|conn) .*$", ""), (r"(server unix:[^;]*;)", r"\1\n" + servers),
                                               (r"proxy_next_upstream off;", "proxy_next_upstream error timeout;")))


class InstancesBehindNginx(Instances):
    def __init__(self, server, count, redis=None, more=""):
        super().__init__(server, count, redis, 'http { trusted_proxies = {"unix:"} }\n' + more)
        for d in self.daemons:
            d.args = ["-o", f"http.listen=unix:{d.directory}/http.sock,127.0.0.1:{d.port}"]
            os.chmod(d.directory, 0o755)

    def __enter__(self):
        super().__enter__()
        self.nginx = self.enter_context(nginx_for(self.daemons))
        return self
