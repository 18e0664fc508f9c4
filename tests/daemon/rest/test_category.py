#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Categories: the list with its counts, looking one up by name, new ones, new names, deleting them, and their keywords."""

import datetime
import http.client
import os
import threading
import time
import unittest
import urllib.parse
import uuid

import lmdb
import tap
from api import Client, token
from harness import Daemon, kill
from ledger_case import LedgerCase
from store_reader import read_store

CATEGORIES = "/api/v1/categories"


class Categories(LedgerCase):
    def setUp(self):
        super().setUp()
        self.client.say(self.user, "lunch 100")

    def list(self, name=None):
        query = "" if name is None else "&name=" + urllib.parse.quote(name)
        answer = self.client.get(f"{CATEGORIES}?user={self.user}{query}")
        self.assertEqual((answer.status, answer.json["next_cursor"]), (200, None))
        return answer.json["categories"]

    def make(self, name, **headers):
        return self.client.post(CATEGORIES, {"user": self.user, "name": name}, **headers)

    def rename(self, category, name, tag=None):
        return self.client.request("PATCH", f"{CATEGORIES}/{category['id']}?user={self.user}", {"name": name},
                                   {"If-Match": tag or f'"{category["version"]}"'})

    def test_the_list_has_counts(self):
        self.assertEqual([(c["key"], c["name"], c["expense_count"]) for c in self.list()],
                         [("food", "Food", 1), ("transport", "Transport", 0), ("shopping", "Shopping", 0),
                          ("entertainment", "Entertainment", 0), ("other", "Other", 0)])

    def test_those_of_the_sign_up_stand_before_whatever_is_added_in_its_millisecond(self):
        signed_up = datetime.datetime.fromisoformat(self.client.get(f"/api/v1/user?user={self.user}").json["created_at"])
        for category in self.list():
            self.assertLess(uuid.UUID(category["id"]).int >> 80, round(signed_up.timestamp() * 1000))

    def test_one_is_found_by_its_name_in_any_form(self):
        pets = self.make("Pets").json
        for name in "Pets", "pets", "ＰＥＴＳ":
            self.assertEqual(self.list(name), [pets])
        for name in "food", "Food", "食物":
            self.assertEqual([c["key"] for c in self.list(name)], ["food"], name)
        self.assertEqual(self.list("nothing"), [])

    def test_a_new_one_takes_expenses(self):
        answer = self.make("  Pets ")
        self.assertEqual((answer.status, answer.headers["ETag"]), (201, '"1"'))
        pets = answer.json
        self.assertEqual((pets["name"], pets["key"], pets["expense_count"]), ("Pets", None, 0))
        made = self.client.post("/api/v1/expenses", {"user": self.user, "description": "x", "amount": 5, "category_id": pets["id"]})
        self.assertEqual(made.json["category"], {"id": pets["id"], "name": "Pets"})
        self.assertEqual(self.list("Pets")[0]["expense_count"], 1)

    def test_a_name_that_is_taken_is_refused(self):
        pets = self.make("Pets").json
        for name in "pets", "ＰＥＴＳ", "FOOD", "食物":
            self.refused(self.make(name), 409, "conflict", "name")
        self.refused(self.rename(pets, "food"), 409, "conflict", "name")
        self.assertEqual(len(self.list()), 6)

    def test_a_rename_shows_everywhere(self):
        food = self.list("food")[0]
        answer = self.rename(food, "Meals")
        self.assertEqual((answer.status, answer.headers["ETag"]), (200, '"2"'))
        self.assertEqual(answer.json, {**food, "name": "Meals", "version": 2})
        self.assertEqual(self.client.expenses(self.user)[0]["category"]["name"], "Meals")
        self.assertEqual(self.client.say(self.user, "dinner 5").json["expenses"][0]["category"]["name"], "Meals")
        self.assertEqual(self.list("food"), [])
        self.assertEqual(self.make("Food").status, 201)
        self.refused(self.rename(food, "Dishes"), 412, "version-mismatch", "If-Match")

    def test_the_same_key_makes_one(self):
        first = self.make("Pets", Idempotency_Key="k")
        again = self.make("Pets", Idempotency_Key="k")
        self.assertEqual((again.status, again.json), (first.status, first.json))
        self.refused(self.make("Cats", Idempotency_Key="k"), 422, "idempotency-key-reused", "Idempotency-Key")

    def remove(self, category, to=None, tag=None):
        query = f"&reassign_to={to['id']}" if to else ""
        return self.client.request("DELETE", f"{CATEGORIES}/{category['id']}?user={self.user}{query}",
                                   headers={"If-Match": tag or f'"{category["version"]}"'})

    def fill(self, count, category):
        """So many expenses in a category, on as many days as there are in 40."""
        for n in range(count):
            body = {"user": self.user, "description": f"thing {n}", "amount": n + 1, "category_id": category["id"],
                    "date": f"2026-{9 + n % 40 // 28:02}-{n % 28 + 1:02}"}
            self.assertEqual(self.client.post("/api/v1/expenses", body).status, 201)

    def test_the_expenses_of_a_deleted_one_go_to_another(self):
        food, other = self.list("food")[0], self.list("other")[0]
        pets = self.make("Pets").json
        self.refused(self.remove(food), 409, "conflict", "reassign_to")
        self.refused(self.remove(food, food), 422, "invalid-value", "reassign_to")
        self.refused(self.remove(food, pets, '"7"'), 412, "version-mismatch", "If-Match")
        answer = self.remove(food, pets)
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.refused(self.remove(food, pets), 404, "not-found")
        expense, = self.client.expenses(self.user)
        self.assertEqual((expense["category"], expense["version"]), ({"id": pets["id"], "name": "Pets"}, 2))
        history = self.client.get(f"/api/v1/expenses/{expense['id']}/history?user={self.user}").json["changes"]
        self.assertEqual([(c["action"], c["by"]) for c in history], [("reassigned", "service")])
        self.assertEqual(self.client.say(self.user, "dinner 7").json["expenses"][0]["category"]["name"], "Other")
        self.assertEqual({(c["name"], c["expense_count"]) for c in self.list()},
                         {("Transport", 0), ("Shopping", 0), ("Entertainment", 0), ("Other", 1), ("Pets", 1)})
        self.refused(self.remove(other, pets), 409, "conflict")
        self.assertEqual(self.make("Food").status, 201)

    def test_one_without_expenses_needs_no_other_unless_the_trash_does(self):
        expense, = self.client.expenses(self.user)
        food, shopping = self.list("food")[0], self.list("shopping")[0]
        path = f"/api/v1/expenses/{expense['id']}"
        self.client.request("DELETE", f"{path}?user={self.user}")
        self.refused(self.remove(food), 409, "conflict", "reassign_to")
        self.assertEqual(self.remove(food, shopping).status, 204)
        self.assertEqual(self.remove(self.list("transport")[0]).status, 204)
        back = self.client.request("POST", f"{path}/restore?user={self.user}")
        self.assertEqual((back.status, back.json["category"]["name"]), (200, "Shopping"))

    def test_a_deletion_without_a_version_or_to_somebody_elses_is_refused(self):
        food = self.list("food")[0]
        path = f"{CATEGORIES}/{food['id']}?user={self.user}"
        self.refused(self.client.request("DELETE", path), 428, "missing-version", "If-Match")
        strange = self.client.say("line:stranger", "lunch 5").json["expenses"][0]["category"]
        self.refused(self.remove(food, strange), 422, "invalid-value", "reassign_to")
        self.refused(self.remove({**strange, "version": 1}, food), 404, "not-found")

    def test_a_large_one_is_moved_whole(self):
        food, shopping = self.list("food")[0], self.list("shopping")[0]
        self.fill(450, food)
        self.assertEqual(self.remove(food, shopping).status, 204)
        self.assertEqual(self.list("shopping")[0]["expense_count"], 451)
        self.assertEqual({e["category"]["name"] for e in self.client.expenses(self.user)}, {"Shopping"})

    # --- keywords

    def keywords(self, category):
        answer = self.client.get(f"{CATEGORIES}/{category['id']}/keywords?user={self.user}")
        self.assertEqual((answer.status, answer.json["next_cursor"]), (200, None))
        return answer.json["keywords"]

    def add(self, category, keyword, priority=None, **headers):
        body = {"user": self.user, "keyword": keyword, **({} if priority is None else {"priority": priority})}
        return self.client.post(f"{CATEGORIES}/{category['id']}/keywords", body, **headers)

    def keyword(self, method, category, keyword, body=None, tag=None):
        return self.client.request(method, f"{CATEGORIES}/{category['id']}/keywords/{keyword['id']}?user={self.user}", body,
                                   {"If-Match": tag} if tag else None)

    def filed(self, description):
        """Where a message, an expense and a parse put the same thing: it must be one place."""
        said = self.client.say(self.user, f"{description} 10").json["expenses"][0]["category"]["name"]
        posted = self.client.post("/api/v1/expenses", {"user": self.user, "description": description, "amount": 10})
        parsed = self.client.post("/api/v1/parse", {"user": self.user, "text": f"{description} 10"})
        names = {said, posted.json["category"]["name"], parsed.json["expenses"][0]["category"]["name"]}
        self.assertEqual(len(names), 1, (description, names))
        return names.pop()

    def test_a_keyword_decides_where_an_expense_is_filed(self):
        pets, food, shopping = self.make("Pets").json, self.list("food")[0], self.list("shopping")[0]
        self.assertEqual(self.filed("dinner"), "Food")
        self.assertEqual(self.add(pets, "Dinner").status, 201)
        self.assertEqual(self.filed("dinner"), "Pets")
        self.assertEqual(self.filed("late DINNER"), "Pets")
        self.assertNotEqual(self.filed("dinners"), "Pets")
        self.assertEqual(self.add(shopping, "late dinner").status, 201)
        self.assertEqual(self.filed("late dinner"), "Shopping")
        self.assertEqual(self.add(food, "late", 101).status, 201)
        self.assertEqual(self.filed("late dinner"), "Food")
        self.assertEqual(self.add(shopping, "拉麵").status, 201)
        self.assertEqual(self.filed("豚骨拉麵店"), "Shopping")

    def test_the_name_of_an_own_category_is_its_last_keyword(self):
        pets = self.make("Pets").json
        self.assertEqual(self.filed("pets lunch"), "Pets")
        self.assertEqual(self.add(self.list("food")[0], "lunch", 0).status, 201)
        self.assertEqual(self.filed("pets lunch"), "Food")
        self.rename(pets, "Animals")
        self.assertEqual(self.filed("animals dinner"), "Animals")

    def test_keywords_are_listed_changed_and_removed(self):
        food, shopping = self.list("food")[0], self.list("shopping")[0]
        first = self.add(food, " bento ", 7, Idempotency_Key="k")
        self.assertEqual((first.status, first.headers["ETag"]), (201, '"1"'))
        self.assertEqual((first.json["keyword"], first.json["priority"]), ("bento", 7))
        self.assertEqual(self.add(food, " bento ", 7, Idempotency_Key="k").json, first.json)
        self.refused(self.add(shopping, " bento ", 7, Idempotency_Key="k"), 422, "idempotency-key-reused", "Idempotency-Key")
        for category in food, shopping:
            self.refused(self.add(category, "ＢＥＮＴＯ"), 409, "conflict", "keyword")
        sushi = self.add(food, "sushi").json
        self.assertEqual((sushi["priority"], self.keywords(food)), (100, [sushi, first.json]))
        self.assertEqual(self.keywords(shopping), [])
        changed = self.keyword("PATCH", food, first.json, {"priority": 500}, '"1"')
        self.assertEqual((changed.status, changed.headers["ETag"]), (200, '"2"'))
        self.assertEqual(self.keywords(food), [changed.json, sushi])
        self.refused(self.keyword("PATCH", food, first.json, {"priority": 501}, '"1"'), 412, "version-mismatch", "If-Match")
        self.refused(self.keyword("PATCH", food, first.json, {"priority": 501}), 428, "missing-version", "If-Match")
        self.refused(self.keyword("PATCH", shopping, sushi, {"priority": 1}, "*"), 404, "not-found")
        self.refused(self.keyword("DELETE", food, sushi, tag='"2"'), 412, "version-mismatch", "If-Match")
        self.assertEqual(self.keyword("DELETE", food, sushi).status, 204)
        self.refused(self.keyword("DELETE", food, sushi), 404, "not-found")
        self.assertEqual(self.add(shopping, "sushi").status, 201)

    def test_what_is_no_keyword_is_refused(self):
        food = self.list("food")[0]
        self.refused(self.add(food, " "), 422, "invalid-value", "keyword")
        self.refused(self.add(food, "x" * 51), 422, "text-too-long", "keyword")
        self.refused(self.add(food, "x", 1001), 422, "out-of-range", "priority")
        strange = self.client.say("line:stranger", "lunch 5").json["expenses"][0]["category"]
        self.refused(self.add(strange, "x"), 404, "not-found")
        self.assertEqual(self.client.get(f"{CATEGORIES}/{strange['id']}/keywords?user={self.user}").status, 404)

    def test_keywords_go_where_the_expenses_go(self):
        food, shopping = self.list("food")[0], self.list("shopping")[0]
        bento = self.add(food, "bento").json
        self.assertEqual(self.remove(food, shopping).status, 204)
        self.assertEqual(self.keywords(shopping), [bento])
        self.assertEqual(self.filed("bento"), "Shopping")

    def test_a_category_of_somebody_else_is_not_there(self):
        pets = self.make("Pets").json
        self.client.say("line:other", "hello")
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:other")) as other:
            path = f"{CATEGORIES}/{pets['id']}"
            self.refused(other.request("PATCH", path, {"name": "Mine"}, {"If-Match": '"1"'}), 404, "not-found")
            self.assertEqual(other.request("PATCH", f"{path}?user={self.user}", {"name": "Mine"}, {"If-Match": '"1"'}).status, 403)
            self.assertEqual(other.get(f"{CATEGORIES}?user={self.user}").status, 403)
            self.assertEqual(other.post(CATEGORIES, {"user": self.user, "name": "x"}).status, 403)
            self.assertEqual(len(other.get(CATEGORIES).json["categories"]), 5)
            self.assertEqual(other.post(CATEGORIES, {"name": "Pets"}).status, 201)


class LargeOnes(unittest.TestCase):
    """A category with many expenses is deleted, while processes die or are held up."""

    MANY = 4000

    def fill(self, client, user):
        """The categories by key; the first has many expenses."""
        client.say(user, "hello")
        found = {c["key"]: c for c in client.get(f"{CATEGORIES}?user={user}").json["categories"]}
        for n in range(0, self.MANY, 100):
            expenses = [{"description": f"thing {n + i}", "amount": n + i + 1, "category_id": found["food"]["id"],
                         "date": f"2026-{1 + i % 12:02}-{1 + n % 28:02}"} for i in range(100)]
            self.assertEqual(client.post("/api/v1/expenses", {"user": user, "expenses": expenses}).status, 201)
        return found

    def delete(self, port, made, user, categories):
        """In a thread, since its connection may die; 404 is a repeat of a deletion that is under way."""
        path = f"{CATEGORIES}/{categories['food']['id']}?user={user}&reassign_to={categories['shopping']['id']}"

        def run():
            with Client(port, made) as client:
                try:
                    answers.append(client.request("DELETE", path, headers={"If-Match": "*"}))
                except (OSError, http.client.HTTPException):
                    answers.append(None)
        answers = []
        thread = threading.Thread(target=run)
        thread.start()
        return thread, answers

    def counts(self, port, made, user):
        """How many expenses each category has that is listed; nothing when nobody answers just now."""
        try:
            with Client(port, made) as client:
                return {c["key"]: c["expense_count"] for c in client.get(f"{CATEGORIES}?user={user}").json["categories"]}
        except (OSError, http.client.HTTPException, KeyError):
            return {}

    def kill(self, d, role):
        """Some of the processes, and a new start where all of them were."""
        victims = d.all_pids() if role == "all" else d.pids(role)
        kill(victims)
        if role == "all":
            d.process.wait()
            d.start()

    def test_one_that_takes_long_is_answered_before_it_is_done(self):
        with Daemon(args=["-o", "store.shards=1"]) as d:
            made, user = token(d), "line:long"
            with Client(d.port, made) as client:
                categories = self.fill(client, user)
            with lmdb.open(os.path.join(d.store, "shard-000"), max_dbs=16, map_size=64 << 20) as shard:
                with shard.begin(write=True):          # the writer waits until this ends
                    thread, answers = self.delete(d.port, made, user, categories)
                    d.wait_for(lambda: d.stats()["http_in_flight"] > 0, "the request")
                    begun = time.monotonic()
                    d.wait_for(lambda: time.monotonic() - begun > 2.1, "the time that a client waits")
            thread.join()
            self.assertEqual((answers[0].status, answers[0].json), (202, {"id": categories["food"]["id"], "expenses_left": self.MANY}))
            d.wait_for(lambda: self.counts(d.port, made, user).get("shopping") == self.MANY, "all to be moved")

    def test_a_store_of_an_older_version_gets_the_table_that_it_lacks(self):
        with Daemon(args=["-o", "store.shards=1"]) as d:
            made, user = token(d), "line:old"
            with Client(d.port, made) as client:
                categories = self.fill(client, user)
            d.stop()
            with lmdb.open(os.path.join(d.store, "shard-000"), max_dbs=16, map_size=64 << 20) as shard:
                chores = shard.open_db(b"chores", create=False)
                with shard.begin(write=True) as txn:
                    txn.drop(chores)
            d.start()
            thread, answers = self.delete(d.port, made, user, categories)
            thread.join()
            self.assertIn(answers[0].status, (202, 204))
            d.wait_for(lambda: self.counts(d.port, made, user).get("shopping") == self.MANY, "all to be moved")

    def test_it_is_finished_whoever_dies_and_nothing_is_lost(self):
        for role in "http", "writer", "keeper", "all":
            with self.subTest(role), Daemon("http { workers = 2 }", args=["-o", "store.map_size_bytes=256M"]) as d:
                made, user = token(d), "line:crash"
                with Client(d.port, made) as client:
                    categories = self.fill(client, user)
                thread, answers = self.delete(d.port, made, user, categories)
                hidden = d.wait_for(lambda: [c for c in [self.counts(d.port, made, user)] if c and "food" not in c], "the mark")
                self.kill(d, role)
                print(f"# {role} killed when {hidden[0]['shopping']} of {self.MANY} were moved", flush=True)
                thread.join()
                self.assertIn(answers[0] and answers[0].status, (204, 202, 404, None))
                d.wait_for(lambda: self.counts(d.port, made, user).get("shopping") == self.MANY, "all to be moved")
                with Client(d.port, made) as client:
                    found = client.expenses(user)
                self.assertEqual({(e["category"]["name"], e["version"]) for e in found}, {("Shopping", 2)})
                self.assertEqual({e["description"] for e in found}, {f"thing {n}" for n in range(self.MANY)})
                d.stop()
                store = read_store(d.store)
                self.assertEqual((store.faults, store.chores), ([], []))


if __name__ == "__main__":
    tap.main()
