#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients that send or read as slowly as they can (slowhttptest): they are cut off, and nobody else notices.

AIEXPENSE_SLOW_CLIENTS is how many there are (100).  From 1,000 on the good clients' p99 is measured, alone and beside
them in one run, and may at most double.
"""

import os
import shutil
import socket
import subprocess
import threading
import time
import unittest

import tap
from api import Client, token
from harness import PATIENCE, Daemon

SLOWHTTPTEST = shutil.which("slowhttptest")
CLIENTS = int(os.environ.get("AIEXPENSE_SLOW_CLIENTS", "100"))
GOOD = 4
# The long form; with fewer clients there is too little of it to tell from noise.
IS_TIMED = CLIENTS >= 1000
ALONE = 3000 if IS_TIMED else 20         # messages of the good clients before the slow ones come, and after they have gone
TIMEOUT_MS = 10000 if IS_TIMED else 1500
UNREAD_MAX = 600000                      # of a client that does not read: what the kernel takes, and an answer
TRIES = 3                                # what else a machine does can only make a ratio worse

CONF = f"http {{ workers = 2 request_timeout_ms = {TIMEOUT_MS} send_timeout_ms = {TIMEOUT_MS} }}\n"


def p99_ms(times):
    return sorted(times)[len(times) * 99 // 100] * 1000


class GoodClients:
    """Some people who go on saying messages, each over a connection that stays, and how long each waited for its answer."""

    def __init__(self, daemon):
        self.token = token(daemon)
        self.clients = [Client(daemon.port, self.token) for _ in range(GOOD)]
        self.said = [0] * GOOD
        self.refused = []

    def close(self):
        for client in self.clients:
            client.connection.close()

    def talk_on(self, n, times, is_over):
        while not is_over.is_set():
            start = time.monotonic()
            answer = self.clients[n].say(f"line:G{n}", "lunch 5")
            times.append(time.monotonic() - start)
            if answer.status != 200:
                self.refused.append((answer.status, answer.body))
            self.said[n] += 1

    def talk_until(self, fact, what, daemon):
        """The times; fact is given them while they come."""
        times, is_over = [], threading.Event()
        threads = [threading.Thread(target=self.talk_on, args=(n, times, is_over)) for n in range(GOOD)]
        for thread in threads:
            thread.start()
        try:
            daemon.wait_for(lambda: fact(times), what, 2 * PATIENCE)
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        return times


@unittest.skipIf(SLOWHTTPTEST is None, "slowhttptest is not installed")
class SlowClientsTest(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(CONF)
        self.daemon.start()
        self.addCleanup(self.daemon.__exit__, None, None, None)
        self.good = GoodClients(self.daemon)
        self.addCleanup(self.good.close)
        self.most = 0                    # connections at once

    def are_gone(self, accepted):
        """Whether all have come and gone; the good clients stay connected."""
        stats = self.daemon.stats()
        self.most = max(self.most, stats["http_connections"])
        return stats["http_accepted"] >= accepted and stats["http_connections"] <= GOOD

    def talk_alone(self):
        return self.good.talk_until(lambda times: len(times) >= ALONE, "the good clients alone", self.daemon)

    def attack_once(self, *kind):
        """The times of the good clients alone, before and after, and beside the slow ones."""
        alone = self.talk_alone()
        url = f"http://127.0.0.1:{self.daemon.port}/api/v1/openapi.json"
        accepted = self.daemon.stats()["http_accepted"] + CLIENTS
        # It polls all the time, and would be on another machine.
        attacker = subprocess.Popen(["nice", "-n", "19", SLOWHTTPTEST, "-u", url, "-c", str(CLIENTS), "-r", "200", "-i", "1", "-l", str(2 * PATIENCE), *kind],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            beside = self.good.talk_until(lambda times: self.are_gone(accepted), "the slow clients to be cut off", self.daemon)
        finally:
            attacker.terminate()
            attacker.wait(PATIENCE)
        return alone + self.talk_alone(), beside

    def attack(self, *kind):
        ratios = []
        while not ratios or (IS_TIMED and min(ratios) > 2 and len(ratios) < TRIES):
            alone, beside = self.attack_once(*kind)
            ratios.append(p99_ms(beside) / p99_ms(alone))
            if IS_TIMED:
                print(f"# p99 of {GOOD} good clients: {p99_ms(alone):.2f} ms alone ({len(alone)} messages), {p99_ms(beside):.2f} ms beside up to "
                      f"{self.most - GOOD} slow ones ({len(beside)}): times {ratios[-1]:.2f}, {'at most doubled' if ratios[-1] <= 2 else 'MISSED'}", flush=True)
        self.assertEqual(self.good.refused, [])
        with Client(self.daemon.port, self.good.token) as client:
            self.assertEqual([len(client.expenses(f"line:G{n}")) for n in range(GOOD)], self.good.said)
        if IS_TIMED:
            self.assertGreater(self.most, CLIENTS * 9 // 10, "the slow clients were never there together")
            self.assertLessEqual(min(ratios), 2, f"the good clients' p99 beside {CLIENTS} slow ones")

    def test_clients_that_never_end_their_head_are_cut_off(self):
        self.attack("-H")

    def test_clients_that_never_end_their_body_are_cut_off(self):
        self.attack("-B")

    def test_clients_that_hardly_read_are_cut_off(self):
        self.attack("-X", "-w", "512", "-y", "1024", "-n", "1", "-z", "32", "-k", "10")

    def test_what_waits_for_a_client_that_does_not_read_is_bounded_in_the_kernel_too(self):
        sent = self.daemon.stats()["http_bytes_out"]
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(("127.0.0.1", self.daemon.port))
            s.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
            self.daemon.wait_for(lambda: self.daemon.stats()["http_connections"] == 1, "it to be there")
            self.daemon.wait_for(lambda: self.daemon.stats()["http_connections"] == 0, "it to be cut off")
        sent = self.daemon.stats()["http_bytes_out"] - sent
        self.assertGreater(sent, 0)
        self.assertLess(sent, UNREAD_MAX)


if __name__ == "__main__":
    tap.main()
