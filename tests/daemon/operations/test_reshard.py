#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A store gets another number of shards in a new directory, with every row, and the old one stays as it is."""

import collections
import os
import shutil
import struct
import subprocess
import unittest

import lmdb
import msgpack
import tap
from api import Client, service, token
from dump_reader import record, rows_of_dump, rows_of_store
from harness import PATIENCE, Daemon, Preload, program
from store_reader import read_store

# How many of the steps of a run it is killed at.
KILLS = int(os.environ.get("AIEXPENSE_KILLS", "100")) // 4


def run_ctl(d, *args):
    return subprocess.run([program("aiexpensectl"), "-c", d.conf_file, *args], capture_output=True, timeout=PATIENCE)


def content(rows):
    """(rows wherever they lie, sums of the metrics)."""
    plain, sums = [], collections.defaultdict(collections.Counter)
    for _, table, key, value in rows:
        if table == "metrics" and key[:1] in b"CDEM":
            fields = msgpack.unpackb(value[:-4])[1:]
            if key[:1] == b"E":
                fields = [(fields[0] << 64) + fields[1], fields[2]]
            sums[key].update(dict(enumerate(fields)))
        else:
            plain.append((table, key, value))
    calls = {row for row in plain if row[0] == "metrics" and row[1][:1] == b"I"}
    return sorted(row for row in plain if row not in calls), calls, {key: dict(+fields) for key, fields in sums.items() if any(fields.values())}


def write_calls(store):
    """What calls to an AI provider leave in the shards, as doc/STORE.md has it."""
    day, month = (struct.pack(">I", n + (1 << 31)) for n in (20780, 2026 * 12 + 10))
    for shard in 0, 1:
        with lmdb.open(os.path.join(store, f"shard-{shard:03}"), max_dbs=16, map_size=1 << 26) as environment:
            ledgers, metrics = (environment.open_db(name, create=False) for name in (b"ledger", b"metrics"))
            with environment.begin(write=True) as txn:
                users = [(key[:16], msgpack.unpackb(value[:-4])[1]) for key, value in txn.cursor(ledgers) if key[16:] == b"U"]
                for n, (ledger, user) in enumerate(users, 1):
                    cost = struct.pack(">Q", n * 1000 ^ (1 << 64) - 1)
                    txn.put(ledger + b"A" + month + b"USD", record([n, 10, 20, n * 1000]), db=ledgers)
                    txn.put(b"R" + month + b"USD" + cost + ledger, record([user, n, 10, 20, n * 1000]), db=metrics)
                    listed = [user, 20780 * 86400000, "parse", "openai", "gpt", True, False, "USD", 10, 20, n * 1000]
                    txn.put(b"K" + day + ledger[::-1] + ledger, record(listed), db=metrics)
                    txn.put(ledger + b"J" + day + ledger[::-1], b"", db=ledgers)
                nobody = ["", 20780 * 86400000, "parse", "openai", "gpt", True, True, "USD", 10, 20, 0]
                txn.put(b"K" + day + b"nobody's call %02d" % shard + bytes(16), record(nobody), db=metrics)
                for kind, name in (b"C", b"parse"), (b"M", b"openai/gpt"):
                    txn.put(kind + day + b"USD" + name, record([10, 1000 + shard, 200, 1500000]), db=metrics)
                for call in b"both", b"of%02d" % shard:
                    txn.put(b"I" + day + call * 4, b"", db=metrics)


def delete_user(client, user):
    confirmation = client.post("/api/v1/user/deletion", {"user": user}).json["confirmation"]
    assert client.request("DELETE", f"/api/v1/user?user={user}&confirmation={confirmation}").status == 202


def fill(d):
    """A bit of everything: it is stopped afterwards."""
    with service(d) as client, Client(d.port, token(d, "admin")) as admin:
        for n in range(12):
            assert client.say(f"line:R{n}", "breakfast 20 lunch 30.50 and taxi 12 yesterday").status == 200
            assert client.say(f"line:R{n}", "早餐$20午餐$30加油$200").status == 200
        for n in 0, 1:
            expense = client.expenses(f"line:R{n}")[0]["id"]
            assert client.request("DELETE", f"/api/v1/expenses/{expense}?user=line:R{n}").status == 204
        pets = client.post("/api/v1/categories", {"user": "line:R2", "name": "Pets"}).json["id"]
        assert client.post("/api/v1/expenses", {"user": "line:R2", "description": "x", "amount": "9", "category_id": pets}).status == 201
        delete_user(client, "line:R3")
        d.wait_for(lambda: d.stats()["users_deleted"] == 1, "the end of the deletion")
        delete_user(client, "line:R4")                               # which may not have ended
        sums = {name: admin.get("/api/v1/metrics/" + name).body for name in ("daily-active-users", "expenses", "category-trends", "growth")}
    d.stop()
    write_calls(d.store)
    return sums


class ReshardTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().__enter__()
        cls.addClassCleanup(cls.daemon.__exit__, None, None, None)
        cls.sums = fill(cls.daemon)
        cls.before = rows_of_store(cls.daemon.store)

    def setUp(self):
        self.new = os.path.join(self.daemon.directory, "new")
        self.addCleanup(shutil.rmtree, self.new, ignore_errors=True)

    def assert_old_is_untouched(self):
        self.assertEqual(rows_of_store(self.daemon.store), self.before)

    def assert_is_whole(self, store, shards):
        self.assertEqual(sorted(name for name in os.listdir(store) if name != "prices"),
                         ["index", *(f"shard-{n:03}" for n in range(shards))])
        self.assertEqual(content(rows_of_store(store)), content(self.before))
        self.assertEqual(read_store(store).faults, [])

    def assert_refused(self, told, *args, code=1):
        done = run_ctl(self.daemon, "reshard", *args)
        self.assertEqual(done.returncode, code, done)
        self.assertIn(told, done.stderr.decode())
        self.assertFalse(os.path.exists(self.new + ".loading"))
        self.assert_old_is_untouched()

    def reshard(self, d, shards, to):
        done = run_ctl(d, "reshard", str(shards), to)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout.decode()

    def test_every_row_comes_to_the_shard_of_its_ledger_and_nothing_else_changes(self):
        for shards in 1, 2, 3, 4, 7, 64:
            with self.subTest(shards=shards):
                told = self.reshard(self.daemon, shards, self.new)
                self.assertIn(f"part {shards} of {shards + 1}: ", told)
                self.assertIn("comparing with the old store\n", told)
                self.assert_is_whole(self.new, shards)
                self.assert_old_is_untouched()
                shutil.rmtree(self.new)

    def test_from_number_to_number_and_back_the_dump_has_the_same_rows(self):
        def dump(store):
            done = subprocess.run([program("aiexpensectl"), "-c", self.daemon.conf_file, "dump"], capture_output=True, timeout=PATIENCE)
            self.assertEqual(done.returncode, 0, done)
            return content(rows_of_dump(done.stdout))

        before = dump(self.daemon.store)
        with Daemon("store { shards = 5 }", start=False) as d:
            store = d.store
            shutil.copytree(self.daemon.store, store)
            for shards in 5, 3, 2:
                self.reshard(d, shards, store + ".new")
                shutil.rmtree(store)
                os.rename(store + ".new", store)
                done = run_ctl(d, "dump")
                self.assertEqual(content(rows_of_dump(done.stdout)), before)
            self.assert_is_whole(store, 2)

    def test_the_new_store_is_served_and_its_metrics_are_the_same(self):
        with Daemon("store { shards = 6 }", start=False) as d:
            os.rmdir(d.store) if os.path.exists(d.store) else None
            self.reshard(self.daemon, 6, d.store)
            d.start()
            with service(d) as client, Client(d.port, token(d, "admin")) as admin:
                for name, body in self.sums.items():
                    self.assertEqual(admin.get("/api/v1/metrics/" + name).body, body)
                self.assertEqual([len(client.expenses(f"line:R{n}")) for n in (0, 2, 5)], [5, 7, 6])
                self.assertEqual(client.say("line:R5", "dinner 9").status, 200)
                expense = client.expenses("line:R6")[0]["id"]
                self.assertEqual(client.request("DELETE", f"/api/v1/expenses/{expense}?user=line:R6").status, 204)
                d.wait_for(lambda: not read_store(d.store).being_deleted, "the end of the other deletion")
            self.assertEqual(d.stop(), 0)
            self.assertEqual(read_store(d.store).faults, [])

    def test_prices_that_were_set_come_along(self):
        table = os.path.join(self.daemon.store, "prices", "table")
        self.addCleanup(lambda: os.unlink(table))
        with open(table, "w") as f:
            f.write("openai/m 2026-11-01 USD 0.25 2.00\n")
        self.reshard(self.daemon, 3, self.new)
        with open(os.path.join(self.new, "prices", "table")) as new, open(table) as old:
            self.assertEqual(new.read(), old.read())

    def test_killed_at_any_step_there_is_the_old_store_and_a_whole_new_one_or_none(self):
        counted = os.path.join(self.daemon.directory, "steps")
        with Preload("tests/faults/kill_at.so", KILL_STEPS=counted):
            self.reshard(self.daemon, 3, self.new)
        shutil.rmtree(self.new)
        with open(counted) as f:
            steps = int(f.read())
        self.assertGreater(steps, 20)
        made = set()
        for at in sorted({*range(1, steps + 1, max(1, steps // KILLS)), *range(steps - 5, steps + 1)}):
            with self.subTest(at=at, steps=steps):
                for left in self.new, self.new + ".loading":
                    shutil.rmtree(left, ignore_errors=True)
                with Preload("tests/faults/kill_at.so", KILL_AT=str(at)):
                    self.assertEqual(run_ctl(self.daemon, "reshard", "3", self.new).returncode, -9)
                self.assert_old_is_untouched()
                is_made = set(os.listdir(self.new) if os.path.exists(self.new) else []) - {"daemon.lock"} != set()
                if is_made:
                    self.assert_is_whole(self.new, 3)
                made.add(is_made)
        self.assertEqual(made, {True, False})
        shutil.rmtree(self.new)
        with Preload("tests/faults/kill_at.so", KILL_AT=str(steps // 2)):
            self.assertEqual(run_ctl(self.daemon, "reshard", "3", self.new).returncode, -9)
        self.reshard(self.daemon, 3, self.new)                   # what was left is in nobody's way
        self.assert_is_whole(self.new, 3)
        self.assertFalse(os.path.exists(self.new + ".loading"))

    def test_a_running_daemon_and_a_directory_with_something_in_it_are_refused(self):
        with Daemon() as d:
            refused = run_ctl(d, "reshard", "3", self.new)
            self.assertEqual((refused.returncode, b"in use by a daemon: stop it first" in refused.stderr), (1, True))
            self.assertFalse(os.path.exists(self.new))
        os.mkdir(self.new)
        with open(os.path.join(self.new, "letter"), "w"):
            pass
        self.assert_refused("is not empty; move it away first", "3", self.new)
        self.assert_refused("is in use by", "3", self.daemon.store)

    def test_a_damaged_old_store_makes_no_new_one(self):
        with Daemon(start=False) as d:
            shutil.copytree(self.daemon.store, d.store)
            part = self.before[0][0]
            with lmdb.open(os.path.join(d.store, f"shard-{part:03}"), max_dbs=16, map_size=1 << 26) as environment:
                table = environment.open_db(b"ledger", create=False)
                with environment.begin(write=True) as txn:
                    key, value = next((key, value) for key, value in txn.cursor(table) if value)
                    txn.put(key, value[:-1] + bytes([value[-1] ^ 1]), db=table)
            refused = run_ctl(d, "reshard", "3", self.new)
            self.assertEqual((refused.returncode, b"a damaged record" in refused.stderr), (1, True), refused.stderr)
            self.assertFalse(os.path.exists(self.new + ".loading"))
            self.assertLessEqual(set(os.listdir(self.new)), {"daemon.lock"})

    def test_wrong_arguments_are_a_usage_error(self):
        for args in ((), ("3",), ("0", self.new), ("257", self.new), ("x", self.new), ("3", self.new, "more")):
            with self.subTest(args):
                self.assertEqual(run_ctl(self.daemon, "reshard", *args).returncode, 2)


if __name__ == "__main__":
    tap.main()
