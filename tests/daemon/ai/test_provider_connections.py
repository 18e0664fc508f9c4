#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How providers are reached: HTTP/2 and its connections, certificates, redirects, and names that are not found for long."""

import os
import socket
import subprocess
import tempfile
import threading
import unittest

import tap
from api import service
from asked_ai import calls
from servers.certificates import Certificates
from harness import PATIENCE, Daemon, Preload, free_port, wait_for
from servers.mock_provider import MockProvider, expense
from servers.nginx import NGINX

SURE = "早餐$20"


class Proxy:
    """nginx that speaks TLS and HTTP/2 in front of a mock; with a line for each request: protocol and connection."""

    def __init__(self, directory, upstream, certificates):
        self.port, self.directory = free_port(), directory
        self.log = os.path.join(directory, "access.log")
        temp = "".join(f"{kind}_temp_path {directory}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(directory, "nginx.conf"), "w") as f:
            f.write(f"{'user root;' if os.getuid() == 0 else ''} daemon off; worker_processes 1; pid {directory}/pid;\n"
                    f"error_log {directory}/error.log;\nevents {{}}\nhttp {{\n{temp}"
                    f'log_format seen "$server_protocol $connection"; access_log {self.log} seen;\n'
                    f"server {{ listen 127.0.0.1:{self.port} ssl http2;\nssl_certificate {certificates.path('server.crt')};\n"
                    f"ssl_certificate_key {certificates.path('server.key')};\n"
                    f"location / {{ proxy_pass http://127.0.0.1:{upstream}; }} }} }}\n")

    def __enter__(self):
        self.process = subprocess.Popen([NGINX, "-p", self.directory, "-e", f"{self.directory}/error.log", "-c", f"{self.directory}/nginx.conf"],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(f"{self.directory}/pid") and os.path.getsize(f"{self.directory}/pid"), "nginx")
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def requests(self):
        with open(self.log) as f:
            return [line.split() for line in f]


def daemon_for(base_url, also="", **more):
    lines = "".join(f'{key} = "{value}"\n' for key, value in more.items())
    return Daemon(f'ai {{ cache_bytes = 0 }}\nprovider1 {{ name = "mock1" model = "m" base_url = "{base_url}"\n{lines} }}\n{also}')


def say(client, number, text=None):
    answer = client.say(f"line:U{number}", text or f"zorbl {number + 50}")
    return answer.status, [e["amount"] for e in answer.json["expenses"]]


@unittest.skipUnless(NGINX, "nginx is not here")
class OverTls(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="aiexpense-test-")
        self.addCleanup(directory.cleanup)
        self.certificates = Certificates(directory.name)
        self.mock = MockProvider(free_port())
        self.addCleanup(self.mock.__exit__)
        self.mock.says = lambda text: [expense("zorbl", text.split()[1])]
        self.proxy = Proxy(directory.name, self.mock.port, self.certificates).__enter__()
        self.addCleanup(self.proxy.__exit__)
        self.url = f"https://127.0.0.1:{self.proxy.port}/v1"

    def test_http_2_is_spoken_where_it_is_offered_and_the_connection_kept(self):
        with daemon_for(self.url, ca_file=self.certificates.path("ca.crt")) as d, service(d) as client:
            for n in range(5):
                self.assertEqual(say(client, n), (200, [f"{n + 50}.00"]))
            wait_for(lambda: len(self.proxy.requests()) == 5, "five requests in nginx' log")
            self.assertEqual({protocol for protocol, _ in self.proxy.requests()}, {"HTTP/2.0"})
            self.assertEqual(len({connection for _, connection in self.proxy.requests()}), 1)

    def test_a_certificate_of_an_unknown_authority_ends_the_call_before_anything_is_said(self):
        with daemon_for(self.url) as d, service(d) as client:
            self.assertEqual(say(client, 1), (200, ["51.00"]))
            self.assertEqual(self.mock.calls, [])
            self.assertEqual({(*row[2:4],) for row in calls(d)}, {("mock1/m", "no_connection")})


class Handshakes(unittest.TestCase):
    """A server that takes connections and says nothing, so that no TLS handshake comes to an end."""

    def setUp(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.addCleanup(self.listener.close)
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}/v1"

    def accept(self):
        """A connection on which a handshake has begun."""
        connection, _ = self.listener.accept()
        self.addCleanup(connection.close)
        connection.settimeout(PATIENCE)
        self.assertEqual(connection.recv(1), b"\x16")
        return connection

    def test_one_that_hangs_ends_with_the_time_of_its_call_and_the_rules_answer(self):
        with daemon_for(self.url, timeout_ms=300) as d, service(d) as client:
            self.assertEqual(say(client, 1), (200, ["51.00"]))
            self.accept()                                  # held to the end: it was not the server that gave up
            stats = d.stats()
            self.assertEqual((stats["ai_call_failures"], stats["ai_calls_in_flight"], stats["ai_timeouts"]), (1, 0, 0))
            for n in range(2, 7):
                self.assertEqual(say(client, n), (200, [f"{n + 50}.00"]))
            self.assertEqual(d.stats()["ai_breaker_opened"], 1)

    def test_while_one_hangs_the_same_worker_answers_others_and_calls_other_providers(self):
        mock = MockProvider(free_port())
        self.addCleanup(mock.__exit__)
        mock.says = lambda text: [expense("zorbl", text.split()[1])]
        with daemon_for(self.url, timeout_ms=9000, also=mock.section(2)) as d, service(d) as client, service(d) as other:
            asking = threading.Thread(target=say, args=(client, 1))
            asking.start()
            connection = self.accept()
            for _ in range(5):
                self.assertEqual(say(other, 2, SURE), (200, ["20.00"]))
            self.assertEqual((d.stats()["ai_calls_in_flight"], mock.calls), (1, []))
            connection.close()
            asking.join(PATIENCE)
            self.assertEqual(len(mock.calls), 1)
            self.assertEqual(d.stats()["children_died"], 0)


class Names(unittest.TestCase):
    def test_a_name_that_is_looked_up_for_long_keeps_nobody_waiting(self):
        with tempfile.TemporaryDirectory(prefix="aiexpense-test-") as directory:
            held = os.path.join(directory, "held")
            open(held, "w").close()
            with Preload("tests/faults/names.so", NAMES_HELD=held), \
                 daemon_for("http://a.slow.example/v1", timeout_ms=500) as d, service(d) as client, service(d) as other:
                asking = threading.Thread(target=say, args=(client, 1))
                asking.start()
                try:
                    wait_for(lambda: os.path.exists(held + ".asked"), "the name to be looked up")
                    self.assertEqual(say(other, 2, SURE), (200, ["20.00"]))
                    asking.join(PATIENCE)              # its call has ended, the look has not
                    self.assertEqual(say(other, 3, SURE), (200, ["20.00"]))
                    self.assertTrue(os.path.exists(held))
                    self.assertEqual(d.stats()["children_died"], 0)
                finally:
                    os.unlink(held)
                    asking.join(PATIENCE)


if __name__ == "__main__":
    tap.main()
