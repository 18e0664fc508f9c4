#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What one instance has acknowledged counts on every other at once, and no process stands still for the server."""

import time
import unittest

import tap
from api import Client, token
from harness import free_port
from instances import Instances
from servers.mock_messengers import MockMessengers
from servers.mock_provider import MockProvider, expense
from servers.postgres import Postgres, programs
from webhooks import Secrets, post_telegram, telegram_update

PROMISED_S = 1         # within which it counts; it does with the next request already


@unittest.skipIf(programs() is None, "PostgreSQL is not installed")
class ServerCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def instances(self, count, **more):
        instances = Instances(self.server, count, **more)
        self.addCleanup(instances.__exit__, None, None, None)
        return instances.__enter__()


class Sessions(ServerCase):
    """Three instances; what was done on one is asked for on the others, once, without waiting."""

    def setUp(self):
        self.service = self.instances(3)
        self.clients = [self.service.client(n) for n in range(3)]

    def statuses(self, secret):
        asked = [self.service.client(n, secret).get("/api/v1/user") for n in range(3)]
        return [answer.status for answer in asked]

    def test_tokens_and_their_revocation(self):
        admin = self.service.client(0, token(self.service.daemons[0], "admin"))
        self.clients[0].say("line:U1", "tea 5")
        made = admin.post("/api/v1/tokens", {"kind": "user", "user": "line:U1", "label": "phone"})
        self.assertEqual(made.status, 201, made.body)
        begun = time.monotonic()
        self.assertEqual(self.statuses(made.json["token"]), [200, 200, 200])
        self.assertEqual(self.clients[2].get("/api/v1/tokens").status, 403)
        revoker = self.service.client(1, admin.token)
        self.assertLess(revoker.request("DELETE", f"/api/v1/tokens/{made.json['id']}").status, 300)
        revoked = time.monotonic()
        self.assertEqual(self.statuses(made.json["token"]), [401, 401, 401])
        print(f"# a new token counted on all within {1000 * (revoked - begun):.0f} ms, its revocation within "
              f"{1000 * (time.monotonic() - revoked):.0f} ms", flush=True)

    def test_a_conversation_goes_on_at_whichever_instance_hears_it(self):
        for n in range(9):
            asked = self.clients[n % 3].say(f"line:U{n}", "lunch")
            self.assertEqual(asked.json["status"], "question", asked.body)
            answered = self.clients[(n + 1) % 3].say(f"line:U{n}", "12")
            self.assertEqual([(e["description"], e["amount"]) for e in answered.json["expenses"]], [("lunch", "12.00")])
            undone = self.clients[(n + 2) % 3].say(f"line:U{n}", "undo")
            self.assertEqual(undone.status, 200)
            self.assertEqual(self.clients[n % 3].expenses(f"line:U{n}"), [])

    def test_settings_categories_and_the_end_of_a_user(self):
        one, two, three = self.clients
        one.say("line:U1", "tea 5")
        self.assertEqual(one.post("/api/v1/categories", {"user": "line:U1", "name": "Gadgets"}).status, 201)
        self.assertIn("Gadgets", [c["name"] for c in two.get("/api/v1/categories?user=line:U1").json["categories"]])
        confirmation = two.post("/api/v1/user/deletion", {"user": "line:U1"}).json["confirmation"]
        self.assertEqual(three.request("DELETE", f"/api/v1/user?user=line:U1&confirmation={confirmation}").status, 202)
        self.assertEqual([c.get("/api/v1/expenses?user=line:U1").status for c in (one, two, three)], [404] * 3)


class Waiting(ServerCase):
    def test_no_process_waits_for_the_server_and_does_nothing_else(self):
        with MockProvider(free_port()) as provider, MockMessengers() as messengers, Secrets() as secrets:
            provider.says = lambda text: [expense("zorbl", text.split()[1])]
            service = self.instances(1, more=secrets.telegram(api_url=messengers.url + "/telegram") + provider.section())
            d, client = service.daemons[0], service.client()
            with Client(d.port) as hook:
                for n in range(20):
                    self.assertEqual(post_telegram(hook, telegram_update(n + 1, n % 4 + 1, f"zorbl {n + 10}")).status, 200)
            d.wait_for(lambda: sum(len(messengers.read("telegram", str(n + 1))) for n in range(4)) == 20)
            for text in "zorbl 50", "lunch", "12", "how much did I spend this month?", "undo":
                self.assertEqual(client.say("line:U1", text).status, 200, text)
            made = client.post("/api/v1/categories", {"user": "line:U1", "name": "Gadgets"}).json
            deleted = client.request("DELETE", f"/api/v1/categories/{made['id']}?user=line:U1", headers={"If-Match": '"1"'})
            self.assertLess(deleted.status, 300, deleted.body)
            for path in "/api/v1/expenses/export?user=line:U1", "/api/v1/user/export?user=line:U1":
                self.assertEqual(client.get(path).status, 200, path)
            for command in ("queue", "list"), ("token", "list"), ("show", "queue"), ("show", "ai"):
                self.assertEqual(d.ctl(*command).returncode, 0, command)
            self.assertEqual(d.stats()["store_waits_blocking"], 0)


if __name__ == "__main__":
    tap.main()
