#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is on the disk when the power is lost, at any point of what a real daemon writes, is all that was acknowledged.

AIEXPENSE_IMAGES sets how many disks are looked at (10,000).
"""

import os
import struct
import subprocess
import tempfile
import threading
import unittest

import tap
from api import Client, token
from harness import PATIENCE, Daemon, Preload, program, wait_for

IMAGES = int(os.environ.get("AIEXPENSE_IMAGES", "10000"))
CLIENTS, MESSAGES = 3, 15


class Recorder:
    """Sends messages, and writes into the trace when one was sent and when one was acknowledged."""

    def __init__(self, trace):
        self.trace = os.open(trace, os.O_WRONLY | os.O_APPEND)
        self.lock = threading.Lock()
        self.counts = {"B": 0, "A": 0}
        self.bad = []

    def note(self, kind):
        with self.lock:
            self.counts[kind] += 1
            os.write(self.trace, struct.pack("<IIQ", ord(kind), 0, self.counts[kind]))

    def run(self, d, made, number):
        with Client(d.port, made) as client:
            for n in range(MESSAGES):
                self.note("B")
                answer = client.say(f"line:P{number}", f"lunch {n + 1}")
                if answer.status != 200:
                    self.bad.append(answer.body)
                self.note("A")

    def load(self, d):
        made = token(d)
        with Client(d.port, made) as client:
            wait_for(lambda: client.get("/api/v1/expenses?user=line:nobody").status != 401, "the token")
        threads = [threading.Thread(target=self.run, args=(d, made, number), daemon=True) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        os.close(self.trace)


class PowerLossTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="aiexpense-test-")
        self.addCleanup(self.directory.cleanup)
        self.trace = os.path.join(self.directory.name, "trace")

    def record(self):
        preload = Preload("tests/faults/trace.so", TRACE=self.trace, TRACE_FILE="/shard-000/data.mdb")
        with preload, Daemon("http { workers = 1 }", args=["-o", "store.shards=1"]) as d:
            recorder = Recorder(self.trace)
            recorder.load(d)
            d.stop()
        self.assertEqual(recorder.bad, [])
        self.assertEqual(recorder.counts, {"A": CLIENTS * MESSAGES, "B": CLIENTS * MESSAGES})

    def judge(self, images, *more):
        """The exit code of the program that makes the images and reads them."""
        done = subprocess.run([program("tests/faults/power_loss"), self.trace, str(images), *more], capture_output=True,
                              text=True, timeout=3600)
        print("# " + (done.stdout + done.stderr).strip(), flush=True)
        return done.returncode

    def test_no_disk_after_a_loss_of_power_lacks_what_was_acknowledged(self):
        self.record()
        self.assertEqual(self.judge(IMAGES), 0)
        self.assertEqual(self.judge(500, "--forget-flushes"), 1, "a disk that forgets must be noticed")


if __name__ == "__main__":
    tap.main()
