#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A daemon under steady load of all kinds whose processes are killed, told to reload and to open their logs anew: what they hold stays flat.

The run has generations, with a reload between, and each generation has rounds, with a rest after each.  At a rest
nothing is under way, so what a process holds then is what it keeps.  Compared is the last rest of a
generation with the one after its first third, for one process of each role that is spared all along; the keeper, of which
there is one, is spared in every other generation.  The master is compared over the whole run.  At the end nothing
acknowledged may be missing, as a reader of its own sees it.

A long run reloads in its first minute only, so that the processes that are spared in its last generation live for all of
AIEXPENSE_SOAK_SECONDS; the generations of that first minute are too short to tell.

That it finds leaks is shown in test_sabotage.py.

AIEXPENSE_SOAK_SECONDS is how long the load lasts (5); from 60 on it is a long run, and each rest says what was found.
"""

import os
import random
import signal
import statistics
import time
import unittest

import tap
from api import token
from load.footprint import Footprint, connections_to
from harness import PATIENCE, Daemon, free_port, is_alive, is_sanitized, kill, wait_for
from servers.mock_messengers import MockMessengers
from servers.mock_provider import MockProvider, expense
from load.soak_load import SoakLoad
from store_reader import read_store
from webhooks import Secrets

SECONDS = int(os.environ.get("AIEXPENSE_SOAK_SECONDS", "5"))
IS_LONG = SECONDS >= 60
ROUNDS = (2, 2, 2, 60) if IS_LONG else (3, 3)       # of each generation
ROUND_SECONDS = SECONDS / (ROUNDS[-1] if IS_LONG else sum(ROUNDS))
STEPS_MIN = 300                    # of the load in a round, however slow the machine is
KILLS = 2                          # in a round
ROUNDS_TO_TELL = 3
ROLES = "http", "writer", "ai", "keeper"

# What may come on top after the first third: a buffer that was never as full, a table's next size.
HEAP_KIB = 256                     # in use in the C library's heap
ANONYMOUS_KIB = 1024               # what the kernel gave
CONNECTIONS = 3                    # to other processes, which are made when they are first needed
PAGES = 1000                       # that a killed reader keeps from being used again until its place is cleared
ROWS = 100                         # of the queue, and places of readers

UNDER_WAY = "http_connections", "http_in_flight", "ai_jobs_waiting", "ai_calls_in_flight"
WAITING = "queue_messages", "queue_replies", "queue_jobs"

CONF = """run { profiling = true }
http { workers = 2 }
ai { workers = 2 message_timeout_ms = 1000 }
log { file = "%s" }
store { map_size_bytes = 1G }
"""


def read_provider(text):
    words, _, amount = text.rpartition(" ")
    return [expense(words, amount, category="entertainment")]


def warm(rounds):
    """The rest that the last one of so many is compared with."""
    return rounds // 3 - 1


class Rest:
    """What there is while nothing is under way."""

    def __init__(self, soak, looks_at_heaps):
        d, stats = soak.daemon, soak.daemon.stats()
        kept = connections_to(soak.ports)
        self.requests, self.at_s = stats["http_requests"], time.monotonic() - soak.began
        self.processes = {worker["pid"]: worker["role"] for worker in d.workers()}
        self.footprints = {pid: Footprint(pid, kept) for pid in self.processes}
        self.children = len(d.children())
        self.internal = len(os.listdir(os.path.join(d.run_dir, "internal")))
        self.pages, self.pages_free = stats["store_pages"], stats["store_pages_free"]
        self.readers, self.waiting = stats["store_readers"], sum(stats[name] for name in WAITING)
        self.heaps_kib = {pid: soak.heap(pid) for pid in soak.spared} if looks_at_heaps else {}

    def anonymous(self, role):
        return [self.footprints[pid].anonymous_kib for pid, of in self.processes.items() if of == role]

    def descriptors(self, role):
        return [self.footprints[pid].descriptors.total() for pid, of in self.processes.items() if of == role]

    def __str__(self):
        roles = ", ".join(f"{role} {sum(self.anonymous(role)) / 1024:.1f}/{sum(self.descriptors(role))}" for role in ("master", *ROLES))
        return f"MiB/descriptors: {roles}; {self.pages} pages, {self.pages_free} free, {self.readers} readers, {self.waiting} waiting"


class Soak:
    """The run: rests[g] are those of generation g."""

    def __init__(self, daemon, load, mocks):
        self.daemon, self.load, self.mocks = daemon, load, mocks
        self.ports = {mocks[0].server.server_port, mocks[1].port}
        self.rests, self.kills, self.spared = [], 0, set()
        self.began = time.monotonic()

    def run(self):
        for generation, rounds in enumerate(ROUNDS):
            if generation > 0:
                self.reload()
            is_keeper_spared = generation % 2 == 1
            spared_roles = [role for role in ROLES if role != "keeper" or is_keeper_spared]
            self.spared = {self.daemon.pids(role)[0] for role in spared_roles}
            looked_at = (warm(rounds), rounds - 1) if rounds >= ROUNDS_TO_TELL else ()
            self.rests.append([self.round(looks_at_heaps=n in looked_at) for n in range(rounds)])

    def round(self, looks_at_heaps):
        self.open_logs_anew()
        self.mocks[0].faults.update(line=["500"], telegram=["close"])
        self.mocks[1].fault = lambda call: {7: "500", 23: "dies"}.get(call)
        self.load.go_on()
        began, from_step = time.monotonic(), self.load.answered
        for moment in sorted(random.random() for _ in range(KILLS)):
            wait_for(lambda: self.load.odd or self.share_done(began, from_step) >= moment, "the load", SECONDS + 10 * PATIENCE)
            self.kill_one()
        wait_for(lambda: self.load.odd or self.share_done(began, from_step) >= 1, "the load", SECONDS + 10 * PATIENCE)
        self.load.rest()
        self.settle()
        rest = Rest(self, looks_at_heaps)
        if IS_LONG:
            print(f"# {time.monotonic() - self.began:.0f} s, {rest.requests} requests, {self.kills} kills; {rest}", flush=True)
        for mock in self.mocks:
            mock.calls.clear()
        return rest

    def share_done(self, began, from_step):
        in_time = (time.monotonic() - began) / ROUND_SECONDS
        return min(in_time, (self.load.answered - from_step) / STEPS_MIN)

    def kill_one(self):
        victims = [pid for role in ROLES for pid in self.pids(role) if pid not in self.spared]
        if victims:
            kill([random.choice(victims)])
            self.kills += 1

    def pids(self, role):
        try:
            return [pid for pid in self.daemon.pids(role) if is_alive(pid)]
        except OSError:
            return []                    # the keeper, who would tell, is being replaced

    def reload(self):
        before = set(self.daemon.children())
        self.daemon.process.send_signal(signal.SIGHUP)
        self.daemon.wait_for(lambda: not before & set(self.daemon.children()) and self.is_complete(), "the reload")

    def open_logs_anew(self):
        log = self.daemon.log_file
        os.rename(log, log + ".1")
        self.daemon.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: os.path.exists(log) and "opened anew" in self.daemon.log(), "the log to be opened anew")

    def is_complete(self):
        return all(worker["pid"] and is_alive(worker["pid"]) for worker in self.daemon.workers())

    def wait_for_none(self, names, patience):
        """Until all processes are there, and nothing of what these count."""
        def left():
            stats = self.daemon.stats()
            return {name: stats[name] for name in names if stats[name]}
        try:
            self.daemon.wait_for(lambda: self.is_complete() and not left(), patience=patience)
        except AssertionError:
            raise AssertionError(f"it does not come to rest: {left()}") from None

    def settle(self):
        self.wait_for_none(UNDER_WAY, PATIENCE)

    def drain(self):
        """What a killed process had in work is taken up when its claim ends."""
        self.wait_for_none(WAITING, 4 * PATIENCE)

    def heap(self, pid):
        """KiB in use, as the process says at its next heartbeat."""
        worker, = [worker for worker in self.daemon.workers() if worker["pid"] == pid]
        answer = self.daemon.ask(f"profile {worker['role']} {worker['index']} 1 heap", "control.sock").splitlines()
        assert answer[1].startswith("used "), answer
        return int(answer[1].split()[1]) // 1024


class SoakTest(unittest.TestCase):
    def check_process(self, first, last, pid):
        """One process, from one rest to the other."""
        before, after = first.footprints[pid], last.footprints[pid]
        who = f"{last.processes[pid]} {pid}, {last.at_s - first.at_s:.0f} s, {last.requests - first.requests} requests"
        grown = after.anonymous_kib - before.anonymous_kib
        more = after.descriptors - before.descriptors
        connections = more.pop("socket", 0)
        heap = last.heaps_kib[pid] - first.heaps_kib[pid] if pid in last.heaps_kib else 0
        print(f"# {who}: {grown:+} KiB of memory, {heap:+} in use in its heap, {connections:+} connections", flush=True)
        self.assertEqual(after.shared_kib, before.shared_kib, f"{who}: shared memory")
        if not is_sanitized():
            self.assertLessEqual(heap, HEAP_KIB, f"{who}: heap in KiB")
            self.assertLessEqual(grown, ANONYMOUS_KIB, f"{who}: memory in KiB")
        self.assertEqual(dict(more), {}, f"{who}: descriptors")
        self.assertLessEqual(connections, CONNECTIONS, f"{who}: sockets")

    def check_footprints(self, soak):
        rests = [rest for generation in soak.rests for rest in generation]
        self.assertEqual({(rest.children, rest.internal) for rest in rests}, {(rests[0].children, rests[0].internal)})
        self.check_process(rests[ROUNDS[0] - 1], rests[-1], soak.daemon.process.pid)
        for generation in soak.rests:
            for pid in generation[-1].heaps_kib:
                self.check_process(generation[warm(len(generation))], generation[-1], pid)
        self.check_level("pages that wait to be used again", [rest.pages_free for rest in rests], PAGES)
        self.check_level("rows that wait", [rest.waiting for rest in rests], ROWS)
        self.check_level("readers", [rest.readers for rest in rests], ROWS)

    def check_level(self, what, figures, more):
        """What goes up and down: its last third with its middle one."""
        third = len(figures) // 3
        middle, end = statistics.median(figures[third:-third]), statistics.median(figures[-third:])
        self.assertLessEqual(end, 2 * middle + more, f"{what}: {figures}")

    def check_store(self, d, load):
        store = read_store(d.store)
        self.assertEqual(store.faults, [])
        self.assertEqual(store.dead, [])
        waiting = "".join(map(repr, store.inbox))
        if IS_LONG:
            self.assertEqual((store.inbox, store.outbox), ([], []))
        present = [(user, e["description"]) for user, expenses in store.expenses.items() for e in expenses]
        self.assertEqual(len(present), len(set(present)), "an expense is there twice")
        missing = load.acknowledged - set(present)
        self.assertEqual([thing for user, thing in missing if thing not in waiting], [], "acknowledged and lost")
        self.assertEqual(load.deleted & set(present), set(), "deleted and there")
        self.assertLessEqual(set(present), load.sent)

    def test_what_its_processes_hold_stays_flat_under_load_and_kills(self):
        secrets, mock = self.enterContext(Secrets()), self.enterContext(MockMessengers())
        provider = self.enterContext(MockProvider(free_port()))
        mock.chat_of_token = lambda reply: reply.removeprefix("reply-").partition("#")[0]
        provider.says = read_provider
        messengers = secrets.line(api_url=mock.url + "/line") + secrets.telegram(api_url=mock.url + "/telegram")
        d = Daemon(start=False)
        with open(d.conf_file, "a") as f:
            f.write(CONF % d.log_file + messengers + provider.section())
        with d:
            d.start()
            with SoakLoad(d, token(d)) as load:
                soak = Soak(d, load, [mock, provider])
                soak.run()
                if IS_LONG:
                    soak.drain()
            self.assertEqual(load.odd, [])
            self.assertEqual(d.stats()["children_killed_stalled"], 0)
            self.assertEqual(d.stop(), 0)
            self.check_store(d, load)
            self.check_footprints(soak)
            print(f"# {soak.rests[-1][-1].requests} requests, {soak.kills} kills, {len(load.acknowledged)} acknowledged and there, "
                  f"{len(load.deleted)} deleted", flush=True)


if __name__ == "__main__":
    tap.main()
