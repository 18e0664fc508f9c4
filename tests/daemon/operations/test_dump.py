#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A store leaves its engine as one stream and comes to another one, and back, with every row."""

import os
import shutil
import subprocess
import unittest

import lmdb
import tap
from api import service
from dump_reader import END, FIRST_LINE, ROWS, STORE, block, blocks_of, make_dump, rows_of_dump, rows_of_store
from harness import PATIENCE, Daemon, program
from servers.postgres import Postgres, programs
from store_reader import read_store


def run_ctl(d, *args, data=b""):
    return subprocess.run([program("aiexpensectl"), "-c", d.conf_file, *args], input=data, capture_output=True, timeout=PATIENCE)


def fill(d, users=5):
    with service(d) as client:
        for n in range(users):
            assert client.say(f"line:B{n}", "breakfast 20 lunch 30.50 and taxi 12 yesterday").status == 200
            assert client.say(f"line:B{n}", "早餐$20午餐$30加油$200").status == 200


class DumpCase(unittest.TestCase):
    def dump(self, d):
        done = run_ctl(d, "dump")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def load(self, d, dump):
        done = run_ctl(d, "load", data=dump)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr.decode()

    def assert_refused(self, d, dump, told):
        done = run_ctl(d, "load", data=dump)
        self.assertEqual(done.returncode, 1)
        self.assertIn(told, done.stderr.decode())
        self.assert_nothing_there(d)

    def assert_nothing_there(self, d):
        self.assertLessEqual(set(os.listdir(d.store) if os.path.exists(d.store) else []), {"daemon.lock"})
        self.assertFalse(os.path.exists(d.store + ".loading"))


class DumpTest(DumpCase):
    @classmethod
    def setUpClass(cls):
        cls.source = Daemon().__enter__()
        cls.addClassCleanup(cls.source.__exit__, None, None, None)
        fill(cls.source)

    def test_a_dump_of_a_running_store_has_just_its_rows(self):
        rows = rows_of_dump(self.dump(self.source))
        self.assertEqual(rows, rows_of_store(self.source.store))
        self.assertGreater(len(rows), 100)

    def test_what_is_loaded_is_the_same_store_and_is_served(self):
        with Daemon("store { shards = 5 }", start=False) as d:
            dump = self.dump(self.source)
            told = self.load(d, dump)
            self.assertIn(f"{len(rows_of_dump(dump))} rows in 3 parts\n", told)
            self.assertEqual(rows_of_store(d.store), rows_of_store(self.source.store))
            self.assertEqual(read_store(d.store).faults, [])
            self.assertEqual(self.dump(d), dump)
            d.start()
            with service(d) as client:
                self.assertEqual(len(client.expenses("line:B0")), 6)
                self.assertEqual(client.say("line:B0", "dinner 9").status, 200)

    def test_a_dump_goes_to_a_new_file_that_only_its_owner_reads(self):
        path = os.path.join(self.source.directory, "dump")
        self.assertEqual(run_ctl(self.source, "dump", path).returncode, 0)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(run_ctl(self.source, "dump", path).returncode, 1)
        with Daemon(start=False) as d:
            self.assertEqual(run_ctl(d, "load", path).returncode, 0)
            self.assertEqual(rows_of_store(d.store), rows_of_store(self.source.store))

    def test_a_dump_that_is_cut_off_anywhere_is_refused(self):
        dump = self.dump(self.source)
        starts = [at for at, _ in blocks_of(dump)]
        with Daemon(start=False) as d:
            for length in (0, 5, len(FIRST_LINE), starts[1], starts[1] + 2, starts[2] - 1, starts[-1], starts[-1] + 3, len(dump) - 1):
                with self.subTest(length=length):
                    self.assert_refused(d, dump[:length], "it is cut off")

    def test_a_dump_that_was_changed_is_refused_with_the_place(self):
        dump = self.dump(self.source)
        at = [at for at, _ in blocks_of(dump)][1]
        cases = [(b"PK" + dump[2:], "byte 0 of the dump: this is no dump"),
                 (dump.replace(b"dump 1", b"dump 2", 1), "made by a newer version"),
                 (dump[:at + 9] + bytes([dump[at + 9] ^ 1]) + dump[at + 10:], f"byte {at} of the dump: it is damaged"),
                 (dump[:at] + b"\xff" + dump[at + 1:], f"byte {at} of the dump: it is damaged"),
                 (dump + b"\n", "something stands behind its end"),
                 (dump + dump, "something stands behind its end")]
        with Daemon(start=False) as d:
            for changed, told in cases:
                with self.subTest(told):
                    self.assert_refused(d, changed, told)

    def test_blocks_that_are_whole_but_make_no_store_are_refused(self):
        blocks = [fields for _, fields in blocks_of(self.dump(self.source))]
        store, first, rest = blocks[0], blocks[1], blocks[2:-1]
        part, table, rows = first[1:]

        def changed(kind=ROWS, part=part, table=table, rows=rows):
            return make_dump([store, [kind, part, table, rows], *rest])

        cases = [(make_dump([store, *rest, first]), "out of order"),
                 (changed(rows=rows[:2] + rows), "out of order"),
                 (changed(rows=rows[:-1]), "these are no rows"),
                 (changed(rows=[b"x" * 512, b""]), "a key that no store takes"),
                 (changed(rows=[rows[0], rows[1][:-1]]), "a damaged record"),
                 (changed(rows=rows[2:]), "what was loaded is no whole store"),
                 (changed(part=3), "where its table does not belong"),
                 (changed(table="tokens"), "where its table does not belong"),
                 (changed(table="meta"), "where its table does not belong"),
                 (changed(table="wallets"), "a table that this program does not know: wallets"),
                 (changed(kind=9), "a block that this program does not know"),
                 (make_dump([store, store, first]), "or twice"),
                 (make_dump([first]), "it does not say what store it is of"),
                 (make_dump([[STORE, 2, *store[2:]], first]), "is newer than this program"),
                 (make_dump([[STORE, 0, *store[2:]], first]), "no store is of format 0"),
                 (make_dump([[STORE, store[1], 0, *store[3:]], first]), "no store has 0 shards"),
                 (FIRST_LINE + block(store) + block(first) + block([END, len(rows) // 2, 2]), "its end is not of what stands before it"),
                 (FIRST_LINE + block(store) + block(first) + block([END, 1, 2]), "its end is not of what stands before it")]
        with Daemon(start=False) as d:
            for dump, told in cases:
                with self.subTest(told):
                    self.assert_refused(d, dump, told)

    def test_a_store_that_is_there_is_left_alone(self):
        dump = self.dump(self.source)
        refused = run_ctl(self.source, "load", data=dump)
        self.assertEqual((refused.returncode, b"in use by a daemon" in refused.stderr), (1, True))
        with Daemon() as d:
            fill(d, 1)
            d.stop()
            rows = rows_of_store(d.store)
            refused = run_ctl(d, "load", data=dump)
            self.assertEqual((refused.returncode, b"is not empty; move it away" in refused.stderr), (1, True))
            self.assertEqual(rows_of_store(d.store), rows)

    def test_a_damaged_store_gives_no_dump(self):
        with Daemon(start=False) as d:
            self.load(d, self.dump(self.source))
            part = rows_of_store(d.store)[0][0]               # users fall into shards as they like
            with lmdb.open(os.path.join(d.store, f"shard-{part:03}"), max_dbs=16, map_size=1 << 26) as environment:
                table = environment.open_db(b"ledger", create=False)
                with environment.begin(write=True) as txn:
                    key, value = next(iter(txn.cursor(table)))
                    txn.put(key, value[:-1] + bytes([value[-1] ^ 1]), db=table)
            path = os.path.join(d.directory, "dump")
            refused = run_ctl(d, "dump", path)
            self.assertEqual((refused.returncode, b"a damaged record" in refused.stderr), (1, True), refused.stderr)
            self.assertFalse(os.path.exists(path))

    def test_wrong_arguments_are_a_usage_error(self):
        for args in (("dump", "a", "b"), ("load", "a", "b")):
            self.assertEqual(run_ctl(self.source, *args).returncode, 2)
        self.assertEqual(run_ctl(self.source, "load", "/no/such/file").returncode, 1)


@unittest.skipIf(programs() is None, "PostgreSQL is not installed")
class DumpPostgresqlTest(DumpCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres(fsync="off").__enter__()
        cls.addClassCleanup(cls.server.__exit__)

    def setUp(self):
        self.server.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def on_server(self):
        return Daemon(f'store {{ engine = postgresql url = "{self.server.url}" }}', start=False)

    def test_a_store_moves_to_postgresql_and_back_row_by_row(self):
        with Daemon() as d, self.on_server() as other:
            fill(d)
            with service(d) as client:
                token = client.token
            d.stop()
            dump = self.dump(d)
            self.load(other, dump)
            other.start()
            with service(other) as client:
                self.assertEqual(len(client.expenses("line:B0")), 6)
            back = self.dump(other)                                   # with the token that service() made
            self.assertEqual(len(rows_of_dump(back)), len(rows_of_dump(dump)) + 1)
            self.assertLessEqual(set(rows_of_dump(dump)), set(rows_of_dump(back)))
            other.stop()
            shutil.rmtree(d.store)
            self.load(d, back)
            self.assertEqual(rows_of_store(d.store), rows_of_dump(back))
            self.assertEqual(self.dump(d), back)
            self.assertEqual(read_store(d.store).faults, [])
            d.start()
            with service(d) as client:
                client.token = token
                self.assertEqual(len(client.expenses("line:B4")), 6)

    def test_a_database_with_a_store_and_a_dump_that_ends_early_change_nothing(self):
        with Daemon() as d, self.on_server() as other:
            fill(d, 1)
            dump = self.dump(d)
            cut = run_ctl(other, "load", data=dump[:-1])
            self.assertEqual((cut.returncode, b"it is cut off" in cut.stderr), (1, True), cut.stderr)
            self.assertEqual(self.server.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"), [])
            self.load(other, dump)
            rows = self.server.query("SELECT shard, key, value FROM ledger ORDER BY 1, 2")
            again = run_ctl(other, "load", data=dump)
            self.assertEqual((again.returncode, b"holds a store already" in again.stderr), (1, True), again.stderr)
            self.assertEqual(self.server.query("SELECT shard, key, value FROM ledger ORDER BY 1, 2"), rows)


if __name__ == "__main__":
    tap.main()
