#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients that send or read as slowly as they can (slowhttptest): they are cut off, and nobody else notices."""

import os
import shutil
import subprocess
import time
import unittest

import tap
from api import service
from harness import PATIENCE, Daemon

SLOWHTTPTEST = shutil.which("slowhttptest")
CLIENTS = int(os.environ.get("AIEXPENSE_SLOW_CLIENTS", "100"))
# The long form; with fewer clients there is too little of it to tell from noise.
IS_TIMED = CLIENTS >= 1000
TIMEOUT_MS = 10000 if IS_TIMED else 1500

CONF = f"http {{ workers = 2 request_timeout_ms = {TIMEOUT_MS} send_timeout_ms = {TIMEOUT_MS} }}\n"


def p99(times):
    return sorted(times)[len(times) * 99 // 100]


@unittest.skipIf(SLOWHTTPTEST is None, "slowhttptest is not installed")
class SlowClientsTest(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(CONF)
        self.daemon.start()
        self.addCleanup(self.daemon.__exit__, None, None, None)
        self.client = service(self.daemon)
        self.addCleanup(self.client.connection.close)

    def say_one(self):
        """How long a good client waits."""
        start = time.monotonic()
        answer = self.client.say("line:U1", "lunch 5")
        self.assertEqual(answer.status, 200, answer.body)
        return time.monotonic() - start

    def are_gone(self, accepted, times):
        """Whether all have come and gone, after the messages of a good client, which stays connected."""
        times += [self.say_one() for _ in range(20)]
        stats = self.daemon.stats()
        return stats["http_accepted"] >= accepted and stats["http_connections"] <= 1

    def attack(self, *kind):
        alone = [self.say_one() for _ in range(300 if IS_TIMED else 1)]
        url = f"http://127.0.0.1:{self.daemon.port}/api/v1/openapi.json"
        accepted = self.daemon.stats()["http_accepted"]
        attacker = subprocess.Popen([SLOWHTTPTEST, "-u", url, "-c", str(CLIENTS), "-r", "200", "-i", "1", "-l", str(2 * PATIENCE), *kind],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            beside = []
            self.daemon.wait_for(lambda: self.are_gone(accepted + CLIENTS, beside), "the slow clients to be cut off")
        finally:
            attacker.terminate()
            attacker.wait(PATIENCE)
        self.assertEqual(len(self.client.expenses("line:U1")), len(alone) + len(beside))
        if IS_TIMED:
            self.assertLessEqual(p99(beside), 2 * p99(alone), f"{len(beside)} messages beside {CLIENTS} slow clients")

    def test_clients_that_never_end_their_head_are_cut_off(self):
        self.attack("-H")

    def test_clients_that_never_end_their_body_are_cut_off(self):
        self.attack("-B")

    def test_clients_that_hardly_read_are_cut_off(self):
        self.attack("-X", "-w", "512", "-y", "1024", "-n", "1", "-z", "32", "-k", "10")


if __name__ == "__main__":
    tap.main()
