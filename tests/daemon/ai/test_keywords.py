#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Words that many users share tell everybody's category; those of few tell nobody's."""

import json
import os
import signal
import unittest

import tap
from api import service
from harness import Daemon, free_port
from servers.mock_provider import MockProvider, expense

WORD = "zorbl"


def category(client, user, key):
    """The id of a default category, of a user who is made if there is none."""
    client.post("/api/v1/users", {"user": user})
    return next(c["id"] for c in client.get(f"/api/v1/categories?user={user}").json["categories"] if c["key"] == key)


def by_keyword(client, user, word, key):
    answer = client.post(f"/api/v1/categories/{category(client, user, key)}/keywords", {"user": user, "keyword": word})
    assert answer.status == 201, answer.body


def by_correction(client, user, word, key):
    """Says an expense and files it elsewhere."""
    made = client.say(user, f"{word} 10").json["expenses"][0]
    path = f"/api/v1/expenses/{made['id']}?user={user}"
    answer = client.request("PATCH", path, {"category_id": category(client, user, key)}, {"If-Match": "*"})
    assert answer.status == 200, answer.body


def teach(client, users, word=WORD, key="entertainment"):
    """By keywords and by corrections in turn."""
    for n in users:
        (by_keyword if n % 2 else by_correction)(client, f"line:U{n}", word, key)


def refresh(daemon):
    done = daemon.ctl("keywords", "refresh")
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[0])


def shown(daemon):
    return json.loads(daemon.ctl("show", "keywords", "json").stdout)


def filed(client, word=WORD, user="line:new"):
    """Where a message, an expense and a parse of somebody put it, who forgets at once."""
    said = client.say(user, f"{word} 50").json["expenses"][0]["category"]["name"]
    posted = client.post("/api/v1/expenses", {"user": user, "description": word, "amount": 10}).json["category"]["name"]
    parsed = client.post("/api/v1/parse", {"user": user, "text": f"{word} 50"}).json["expenses"][0]["category"]["name"]
    assert said == posted == parsed, (said, posted, parsed)
    return said


class Keywords(unittest.TestCase):
    def open(self, conf=""):
        daemon = self.enterContext(Daemon("http { workers = 2 }\n" + conf))
        return daemon, self.enterContext(service(daemon))

    def enterContext(self, context):                       # unittest has it from Python 3.11 on
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def test_what_twenty_users_say_counts_for_the_next_one(self):
        daemon, client = self.open()
        teach(client, range(19))
        self.assertEqual(refresh(daemon), 0)
        self.assertNotEqual(filed(client), "Entertainment")
        teach(client, [19])
        self.assertNotEqual(filed(client), "Entertainment")
        self.assertEqual(refresh(daemon), 1)
        self.assertEqual(filed(client), "Entertainment")
        self.assertEqual(filed(client, "ZORBL"), "Entertainment")
        stats = daemon.stats()
        self.assertEqual((stats["keyword_words"], stats["keyword_hits"] > 0), (1, True))

    def test_a_word_of_one_user_helps_nobody_else(self):
        daemon, client = self.open()
        by_keyword(client, "line:U1", "grimblewick", "entertainment")
        for n in range(30):
            by_correction(client, "line:U2", "grimblewick", "entertainment")
        teach(client, range(20))
        self.assertEqual(refresh(daemon), 1)
        self.assertEqual(filed(client, "grimblewick", "line:U1"), "Entertainment")
        self.assertNotEqual(filed(client, "grimblewick"), "Entertainment")

    def test_what_may_say_who_somebody_is_is_not_shared_by_however_many(self):
        daemon, client = self.open()
        for word in "zorbl 0912345678", "me@zorbl", "http://zorbl", "my dear aunt zorbl":
            for n in range(20):
                by_keyword(client, f"line:U{n}", word, "entertainment")
        self.assertEqual(refresh(daemon), 0)

    def test_users_who_were_deleted_or_changed_their_minds_count_no_longer(self):
        daemon, client = self.open()
        teach(client, range(21))
        self.assertEqual(refresh(daemon), 1)
        by_correction(client, "line:U0", WORD, "other")
        self.assertEqual(refresh(daemon), 1)
        code = client.post("/api/v1/user/deletion", {"user": "line:U1"}).json["confirmation"]
        self.assertEqual(client.request("DELETE", f"/api/v1/user?user=line:U1&confirmation={code}").status, 202)
        self.assertEqual(filed(client), "Entertainment")
        self.assertEqual(refresh(daemon), 0)
        self.assertNotEqual(filed(client, user="line:newer"), "Entertainment")

    def test_somebodys_own_words_come_first(self):
        daemon, client = self.open()
        teach(client, range(20))
        refresh(daemon)
        by_keyword(client, "line:mine", WORD, "shopping")
        self.assertEqual(filed(client, user="line:mine"), "Shopping")
        client.post("/api/v1/users", {"user": "line:own"})
        self.assertEqual(client.post("/api/v1/categories", {"user": "line:own", "name": WORD}).status, 201)
        self.assertEqual(filed(client, user="line:own"), WORD)

    def test_a_message_that_many_understand_alike_asks_no_provider(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense(text.split()[0], text.split()[1], category="shopping")]
            daemon, client = self.open(mock.section())
            teach(client, range(20))
            refresh(daemon)
            mock.calls.clear()
            self.assertEqual(client.say("line:new", f"{WORD} 51").json["expenses"][0]["category"]["name"], "Entertainment")
            self.assertEqual(len(mock.calls), 0)
            client.say("line:new", "wug 52")
            self.assertEqual(len(mock.calls), 1)

    def test_it_can_be_switched_off(self):
        daemon, client = self.open("keywords { share = false }\n")
        teach(client, range(20))
        refused = daemon.ctl("keywords", "refresh")
        self.assertEqual((refused.returncode != 0, "keywords.share is off" in refused.stderr), (True, True))
        self.assertNotEqual(filed(client), "Entertainment")
        self.assertEqual((shown(daemon)["is_shared"], shown(daemon)["counted_at"]), (False, None))

    def test_the_operator_sees_numbers_and_no_words(self):
        daemon, client = self.open()
        daemon.wait_for(lambda: shown(daemon)["counted_at"], "the count after the start")
        teach(client, range(20))
        refresh(daemon)
        filed(client)
        told = shown(daemon)
        self.assertEqual((told["words"], told["users_min"], told["hits"] >= 2), (1, 20, True))
        self.assertLess(told["age_s"], 60)
        text = daemon.ctl("show", "keywords").stdout
        self.assertIn("words   1", text)
        self.assertNotIn(WORD, text + json.dumps(told) + daemon.log())
        self.assertIn("aiexpense_keyword_hits_total", daemon.ctl("show", "stats", "prometheus").stdout)

    def test_a_keeper_that_dies_leaves_the_words_and_its_successor_counts_on(self):
        daemon, client = self.open()
        teach(client, range(20))
        refresh(daemon)
        keeper = daemon.pids("keeper")[0]
        os.kill(keeper, signal.SIGKILL)
        daemon.wait_for(lambda: daemon.pids("keeper") not in ([], [keeper]), "the next keeper")
        self.assertEqual(filed(client), "Entertainment")
        self.assertEqual(refresh(daemon), 1)


if __name__ == "__main__":
    tap.main()
