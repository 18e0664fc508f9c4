#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Backups of a running daemon, what is restored from them, and the check of every record."""

import os
import shutil
import subprocess
import tempfile
import threading
import unittest

import lmdb
import tap
from api import Client, service, token
from harness import PATIENCE, Daemon, program
from store_reader import read_store


def data_file(store, part="shard-000"):
    return os.path.join(store, part, "data.mdb")


def change_rows(store, change):
    """change(txn, table) in the ledgers of every shard."""
    for name in sorted(os.listdir(store)):
        if name.startswith("shard-"):
            with lmdb.open(os.path.join(store, name), max_dbs=16, map_size=1 << 26) as environment:
                table = environment.open_db(b"ledger", create=False)
                with environment.begin(write=True) as txn:
                    change(txn, table)


class BackupTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="aiexpense-test-")
        self.addCleanup(self.directory.cleanup)
        self.backups = os.path.join(self.directory.name, "backups")

    def run_ctl(self, d, *args):
        return subprocess.run([program("aiexpensectl"), "-c", d.conf_file, *args], capture_output=True, text=True, timeout=PATIENCE)

    def ctl(self, d, *args):
        done = self.run_ctl(d, *args)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def backup(self, d, *args):
        """The path of a new backup."""
        return next(line for line in self.ctl(d, "backup", *args, self.backups).splitlines() if line.startswith(self.backups))

    def fill(self, d, users=6):
        with service(d) as client:
            for n in range(users):
                self.assertEqual(client.say(f"line:B{n}", "breakfast 20 lunch 30.50 and taxi 12 yesterday").status, 200)

    def rows_of(self, path):
        store = read_store(path)
        self.assertEqual(store.faults, [])
        return store.expenses

    def test_a_backup_is_restored_to_the_same_store_and_served(self):
        with Daemon() as d:
            self.fill(d)
            made = self.backup(d)
            before = self.rows_of(d.store)
            self.assertEqual(self.rows_of(made), before)
            d.stop()
            os.rename(d.store, d.store + ".old")
            self.ctl(d, "restore", made)
            self.assertEqual(self.rows_of(d.store), before)
            d.start()
            with service(d) as client:
                self.assertEqual(len(client.expenses("line:B0")), 3)
                self.assertEqual(client.say("line:B0", "dinner 9").status, 200)

    def test_a_link_that_one_side_knows_alone_is_found_and_ended_by_its_person(self):
        with Daemon() as d:
            with service(d) as client:
                self.assertEqual(client.say("line:A", "tea 5").status, 200)
                code = client.say("line:A", "link").json["reply"].splitlines()[1]
                self.assertIn("Linked", client.say("line:B", code).json["reply"])
            d.stop()
            self.assertIn("0 problems", self.ctl(d, "check"))
            change_rows(d.store, lambda txn, table: [txn.delete(key, db=table) for key, _ in txn.cursor(table) if key[16:17] == b"B"])
            done = self.run_ctl(d, "check")
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("1 links that one side knows alone", done.stdout)
            self.assertIn("is linked to another one, which does not know it", done.stdout)
            self.assertIn("1 links that one side", self.ctl(d, "check", d.store))          # as in a backup: its shards are of different moments
            d.start()
            with service(d) as client:
                self.assertIn("ended", client.say("line:B", "unlink").json["reply"])
                self.assertIn("Linked", client.say("line:B", client.say("line:A", "link").json["reply"].splitlines()[1]).json["reply"])
                self.assertEqual(len(client.expenses("line:B")), 1)
            self.assertNotIn("links", self.ctl(d, "check"))

    def test_prices_that_were_set_come_back_with_the_store(self):
        with Daemon('provider1 { name = "local" model = "m" base_url = "http://127.0.0.1/v1" }') as d:
            self.ctl(d, "price", "set", "local/m", "2026-11-01", "USD", "0.25", "2.00")
            listed = self.ctl(d, "price", "list")
            self.assertIn("0.25", listed)
            made = self.backup(d)
            d.stop()
            shutil.rmtree(d.store)
            self.assertNotIn("0.25", self.ctl(d, "price", "list"))
            shutil.rmtree(d.store, ignore_errors=True)
            self.ctl(d, "restore", made)
            self.assertEqual(self.ctl(d, "price", "list"), listed)
            d.start()
            self.ctl(d, "check")

    def test_a_backup_under_load_is_one_moment_of_each_shard(self):
        with Daemon() as d:
            made, is_over, answers = token(d), threading.Event(), []

            def load(number):
                with Client(d.port, made) as client:
                    n = 0
                    while not is_over.is_set():
                        n += 1
                        answers.append(client.say(f"line:L{number}{n % 9}", f"lunch {n}").status)
            threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
            for thread in threads:
                thread.start()
            try:
                for _ in range(3):
                    shutil.rmtree(self.backups, ignore_errors=True)
                    count = len(answers)
                    path = self.backup(d)
                    self.assertGreaterEqual(sum(map(len, self.rows_of(path).values())), count)
            finally:
                is_over.set()
                for thread in threads:
                    thread.join()
            self.assertEqual(set(answers), {200})

    def test_only_the_newest_backups_are_kept(self):
        with Daemon() as d:
            first = self.backup(d)
            for n in range(3):
                shutil.copytree(first, os.path.join(self.backups, f"aiexpense-2026010{n}T000000Z"))
            shutil.rmtree(first)
            os.makedirs(os.path.join(self.backups, "aiexpense-20260101T000000Z.partial", "shard-000"))
            os.makedirs(os.path.join(self.backups, "of-somebody-else"))
            made = self.backup(d, "--keep", "2")
            self.assertEqual(self.names(), [os.path.join(self.backups, "aiexpense-20260102T000000Z"), made])
            self.assertIn("of-somebody-else", os.listdir(self.backups))

    def names(self):
        return sorted(os.path.join(self.backups, name) for name in os.listdir(self.backups) if name.startswith("aiexpense-"))

    def test_damage_is_found_and_nothing_is_restored_from_it(self):
        def flip_an_expense(txn, table):
            for key, value in txn.cursor(table):
                if key[16:17] == b"E":
                    txn.put(key, value[:5] + bytes([value[5] ^ 1]) + value[6:], db=table)
                    return

        def remove_an_index_row(txn, table):
            for key, _ in txn.cursor(table):
                if key[16:17] == b"I":
                    txn.delete(key, db=table)
                    return

        def remove_a_total(txn, table):
            for key, _ in txn.cursor(table):
                if key[16:17] == b"M":
                    txn.delete(key, db=table)
                    return

        def move_a_ledger(txn, table):
            for key, value in list(txn.cursor(table)):
                if key[16:17] == b"U":
                    txn.put(bytes([key[0] ^ 1]) + key[1:], value, db=table)
                    return

        with Daemon() as d:
            self.fill(d)
            good = self.backup(d)
            d.stop()
            os.rename(d.store, d.store + ".old")
            for change, told in ((flip_an_expense, "damaged record of kind E"), (remove_an_index_row, "not found by its id"),
                                 (remove_a_total, "totals are not those"), (move_a_ledger, "does not belong")):
                with self.subTest(change.__name__):
                    bad = shutil.copytree(good, os.path.join(self.directory.name, change.__name__))
                    change_rows(bad, change)
                    checked = self.run_ctl(d, "check", bad)
                    self.assertEqual(checked.returncode, 1)
                    self.assertIn(told, checked.stdout)
                    restored = self.run_ctl(d, "restore", bad)
                    self.assertEqual(restored.returncode, 1)
                    self.assertIn("nothing was changed", restored.stderr)
                    self.assertFalse(os.path.exists(d.store))

    def test_rows_that_are_all_key_are_no_damage(self):
        """An expense in the trash, and a call to an AI provider that was counted."""
        with Daemon() as d:
            self.fill(d)
            with service(d) as client:
                expense = client.expenses("line:B0")[0]["id"]
                self.assertEqual(client.request("DELETE", f"/api/v1/expenses/{expense}?user=line:B0").status, 204)
            d.stop()
            with lmdb.open(os.path.join(d.store, "shard-000"), max_dbs=16, map_size=1 << 26) as environment:
                with environment.begin(write=True) as txn:
                    txn.put(b"I" + bytes(4) + b"call" * 4, b"", db=environment.open_db(b"metrics", txn, create=False))
            self.ctl(d, "check")
            self.ctl(d, "check", self.backup(d))

    def test_what_is_no_backup_is_refused_with_its_name(self):
        with Daemon() as d:
            self.fill(d, 1)
            made = self.backup(d)
            refused = self.run_ctl(d, "restore", made)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("is not empty; move it away", refused.stderr)
            d.stop()
            shutil.rmtree(d.store)
            for name, spoil in (("cut", lambda path: os.truncate(data_file(path), 5000)),
                                ("torn", lambda path: open(data_file(path), "r+b").write(b"\xff" * 8192)),
                                ("part", lambda path: shutil.rmtree(os.path.join(path, "index"))),
                                ("mixed", lambda path: shutil.copy(data_file(path), data_file(path, "shard-001")))):
                with self.subTest(name):
                    bad = shutil.copytree(made, os.path.join(self.directory.name, name))
                    spoil(bad)
                    refused = self.run_ctl(d, "restore", bad)
                    self.assertEqual(refused.returncode, 1, refused.stdout)
                    self.assertIn(bad, refused.stderr)
                    self.assertFalse(os.path.exists(d.store))
            self.assertEqual(self.run_ctl(d, "backup", "--keep", "0", self.backups).returncode, 2)
            self.assertEqual(self.run_ctl(d, "backup").returncode, 2)

    def test_a_stopped_store_is_compacted_and_a_running_one_refused(self):
        with Daemon() as d:
            self.fill(d, 20)
            refused = self.run_ctl(d, "compact")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("stop it first", refused.stderr)
            before = self.rows_of(d.store)
            d.stop()
            size = os.path.getsize(data_file(d.store))
            self.ctl(d, "compact")
            self.assertLess(os.path.getsize(data_file(d.store)), size)
            self.assertEqual(sorted(os.listdir(d.store)), ["daemon.lock", "index", "latest-id", "prices", "shard-000", "shard-001"])
            self.assertEqual(self.rows_of(d.store), before)
            d.start()
            self.ctl(d, "check")


if __name__ == "__main__":
    tap.main()
