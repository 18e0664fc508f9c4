#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Categories: the list with its counts, looking one up by name, new ones, new names."""

import unittest
import urllib.parse

import tap
from api import Client, service, token
from harness import Daemon
from store_reader import read_store

CATEGORIES = "/api/v1/categories"


class Categories(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon("http { workers = 2 }")
        cls.daemon.start()
        cls.client = service(cls.daemon)
        cls.users = iter(f"line:C{n}" for n in range(1000))

    @classmethod
    def tearDownClass(cls):
        cls.client.connection.close()
        cls.daemon.stop()
        faults = read_store(cls.daemon.store).faults
        cls.daemon.__exit__(None, None, None)
        assert faults == [], faults

    def setUp(self):
        self.user = next(self.users)
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

    def refused(self, answer, status, kind, field=None):
        self.assertEqual((answer.status, answer.json["type"], answer.json.get("field")), (status, "/problems/" + kind, field))

    def test_the_list_has_counts(self):
        self.assertEqual([(c["key"], c["name"], c["expense_count"]) for c in self.list()],
                         [("food", "Food", 1), ("transport", "Transport", 0), ("shopping", "Shopping", 0),
                          ("entertainment", "Entertainment", 0), ("other", "Other", 0)])

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


if __name__ == "__main__":
    tap.main()
