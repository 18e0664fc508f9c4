#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Daemons whose store is in PostgreSQL: one server, one or more instances, each with processes of its own."""

import io
import json
import signal
import threading
import unittest
import zipfile

import tap
from api import Client, service
from harness import Daemon, free_port
from servers.mock_messengers import MockMessengers
from servers.mock_provider import MockProvider
from servers.postgres import Postgres, programs
from webhooks import Secrets, post_telegram, telegram_update


def conf_of(server, **more):
    extra = "".join(f" {name} = {value}" for name, value in more.items())
    return f'store {{ engine = postgresql url = "{server.url}"{extra} }}\nhttp {{ workers = 2 }}\n'


def instance(server, **more):
    return Daemon(conf_of(server, **more), start=False)


def migrate(daemon):
    return daemon.ctl("-c", daemon.conf_file, "migrate")


def say(client, text, user="line:U1", **headers):
    return client.request("POST", "/api/v1/messages", {"user": user, "text": text}, headers)


def descriptions(client, user="line:U1"):
    return sorted(e["description"] for e in client.get(f"/api/v1/expenses?user={user}&limit=500").json["expenses"])


@unittest.skipIf(programs() is None, "PostgreSQL is not installed")
class PostgresqlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def setUp(self):
        self.server.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def test_without_its_tables_the_daemon_says_what_to_do(self):
        with instance(self.server) as d:
            d.launch()
            self.assertNotEqual(d.process.wait(30), 0)
            self.assertIn('run "aiexpensectl migrate" first', d.log())

    def test_migrating_again_changes_nothing(self):
        with instance(self.server) as d:
            self.assertEqual(migrate(d).stdout, "migration 1 (a new store): applied\n"
                             "migration 2 (tables for what was given up): applied\nmigration 3 (a table for jobs): applied\n"
                             "migration 4 (a table for codes that link identities): applied\n"
                             "migration 5 (a table for pictures of receipts): applied\n")
            secret = self.server.query("SELECT value FROM meta")
            self.assertEqual(migrate(d).stdout, "the schema is up to date\n")
            self.assertEqual(self.server.query("SELECT value FROM meta"), secret)

    def test_a_message_is_recorded_and_read_back(self):
        with instance(self.server) as d:
            migrate(d)
            d.start()
            client = service(d)
            self.assertEqual(say(client, "早餐$20午餐$30加油$200").json["status"], "recorded")
            self.assertEqual(descriptions(client), ["加油", "午餐", "早餐"])
            totals = client.get("/api/v1/summaries?user=line:U1").json["totals"]
            self.assertEqual([(t["amount"], t["count"]) for t in totals], [("250.00", 3)])

    def test_what_a_messenger_sends_is_booked_once_by_two_instances_and_answered(self):
        with Secrets() as secrets, MockMessengers() as mock:
            conf = conf_of(self.server) + secrets.telegram(api_url=mock.url + "/telegram")
            with Daemon(conf, start=False) as one, Daemon(conf, start=False) as two:
                migrate(one)
                one.start()
                two.start()
                with Client(one.port) as hook, Client(two.port) as other:
                    for n in range(10):
                        for to in (hook, other) if n % 2 else (other, hook):
                            self.assertEqual(post_telegram(to, telegram_update(n + 1, n + 1, "tea 5")).status, 200)
                one.wait_for(lambda: all(mock.read("telegram", str(n + 1)) for n in range(10)))
                with service(two) as client:
                    for n in range(10):
                        self.assertEqual(descriptions(client, f"telegram:123456:{n + 1}"), ["tea"])
                self.assertEqual([len(mock.read("telegram", str(n + 1))) for n in range(10)], [1] * 10)

    def test_an_export_has_the_texts_of_jobs_that_wait(self):
        hold = threading.Event()
        with Secrets() as secrets, MockMessengers() as mock, MockProvider(free_port()) as provider:
            provider.says = lambda text: hold.wait(30) and []
            conf = conf_of(self.server) + secrets.telegram(api_url=mock.url + "/telegram") + provider.section(timeout_ms=9000)
            with Daemon(conf, start=False) as d:
                migrate(d)
                d.start()
                with Client(d.port) as hook, service(d) as client:
                    post_telegram(hook, telegram_update(1, 7, "NT$50 zorbl"))
                    d.wait_for(lambda: mock.read("telegram", "7"))
                    d.wait_for(lambda: provider.calls)                # the job is being done, and not done yet
                    answer = client.get("/api/v1/user/export?user=telegram:123456:7")
                    hold.set()
                with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
                    self.assertEqual([json.loads(line)["text"] for line in archive.read("jobs.jsonl").splitlines()], ["NT$50 zorbl"])

    def test_a_photo_that_is_posted_is_recorded(self):
        with MockProvider(free_port()) as provider:
            provider.reads = lambda picture, kind: {"items": [{"description": "milk", "amount": "45", "category": "food"}], "total": "45",
                                                    "currency": "TWD", "date": ""}
            with Daemon(conf_of(self.server) + provider.section(reads_images="true"), start=False) as d:
                migrate(d)
                d.start()
                with service(d) as client:
                    answer = client.post("/api/v1/messages?user=line:U1", b"\xff\xd8\xff" + bytes(2 << 20), Content_Type="image/jpeg")
                    self.assertEqual((answer.status, answer.json["status"]), (200, "recorded"), answer.body)
                    self.assertEqual(descriptions(client), ["milk"])

    def test_while_the_server_is_away_all_is_503_and_afterwards_all_is_well(self):
        with instance(self.server) as d:
            migrate(d)
            d.start()
            client = service(d)
            say(client, "lunch 5")
            pids = d.pids("http")
            self.server.stop(signal.SIGQUIT)
            try:
                for answer in (client.get("/api/v1/expenses?user=line:U1"), say(client, "dinner 9")):
                    self.assertEqual((answer.status, answer.headers["Retry-After"] is not None), (503, True))
            finally:
                self.server.start()
            self.assertEqual(say(client, "supper 7").status, 200)
            self.assertEqual(descriptions(client), ["lunch", "supper"])
            self.assertEqual(d.pids("http"), pids)

    def test_what_is_acknowledged_survives_a_crash_of_the_server_under_load(self):
        with instance(self.server) as d:
            migrate(d)
            d.start()
            acknowledged = [[] for _ in range(8)]

            def write(k):
                with service(d) as client:
                    for n in range(40):
                        if say(client, f"thing{k}x{n} 5", f"line:W{k}", **{"Idempotency-Key": f"{k}-{n}"}).status == 200:
                            acknowledged[k].append(f"thing{k}x{n}")

            threads = [threading.Thread(target=write, args=(k,)) for k in range(8)]
            for thread in threads:
                thread.start()
            d.wait_for(lambda: all(acknowledged) and sum(map(len, acknowledged)) > 40, "some messages of each")
            self.server.stop(signal.SIGQUIT)
            self.server.start()
            for thread in threads:
                thread.join()
            client = service(d)
            for k, expected in enumerate(acknowledged):
                self.assertGreater(len(expected), 0)
                there = descriptions(client, f"line:W{k}")
                self.assertEqual(len(there), len(set(there)))
                self.assertLessEqual(set(expected), set(there))

    def test_what_waits_and_what_was_given_up_is_counted(self):
        with Secrets() as secrets, MockMessengers() as mock:
            mock.refusals.update({"1": (500, "not now"), "2": (403, "Forbidden: bot was blocked by the user")})
            with Daemon(conf_of(self.server) + secrets.telegram(api_url=mock.url + "/telegram"), start=False) as d:
                migrate(d)
                d.start()
                with Client(d.port) as hook:
                    for user in 1, 2:
                        post_telegram(hook, telegram_update(user, user, "tea 5"))
                d.wait_for(lambda: (d.stats()["queue_replies"], d.stats()["queue_dead_letters"]) == (1, 1))
                self.assertEqual(d.stats()["queue_messages"], 0)

    def test_connections_are_bounded_and_their_use_is_counted(self):
        with instance(self.server, connections=1) as d:
            migrate(d)
            d.start()
            first = service(d)

            def write(k):
                with Client(d.port, first.token) as client:
                    for n in range(10):
                        self.assertEqual(say(client, f"tea {n + 1}", f"line:U{k}").status, 200)

            threads = [threading.Thread(target=write, args=(k,)) for k in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            stats = d.stats()
            self.assertGreater(stats["store_connection_waits"], 0)
            self.assertIn(stats["store_connections"], (2, 3))           # of two http workers and the keeper
            d.wait_for(lambda: d.stats()["store_connections_used"] == 0)

    def test_check_reads_the_store_and_finds_what_is_wrong(self):
        with instance(self.server) as d:
            migrate(d)
            d.start()
            with service(d) as client:
                for n in range(300):
                    self.assertEqual(client.post("/api/v1/expenses", {"user": "line:U1", "description": "tea", "amount": n + 1}).status
                                     if n else say(client, "tea 5").status, 201 if n else 200)
            sound = d.ctl("-c", d.conf_file, "check")
            self.assertEqual(sound.returncode, 0, sound.stdout + sound.stderr)
            self.assertRegex(sound.stdout, r"(?m)^\d+ rows, 1 users, 300 expenses, 0 problems$")
            self.server.query("DELETE FROM ledger WHERE ctid IN (SELECT ctid FROM ledger WHERE get_byte(key, 16) = ascii('I') LIMIT 1)")
            found = d.ctl("-c", d.conf_file, "check")
            self.assertNotEqual(found.returncode, 0)
            self.assertIn("an expense is not found by its id", found.stdout)

    def test_two_instances_are_one_service(self):
        with instance(self.server) as a, instance(self.server) as b:
            migrate(a)
            a.start()
            b.start()
            one, other = service(a), service(a)
            other.connection.port = b.port                       # the same token, at the other instance
            self.assertEqual(say(one, "lunch 5", **{"Idempotency-Key": "k"}).status, 200)
            again = say(other, "lunch 5", **{"Idempotency-Key": "k"})
            self.assertEqual((again.status, len(again.json["expenses"])), (200, 1))
            self.assertEqual(descriptions(other), ["lunch"])

            def write(client, name):
                for n in range(25):
                    self.assertEqual(say(client, f"{name}{n} 1").status, 200)

            threads = [threading.Thread(target=write, args=args) for args in ((one, "left"), (other, "right"))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for client in (one, other):
                self.assertEqual(len(descriptions(client)), 51)
                totals = client.get("/api/v1/summaries?user=line:U1").json["totals"]
                self.assertEqual([(t["amount"], t["count"]) for t in totals], [("55.00", 51)])


if __name__ == "__main__":
    tap.main()
