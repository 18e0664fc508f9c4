#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A full disk and a disk with errors: nothing acknowledged is lost, nothing that reads is disturbed, and it ends by itself."""

import os
import tempfile
import unittest

import tap
from api import Client, service
from harness import Daemon, Preload, wait_for
from store_reader import read_store


class BadDisk(Preload):
    """The disk of what is started inside of it fails as it is told."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="aiexpense-test-")
        self.file = os.path.join(self.directory.name, "fault")
        super().__init__("tests/faults/faults.so", DISK_FAULT=self.file)

    def __exit__(self, *error):
        super().__exit__(*error)
        self.directory.cleanup()

    def fail(self, how):
        with open(self.file + ".new", "w") as f:
            f.write(how)
        os.rename(self.file + ".new", self.file)

    def mend(self):
        os.unlink(self.file)


class BadDiskTest(unittest.TestCase):
    def say(self, client, n):
        """One message about one expense of its own; its status."""
        answer = client.say("line:D", f"lunch {n}", Idempotency_Key=f"k{n}")
        if answer.status == 200:
            self.acknowledged.add(f"{n}.00")
        return answer

    def setUp(self):
        self.acknowledged = set()

    def begin(self, d, client):
        wait_for(lambda: self.say(client, 1).status == 200, "the token to be stored")

    def check_store(self, d):
        d.stop()
        store = read_store(d.store)
        self.assertEqual(store.faults, [])
        amounts = [e["amount_minor"] for e in store.expenses["line:D"]]
        self.assertEqual(len(amounts), len(set(amounts)), "one is there twice")
        self.assertLessEqual({int(float(amount) * 100) for amount in self.acknowledged}, set(amounts))

    def test_a_full_disk_refuses_what_is_new_and_still_reads(self):
        with BadDisk() as disk, Daemon("http { workers = 1 }") as d, service(d) as client:
            self.begin(d, client)
            disk.fail("write ENOSPC")
            for n in range(2, 400):
                answer = self.say(client, n)
                if answer.status != 200:
                    break
            self.assertEqual((answer.status, answer.json["type"]), (507, "/problems/store-full"))
            self.assertGreater(int(answer.headers["Retry-After"]), 0)
            self.assertEqual({e["amount"] for e in client.expenses("line:D")}, self.acknowledged)
            disk.mend()
            self.assertEqual(self.say(client, n).status, 200)
            self.assertEqual(d.stats()["children_died"], 0)
            self.check_store(d)

    def test_with_the_reserve_reached_deleting_goes_on_and_it_ends_by_itself(self):
        with Daemon("http { workers = 1 }") as d:
            with service(d) as client:
                self.begin(d, client)
                made = client.token
            d.stop()
            d.args = ["-o", "store.reserve_bytes=1000000G"]
            d.start()
            with Client(d.port, made) as client:
                answer = self.say(client, 2)
                self.assertEqual((answer.status, answer.json["type"]), (507, "/problems/store-full"))
                self.assertEqual(client.say("line:NEW", "lunch 3").status, 507)
                expense = client.expenses("line:D")[0]
                path = f"/api/v1/expenses/{expense['id']}?user=line:D"
                self.assertIn(client.request("DELETE", path, headers={"If-Match": "*"}).status, (200, 204))
                self.assertEqual(client.expenses("line:D"), [])
            d.stop()
            d.args = []
            d.start()
            with Client(d.port, made) as client:
                self.acknowledged.clear()
                self.assertEqual(self.say(client, 2).status, 200)
            self.check_store(d)

    def check_error(self, how):
        with self.subTest(how), BadDisk() as disk, Daemon("http { workers = 1 }") as d, service(d) as client:
            self.acknowledged.clear()
            self.begin(d, client)
            disk.fail(how)
            self.assertEqual(self.say(client, 2).status, 503)
            self.assertEqual({e["amount"] for e in client.expenses("line:D")} - {"2.00"}, {"1.00"})
            disk.mend()
            d.wait_for(lambda: self.say(client, 2).status == 200, "a writer that trusts the disk again")
            self.assertGreaterEqual(d.stats()["children_died"], 1)      # the one that met the error is not trusted
            self.check_store(d)

    def test_a_disk_with_errors_acknowledges_nothing_that_it_has_not(self):
        for how in "sync EIO", "write EIO", "meta EIO":
            self.check_error(how)


if __name__ == "__main__":
    tap.main()
