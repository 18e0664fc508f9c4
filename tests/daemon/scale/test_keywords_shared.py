#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Words that many users share, between instances by a real Redis: it spares counting, and whatever becomes of it is no wrong answer."""

import json
import shutil
import tempfile
import unittest

import tap
from api import service
from harness import Daemon
from instances import Instances, cache, is_connected
from servers.postgres import Postgres, programs
from servers.redis_server import SERVER, Redis

KEY = "aiexpense:keywords"
WORD = "zorbl"


def teach(client, users):
    for n in range(users):
        user = f"line:U{n}"
        client.post("/api/v1/users", {"user": user})
        found = next(c for c in client.get(f"/api/v1/categories?user={user}").json["categories"] if c["key"] == "entertainment")
        assert client.post(f"/api/v1/categories/{found['id']}/keywords", {"user": user, "keyword": WORD}).status == 201


def filed(client):
    return client.post("/api/v1/parse", {"user": "line:new", "text": f"{WORD} 50"}).json["expenses"][0]["category"]["name"]


def is_shared(daemon):
    """By the processes that answer, whoever it was that counted."""
    with service(daemon) as client:
        return filed(client) == "Entertainment"


@unittest.skipIf(SERVER is None, "Redis is not installed")
class Restarted(unittest.TestCase):
    """One daemon that is stopped and started on its store, with a Redis that meanwhile does what it likes."""

    def setUp(self):
        self.redis = Redis()
        self.redis.start()
        self.addCleanup(self.redis.__exit__)
        self.directory = tempfile.mkdtemp(prefix="aiexpense-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        with self.daemon() as d, service(d) as client:
            d.wait_for(lambda: is_connected(d))
            teach(client, 20)
            self.assertEqual(d.ctl("keywords", "refresh").stdout.split()[0], "1")
            d.wait_for(lambda: self.redis.ask("exists", KEY) == "1")

    def daemon(self):
        return Daemon(cache(self.redis), directory=self.directory)

    def counted(self, daemon):
        stats = daemon.stats()
        return stats["keyword_counts"], stats["keyword_adoptions"]

    def test_one_that_starts_takes_what_was_counted_before(self):
        self.assertIn(int(self.redis.ask("pttl", KEY)), range(1, 2 * 3600 * 1000 + 1))
        with self.daemon() as d:
            d.wait_for(lambda: is_shared(d))
            self.assertEqual(self.counted(d), (0, 1))

    def test_what_redis_has_forgotten_is_counted(self):
        self.redis.ask("flushall")
        with self.daemon() as d:
            d.wait_for(lambda: is_shared(d))
            self.assertEqual(self.counted(d), (1, 0))
            self.redis.ask("flushall")
            self.assertTrue(is_shared(d))
            self.redis.kill()
            self.assertTrue(is_shared(d))

    def test_without_redis_each_counts_for_itself(self):
        self.redis.kill()
        with self.daemon() as d:
            d.wait_for(lambda: is_shared(d))
            self.assertEqual(self.counted(d), (1, 0))

    def test_what_nobody_of_this_store_has_counted_is_not_believed(self):
        for forged in "zorbl", "aiexpense keywords 1\n" + "x" * 64, "":
            self.redis.ask("set", KEY, forged)
            with self.daemon() as d:
                d.wait_for(lambda d=d: is_shared(d))
                self.assertEqual(self.counted(d), (1, 0))

    def test_another_store_takes_nothing_of_it(self):
        with Daemon(cache(self.redis)) as other, service(other) as client:
            other.wait_for(lambda: other.stats()["keyword_counts"] == 1)
            self.assertNotEqual(filed(client), "Entertainment")

    def test_no_word_is_in_redis(self):
        self.assertNotIn(WORD, self.redis.ask("--no-raw", "get", KEY))


@unittest.skipIf(SERVER is None or programs() is None, "Redis or PostgreSQL is not installed")
class Several(unittest.TestCase):
    def test_what_one_instance_counts_is_known_to_the_other_one(self):
        with Postgres() as server, Redis() as redis, Instances(server, 2, redis) as both:
            first, second = both.daemons
            second.wait_for(lambda: json.loads(second.ctl("show", "keywords", "json").stdout)["counted_at"], "what is known after the start")
            teach(both.client(0), 20)
            self.assertNotEqual(filed(both.client(1)), "Entertainment")
            self.assertEqual(first.ctl("keywords", "refresh").stdout.split()[0], "1")
            second.wait_for(lambda: is_shared(second))
            self.assertGreater(second.stats()["keyword_adoptions"], 0)
            self.assertEqual(filed(both.client(0)), "Entertainment")


if __name__ == "__main__":
    tap.main()
