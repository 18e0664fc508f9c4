#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How many requests an address, a token and a user may make, all workers together; and which pages may make any."""

import threading
import unittest

import tap
from api import Client, token
from harness import Daemon, kill

EXPENSES = "/api/v1/expenses?user=line:L1"
OWN = "/api/v1/expenses"
HOUR = "limit { table_bytes = 64K per_address = 0 failures_per_address = 0 per_token = 0 per_user_messages = 0 %s }"


def limited(options):
    """A daemon with two workers and these limits only; each refills within an hour, so none does during a test."""
    return Daemon("http { workers = 2 }\n" + HOUR % options)


def get(d, made, path, **headers):
    """On a connection of its own, so that any worker may take it."""
    with Client(d.port, made) as client:
        return client.get(path, **{"Connection": "close", **headers})


def by(address):
    return {"X-Forwarded-For": address}


class Limits(unittest.TestCase):
    def limited(self, answer, limit):
        self.assertEqual((answer.status, answer.json["type"]), (429, "/problems/rate-limited"))
        self.assertEqual((answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]), (str(limit), "0"))
        self.assertLessEqual(int(answer.headers["Retry-After"]), int(answer.headers["RateLimit-Reset"]))
        self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def test_two_workers_together_give_no_more_than_the_limit(self):
        with limited("per_token = 50/h") as d:
            made = token(d, "user", "--user", "line:L1")
            answers = []

            def ask():
                for _ in range(20):
                    answers.append(get(d, made, OWN))
            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            allowed = [a for a in answers if a.status == 404]
            self.assertEqual(len(allowed), 50)
            self.assertEqual(sorted(int(a.headers["RateLimit-Remaining"]) for a in allowed), list(range(50)))
            for answer in answers:
                if answer.status != 404:
                    self.limited(answer, 50)
            self.assertEqual(d.stats()["limited_by_token"], 30)
            self.assertEqual(get(d, token(d, "user", "--user", "line:L2"), OWN).status, 404)   # another token has its own

    def test_what_a_process_used_up_stays_used_up_when_it_dies(self):
        with limited("per_token = 3/h") as d:
            made = token(d, "user", "--user", "line:L1")
            for _ in range(3):
                self.assertEqual(get(d, made, OWN).status, 404)
            old = d.pids("http")
            kill(old)
            d.wait_for(lambda: len(set(d.pids("http")) - set(old)) == 2, "new workers")
            d.wait_for(lambda: self.limited(get(d, made, OWN), 3) is None)

    def test_health_has_no_limit(self):
        with limited("per_address = 1/h") as d:
            for path in "/healthz", "/readyz":
                for _ in range(5):
                    answer = get(d, None, path, **by("203.0.113.1"))
                    self.assertEqual((answer.status, answer.headers["RateLimit-Limit"]), (200, None))

    def test_an_address_is_what_a_trusted_proxy_says(self):
        with limited("per_address = 3/h") as d:
            made = token(d, "user", "--user", "line:L1")

            def status(**headers):
                return get(d, made, OWN, **headers).status
            for address in "203.0.113.1", "2001:db8:1:2::1":
                self.assertEqual([status(**by(address)) for _ in range(4)], [404, 404, 404, 429])
            self.assertEqual(status(**by("2001:db8:1:2:ffff::9")), 429)               # the same /64
            self.assertEqual(status(**by("2001:db8:1:3::1")), 404)
            self.assertEqual(status(**by("198.51.100.7, 203.0.113.1")), 429)          # what the client says before it is not believed
            self.assertEqual(status(**by("203.0.113.1, 127.0.0.1")), 429)             # a chain of proxies
            self.assertEqual(status(**{"X-Real-IP": "203.0.113.1"}), 429)
            self.assertEqual(status(**{"X-Real-IP": "203.0.113.1", **by("203.0.113.99")}), 404)
            self.assertEqual([status() for _ in range(5)], [404] * 5)                 # a program on this machine
            self.assertEqual([status(**by("nonsense")) for _ in range(4)], [404, 404, 404, 429])
            self.assertEqual(d.stats()["limited_by_address"], 7)

    def test_a_peer_that_is_not_trusted_cannot_name_another_address(self):
        with Daemon(HOUR % "per_address = 2/h" + ' http { trusted_proxies = {"unix:"} }') as d:
            made = token(d, "user", "--user", "line:L1")
            answers = [get(d, made, OWN, **by(f"203.0.113.{n}")).status for n in range(3)]
            self.assertEqual(answers, [404, 404, 429])

    def test_a_gateway_is_not_limited_by_its_address(self):
        with limited("per_address = 2/h per_service_token = 6/h") as d:
            gateway, user = token(d), token(d, "user", "--user", "line:L1")
            self.assertEqual([get(d, gateway, EXPENSES, **by("203.0.113.1")).status for _ in range(5)], [404] * 5)
            self.assertEqual([get(d, user, OWN, **by("203.0.113.1")).status for _ in range(3)], [404, 404, 429])
            self.assertEqual(get(d, gateway, EXPENSES).status, 404)
            self.limited(get(d, gateway, EXPENSES), 6)

    def test_guesses_are_limited_and_valid_tokens_next_to_them_are_not(self):
        with limited("failures_per_address = 4/h") as d:
            made = token(d, "user", "--user", "line:L1")
            bad = made[:-1] + ("A" if made[-1] != "A" else "B")
            tried = [get(d, t, OWN, **by("203.0.113.1")).status for t in (None, bad, "nonsense", bad, bad, None)]
            self.assertEqual(tried, [401, 401, 401, 401, 429, 429])
            self.assertEqual(get(d, made, OWN, **by("203.0.113.1")).status, 404)
            self.assertEqual(get(d, bad, OWN, **by("203.0.113.2")).status, 401)
            self.assertEqual(d.stats()["limited_failures"], 2)

    def test_messages_are_limited_by_user_whatever_the_token(self):
        with limited("per_user_messages = 3/h") as d:
            with Client(d.port, token(d)) as gateway, Client(d.port, token(d, "user", "--user", "line:L1")) as own:
                self.assertEqual(gateway.say("line:L1", "lunch 5").status, 200)
                self.assertEqual(gateway.post("/api/v1/parse", {"user": "line:L1", "text": "lunch 5"}).status, 200)
                last = own.post("/api/v1/messages", {"text": "lunch 5"})
                self.assertEqual((last.status, last.headers["RateLimit-Remaining"]), (200, "0"))
                self.limited(own.post("/api/v1/messages", {"text": "lunch 5"}), 3)
                self.limited(gateway.say("line:L1", "lunch 5"), 3)
                self.assertEqual(gateway.say("line:L2", "lunch 5").status, 200)
                self.assertEqual(len(gateway.expenses("line:L1")), 2)
            self.assertEqual(d.stats()["limited_by_user"], 2)

    def test_the_limit_with_least_left_is_told(self):
        with limited("per_address = 10/h per_token = 5/h") as d:
            made = token(d, "user", "--user", "line:L1")
            self.assertEqual(get(d, made, OWN, **by("203.0.113.1")).headers["RateLimit-Limit"], "5")

    def test_wrong_limits_and_proxies_and_origins_are_told_at_the_start(self):
        for wrong, told in (("limit.per_token=10", "per_token must be 0 or a number"), ("limit.per_token=10/y", "per_token must be"),
                            ("http.trusted_proxies=localhost", "localhost is not an address"),
                            ("http.cors_origins=https://app.example.org/", "https://app.example.org/ is not an origin")):
            with Daemon(start=False, args=["-o", wrong]) as d:
                d.launch()
                self.assertNotEqual(d.process.wait(30), 0)
                self.assertIn(told, d.log())


class Pages(unittest.TestCase):
    def test_a_page_of_a_configured_origin_asks_and_reads_and_others_do_not(self):
        with Daemon('http { cors_origins = {"https://app.example.org"} }') as d, Client(d.port, token(d)) as client:
            ask = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "PATCH",
                   "Access-Control-Request-Headers": "authorization, if-match"}
            asked = Client(d.port).request("OPTIONS", "/api/v1/categories/x", headers=ask)
            self.assertEqual((asked.status, asked.body), (204, b""))
            self.assertEqual(asked.headers["Access-Control-Allow-Origin"], ask["Origin"])
            self.assertIn("PATCH", asked.headers["Access-Control-Allow-Methods"])
            self.assertIn("If-Match", asked.headers["Access-Control-Allow-Headers"])
            self.assertEqual(asked.headers["Vary"], "Origin")
            self.assertEqual(Client(d.port).request("OPTIONS", "/api/v1/nothing", headers=ask).status, 404)
            read = client.get(EXPENSES, Origin=ask["Origin"])
            self.assertEqual((read.status, read.headers["Access-Control-Allow-Origin"]), (404, ask["Origin"]))
            for name in "ETag", "X-Request-Id", "RateLimit-Remaining", "Retry-After":
                self.assertIn(name, read.headers["Access-Control-Expose-Headers"])
            other = client.get(EXPENSES, Origin="https://evil.example")
            self.assertEqual((other.headers["Access-Control-Allow-Origin"], other.headers["Vary"]), (None, "Origin"))
            self.assertIsNone(read.headers["Access-Control-Allow-Credentials"])


if __name__ == "__main__":
    tap.main()
