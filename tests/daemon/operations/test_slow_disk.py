#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Readers do not wait for the disk: while a commit hangs in its flush, everything that only reads goes on."""

import threading
import unittest

import tap
from api import service
from harness import Daemon, SlowDisk, wait_for


class SlowDiskTest(unittest.TestCase):
    def test_reads_are_answered_while_a_commit_waits_for_the_disk(self):
        with SlowDisk() as disk, Daemon("http { workers = 1 }") as d, service(d) as reader, service(d) as writer:
            self.assertEqual(writer.say("line:U1", "lunch 12").status, 200)
            disk.hold()
            answers = []
            thread = threading.Thread(target=lambda: answers.append(writer.say("line:U1", "dinner 20").status))
            thread.start()
            try:
                wait_for(disk.is_reached, "a flush")
                commits = d.stats()["store_commits"]
                for _ in range(100):
                    listed = reader.get("/api/v1/expenses?user=line:U1").json["expenses"]
                    self.assertEqual([e["description"] for e in listed], ["lunch"])
                self.assertEqual((answers, d.stats()["store_commits"]), ([], commits))
            finally:
                disk.release()
                thread.join()
            self.assertEqual(answers, [200])
            self.assertEqual(len(reader.expenses("line:U1")), 2)


if __name__ == "__main__":
    tap.main()
