#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Memory runs out at every allocation in turn: a clear error or success, nothing dies, leaks, is lost, doubled or torn."""

import contextlib
import http.client
import mmap
import os
import struct
import tempfile
import unittest

import tap
from api import Client, token
from harness import Daemon, Preload, free_port, is_sanitized, kill, wait_for
from servers.mock_messengers import MockMessengers
from servers.mock_provider import MockProvider, expense
from people import configuration, discord_command, post_discord, post_teams, teams_activity
from store_reader import read_store
from webhooks import Secrets, line_body, line_event, post_line, post_telegram, telegram_update

EVERY = int(os.environ.get("AIEXPENSE_ALLOCATIONS", 5))     # each how manieth allocation fails
NAMES = ("say", "put", "webhook", "discord", "teams", "list", "categories", "question", "change", "look", "undo")
SHOWN = ("stats", "latency", "shards", "queue", "errors", "clients", "workers", "info", "ai", "alerts", "keywords")
FORGED = ("forged_line", "forged_discord", "forged_teams")
USERS = ("line:M", "line:Ubot:U1", "discord:app-1:5", "teams:teams-app:T1")
LEAK = 50                                                   # more blocks than are under way
MOST = 2000                                                 # allocations that one request may take
CONNECTING = 16                                             # those that a worker makes for who connects, and some beyond


class Memory(Preload):
    """The memory of a process of what is started inside of it fails as it is told (memory.c)."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="aiexpense-test-")
        self.file.truncate(mmap.PAGESIZE)
        self.page = mmap.mmap(self.file.fileno(), mmap.PAGESIZE)
        super().__init__("tests/faults/memory.so", MEMORY_FAULT=self.file.name)

    def fail(self, pid, at):
        struct.pack_into("=ii", self.page, 0, 0, at)
        struct.pack_into("=i", self.page, 0, pid)

    def failed(self):
        return struct.unpack_from("=i", self.page, 4)[0] <= 0

    def has_failed(self):
        """Whether it came to that; none fails from here on."""
        failed = self.failed()
        struct.pack_into("=i", self.page, 4, 0)
        return failed

    def live(self):
        return struct.unpack_from("=q", self.page, 8)[0]


@unittest.skipIf(is_sanitized(), "a sanitizer has its own malloc")
class MemoryTest(unittest.TestCase):
    def setUp(self):
        self.acknowledged, self.missing, self.tried = set(), set(), 0

    def say(self, client):
        self.tried += 1
        answer = client.say("line:M", f"lunch {self.tried}", Idempotency_Key=f"s{self.tried}")
        if answer.status == 200:
            self.acknowledged.add(self.tried * 100)
        return answer

    def talk(self, client, text):
        self.tried += 1
        return client.say("line:D", text, Idempotency_Key=f"t{self.tried}")

    def question(self, client):
        """And what answers it."""
        first = self.talk(client, "coffee")
        return self.talk(client, "4") if first.status == 200 else first

    def change(self, client):
        return self.talk(client, "no, it was 7")

    def look(self, client):
        return self.talk(client, "how much did I spend this month?")

    def undo(self, client):
        return self.talk(client, "undo")

    def put(self, client):
        self.tried += 1
        answer = client.post("/api/v1/expenses", {"user": "line:M", "amount": f"{self.tried}.00", "description": "tea"},
                             Idempotency_Key=f"p{self.tried}")
        if answer.status == 201:
            self.acknowledged.add(self.tried * 100)
        return answer

    def webhook(self, client):
        self.tried += 1
        answer = post_line(client, line_body(line_event("U1", f"coffee {self.tried}", f"e{self.tried}")))
        if answer.status == 200:
            self.acknowledged.add(self.tried * 100)
        return answer

    def discord(self, client):
        self.tried += 1
        return self.acknowledge(post_discord(client, discord_command("5", self.tried, text=f"bun {self.tried}")))

    def teams(self, client):
        self.tried += 1
        return self.acknowledge(post_teams(client, teams_activity(self.url, "T1", f"a{self.tried}", f"rice {self.tried}")))

    def forged_line(self, client):
        return post_line(client, line_body(line_event("U1", "gold 999", "gold")), secret="forged")

    def forged_discord(self, client):
        return post_discord(client, discord_command("5", 999999, text="gold 999"), forged=True)

    def forged_teams(self, client):
        return post_teams(client, teams_activity(self.url, "T1", "gold", "gold 999"), forged=True)

    def acknowledge(self, answer):
        if answer.status == 200:
            self.acknowledged.add(self.tried * 100)
        return answer

    def list(self, client):
        return client.get("/api/v1/expenses?user=line:M&limit=20")

    def categories(self, client):
        return client.get("/api/v1/categories?user=line:M")

    def are_booked(self, client):
        """Whether all is there that was acknowledged; one of the users may not be yet."""
        if any(client.get(f"/api/v1/expenses?user={user}").status == 404 for user in USERS):
            return False
        self.missing = self.acknowledged - {int(float(e["amount"]) * 100) for user in USERS for e in client.expenses(user)}
        return not self.missing

    def ask(self, d, name):
        """An answer's status, or 0 when the connection was closed without one."""
        try:
            with Client(d.port, self.token) as client:
                return getattr(self, name)(client).status
        except (http.client.HTTPException, ConnectionError):
            return 0

    def fail_in_turn(self, memory, d, pid, name, allowed=(0, 200, 201, 500, 503, 507), then=(200, 201)):
        """What was allocated in the end."""
        for at in range(1, MOST, EVERY):
            memory.fail(pid, at)
            status = self.ask(d, name)
            has_failed = memory.has_failed()
            self.assertIn(status, allowed, f"{name}, allocation {at}")
            self.assertIn(self.ask(d, name), then, f"{name}, after allocation {at}")
            if not has_failed:
                return memory.live()
        self.fail(f"{name} takes more than {MOST} allocations")

    def test_each_allocation_that_fails_is_an_error_or_nothing(self):
        with Secrets() as secrets, MockMessengers() as mock, Memory() as memory, Daemon(
                "http { workers = 1 }\nlimit { per_user_messages = 0 }\n" + configuration(secrets, mock.url)) as d:
            self.url = mock.url
            self.token = token(d)
            wait_for(lambda: self.ask(d, "say") == 200, "the token to be stored")
            for pid in d.pids("writer") + d.pids("http"):
                for name in NAMES:
                    self.fail_in_turn(memory, d, pid, name)
            for name in FORGED:
                self.fail_in_turn(memory, d, d.pids("http")[0], name, allowed=(0, 401, 500, 503), then=(401,))
            if EVERY == 1:
                live, again = [max(self.fail_in_turn(memory, d, pid, name) for name in NAMES) for _ in range(2)]
                self.assertLess(again - live, LEAK, "memory leaks")
            self.assertEqual(d.stats()["children_died"], 0)
            with Client(d.port, self.token) as client:
                try:
                    wait_for(lambda: self.are_booked(client), patience=120)        # what met a failure is tried again when its claim has ended
                except AssertionError:
                    self.fail(f"acknowledged and not booked: {self.missing}")
            d.stop()
            store = read_store(d.store)
            self.assertEqual(store.faults, [])
            amounts = [e["amount_minor"] for user, of_one in store.expenses.items() if user != "line:D" for e in of_one]
            self.assertEqual(len(amounts), len(set(amounts)), "one is there twice")
            self.assertEqual(self.acknowledged - set(amounts), set(), "an acknowledged one is lost")

    def test_a_keeper_without_memory_leaves_somebody_without_an_answer_at_most(self):
        with Memory() as memory, Daemon() as d:
            pid, = d.pids("keeper")
            failures = 0
            for name in SHOWN:
                for at in range(1, MOST, EVERY):
                    memory.fail(pid, at)
                    try:
                        told = d.ask("show " + name)
                    except ConnectionError:
                        told = ""
                    has_failed = memory.has_failed()
                    after = d.ask("show " + name)
                    self.assertNotRegex(after, "^(error|$)", f"{name}, after allocation {at}")
                    failures += has_failed
                    if not told.startswith("error") and told:
                        self.assertEqual(len(told.splitlines()), len(after.splitlines()), f"{name}, allocation {at}: a part of it")
                    if not has_failed:
                        break
                self.assertFalse(has_failed, f"show {name} takes more than {MOST} allocations")
            self.assertGreater(failures, len(SHOWN))
            self.assertEqual(d.stats()["children_died"], 0)

    def padlock(self, client):
        return client.say("line:M", f"padlock {self.tried}", Idempotency_Key=f"k{self.tried}")

    def say_anew(self, d):
        """Answered, by the provider or by the rules, though the process that is asked may end meanwhile."""
        self.tried += 1
        status = wait_for(lambda: self.ask(d, "padlock"), "an answer")
        self.assertIn(status, (200, 202))
        return status

    def write_anew(self, d):
        self.tried += 1
        with Client(d.port) as hook:
            self.assertEqual(post_telegram(hook, telegram_update(self.tried, self.tried, f"padlock {self.tried}")).status, 200)

    def amounts_of(self, client, user):
        return sorted(int(float(e["amount"])) for e in client.expenses(user))

    @contextlib.contextmanager
    def worker(self):
        """The daemon with one AI worker that asks a provider, its memory, and who takes its replies."""
        with Secrets() as secrets, MockMessengers() as mock, MockProvider(free_port()) as provider, Memory() as memory, Daemon(
                "http { workers = 1 }\nlimit { per_user_messages = 0 }\nai { workers = 1 cache_bytes = 0 when = always }\n" +
                provider.section(timeout_ms=1000) + secrets.telegram(api_url=mock.url + "/telegram")) as d:
            provider.says = lambda text: [expense("padlock", text.split()[-1])]
            self.token = token(d)
            wait_for(lambda: self.ask(d, "list") in (200, 404), "the token to be stored")
            yield d, memory, mock

    def fail_worker(self, d, memory, at):
        """libcurl of Debian 12 divides by zero when one of its own tables gets no memory; the worker is replaced then."""
        memory.fail(d.wait_for(lambda: d.pids("ai"))[0], at)

    def assert_booked_once(self, d, said):
        """All that was said by one user, and each message of one user each."""
        with Client(d.port, self.token) as client:
            wait_for(lambda: len(self.amounts_of(client, "line:M")) >= said, "all that was said", patience=120)
            self.assertEqual(self.amounts_of(client, "line:M"), list(range(1, said + 1)))
            for n in range(said + 1, self.tried + 1):
                self.assertEqual(self.amounts_of(client, f"telegram:123456:{n}"), [n])
        d.stop()
        self.assertEqual(read_store(d.store).faults, [])

    def test_an_ai_worker_without_memory_loses_nothing_and_has_nothing_booked_twice(self):
        with self.worker() as (d, memory, mock):
            for at in range(1, MOST, EVERY):
                self.fail_worker(d, memory, at)
                self.say_anew(d)
                has_failed = memory.has_failed()
                self.say_anew(d)
                if not has_failed:
                    break
            self.assertFalse(has_failed, f"a question takes more than {MOST} allocations")
            said = self.tried
            for at in range(1, MOST, EVERY):
                self.fail_worker(d, memory, at)
                self.write_anew(d)
                wait_for(lambda: memory.failed() or mock.read("telegram", str(self.tried)), "the reply, or the failure")
                if not memory.has_failed():
                    break
            self.assertGreater(self.tried, said + 10)
            wait_for(lambda: all(mock.read("telegram", str(n)) for n in range(said + 1, self.tried + 1)), "all replies", patience=120)
            self.assert_booked_once(d, said)

    def test_an_ai_worker_without_memory_for_who_connects_is_asked_all_the_same(self):
        with self.worker() as (d, memory, _):
            failures = 0
            for at in range(1, CONNECTING):
                self.fail_worker(d, memory, at)
                victim = d.pids("http")
                kill(victim)
                d.wait_for(lambda: d.pids("http") not in ([], victim))
                self.say_anew(d)
                failures += memory.has_failed()
                self.assertEqual(self.say_anew(d), 200, f"after allocation {at}")         # not 202: a worker has it
            self.assertEqual(failures, CONNECTING - 1)
            self.assert_booked_once(d, self.tried)


if __name__ == "__main__":
    tap.main()
