#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shipped nginx configuration in a real nginx, in front of the real daemon."""

import os
import re
import subprocess
import unittest

import tap
from api import Client, token
from harness import BUILD_DIR, Daemon, PATIENCE, SOURCE_DIR, wait_for
from servers.nginx import NGINX, Nginx

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

    def test_the_load_tests_find_no_fault_through_nginx(self):
        without_limits = ((r"(?m)^\s*limit_(req|conn) .*$", ""),)
        os.mkdir(os.path.join(self.daemon.directory, "load"))
        with Nginx(os.path.join(self.daemon.directory, "load"), self.socket, without_limits) as nginx:
            run = subprocess.run([os.path.join(SOURCE_DIR, "contrib", "load", "run"), "--url", f"http://127.0.0.1:{nginx.port}", "--short",
                                  "--stats", os.path.join(self.daemon.run_dir, "stats.sock"), "signups", "mixed"], capture_output=True,
                                 text=True, timeout=4 * PATIENCE,
                                 env={**os.environ, "AIEXPENSE_BUILDDIR": BUILD_DIR, "AIEXPENSE_TOKEN": token(self.daemon)})
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_a_body_over_the_limit_ends_at_nginx(self):
        with Client(self.nginx.port, token(self.daemon)) as client:
            before = self.daemon.stats()["http_requests"]
            self.assertEqual(client.post("/api/v1/expenses", b"x" * (1 << 20 | 1)).status, 413)
            self.assertEqual(self.daemon.stats()["http_requests"], before)

    def test_an_export_goes_through_whole(self):
        made = token(self.daemon)
        with Client(self.socket, made) as direct, Client(self.nginx.port, made) as client:
            direct.say("line:U1", "hello")
            for n in range(400):
                direct.post("/api/v1/expenses", {"user": "line:U1", "description": f"{n} " + "長" * 190, "amount": n + 1})
            for path in "/api/v1/expenses/export?user=line:U1&format=jsonl", "/api/v1/expenses/export?user=line:U1":
                answer = client.get(path)
                self.assertEqual((answer.status, answer.body), (200, direct.get(path).body))
                self.assertGreaterEqual(len(answer.body.splitlines()), 400)

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
