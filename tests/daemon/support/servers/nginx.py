# SPDX-License-Identifier: MIT
"""The shipped nginx configuration in a real nginx."""

import os
import re
import shutil
import socket
import subprocess

from harness import PATIENCE, SOURCE_DIR, free_port, wait_for

NGINX = shutil.which("nginx", path="/usr/sbin:" + os.environ.get("PATH", ""))


class Nginx:
    """nginx with our configuration, moved into a directory and to a port of its own."""

    def __init__(self, directory, upstream, changes=()):
        self.port = free_port()
        self.directory = os.path.join(directory, "nginx")
        os.mkdir(self.directory)
        with open(os.path.join(SOURCE_DIR, "contrib/nginx/aiexpense.conf")) as f:
            site = f.read()
        for pattern, value in ((r"unix:/run/aiexpense/http\.sock", f"unix:{upstream}"), (r"listen 80;", f"listen 127.0.0.1:{self.port};"),
                               (r"listen \[::\]:80;", ""), (r"/var/log/nginx", self.directory), *changes):
            site, count = re.subn(pattern, value, site)
            assert count >= 1, pattern
        temp = "".join(f"{kind}_temp_path {self.directory}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.getuid() == 0 else ""
        self.conf = os.path.join(self.directory, "nginx.conf")
        with open(self.conf, "w") as f:
            f.write(f"{user}daemon off;\nworker_processes 1;\npid {self.directory}/pid;\nerror_log {self.directory}/error.log;\n"
                    f"events {{}}\nhttp {{\n{temp}{site}\n}}\n")

    def __enter__(self):
        self.process = subprocess.Popen([NGINX, "-p", self.directory, "-e", os.path.join(self.directory, "error.log"), "-c", self.conf],
                                        stdin=subprocess.DEVNULL)
        wait_for(self.is_up, "nginx")
        return self

    def is_up(self):
        assert self.process.poll() is None, "nginx ended at its start"
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(PATIENCE)
