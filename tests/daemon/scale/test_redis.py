#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What instances share by a real Redis, and that it may hang, end and forget at any moment."""

import os
import signal
import subprocess
import tempfile
import threading
import unittest

import tap
from api import Client, service
from servers.certificates import Certificates
from harness import Daemon, free_port, wait_for
from instances import Instances, cache, is_connected
from servers.mock_provider import MockProvider, expense
from servers.postgres import Postgres, programs
from servers.redis_server import SERVER, Redis

LIMIT = "limit { per_user_messages = 100000/h per_token = 0 per_service_token = 0 per_address = 0 }\n"


def told(daemon):
    """How many commands were answered or given up."""
    stats = daemon.stats()
    return stats["cache_commands"] + stats["cache_errors"] + stats["cache_skipped"]


def secret_file(directory, name, text):
    path = os.path.join(directory, name)
    with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
        f.write(text)
    return path


@unittest.skipIf(SERVER is None, "Redis is not installed")
class Connecting(unittest.TestCase):
    """One daemon; its store is in files."""

    def test_a_daemon_without_redis_serves_and_finds_it_when_it_comes(self):
        redis = Redis()
        try:
            with Daemon(cache(redis) + LIMIT) as d, service(d) as client:
                self.assertEqual(client.say("line:U1", "tea 5").status, 200)
                stats = d.stats()
                self.assertEqual((stats["cache_connections"], stats["cache_skipped"] > 0), (0, True))
                redis.start()
                d.wait_for(lambda: is_connected(d))
        finally:
            redis.__exit__()

    def test_a_redis_that_hangs_holds_up_nobody(self):
        with Redis() as redis, Daemon(cache(redis, timeout_ms="20") + LIMIT) as d, service(d) as client:
            d.wait_for(lambda: is_connected(d))
            redis.hang()
            for n in range(50):
                self.assertEqual(client.say("line:U1", f"tea {n + 1}").status, 200)
            d.wait_for(lambda: d.stats()["cache_errors"] > 0)
            client.say("line:U1", "tea 51")
            d.wait_for(lambda: d.stats()["cache_skipped"] > 0)
            redis.go_on()
            d.wait_for(lambda: d.stats()["cache_connections"] > 0)
            self.assertEqual(len(client.expenses("line:U1")), 51)

    def test_a_password_is_read_from_a_file_and_a_wrong_one_is_told(self):
        with tempfile.TemporaryDirectory() as directory, Redis(requirepass="open-sesame") as redis:
            right, wrong = secret_file(directory, "right", "open-sesame\n"), secret_file(directory, "wrong", "sesame\n")
            with Daemon(cache(redis, password=right)) as d:
                d.wait_for(lambda: is_connected(d))
            with Daemon(cache(redis, password=wrong)) as d, service(d) as client:
                d.wait_for(lambda: "WRONGPASS" in d.log())
                self.assertEqual(client.say("line:U1", "tea 5").status, 200)
                self.assertNotIn("sesame", d.log())

    def test_keys_are_in_the_database_that_is_named(self):
        with Redis() as redis, Daemon(cache(redis, database="3") + LIMIT) as d, service(d) as client:
            d.wait_for(lambda: is_connected(d))
            self.assertEqual(client.say("line:U1", "tea 5").status, 200)
            d.wait_for(lambda: redis.ask("-n", "3", "dbsize") != "0")
            self.assertEqual(redis.ask("-n", "0", "dbsize"), "0")

    def test_a_redis_that_takes_no_writes_any_more_is_left_until_it_does(self):
        with Redis() as redis, Daemon(cache(redis) + LIMIT) as d, service(d) as client:
            d.wait_for(lambda: is_connected(d))

            def connections():
                listed = redis.ask("client", "list", "type", "normal").splitlines()
                return {line.split()[0] for line in listed if "cmd=client" not in line}       # but the one that asks
            first = connections()
            self.assertEqual(redis.ask("replicaof", "127.0.0.1", str(free_port())), "OK")

            def is_left():
                self.assertEqual(client.say("line:U1", "tea 5").status, 200)
                return "refuses a command: READONLY" in d.log() and not first <= connections()
            d.wait_for(is_left)
            answered = d.stats()["cache_commands"]
            self.assertEqual(redis.ask("replicaof", "no", "one"), "OK")

            def is_shared():
                self.assertEqual(client.say("line:U1", "tea 6").status, 200)
                return d.stats()["cache_commands"] > answered
            d.wait_for(is_shared)

    def test_a_user_of_the_access_lists_needs_no_more_than_the_manual_says(self):
        with tempfile.TemporaryDirectory() as directory, Redis() as redis:
            redis.ask("acl", "setuser", "expense", "on", ">secret", "~mine:*", "&mine:*", "+eval", "+get", "+set", "+time", "+publish",
                      "+subscribe", "+ping")
            password = secret_file(directory, "password", "secret\n")
            with Daemon(cache(redis, username="expense", password=password, prefix="mine") + LIMIT) as d, service(d) as client:
                d.wait_for(lambda: is_connected(d))
                self.assertEqual(client.say("line:U1", "tea 5").status, 200)
                d.wait_for(lambda: d.stats()["cache_commands"] > 0)
                self.assertEqual(d.stats()["cache_errors"], 0)
                self.assertTrue(all(key.startswith("mine:") for key in redis.ask("keys", "*").split()))

    def test_keys_name_neither_users_nor_addresses(self):
        with Redis() as redis, Daemon(cache(redis) + LIMIT.replace("100000", "10")) as d, service(d) as client:
            d.wait_for(lambda: is_connected(d))
            client.say("line:Ucanary", "tea 5")
            keys = wait_for(lambda: redis.ask("keys", "*"))
            self.assertRegex(keys, r"^aiexpense:rate:[0-9a-f]{16}")
            self.assertNotIn("canary", keys + redis.ask("mget", *keys.split()))

    def test_the_test_of_the_configuration_names_what_is_wrong(self):
        def refused(**options):
            with Daemon(cache(Redis(), **options), start=False) as d:
                return subprocess.run([*d.command(), "-t"], capture_output=True, text=True, check=False, timeout=30).stderr
        self.assertIn("cache.address: redis.example.org:6379 is not address:port", refused(address="redis.example.org:6379"))
        self.assertIn("cache.address: 127.0.0.1 is not", refused(address="127.0.0.1"))
        self.assertIn("cache.sentinels: x is not", refused(sentinels="x"))
        self.assertIn("cache.tls_ca_file: /nowhere cannot be used", refused(tls="true", tls_ca_file="/nowhere"))


class RedisCertificates(Certificates):
    def of_server(self, port):
        return {"port": 0, "tls_port": port, "tls_cert_file": self.path("server.crt"), "tls_key_file": self.path("server.key"),
                "tls_ca_cert_file": self.path("ca.crt")}

    def of_client(self, **more):
        return {"tls": "true", "tls_ca_file": self.path("ca.crt"), "tls_cert_file": self.path("client.crt"),
                "tls_key_file": self.path("client.key"), **more}


@unittest.skipIf(SERVER is None, "Redis is not installed")
class Tls(unittest.TestCase):
    def test_redis_is_spoken_to_by_tls_with_certificates_on_both_sides(self):
        with tempfile.TemporaryDirectory() as directory:
            certificates, other = RedisCertificates(directory), tempfile.mkdtemp(dir=directory)
            redis = Redis()
            redis.options.update(certificates.of_server(redis.port))
            with redis:
                for right in {}, {"tls_name": "redis.example.org"}:
                    with Daemon(cache(redis, **certificates.of_client(**right)) + LIMIT) as d, service(d) as client:
                        d.wait_for(lambda: is_connected(d))
                        client.say("line:U1", "tea 5")
                        d.wait_for(lambda: d.stats()["cache_commands"] > 0)
                wrongs = {"tls_name": "elsewhere.example.org"}, {"tls_ca_file": RedisCertificates(other).path("ca.crt")}
                for wrong in wrongs:
                    with Daemon(cache(redis, **certificates.of_client(**wrong))) as d, service(d) as client:
                        d.wait_for(lambda: "certificate verify failed" in d.log())
                        self.assertEqual(client.say("line:U1", "tea 5").status, 200)
                        self.assertTrue(is_connected(d, 0))


@unittest.skipIf(SERVER is None, "Redis is not installed")
class Sentinels(unittest.TestCase):
    def test_the_daemon_follows_the_sentinels_to_the_next_master(self):
        with Redis() as master, Redis(replicaof=f"127.0.0.1 {master.port}") as replica, tempfile.TemporaryDirectory() as directory:
            conf = secret_file(directory, "sentinel.conf", f"sentinel monitor mine 127.0.0.1 {master.port} 1\n"
                               "sentinel down-after-milliseconds mine 300\nsentinel failover-timeout mine 3000\n")
            sentinel = Redis()
            sentinel.options = {"port": sentinel.port, "bind": "127.0.0.1"}
            dead = f"127.0.0.1:{free_port()}"
            try:
                sentinel.start(conf, "--sentinel")
                wait_for(lambda: "slave0" in sentinel.ask("info", "sentinel") or "slaves=1" in sentinel.ask("info", "sentinel"))
                conf = cache(master, sentinel_name="mine").replace("engine = redis", f'engine = redis sentinels = {{"{dead}", "{sentinel.address}"}}')
                with Daemon(conf) as d:
                    d.wait_for(lambda: is_connected(d))
                    self.assertIn("1", master.ask("pubsub", "numsub", "aiexpense:wake"))
                    master.kill()
                    d.wait_for(lambda: is_connected(d) and "1" in replica.ask("pubsub", "numsub", "aiexpense:wake"))
            finally:
                sentinel.__exit__()


@unittest.skipIf(SERVER is None or programs() is None, "Redis or PostgreSQL is not installed")
class Sharing(unittest.TestCase):
    """Two instances on one PostgreSQL and one Redis."""

    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def setUp(self):
        self.redis = Redis().start()
        self.addCleanup(self.redis.__exit__)

    def instances(self, more=""):
        """Two, and a client of each."""
        service = Instances(self.server, 2, self.redis, more)
        self.addCleanup(service.__exit__, None, None, None)
        service.__enter__()
        return *service.daemons, service.client(0), service.client(1)

    def say_and_hear(self, d, client, user, text="tea 5"):
        """The status; what Redis said of it was heard."""
        before = told(d)
        status = client.say(user, text).status
        d.wait_for(lambda: status == 429 or told(d) > before)
        return status

    def test_a_limit_counts_on_all_instances_together(self):
        one, two, a, b = self.instances(LIMIT.replace("100000", "10"))
        self.assertEqual([self.say_and_hear(one, a, "line:U1") for _ in range(11)], [200] * 10 + [429])
        # The other one hears of it with the first that it counts itself.
        self.assertEqual([self.say_and_hear(two, b, "line:U1") for _ in range(3)], [200, 429, 429])
        self.redis.ask("flushall")
        self.assertEqual([self.say_and_hear(d, c, "line:U1") for d, c in ((one, a), (two, b))], [429, 429])

    def test_an_answer_of_a_provider_is_known_to_all_instances_and_a_budget_counts_on_all(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", text.split()[1])]
            one, two, a, b = self.instances("ai { budget_calls = 4 }\n" + mock.section())
            self.assertEqual(a.say("line:U1", "zorbl 50").json["status"], "recorded")
            self.assertEqual(len(mock.calls), 1)
            wait_for(lambda: self.redis.ask("keys", "aiexpense:answer:*"))
            self.assertEqual(b.say("line:U2", "zorbl 50").json["status"], "recorded")
            self.assertEqual((len(mock.calls), two.stats()["cache_answer_hits"]), (1, 1))
            for n in range(51, 54):
                self.assertEqual(a.say("line:U1", f"zorbl {n}").status, 200)
            self.assertEqual(len(mock.calls), 4)
            wait_for(lambda: "4" in self.redis.ask("mget", *self.redis.ask("keys", "aiexpense:calls:*").split()))
            # The other instance hears of it with its first call, and makes no second one.
            before = two.stats()["cache_commands"]
            b.say("line:U2", "zorbl 60")
            two.wait_for(lambda: two.stats()["cache_commands"] >= before + 3)
            b.say("line:U2", "zorbl 61")
            self.assertEqual((len(mock.calls), two.stats()["ai_over_budget"]), (5, 1))

    def test_work_that_waits_wakes_another_instance(self):
        one, two, a, b = self.instances("ai { message_timeout_ms = 300 attempt_timeout_ms = 100 }\n")
        woken = two.stats()["cache_wakes"]
        for pid in one.pids("ai") + one.pids("keeper"):
            os.kill(pid, signal.SIGSTOP)
        try:
            answer = a.say("line:U1", "tea 5")
            self.assertEqual(answer.status, 202)
            two.wait_for(lambda: b.get(f"/api/v1/messages/{answer.json['id']}?user=line:U1").json["status"] == "recorded")
            self.assertEqual([e["description"] for e in b.expenses("line:U1")], ["tea"])
            self.assertEqual((two.stats()["cache_wakes"], two.stats()["inbox_redriven"]), (woken + 1, 1))
        finally:
            for pid in one.children():
                os.kill(pid, signal.SIGCONT)

    def test_redis_may_end_and_forget_under_load_and_nothing_is_wrong(self):
        *daemons, reader, _ = self.instances(LIMIT)
        is_over = threading.Event()
        said, wrong = [0] * 4, []

        def load(k):
            with Client(daemons[k % 2].port, reader.token) as client:
                while not is_over.is_set():
                    answer = client.say(f"line:U{k}", f"tea {said[k] + 1}")
                    said[k] += 1
                    if answer.status != 200:
                        wrong.append(answer.body)

        threads = [threading.Thread(target=load, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        try:
            for n in range(3):
                before = sum(said)
                wait_for(lambda: sum(said) > before + 20)
                self.redis.ask("flushall")
                self.redis.kill()
                before = sum(said)
                wait_for(lambda: sum(said) > before + 20)
                self.redis.start()
                for d in daemons:
                    d.wait_for(lambda d=d: d.stats()["cache_connections"] > 0)
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        self.assertEqual(wrong, [])
        for k in range(4):
            self.assertEqual(sorted(int(float(e["amount"])) for e in reader.expenses(f"line:U{k}")), list(range(1, said[k] + 1)))


if __name__ == "__main__":
    tap.main()
