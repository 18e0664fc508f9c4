#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tokens: issuing, listing and revoking them over the API and on the control socket; scopes; their end; their last use."""

import datetime
import unittest

import tap
from api import Client, token
from harness import Daemon, kill
from store_reader import read_store

TOKENS = "/api/v1/tokens"
SELF = TOKENS + "/self"
GOOD = {"description": "lunch", "amount": "5"}


def today():
    return datetime.datetime.now(datetime.timezone.utc).date()


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon("http { workers = 2 }")
        cls.daemon.start()
        cls.admin = Client(cls.daemon.port, token(cls.daemon, "admin", "--label", "the admin of the tests"))
        cls.users = iter(f"line:T{n}" for n in range(1000))

    @classmethod
    def tearDownClass(cls):
        cls.admin.connection.close()
        cls.daemon.stop()
        faults = read_store(cls.daemon.store).faults
        cls.daemon.__exit__(None, None, None)
        assert faults == [], faults

    def setUp(self):
        self.user = next(self.users)

    def issue(self, asker=None, **fields):
        answer = (asker or self.admin).post(TOKENS, fields)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def client(self, made):
        client = Client(self.daemon.port, made["token"] if isinstance(made, dict) else made)
        self.addCleanup(client.connection.close)
        return client

    def of_user(self, **fields):
        return self.client(self.issue(kind="user", user=self.user, **fields))

    def refused(self, answer, status, kind, field=None):
        self.assertEqual((answer.status, answer.json["type"], answer.json.get("field")), (status, "/problems/" + kind, field))

    # --- issuing

    def test_a_token_is_told_once_and_works(self):
        made = self.issue(kind="user", user=self.user, label="手機", scopes=["read", "messages"])
        self.assertTrue(made["token"].startswith(f"aiex_user_{made['id']}_"))
        self.assertEqual((made["kind"], made["user"], made["state"], made["label"], made["scopes"], made["expires_at"], made["last_used_on"]),
                         ("user", self.user, "valid", "手機", ["read", "messages"], None, None))
        secret = made.pop("token")
        self.assertEqual(self.admin.get(f"{TOKENS}/{made['id']}").json, made)
        self.assertEqual(self.client(secret).post("/api/v1/messages", {"text": "lunch 5"}).status, 200)
        self.assertNotIn(secret[-43:], self.daemon.log())
        self.assertNotIn(secret[-43:].encode(), self.admin.get(f"{TOKENS}?user={self.user}").body)

    def test_without_scopes_it_has_those_of_its_kind(self):
        for kind, scopes in (("user", ["read", "write", "messages", "account"]), ("service", ["read", "write", "messages", "account"]),
                             ("admin", ["metrics", "tokens", "policies"])):
            made = self.issue(kind=kind, **({"user": self.user} if kind == "user" else {}))
            self.assertEqual((made["kind"], made["scopes"]), (kind, scopes))

    def test_what_makes_no_token_is_refused(self):
        for body, status, kind, field in (
                ({}, 422, "missing-field", "kind"), ({"kind": "root"}, 422, "invalid-value", "kind"),
                ({"kind": "user"}, 422, "missing-field", "user"), ({"kind": "user", "user": "nobody"}, 422, "invalid-value", "user"),
                ({"kind": "service", "user": "line:U1"}, 422, "invalid-value", "user"),
                ({"kind": "user", "user": "line:U1", "scopes": ["tokens"]}, 422, "invalid-value", "scopes"),
                ({"kind": "admin", "scopes": ["read"]}, 422, "invalid-value", "scopes"),
                ({"kind": "service", "scopes": ["metrics"]}, 422, "invalid-value", "scopes"),
                ({"kind": "service", "label": "x" * 51}, 422, "text-too-long", "label"),
                ({"kind": "service", "expires_in_days": 0}, 422, "out-of-range", "expires_in_days"),
                ({"kind": "service", "expires_in_days": 3651}, 422, "out-of-range", "expires_in_days"),
                ({"kind": "service", "expires_at": "2020-01-01T00:00:00Z"}, 422, "out-of-range", "expires_at"),
                ({"kind": "service", "expires_at": "2999-02-29T00:00:00Z"}, 422, "invalid-date", "expires_at"),
                ({"kind": "service", "expires_at": "2999-01-01T00:00:00Z", "expires_in_days": 1}, 422, "invalid-value", "expires_in_days"),
                ({"kind": "service", "secret": "mine"}, 422, "unknown-field", "secret")):
            with self.subTest(body=body):
                self.refused(self.admin.post(TOKENS, body), status, kind, field)
        for scopes in [], ["all"], "read", ["read", 1]:
            with self.subTest(scopes=scopes):
                answer = self.admin.post(TOKENS, {"kind": "service", "scopes": scopes})
                self.assertEqual(answer.status, 422)
                self.assertTrue(answer.json["field"].startswith("scopes"))

    # --- nobody gives more than may be given

    def test_an_admin_token_gives_another_one_its_own_scopes_at_most(self):
        some = self.client(self.issue(kind="admin", scopes=["tokens"]))
        self.refused(some.post(TOKENS, {"kind": "admin", "scopes": ["tokens", "metrics"]}), 403, "forbidden", "scopes")
        self.assertEqual(self.issue(some, kind="admin")["scopes"], ["tokens"])
        self.assertEqual(self.issue(some, kind="user", user=self.user, scopes=["read"])["scopes"], ["read"])

    def test_a_service_token_issues_none_unless_it_was_given_the_scope(self):
        plain = self.client(self.issue(kind="service"))
        answer = plain.post(TOKENS, {"kind": "user", "user": self.user})
        self.refused(answer, 403, "insufficient-scope")
        self.assertEqual(answer.headers["WWW-Authenticate"], 'Bearer error="insufficient_scope", scope="tokens"')

    def test_a_service_token_with_the_scope_issues_user_tokens_within_its_own_scopes(self):
        gateway = self.client(self.issue(kind="service", scopes=["read", "messages", "tokens"]))
        for kind in "service", "admin":
            self.refused(gateway.post(TOKENS, {"kind": kind}), 403, "forbidden", "kind")
        self.refused(gateway.post(TOKENS, {"kind": "user", "user": self.user, "scopes": ["write"]}), 403, "forbidden", "scopes")
        made = self.issue(gateway, kind="user", user=self.user)
        self.assertEqual(made["scopes"], ["read", "messages"])
        self.assertEqual([t["id"] for t in gateway.get(f"{TOKENS}?user={self.user}").json["tokens"]], [made["id"]])
        self.refused(gateway.get(TOKENS), 422, "missing-field", "user")
        other = self.issue(kind="admin")
        for method in "GET", "DELETE":
            self.refused(gateway.request(method, f"{TOKENS}/{other['id']}"), 404, "not-found")
        self.assertEqual(gateway.request("DELETE", f"{TOKENS}/{made['id']}").status, 204)
        self.assertEqual(self.client(made).get(SELF).status, 401)

    def test_a_user_token_manages_no_tokens(self):
        own = self.of_user()
        for method, path, body in (("GET", TOKENS, None), ("POST", TOKENS, {"kind": "user", "user": self.user}),
                                   ("GET", TOKENS + "/0123456789abcdef", None), ("DELETE", TOKENS + "/0123456789abcdef", None)):
            self.refused(own.request(method, path, body), 403, "insufficient-scope")

    # --- scopes

    def test_each_scope_opens_its_routes_and_no_others(self):
        paths = {"read": ("GET", "/api/v1/expenses", None, 200), "write": ("POST", "/api/v1/expenses", GOOD, 201),
                 "messages": ("POST", "/api/v1/messages", {"text": "lunch 5"}, 200)}
        self.assertEqual(self.of_user().post("/api/v1/messages", {"text": "lunch 5"}).status, 200)
        for has in paths:
            client = self.of_user(scopes=[has])
            for needs, (method, path, body, status) in paths.items():
                with self.subTest(has=has, needs=needs):
                    answer = client.request(method, path, body)
                    if has == needs:
                        self.assertEqual(answer.status, status, answer.body)
                    else:
                        self.refused(answer, 403, "insufficient-scope")
                        self.assertEqual(answer.headers["WWW-Authenticate"], f'Bearer error="insufficient_scope", scope="{needs}"')

    # --- the one that asks

    def test_every_token_can_look_at_itself_and_end_itself(self):
        for fields in ({"kind": "user", "user": self.user, "scopes": ["write"]}, {"kind": "service"}, {"kind": "admin", "scopes": ["metrics"]}):
            made = self.issue(**fields)
            client = self.client(made)
            self.assertEqual((client.get(SELF).json["id"], client.get(SELF).json["scopes"]), (made["id"], made["scopes"]))
            self.assertEqual(client.request("DELETE", SELF).status, 204)
            self.refused(client.get(SELF), 401, "invalid-token")
            self.assertEqual(self.admin.get(f"{TOKENS}/{made['id']}").json["state"], "revoked")

    # --- the end of a token

    def test_a_revoked_token_is_refused_by_every_worker_at_once(self):
        made = self.issue(kind="service")
        clients = [self.client(made) for _ in range(16)]
        for client in clients:
            self.assertEqual(client.get(SELF).status, 200)
        for _ in range(2):
            self.assertEqual(self.admin.request("DELETE", f"{TOKENS}/{made['id']}").status, 204)
        for client in clients:
            self.refused(client.get(SELF), 401, "invalid-token")

    def test_a_token_that_is_not_there_is_404(self):
        for key_id in "0123456789abcdef", "short", "0123456789abcdefg", "zzzzzzzzzzzzzzzz":
            for method in "GET", "DELETE":
                self.refused(self.admin.request(method, f"{TOKENS}/{key_id}"), 404, "not-found")

    def test_a_token_ends_when_it_was_said(self):
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
        made = self.issue(kind="user", user=self.user, expires_at=soon.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z")
        self.assertEqual(made["expires_at"], soon.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z")
        client = self.client(made)
        self.daemon.wait_for(lambda: client.get(SELF).status == 401, "the end")
        self.assertEqual(self.admin.get(f"{TOKENS}/{made['id']}").json["state"], "expired")
        later = self.issue(kind="service", expires_in_days=90)
        ends = datetime.datetime.fromisoformat(later["expires_at"].replace("Z", "+00:00"))
        made_at = datetime.datetime.fromisoformat(later["created_at"].replace("Z", "+00:00"))
        self.assertEqual(ends - made_at, datetime.timedelta(days=90))

    def test_the_last_day_of_use_is_kept(self):
        made = self.issue(kind="service")
        path = f"{TOKENS}/{made['id']}"
        self.assertIsNone(self.admin.get(path).json["last_used_on"])
        before = today()
        self.assertEqual(self.client(made).get(SELF).status, 200)
        used = self.daemon.wait_for(lambda: self.admin.get(path).json["last_used_on"], "the day")
        self.assertIn(used, (str(before), str(today())))

    def test_using_a_token_often_writes_once_a_worker(self):
        made = self.issue(kind="service")
        before = self.daemon.stats()["store_commands"]
        for _ in range(10):
            client = Client(self.daemon.port, made["token"])
            for _ in range(20):
                self.assertEqual(client.get(SELF).status, 200)
            client.connection.close()
        self.daemon.wait_for(lambda: self.admin.get(f"{TOKENS}/{made['id']}").json["last_used_on"])
        self.assertLessEqual(self.daemon.stats()["store_commands"] - before, 2)

    # --- the list

    def test_the_list_is_paged_and_can_be_of_one_user(self):
        made = {self.issue(kind="user", user=self.user)["id"] for _ in range(7)}

        def listed(query):
            found, cursor = [], ""
            while cursor is not None:
                answer = self.admin.get(f"{TOKENS}?{query}{cursor}")
                self.assertEqual(answer.status, 200, answer.body)
                self.assertLessEqual(len(answer.json["tokens"]), 3)
                found += [t["id"] for t in answer.json["tokens"]]
                cursor = answer.json["next_cursor"] and "&cursor=" + answer.json["next_cursor"]
            return found
        of_user = listed(f"limit=3&user={self.user}")
        self.assertEqual((set(of_user), len(of_user)), (made, 7))
        everything = listed("limit=3")
        self.assertEqual(len(everything), len(set(everything)))
        self.assertLessEqual(made, set(everything))
        self.refused(self.admin.get(TOKENS + "?cursor=xyz"), 400, "invalid-parameter", "cursor")
        self.refused(self.admin.get(TOKENS + "?kind=user"), 400, "invalid-parameter", "kind")

    # --- the control socket

    def test_the_operator_sets_scopes_and_the_end(self):
        made = token(self.daemon, "service", "--scopes", "read,tokens", "--expires", "30", "--label", "two words")
        own = self.client(made).get(SELF).json
        self.assertEqual((own["scopes"], own["label"], own["expires_at"][:10]),
                         (["read", "tokens"], "two words", str(datetime.date.fromisoformat(own["created_at"][:10]) + datetime.timedelta(days=30))))
        self.daemon.wait_for(lambda: self.client(made).get(SELF).json["last_used_on"])
        line = next(line for line in self.daemon.ctl("token", "list").stdout.splitlines() if own["id"] in line)
        for part in "service", "valid", f"used {self.client(made).get(SELF).json['last_used_on']}", f"ends {own['expires_at'][:10]}", \
                "read,tokens", "two words":
            self.assertIn(part, line)
        day = token(self.daemon, "admin", "--expires", "2999-12-31")
        self.assertEqual(self.client(day).get(SELF).json["expires_at"], "2999-12-31T00:00:00.000Z")

    def test_the_operator_is_told_what_is_wrong(self):
        for words, told in ((("admin", "--scopes", "read"), "cannot have all of these scopes"), (("user",), "needs --user"),
                            (("service", "--scopes", "all"), "--scopes takes names"), (("service", "--scopes", "read,"), "--scopes takes names"),
                            (("service", "--expires", "2020-01-01"), "a day to come"), (("service", "--expires", "0"), "a day to come"),
                            (("service", "--expires", "soon"), "a day to come"), (("service", "--forever"), "known are")):
            answer = self.daemon.ctl("token", "add", *words)
            self.assertNotEqual(answer.returncode, 0)
            self.assertIn(told, answer.stderr)


class Death(unittest.TestCase):
    def test_a_token_that_was_issued_or_revoked_stays_so_when_the_writers_die(self):
        with Daemon("http { workers = 1 }") as d, Client(d.port, token(d, "admin")) as admin:
            for _ in range(10):
                made = admin.post(TOKENS, {"kind": "service"}).json
                kill(d.pids("writer"))
                with Client(d.port, made["token"]) as client:
                    self.assertEqual(client.get(SELF).status, 200)
                    self.assertEqual(admin.request("DELETE", f"{TOKENS}/{made['id']}").status, 204)
                    self.assertEqual(client.get(SELF).status, 401)


if __name__ == "__main__":
    tap.main()
