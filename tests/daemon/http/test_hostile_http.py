#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Requests of an attacker (hostile_requests.txt), given to the daemon itself and through nginx."""

import codecs
import os
import re
import socket
import unittest
from concurrent.futures import ThreadPoolExecutor

import tap
from api import service, token
from harness import PATIENCE, SOURCE_DIR, Daemon, wait_for
from servers.nginx import NGINX, Nginx

VICTIM = "line:smuggled"
PLAIN = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def hidden_request(made):
    """It stores an expense of a user that nobody else makes."""
    body = b'{"user":"%s","text":"lunch 5"}' % VICTIM.encode()
    return (b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (made.encode(), len(body), body))


class Case:
    def __init__(self, line, hidden):
        statuses, name, text = line.split("|", 2)
        self.name = name.strip()
        self.statuses = [int(word) for word in statuses.split() if word != "+"]
        self.goes_on = "+" in statuses
        pieces = {b"get": b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"post": b"POST /healthz HTTP/1.1\r\nHost: x\r\n", b"end": b"\r\n",
                  b"chunked": b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"hidden": hidden,
                  b"hidden-size": b"%d" % len(hidden), b"2-hidden-size": b"%d" % (2 * len(hidden)), b"hidden-hex": b"%x" % len(hidden)}
        count = 1
        while count > 0:
            text, count = re.subn(r"\{(\d+)\*([^{}]*)\}", lambda m: m[2] * int(m[1]), text)
        data = re.sub(rb"\{([a-z0-9-]+)\}", lambda m: pieces[m[1]], codecs.escape_decode(text.strip().encode())[0])
        self.bytes = data + (PLAIN if self.goes_on else hidden)

    @property
    def expected(self):
        return self.statuses + ([200] if self.goes_on else [])


def read_cases(hidden):
    with open(os.path.join(SOURCE_DIR, "tests/daemon/http/hostile_requests.txt"), encoding="ascii") as f:
        return [Case(line, hidden) for line in f if line.strip() and not line.startswith("#")]


def exchange(port, data, is_half_closed):
    """The statuses of the answers until the server closes the connection."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.settimeout(PATIENCE)
        try:
            s.sendall(data)
            if is_half_closed:
                s.shutdown(socket.SHUT_WR)
            while chunk := s.recv(65536):
                answer += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass                                              # nginx does that with who is too slow
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d\d\d) ", answer)]


class HostileHttpTest(unittest.TestCase):
    def test_the_daemon_answers_each_as_it_should_and_carries_nothing_hidden_out(self):
        with Daemon() as d, service(d) as client:
            cases = read_cases(hidden_request(client.token))
            self.assertGreater(len(cases), 300)
            self.assertEqual(len({case.name for case in cases}), len(cases))
            for case in cases:
                with self.subTest(case.name):
                    self.assertEqual(exchange(d.port, case.bytes, is_half_closed=True), case.expected)
            self.assertEqual(client.get(f"/api/v1/expenses?user={VICTIM}").status, 404)
            self.assertEqual(d.stats()["children_died"], 0)

    @unittest.skipIf(NGINX is None, "nginx is not installed")
    def test_nginx_and_the_daemon_see_the_same_requests(self):
        """One that nginx did not pass on and the daemon has seen was smuggled past it."""
        changes = ((r"(?m)^\s*limit_(req|conn) .*$", ""), (r"(client_\w+_timeout|keepalive_timeout) [13]0s", r"\1 1s"),
                   (r"\$request_time \$request_id", "upstream=$upstream_status"))
        with Daemon(start=False) as d:
            path = os.path.join(d.directory, "http.sock")
            d.args = ["-o", f"http.listen=unix:{path}"]
            d.start()
            made = token(d)
            cases = read_cases(hidden_request(made))
            with Nginx(d.directory, path, changes) as nginx:
                with ThreadPoolExecutor(24) as pool:
                    list(pool.map(lambda case: exchange(nginx.port, case.bytes, is_half_closed=False), cases))
                passed_on = wait_for(lambda: self.passed_on(nginx, d), "the log of nginx")
            self.assertGreater(len(passed_on), 50)
            recorded = [line for line in passed_on if '"POST /api/v1/messages" 200 ' in line]
            self.assertEqual(d.stats()["messages_recorded"], len(recorded))
            self.assertEqual(d.stats()["children_died"], 0)

    def passed_on(self, nginx, d):
        """The lines of nginx's log about requests that it passed on, when the daemon has answered just as many."""
        with open(os.path.join(nginx.directory, "aiexpense.log"), encoding="latin1") as f:
            lines = [line for line in f if re.search(r"upstream=\d", line)]
        return lines if d.stats()["http_requests"] == len(lines) else None


if __name__ == "__main__":
    tap.main()
