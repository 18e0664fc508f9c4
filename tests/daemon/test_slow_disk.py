#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Readers do not wait for the disk: while a commit hangs in its flush, everything that only reads goes on."""

import os
import tempfile
import threading
import unittest
from unittest import mock

import tap
from api import service
from harness import BUILD_DIR, Daemon, wait_for

SLOW_DISK = os.path.abspath(os.path.join(BUILD_DIR, "bench", "slow_disk.so"))


class SlowDiskTest(unittest.TestCase):
    def test_reads_are_answered_while_a_commit_waits_for_the_disk(self):
        directory = tempfile.TemporaryDirectory(prefix="aiexpense-test-")
        hold = os.path.join(directory.name, "hold")
        with directory, mock.patch.dict(os.environ, SLOW_DISK_HOLD=hold, ASAN_OPTIONS="verify_asan_link_order=0", LD_PRELOAD=SLOW_DISK), \
                Daemon("http { workers = 1 }") as d, service(d) as reader, service(d) as writer:
            self.assertEqual(writer.say("line:U1", "lunch 12").status, 200)
            commits = d.stats()["store_commits"]
            open(hold, "w").close()
            answers = []
            thread = threading.Thread(target=lambda: answers.append(writer.say("line:U1", "dinner 20").status))
            thread.start()
            try:
                wait_for(lambda: os.path.exists(hold + ".reached"), "a flush")
                for _ in range(100):
                    listed = reader.get("/api/v1/expenses?user=line:U1").json["expenses"]
                    self.assertEqual([e["description"] for e in listed], ["lunch"])
                self.assertEqual((answers, d.stats()["store_commits"]), ([], commits))
            finally:
                os.unlink(hold)
                thread.join()
            self.assertEqual(answers, [200])
            self.assertEqual(len(reader.expenses("line:U1")), 2)


if __name__ == "__main__":
    tap.main()
