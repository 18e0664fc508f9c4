#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shipped nginx configuration in a real nginx, in front of the real daemon."""

import os
import re
import shutil
import socket
import subprocess
import unittest

import tap
from api import Client, token
from harness import Daemon, PATIENCE, SOURCE_DIR, free_port, wait_for

NGINX = shutil.which("nginx", path="/usr/sbin:" + os.environ.get("PATH", ""))


class Nginx:
    """nginx with our configuration, moved into a directory and to a port of its own."""

    def __init__(self, directory, upstream):
        self.port = free_port()
        self.directory = os.path.join(directory, "nginx")
        os.mkdir(self.directory)
        with open(os.path.join(SOURCE_DIR, "contrib/nginx/aiexpense.conf")) as f:
            site = f.read()
        for pattern, value in ((r"unix:/run/aiexpense/http\.sock", f"unix:{upstream}"), (r"listen 80;", f"listen 127.0.0.1:{self.port};"),
                               (r"listen \[::\]:80;", ""), (r"/var/log/nginx", self.directory)):
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


@unittest.skipIf(NGINX is None, "nginx is not installed")
class BehindNginx(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(start=False)
        self.socket = os.path.join(self.daemon.directory, "http.sock")
        self.daemon.args = ["-o", f"http.listen=unix:{self.socket}", "-o", "http.trusted_proxies=unix:", "-o", "limit.per_address=2/h"]
        self.daemon.start()
        self.addCleanup(self.daemon.__exit__, None, None, None)
        self.nginx = Nginx(self.daemon.directory, self.socket)
        self.nginx.__enter__()
        self.addCleanup(self.nginx.__exit__)

    def test_a_message_goes_through_and_its_connection_is_kept(self):
        with Client(self.nginx.port, token(self.daemon)) as client:
            for n in range(20):
                answer = client.say("line:U1", f"早餐${n + 1}")
                self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(len(client.expenses("line:U1")), 20)
            self.assertLessEqual(self.daemon.stats()["http_accepted"], 3)

    def test_a_body_over_the_limit_ends_at_nginx(self):
        with Client(self.nginx.port, token(self.daemon)) as client:
            before = self.daemon.stats()["http_requests"]
            self.assertEqual(client.post("/api/v1/messages", b"x" * (1 << 20 | 1)).status, 413)
            self.assertEqual(self.daemon.stats()["http_requests"], before)

    def test_the_fields_against_browsers_come_once_and_a_client_cannot_name_its_address(self):
        with Client(self.nginx.port, token(self.daemon, "user", "--user", "line:U1")) as client:
            for n in range(3):
                answer = client.get("/api/v1/expenses", **{"X-Forwarded-For": f"203.0.113.{n}", "X-Real-IP": f"203.0.113.{n}"})
                self.assertEqual(answer.status, 404 if n < 2 else 429)
            for name in ("X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy", "Cross-Origin-Resource-Policy",
                         "Cache-Control", "RateLimit-Limit", "Retry-After"):
                self.assertEqual(len(answer.headers.get_all(name)), 1, name)

    def test_the_log_of_nginx_has_no_query_and_the_request_id_of_the_answer(self):
        with Client(self.nginx.port, token(self.daemon)) as client:
            answer = client.get("/api/v1/expenses?user=line:canary")
            self.assertEqual(answer.status, 404)

        def log():
            with open(os.path.join(self.nginx.directory, "aiexpense.log")) as f:
                return f.read()
        wait_for(lambda: "/api/v1/expenses" in log())
        self.assertNotIn("canary", log())
        self.assertIn(answer.headers["X-Request-Id"], log())


if __name__ == "__main__":
    tap.main()
