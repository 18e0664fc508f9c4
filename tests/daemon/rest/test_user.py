#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Users: signing up, settings."""

import threading
import unittest

import tap
from api import Client, service, token
from harness import Daemon
from store_reader import read_store

USERS = "/api/v1/users"
USER = "/api/v1/user"


class Users(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon("http { workers = 2 }")
        cls.daemon.start()
        cls.token = token(cls.daemon)
        cls.client = Client(cls.daemon.port, cls.token)
        cls.users = iter(f"line:S{n}" for n in range(1000))

    @classmethod
    def tearDownClass(cls):
        cls.client.connection.close()
        cls.daemon.stop()
        faults = read_store(cls.daemon.store).faults
        cls.daemon.__exit__(None, None, None)
        assert faults == [], faults

    def setUp(self):
        self.user = next(self.users)

    def sign_up(self, **more):
        headers = {name: more.pop(name) for name in list(more) if name == "Idempotency_Key"}
        return self.client.post(USERS, {"user": self.user, **more}, **headers)

    def change(self, tag='"1"', **fields):
        return self.client.request("PATCH", f"{USER}?user={self.user}", fields, {"If-Match": tag} if tag else {})

    def refused(self, answer, status, kind, field=None):
        self.assertEqual((answer.status, answer.json["type"], answer.json.get("field")), (status, "/problems/" + kind, field))

    def test_signing_up_again_changes_nothing(self):
        made = self.sign_up(locale="de-CH", time_zone="Europe/Zurich", home_currency="CHF", display_name="阿明")
        self.assertEqual((made.status, made.headers["ETag"]), (201, '"1"'))
        told = made.json
        self.assertEqual(told.pop("created_at"), told.pop("updated_at"))
        self.assertEqual(told, {"id": self.user, "display_name": "阿明", "locale": "de-CH", "time_zone": "Europe/Zurich",
                                "home_currency": "CHF", "version": 1})
        again = self.sign_up(locale="en")
        self.assertEqual((again.status, again.json), (200, made.json))
        self.assertEqual(self.client.get(f"{USER}?user={self.user}").json, made.json)

    def test_what_nobody_chose_is_as_for_a_first_message(self):
        made = self.sign_up().json
        self.client.say("line:first", "午餐 5")
        said = self.client.get(f"{USER}?user=line:first").json
        for name in "locale", "time_zone", "home_currency", "display_name", "version":
            self.assertEqual(made[name], said[name], name)
        self.assertEqual(made["display_name"], None)

    def test_many_at_once_make_one_user(self):
        statuses = []

        def ask():
            with Client(self.daemon.port, self.token) as client:
                statuses.append(client.post(USERS, {"user": self.user}).status)
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [200] * 7 + [201])

    def test_the_same_key_gets_the_same_answer(self):
        first = self.sign_up(Idempotency_Key="k")
        again = self.sign_up(Idempotency_Key="k")
        self.assertEqual((again.status, again.json), (201, first.json))
        self.refused(self.sign_up(Idempotency_Key="k", locale="en"), 422, "idempotency-key-reused", "Idempotency-Key")

    def test_settings_change_and_expenses_stay(self):
        before = self.client.say(self.user, "lunch 100").json["expenses"]
        answer = self.change(time_zone="America/New_York", home_currency="USD", locale="en-US", display_name="Ann")
        self.assertEqual((answer.status, answer.headers["ETag"]), (200, '"2"'))
        self.assertEqual([answer.json[n] for n in ("time_zone", "home_currency", "locale", "display_name", "version")],
                         ["America/New_York", "USD", "en-US", "Ann", 2])
        self.assertEqual(self.client.expenses(self.user), before)
        self.assertEqual(self.client.say(self.user, "tea 3").json["expenses"][0]["currency"], "USD")
        self.refused(self.change(locale="fr"), 412, "version-mismatch", "If-Match")
        self.assertEqual(self.change("*", locale="fr").json["version"], 3)
        self.refused(self.change(None, locale="fr"), 428, "missing-version", "If-Match")

    def test_bad_settings_are_refused_by_name(self):
        self.sign_up()
        for fields, kind, field in (({"locale": "zh_TW"}, "invalid-value", "locale"), ({"locale": "x" * 36}, "text-too-long", "locale"),
                                    ({"time_zone": "Mars/Olympus"}, "invalid-value", "time_zone"),
                                    ({"time_zone": "../etc/passwd"}, "invalid-value", "time_zone"),
                                    ({"home_currency": "XXZ"}, "invalid-value", "home_currency"),
                                    ({"home_currency": 5}, "wrong-type", "home_currency"),
                                    ({"display_name": ""}, "invalid-value", "display_name"),
                                    ({"display_name": "午" * 101}, "text-too-long", "display_name"),
                                    ({"display_name": "a\nb"}, "invalid-value", "display_name"),
                                    ({"colour": "red"}, "unknown-field", "colour")):
            with self.subTest(fields):
                self.refused(self.change(**fields), 422, kind, field)
                self.refused(self.sign_up(**fields), 422, kind, field)
        self.assertEqual(self.change(display_name="午" * 100).status, 200)
        self.refused(self.client.post(USERS, {}), 422, "missing-field", "user")
        self.refused(self.client.post(USERS, {"user": "U1"}), 422, "invalid-value", "user")
        self.refused(self.client.get(f"{USER}?user=line:nobody"), 404, "unknown-user", "user")

    def test_a_user_token_sees_its_own_user_only(self):
        self.sign_up(display_name="Ann")
        with Client(self.daemon.port, token(self.daemon, "user", "--user", self.user)) as own:
            self.assertEqual(own.get(USER).json["display_name"], "Ann")
            self.assertEqual(own.request("PATCH", USER, {"display_name": "Bea"}, {"If-Match": '"1"'}).json["display_name"], "Bea")
            self.refused(own.get(f"{USER}?user=line:other"), 403, "forbidden", "user")
            self.refused(own.post(USERS, {"user": self.user}), 403, "forbidden")


if __name__ == "__main__":
    tap.main()
