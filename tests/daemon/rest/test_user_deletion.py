#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Deleting a user with everything, in two steps; what is old goes; whatever dies meanwhile."""

import os
import random
import signal
import struct
import threading
import time
import unittest

import lmdb
import msgpack
import xxhash

import tap
from api import Client, token
from harness import Daemon, kill, kill_one, wait_for
from store_reader import read_store

USER = "/api/v1/user"
DAY_MS = 86400000
CANARY = "canary7q"


def begin(client, user):
    answer = client.post(f"{USER}/deletion", {"user": user})
    assert answer.status == 202, answer.body
    return answer.json["confirmation"]


def delete(client, user, confirmation=None):
    return client.request("DELETE", f"{USER}?user={user}&confirmation={confirmation or begin(client, user)}")


def fill(client, user, count=30):
    """Something of every kind, with the canary in every text."""
    client.post("/api/v1/users", {"user": user, "display_name": CANARY})
    category = client.post("/api/v1/categories", {"user": user, "name": CANARY + " category"}).json["id"]
    for n in range(count):
        client.say(user, f"{CANARY} lunch ${n + 1}", Idempotency_Key=f"{CANARY} {n}")
        made = client.post("/api/v1/expenses", {"user": user, "description": f"{CANARY} {n}", "account": CANARY, "amount": n + 1,
                                                "category_id": category}, Idempotency_Key=f"e{n}").json
        if n % 2:
            client.request("PATCH", f"/api/v1/expenses/{made['id']}?user={user}", {"amount": 5}, {"If-Match": "*"})
        if n % 3 == 0:
            client.request("DELETE", f"/api/v1/expenses/{made['id']}?user={user}")


class Deletion(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon("http { workers = 2 }")
        self.daemon.start()
        self.addCleanup(lambda: self.daemon.__exit__(None, None, None))
        self.token = token(self.daemon)
        self.client = Client(self.daemon.port, self.token)
        self.addCleanup(self.client.connection.close)

    def refused(self, answer, status, kind, field=None):
        self.assertEqual((answer.status, answer.json["type"], answer.json.get("field")), (status, "/problems/" + kind, field))

    def wait_until_deleted(self, count=1):
        self.daemon.wait_for(lambda: self.daemon.stats()["users_deleted"] >= count, "the end of the deletion")

    def test_nothing_of_the_user_is_left(self):
        user = f"line:{CANARY}"
        fill(self.client, user)
        self.client.say("line:other", "tea 5")
        own = Client(self.daemon.port, token(self.daemon, "user", "--user", user, "--label", CANARY))
        answer = delete(own, user)
        self.assertEqual((answer.status, answer.json), (202, {"status": "deleting"}))
        self.wait_until_deleted()
        self.assertEqual(own.get(USER).json["type"], "/problems/invalid-token")
        own.connection.close()
        for path in USER, "/api/v1/expenses", "/api/v1/categories", f"{USER}/export", "/api/v1/expenses/export":
            self.refused(self.client.get(f"{path}?user={user}"), 404, "unknown-user", "user")
        self.daemon.stop()
        store = read_store(self.daemon.store)
        self.assertEqual(store.faults, [])
        self.assertFalse(store.mentions(CANARY))
        self.assertEqual((len(store.tombstones), store.being_deleted, list(store.expenses)), (1, {}, ["line:other"]))

    def put_into_boxes(self, user, count):
        """Messages that wait and replies that wait, as doc/STORE.md has them; the daemon must not run."""
        store = read_store(self.daemon.store)
        ledger = next(key for key, name in store.users.items() if name == user)
        now = int(time.time() * 1000) + 3600000        # too young for the keeper to drive them
        path = os.path.join(self.daemon.store, f"shard-{store.shard_of[user]:03}")
        with lmdb.open(path, max_dbs=16, map_size=1 << 26) as env, env.begin(write=True) as txn:
            message = [user, CANARY, 0, "", "", "", b"", "", "", bytes(32), b"", now, now, 0, 0, 0]
            reply = [user, b"", CANARY, "", [], now, now, 0, 0, ""]
            for name, fields in ("inbox", message), ("outbox", reply):
                body = msgpack.packb([1, *fields])
                for _ in range(count):
                    txn.put(ledger + os.urandom(16), body + struct.pack(">I", xxhash.xxh3_64_intdigest(body) & 0xFFFFFFFF), db=env.open_db(name.encode(), txn=txn))

    def test_what_waits_goes_too(self):
        for user in "line:U1", "line:U2":
            self.client.say(user, "hello")
        self.daemon.stop()
        self.put_into_boxes("line:U1", 150)
        self.put_into_boxes("line:U2", 3)
        self.client.connection.close()
        self.daemon.start()
        delete(self.client, "line:U1")
        self.wait_until_deleted()
        self.daemon.stop()
        store = read_store(self.daemon.store)
        self.assertEqual(([entry[0] for entry in store.inbox], [entry[0] for entry in store.outbox]), (["line:U2"] * 3, ["line:U2"] * 3))
        self.assertEqual(store.faults, [])

    def test_it_takes_the_right_confirmation(self):
        self.client.say("line:U1", "tea 5")
        self.client.say("line:U2", "tea 5")
        mine, theirs = begin(self.client, "line:U1"), begin(self.client, "line:U2")
        old = "%016x" % int(time.time() * 1000 - 5) + mine[16:]
        for wrong in theirs, old, mine[:-1] + ("0" if mine[-1] != "0" else "1"), "", "x" * 64:
            self.refused(self.client.request("DELETE", f"{USER}?user=line:U1&confirmation={wrong}"), 400, "invalid-parameter", "confirmation")
        self.refused(self.client.request("DELETE", f"{USER}?user=line:U1"), 422, "missing-field", "confirmation")
        self.refused(self.client.post(f"{USER}/deletion", {"user": "line:nobody"}), 404, "unknown-user", "user")
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:U2")) as other:
            self.refused(other.request("DELETE", f"{USER}?user=line:U1&confirmation={mine}"), 403, "forbidden", "user")
            self.refused(other.post(f"{USER}/deletion", {"user": "line:U1"}), 403, "forbidden", "user")
        self.assertEqual(len(self.client.expenses("line:U1")), 1)
        self.daemon.stop()
        self.client.connection.close()
        self.daemon.start()                    # it is good for any worker, also after a restart
        self.assertEqual(delete(self.client, "line:U1", mine).status, 202)
        self.wait_until_deleted()

    def test_a_confirmation_is_for_the_user_who_was_there_then(self):
        self.client.say("line:U1", "tea 5")
        confirmation = begin(self.client, "line:U1")
        self.assertEqual(delete(self.client, "line:U1", confirmation).status, 202)
        self.wait_until_deleted()
        self.refused(delete(self.client, "line:U1", confirmation), 404, "unknown-user", "user")
        self.assertEqual(self.client.post("/api/v1/users", {"user": "line:U1"}).status, 201)
        self.refused(delete(self.client, "line:U1", confirmation), 404, "unknown-user", "user")

    def test_the_user_can_begin_anew_and_old_requests_stay_old(self):
        fill(self.client, "line:U1", 3)
        delete(self.client, "line:U1")
        self.wait_until_deleted()
        late = self.client.say("line:U1", f"{CANARY} lunch $1", Idempotency_Key=f"{CANARY} 0")
        self.refused(late, 422, "idempotency-key-reused", "Idempotency-Key")
        self.assertEqual(self.client.get(f"{USER}?user=line:U1").status, 404)
        self.assertEqual(self.client.say("line:U1", "tea 7").json["status"], "recorded")
        self.assertEqual([e["amount"] for e in self.client.expenses("line:U1")], ["7.00"])
        self.assertEqual(self.client.get(f"{USER}?user=line:U1").json["display_name"], None)
        self.refused(self.client.say("line:U1", f"{CANARY} lunch $1", Idempotency_Key=f"{CANARY} 0"), 422, "idempotency-key-reused", "Idempotency-Key")

    def test_while_it_goes_on_nothing_is_taken(self):
        fill(self.client, "line:U1", 5)
        keeper, = self.daemon.pids("keeper")
        os.kill(keeper, signal.SIGSTOP)        # nobody works on it
        self.assertEqual(delete(self.client, "line:U1").status, 202)
        self.refused(self.client.say("line:U1", "tea 5"), 409, "being-deleted")
        self.refused(self.client.post("/api/v1/users", {"user": "line:U1"}), 409, "being-deleted")
        self.refused(self.client.get(f"{USER}?user=line:U1"), 404, "unknown-user", "user")
        self.refused(self.client.post("/api/v1/expenses", {"user": "line:U1", "description": "x", "amount": 5}), 404, "unknown-user", "user")
        os.kill(keeper, signal.SIGCONT)
        wait_for(lambda: self.client.post("/api/v1/users", {"user": "line:U1"}).status == 201, "the end of the deletion")
        self.assertEqual(self.client.expenses("line:U1"), [])

    def test_a_deletion_ends_whatever_is_killed(self):
        users = [f"line:{CANARY}{n}" for n in range(12)]
        for user in users:
            fill(self.client, user, 40)
        self.client.say("line:other", "tea 5")
        is_over = threading.Event()

        def kill_some():
            while not is_over.is_set():
                kill_one(self.daemon.children("writer", "keeper"))
                is_over.wait(random.random() * 0.3)
        killer = threading.Thread(target=kill_some)
        killer.start()
        try:
            for user in users:
                confirmation = begin(self.client, user)
                wait_for(lambda: delete(self.client, user, confirmation).status in (202, 404), "the deletion to begin")
            self.daemon.wait_for(lambda: self.daemon.stats()["users_deleted"] >= 3, "some deletions to end")
        finally:
            is_over.set()
            killer.join()
        kill(self.daemon.all_pids())
        self.daemon.process.wait()
        self.client.connection.close()
        before = read_store(self.daemon.store)
        self.assertEqual(before.faults, [])
        print(f"# {len(before.being_deleted)} of {len(users)} deletions were under way at the end", flush=True)
        self.daemon.start()
        for user in users:
            wait_for(lambda: self.client.post("/api/v1/users", {"user": user}).status == 201, "the end of the deletion")
        self.daemon.stop()
        store = read_store(self.daemon.store)
        self.assertEqual((store.faults, store.being_deleted, list(store.expenses)), ([], {}, ["line:other"]))
        self.assertFalse(store.mentions(f"{CANARY} "))
        self.assertFalse(store.mentions(f" {CANARY}"))


class Retention(unittest.TestCase):
    def age(self, store, kind, field, days):
        """Make all rows of a kind older: their time, which is one of the fields; how many there were."""
        count = 0
        for name in os.listdir(store):
            if not name.startswith("shard-"):
                continue
            with lmdb.open(os.path.join(store, name), max_dbs=16, map_size=1 << 26) as env:
                table = env.open_db(b"ledger", create=False)
                with env.begin(write=True) as txn:
                    rows = [(k, v) for k, v in txn.cursor(table) if k[16:17] == kind]
                    for key, value in rows:
                        count += 1
                        if field is None:                  # the day in the key of the trash
                            txn.delete(key, db=table)
                            day = struct.unpack(">I", key[17:21])[0] - days
                            txn.put(key[:17] + struct.pack(">I", day) + key[21:], value, db=table)
                            continue
                        fields = msgpack.unpackb(value[:-4])
                        fields[field] -= days * DAY_MS
                        body = msgpack.packb(fields)
                        txn.put(key, body + struct.pack(">I", xxhash.xxh3_64_intdigest(body) & 0xFFFFFFFF), db=table)
        return count

    def test_what_is_old_goes_from_ledgers_that_nobody_uses(self):
        with Daemon("http { workers = 1 }") as d:
            with Client(d.port, token(d)) as client:
                for n in range(20):
                    fill(client, f"line:U{n}", 4)
            d.stop()
            keys, messages = self.age(d.store, b"D", 2, 31), self.age(d.store, b"G", 5, 31)
            trash = self.age(d.store, b"X", None, 32)
            self.assertGreater(min(keys, messages, trash), 20)
            d.start()

            def removed():
                stats = d.stats()
                return [stats["retention_" + name] for name in ("keys", "messages", "trash")]
            d.wait_for(lambda: removed() == [keys, messages, trash], "what is old to go")
            with Client(d.port, token(d)) as client:
                self.assertEqual(len(client.expenses("line:U1")), 6)
            d.stop()
            self.assertEqual(read_store(d.store).faults, [])

    def test_what_is_young_stays(self):
        with Daemon("http { workers = 1 }") as d:
            with Client(d.port, token(d)) as client:
                fill(client, "line:U1", 4)
            d.stop()
            kept = self.age(d.store, b"D", 2, 29) + self.age(d.store, b"G", 5, 29)
            d.start()
            d.wait_for(lambda: d.stats()["store_disk_free_bytes"] > 0, "the keeper")
            d.stop()
            self.assertEqual(self.age(d.store, b"D", 2, 0) + self.age(d.store, b"G", 5, 0), kept)


if __name__ == "__main__":
    tap.main()
