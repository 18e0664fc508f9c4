#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes are killed under load; what was acknowledged is there, once, as a reader of its own sees it.

That it finds a daemon which answers before its commit is shown in
test_sabotage.py.  AIEXPENSE_KILLS sets how many times each kind of process is
killed (100).
"""

import http.client
import itertools
import os
import random
import subprocess
import sys
import threading
import unittest

import tap
from api import Client, token
from harness import PATIENCE, Daemon, SlowDisk, is_alive, kill, kill_one, wait_for
from store_reader import read_store, readers_at_work

KILLS = int(os.environ.get("AIEXPENSE_KILLS", "100"))
USERS = 20
CLIENTS = 8
LETTERS = str.maketrans("0123456789", "bcdfghjklm")      # a number in letters is no amount


class Load:
    """Clients that send messages, each with a key, and again with the same key until they are acknowledged."""

    def __init__(self, port, made):
        self.port, self.token = port, made
        self.numbers = itertools.count(1)
        self.acknowledged = set()
        self.sent = set()
        self.odd = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def run(self):
        with Client(self.port, self.token) as client:
            while not self.is_over.is_set():
                self.send_one(client)

    def send_one(self, client):
        number = next(self.numbers)
        item = (f"line:K{number % USERS}", "lunch q" + str(number).translate(LETTERS))
        self.sent.add(item)
        if self.deliver(client, number, *item):
            self.acknowledged.add(item)

    def deliver(self, client, number, user, thing):
        """True when it was acknowledged; False when the load ended first."""
        while not self.is_over.is_set():
            try:
                answer = client.say(user, f"{thing} ${number % 500 + 1}", Idempotency_Key=thing)
            except (OSError, http.client.HTTPException):
                self.is_over.wait(0.005)       # nobody listens just now
                continue
            if answer.status == 200:
                told = answer.json["expenses"]
                if [e["description"] for e in told] != [thing]:
                    self.odd.append((thing, told))
                return True
            if answer.status not in (202, 503):
                self.odd.append((thing, answer.status, answer.body))
                return False
        return False


class Killing(unittest.TestCase):
    def kill_children(self, d, role, kills):
        for _ in range(kills):
            victim, = wait_for(lambda: kill_one(d.children(role)), role)
            wait_for(lambda: not is_alive(victim), "its death")
        d.wait_for(lambda: d.stats()["children_respawned"] == kills, "the last one to be replaced")

    def losses(self, d, load):
        """What was acknowledged and is not there; everything else that is wrong fails the case."""
        store = read_store(d.store)
        self.assertEqual(store.faults, [])
        self.assertEqual(load.odd, [])
        present = [(user, e["description"]) for user, expenses in store.expenses.items() for e in expenses]
        self.assertEqual(len(present), len(set(present)), "an expense is there twice")
        self.assertLessEqual(set(present), load.sent)
        return load.acknowledged - set(present)

    def prove(self, d, load, kills):
        self.assertGreater(len(load.acknowledged), kills)
        lost = self.losses(d, load)
        print(f"# {kills} kills, {len(load.acknowledged)} acknowledged, {len(lost)} lost", flush=True)
        self.assertEqual(lost, set())

    def test_nothing_acknowledged_is_lost_when_children_are_killed(self):
        for role in "http", "writer", "ai", "keeper":
            with self.subTest(role), Daemon("http { workers = 2 }", args=["-o", "ai.workers=2"]) as d:
                with Load(d.port, token(d)) as load:
                    wait_for(lambda: len(load.acknowledged) > 50, "load")
                    self.kill_children(d, role, KILLS)
                    before = len(load.acknowledged)
                    wait_for(lambda: len(load.acknowledged) > before + 50, "load after the kills")
                kill(d.all_pids())
                self.prove(d, load, KILLS)

    def test_nothing_acknowledged_is_lost_when_the_master_or_all_processes_are_killed(self):
        with Daemon("http { workers = 2 }") as d, Load(d.port, token(d)) as load:
            for n in range(KILLS):
                before = len(load.acknowledged)
                wait_for(lambda: len(load.acknowledged) > before + 5, "load")
                pids = d.all_pids()
                kill(pids[:1] if n % 2 else random.sample(pids, len(pids)))
                d.process.wait()
                d.start()
            load.__exit__()
            d.stop()
            self.prove(d, load, KILLS)

    def kill_writers_in_a_flush(self, d, disk):
        """One message, and the writers are killed while its commit waits for the disk; gives its load."""
        load = Load(d.port, token(d))
        with Client(d.port, load.token) as client:
            wait_for(lambda: client.say("line:K0", "hello").status == 200, "the token to be stored")
            wait_for(lambda: client.get("/api/v1/user?user=line:K0").status == 200, "the user to be stored")
            disk.hold()
            thread = threading.Thread(target=load.send_one, args=(client,), daemon=True)
            thread.start()
            wait_for(disk.is_reached, "the commit")
            kill(d.children("writer"))
            disk.release()
            thread.join(PATIENCE)
        load.is_over.set()
        d.stop()
        self.assertEqual(load.acknowledged, load.sent)
        return load

    def test_a_writer_killed_in_its_flush_has_acknowledged_nothing_of_that_commit(self):
        with SlowDisk() as disk, Daemon("http { workers = 1 }", args=["-o", "store.shards=1"]) as d:
            load = self.kill_writers_in_a_flush(d, disk)
            self.assertEqual(self.losses(d, load), set())

    def test_what_a_killed_reader_kept_from_being_used_again_is_let_go_of(self):
        reading = "import lmdb, sys; e = lmdb.open(sys.argv[1], readonly=True, max_dbs=16); t = e.begin(); print(flush=True); sys.stdin.read()"
        with Daemon("http { workers = 1 }") as d:
            shard = os.path.join(d.store, "shard-000")
            with subprocess.Popen([sys.executable, "-c", reading, shard], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
                reader.stdout.readline()
                d.wait_for(lambda: len(readers_at_work(d.store)) == 1, "the reader")
                reader.kill()
            d.wait_for(lambda: d.stats()["readers_cleared"] == 1, "its place to be cleared")
            self.assertEqual(readers_at_work(d.store), [])


if __name__ == "__main__":
    tap.main()
