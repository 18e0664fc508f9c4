#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Messages with an AI provider, with one that fails in every way, and with one that was talked into something."""

import datetime
import json
import os
import re
import signal
import subprocess
import threading
import time
import unittest

import openmetrics
import tap
from api import Client, service, token
from asked_ai import RESULTS, UNSURE, costs, daemon_for, models
from harness import Daemon, free_port, program, wait_for
from servers.mock_provider import FAULTS, MockProvider, expense

SURE = "早餐$20"


class AiCase(unittest.TestCase):
    """One daemon and one mock for the cases of a class."""
    PROTOCOL = "openai"
    AI = ""

    @classmethod
    def setUpClass(cls):
        cls.mock = MockProvider(free_port())
        cls.daemon = daemon_for(cls.mock, cls.mock.section(protocol=cls.PROTOCOL), ai=cls.AI).__enter__()
        cls.client = service(cls.daemon)

    @classmethod
    def tearDownClass(cls):
        cls.client.connection.close()
        cls.mock.__exit__()
        cls.daemon.__exit__(None, None, None)

    def setUp(self):
        self.mock.calls.clear()
        self.mock.fault = None
        self.mock.says = lambda text: [expense("zorbl", "50", category="entertainment")]
        self.user = "line:" + self.id().rsplit(".")[-1]

    def say(self, text):
        answer = self.client.say(self.user, text)
        self.assertEqual(answer.status, 200, answer.body)
        return [(e["description"], e["amount"], e["currency"], e["category"]["name"]) for e in answer.json["expenses"]]


class Asking(AiCase):
    def test_an_unsure_message_is_asked_about_and_a_sure_one_is_not(self):
        self.assertEqual(self.say(UNSURE), [("zorbl", "50.00", "TWD", "Entertainment")])
        self.assertEqual(self.say(SURE), [("早餐", "20.00", "TWD", "Food")])
        self.assertEqual([text for _, text, _, _ in self.mock.calls], [UNSURE])

    def test_a_text_without_a_number_asks_nobody(self):
        self.say("hello there")
        self.assertEqual(self.mock.calls, [])

    def test_the_provider_is_told_nothing_of_who_it_is(self):
        self.say(UNSURE)
        _, _, headers, body = self.mock.calls[0]
        self.assertNotIn(self.user, str(headers) + str(body))
        self.assertIn("TWD", str(body))

    def test_connections_are_kept(self):
        for n in range(5):
            self.mock.says = lambda text: [expense("zorbl", text.split()[1])]
            self.say(f"zorbl {n + 50}")
        self.assertLessEqual(len({c for c in self.mock.connections}), 2)

    def test_an_own_category_can_be_the_answer(self):
        self.say(SURE)
        made = self.client.post("/api/v1/categories", {"user": self.user, "name": "Gadgets"})
        self.assertEqual(made.status, 201, made.body)
        self.mock.says = lambda text: [expense("zorbl", "50", category="Gadgets")]
        self.assertEqual(self.say(UNSURE), [("zorbl", "50.00", "TWD", "Gadgets")])

    def test_the_answer_to_a_message_says_who_spoke_then_and_later(self):
        for text, who in (UNSURE, "mock1"), (SURE, "rules"), ("help", None):
            said = self.client.say(self.user, text, Idempotency_Key=text.encode().hex()).json
            self.assertEqual(said["understood_by"], who, text)
            self.assertEqual(self.client.say(self.user, text, Idempotency_Key=text.encode().hex()).json, said)
            self.assertEqual(self.client.get(f"/api/v1/messages/{said['id']}?user={self.user}").json, said)

    def test_parse_says_who_spoke(self):
        def spoke(text):
            return self.client.post("/api/v1/parse", {"user": self.user, "text": text}).json["understood_by"]
        self.assertEqual(spoke(UNSURE), "mock1")
        self.assertEqual(spoke(SURE), "rules")
        self.mock.fault = "declines"
        self.assertEqual(spoke(UNSURE), "rules")


class Costs(unittest.TestCase):
    """The mock counts 200 tokens of input and 30 of output for each call."""

    def test_each_call_is_counted_with_its_cost_and_one_of_unknown_price_is_said_to_be(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", "50")]
            priced = mock.section().replace("}", 'prices = {"2020-01-01 USD 9 9", "2026-01-01 USD 0.15 0.60", "2999-01-01 USD 7 7"}\n}')
            with daemon_for(mock, priced) as d, service(d) as client:
                client.say("line:U1", UNSURE)
                client.say("line:U1", SURE)
                client.post("/api/v1/parse", {"user": "line:U1", "text": UNSURE})
                d.wait_for(lambda: len(costs(d)) == 2)
                self.assertEqual(costs(d), {"message": (1, 200, 30, "0.000048"), "parse": (1, 200, 30, "0.000048")})
                top = Client(d.port, token(d, "admin")).get("/api/v1/metrics/ai-costs/top-users").json["data"]
                self.assertEqual([(u["user"], u["cost"]) for u in top], [("line:U1", "0.000096")])
                self.assertEqual(models(d), {"mock1/model-1": (2, "0.000096")})
                self.assertRegex(d.ask("show ai"), r"(?m)^mock1/model-1 +2 +400 +60 +0\.000096 USD$")
            with daemon_for(mock) as d, service(d) as client:
                client.say("line:U1", UNSURE)
                self.assertEqual(costs(d), {"message, price unknown": (1, 200, 30, "0.000000")})
                self.assertEqual(models(d), {"mock1/model-1, unpriced": (1, "0.000000")})

    def test_costs_are_reported_by_day_operation_model_and_user_by_the_api_and_by_aiexpensectl(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", "50")]
            priced = mock.section().replace("}", 'prices = {"2026-01-01 USD 0.15 0.60"}\n}')
            with daemon_for(mock, priced) as d, service(d) as client, Client(d.port, token(d, "admin")) as admin:
                for user, times in ("line:few", 1), ("line:many", 2):
                    for n in range(times):
                        client.say(user, f"{UNSURE} {n}")
                day = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
                costs = admin.get(f"/api/v1/metrics/ai-costs?from={day}&to={day}").json
                used = {"calls": 3, "input_tokens": 600, "output_tokens": 90, "cost": "0.000144", "unpriced_calls": 0}
                self.assertEqual(costs["data"], [{"date": day, **used}])
                self.assertEqual(costs["by_operation"], [{"operation": "message", **used, "percent": "100.00"}])
                self.assertEqual(costs["by_model"], [{"model": "mock1/model-1", **used, "percent": "100.00"}])
                top = admin.get("/api/v1/metrics/ai-costs/top-users").json["data"]
                self.assertEqual([(u["user"], u["calls"], u["cost"]) for u in top], [("line:many", 2, "0.000096"), ("line:few", 1, "0.000048")])
                shown = d.ctl("show", "ai").stdout
                for name in day, "message", "mock1/model-1":
                    self.assertRegex(shown, rf"(?m)^{name} +3 +600 +90 +0\.000144 USD$")
                users = d.ctl("ai", "users").stdout.splitlines()
                self.assertTrue(users[0].startswith(f"{day[:7]} by user"), users)
                self.assertEqual([line.split() for line in users[1:]],
                                 [["line:many", "2", "400", "60", "0.000096", "USD"], ["line:few", "1", "200", "30", "0.000048", "USD"]])
                self.assertEqual(d.ctl("ai", "users", day[:7], "EUR").stdout.splitlines()[1:], [])
                for wrong in (["2026"], ["2026-13"], [day[:7], "XXX"], [day[:7], "USD", "more"]):
                    self.assertNotEqual(d.ctl("ai", "users", *wrong).returncode, 0, wrong)
                self.assertIn("error: ", d.ask("ai users"))         # users are for the operator alone

    def test_calls_of_unknown_price_are_said_so_in_each_report(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", "50")]
            with daemon_for(mock) as d, service(d) as client, Client(d.port, token(d, "admin")) as admin:
                client.say("line:U1", UNSURE)
                costs = admin.get("/api/v1/metrics/ai-costs").json
                top = admin.get("/api/v1/metrics/ai-costs/top-users").json["data"]
                for row in costs["summary"], costs["data"][-1], costs["by_operation"][0], costs["by_model"][0], top[0]:
                    self.assertEqual((row["calls"], row["unpriced_calls"], row["cost"]), (1, 1, "0.000000"))
                said = "0.000000 USD, 1 calls of unknown price"
                self.assertEqual(d.ctl("show", "ai").stdout.count(said), 3)
                self.assertIn(said, d.ctl("ai", "users").stdout)


class Counted(unittest.TestCase):
    """One call each: the breaker opens after five failures in a row, and a retry needs a second."""

    def test_each_call_is_counted_by_how_it_ended_in_every_format(self):
        with MockProvider(free_port()) as mock:
            priced = mock.section().replace("}", 'timeout_ms = 900 prices = {"2020-01-01 USD 0.15 0.60"}\n}')
            with daemon_for(mock, priced, ai="message_timeout_ms = 1900") as d, service(d) as client:
                mock.says = lambda text: [expense("zorbl", "50")]
                for fault, result in RESULTS.items():
                    with self.subTest(fault):
                        before = self.counts(d)
                        mock.fault = fault
                        client.say("line:U1", UNSURE)
                        after = self.counts(d)
                        self.assertEqual({name for name in RESULTS.values() if after[name] > before[name]}, {result})
                        mock.fault = None
                        client.say("line:U1", UNSURE)
                        self.assertEqual(self.counts(d)["ok"], after["ok"] + 1)
                mock.fault = "500"
                for _ in range(7):
                    client.say("line:U1", UNSURE)
                self.check_formats(d, self.counts(d))

    def counts(self, d):
        return json.loads(d.ask("show stats json"))["providers"]["mock1"]

    def check_formats(self, d, counts):
        self.assertGreater(counts["breaker_open"], 0)
        self.assertEqual((counts["input_tokens"] % 200, counts["output_tokens"] % 30), (0, 0))
        self.assertEqual(counts["cost_micros"], 48 * counts["input_tokens"] // 200)
        self.assertGreaterEqual(counts["input_tokens"], 200 * counts["ok"])
        text = dict(line.split() for line in d.ask("show stats").splitlines())
        self.assertEqual({name: int(text["ai_provider.mock1." + name]) for name in counts}, counts)
        samples, types = openmetrics.parse(d.ask("show stats prometheus"))
        found = {dict(labels)["result"]: value for (name, labels), value in samples.items() if name == "aiexpense_ai_provider_calls_total"}
        for name in "input_tokens", "output_tokens", "unpriced":
            found[name] = samples[f"aiexpense_ai_provider_{name}_total", (("provider", "mock1"),)]
        cost = samples["aiexpense_ai_provider_cost_total", (("currency", "USD"), ("provider", "mock1"))]
        self.assertEqual(dict(found, cost_micros=round(cost * 1000000)), counts)
        self.assertRegex(d.ask("show ai"), rf"(?m)^mock1 \(model-1\), since the start\n  ok +{counts['ok']}  ")

    def test_a_price_in_another_currency_than_the_budget_is_not_added_to_the_cost(self):
        with MockProvider(free_port()) as mock:
            priced = mock.section().replace("}", 'prices = {"2020-01-01 EUR 0.15 0.60"}\n}')
            with daemon_for(mock, priced) as d, service(d) as client:
                client.say("line:U1", UNSURE)
                counts = self.counts(d)
                self.assertEqual((counts["ok"], counts["cost_micros"], counts["unpriced"]), (1, 0, 1))


class Prices(unittest.TestCase):
    def price(self, d, *args, **more):
        return subprocess.run([program("aiexpensectl"), "-c", d.conf_file, "price", *args], capture_output=True, text=True, timeout=60, **more)

    def test_a_price_that_is_set_counts_at_once_and_takes_the_place_of_one_of_its_day(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", "50")]
            with daemon_for(mock) as d, service(d) as client:
                for user, price in (("line:U1", None), ("line:U2", ("2020-01-01", "USD", "9", "9")), ("line:U3", ("2020-01-01", "USD", "0.15", "0.60"))):
                    if price:
                        self.assertEqual(self.price(d, "set", "mock1/model-1", *price).stdout, "1 price set\n")
                    client.say(user, UNSURE)
                self.assertEqual(costs(d), {"message, price unknown": (1, 200, 30, "0.000000"), "message": (2, 400, 60, "0.002118")})
                self.assertEqual(self.price(d, "list").stdout.count("price set  (today)"), 1)

    def test_an_import_is_taken_as_a_whole_or_not_at_all(self):
        with Daemon(start=False) as d:
            os.mkdir(d.store)
            good = "# prices\nopenai/gpt-x 2026-11-01 USD 0.25 2.00\r\n\nlocal/a/b 2026-11-01 EUR 0 0\n"
            self.assertEqual(self.price(d, "import", "-", input=good).stdout, "2 prices set\n")
            wrong = self.price(d, "import", "-", input=good + "openai/gpt-x 2026-11-02 USD 1\nx 2026-11-01 USD 1 1\n")
            self.assertEqual((wrong.returncode, wrong.stdout), (1, ""))
            self.assertRegex(wrong.stderr, 'line 5: "openai/gpt-x 2026-11-02 USD 1"(.|\n)*line 6: "x 2026-11-01')
            with open(os.path.join(d.store, "prices", "table")) as f:
                self.assertEqual(f.read(), "openai/gpt-x 2026-11-01 USD 0.25 2.00\nlocal/a/b 2026-11-01 EUR 0 0\n")
            self.assertEqual(self.price(d, "import", os.path.join(d.store, "nothing")).returncode, 1)
            self.assertEqual(self.price(d, "set", "openai/gpt-x", "2026-11-02").returncode, 2)


class Cache(AiCase):
    AI = "cache_bytes = 1M when = always"

    def setUp(self):
        super().setUp()
        self.mock.says = lambda text: [expense("zorbl", text.split()[1], category="entertainment")]
        self.sign_up(self.user)

    def sign_up(self, user, **settings):
        self.client.post("/api/v1/users", {"user": user})
        tag = self.client.get(f"/api/v1/user?user={user}").headers["ETag"]
        answer = self.client.request("PATCH", f"/api/v1/user?user={user}", {"locale": "en", **settings}, {"If-Match": tag})
        self.assertEqual(answer.status, 200, answer.body)

    def calls_for(self, *texts, user=None):
        self.mock.calls.clear()
        for text in texts:
            self.assertEqual(self.client.say(user or self.user, text).status, 200)
        return [call[1] for call in self.mock.calls]

    def parse(self, text, user=None):
        return self.client.post("/api/v1/parse", {"user": user or self.user, "text": text}).json

    def test_the_same_text_is_asked_about_once_whoever_says_it(self):
        before = self.daemon.stats()
        answers = [self.parse("zorbl 71", user) for user in ("line:C1", "line:C2", "line:C1")]
        self.assertEqual([a["understood_by"] for a in answers], ["mock1"] * 3)
        self.assertEqual([a["expenses"] for a in answers], [answers[0]["expenses"]] * 3)
        self.assertEqual(len(self.mock.calls), 1)
        stats = self.daemon.stats()
        self.assertEqual(stats["ai_cache_misses"] - before["ai_cache_misses"], 1)
        self.assertEqual(stats["ai_cache_hits"] - before["ai_cache_hits"], 2)
        self.assertGreater(json.loads(self.daemon.ask("show stats json"))["measures"]["cache_hit_rate"], 0)

    def test_blanks_that_say_nothing_make_no_other_text(self):
        self.assertEqual(self.calls_for("zorbl 72", " zorbl \t 72\n"), ["zorbl 72"])
        self.assertEqual(self.say("  zorbl   72"), [("zorbl", "72.00", "TWD", "Entertainment")])

    def test_another_text_or_another_person_s_words_are_asked_about_again(self):
        self.assertEqual(len(self.calls_for("zorbl 73", "Zorbl 73", "zorbl 73!")), 3)
        for user, change in (("line:C4", {"home_currency": "USD"}), ("line:C5", {"locale": "en-GB"})):
            self.sign_up(user, **change)
            with self.subTest(str(change)):
                self.assertEqual(len(self.calls_for("zorbl 73", user=user)), 1)
        self.sign_up("line:C6")
        self.mock.fault = "declines"
        self.client.say("line:C6", "lunch 12 visa")
        self.mock.fault = None
        self.assertEqual(len(self.calls_for("zorbl 73", user="line:C6")), 1)
        self.sign_up("line:C7")
        self.client.post("/api/v1/categories", {"user": "line:C7", "name": "Gadgets"})
        self.assertEqual(len(self.calls_for("zorbl 73", user="line:C7")), 1)

    def test_what_was_answered_outlives_the_worker_that_asked(self):
        self.assertEqual(len(self.calls_for("zorbl 74")), 1)
        victim = self.daemon.pids("ai")[0]
        os.kill(victim, signal.SIGKILL)
        self.daemon.wait_for(lambda: set(self.daemon.pids("ai")) - {victim})
        self.assertEqual(self.calls_for("zorbl 74"), [])

    def test_an_answer_that_was_not_believed_is_not_kept(self):
        self.mock.says = lambda text: [expense("zorbl", "1000000")]
        self.assertEqual(len(self.calls_for("zorbl 75", "zorbl 75")), 2)

    def test_what_is_known_is_answered_while_the_provider_is_away(self):
        self.assertEqual(len(self.calls_for("zorbl 76")), 1)
        self.mock.fault = "500"
        self.assertEqual(self.parse("zorbl 76")["understood_by"], "mock1")


class Budgets(unittest.TestCase):
    def asked(self, d, mock, *users):
        mock.calls.clear()
        with service(d) as client:
            for user in users:
                answer = client.say(user, UNSURE)
                self.assertEqual((answer.status, answer.json["expenses"][0]["amount"]), (200, "50.00"))
        return len(mock.calls)

    def test_beyond_a_budget_the_rules_answer_and_it_is_counted(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", "50")]
            with daemon_for(mock, ai="budget_calls = 4 budget_calls_per_user = 3") as d:
                self.assertEqual(self.asked(d, mock, *["line:U1"] * 5), 3)
                self.assertEqual(self.asked(d, mock, "line:U2", "line:U3"), 1)
                self.assertEqual(d.stats()["ai_over_budget"], 3)

    def test_who_may_not_ask_does_not_take_the_turn_of_finding_out_whether_a_provider_is_well_again(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", "50")]
            mock.fault = "404"
            with daemon_for(mock, ai="budget_calls_per_user = 5", more="limit { per_user_messages = 0 }\n") as d, service(d) as client:
                for _ in range(5):
                    client.say("line:spent", UNSURE)
                self.assertEqual(d.stats()["ai_breaker_opened"], 1)
                mock.fault = None

                def is_well():
                    for _ in range(20):
                        self.assertEqual(client.say("line:spent", UNSURE).json["understood_by"], "rules")
                    return client.say("line:other", UNSURE).json["understood_by"] == "mock1"
                d.wait_for(is_well, "the provider to be asked")

    def test_what_was_spent_today_is_known_after_a_restart(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", "50")]
            priced = mock.section().replace("}", 'prices = {"2020-01-01 USD 0.15 0.60"}\n}')      # a call costs 0.000048
            with daemon_for(mock, priced, ai='budget_cost = "0.0001"') as d:
                self.assertEqual(self.asked(d, mock, "line:U1", "line:U1"), 2)
                d.stop()
                d.start()
                self.assertEqual(self.asked(d, mock, "line:U1", "line:U2", "line:U3"), 1)


class Trial(unittest.TestCase):
    """aiexpensectl ai test, without a daemon."""
    LUNCH = [expense("lunch", "12.50", "USD", "food"), expense("coffee", "4", "USD", "food")]

    def run_test(self, conf):
        with Daemon(conf, start=False) as d:
            return subprocess.run([program("aiexpensectl"), "-c", d.conf_file, "ai", "test"], capture_output=True, text=True, timeout=60)

    def test_each_sentence_is_judged_and_timed_and_costs_are_added_up(self):
        says = {"lunch 12.50 and coffee 4 yesterday, visa": self.LUNCH, "two cinema tickets, 31 in all, and 9 for popcorn": [expense("cinema tickets", "31", "GBP", "entertainment")]}
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: says.get(text, [])
            done = self.run_test(mock.section().replace("}", 'prices = {"2026-01-01 USD 0.15 0.60"}\n}'))
        self.assertEqual(done.returncode, 1)                     # not every sentence was answered
        self.assertIn("mock1: model model-1, openai at http://127.0.0.1:", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^  right +\d+ ms  lunch 12\.50")
        self.assertRegex(done.stdout, r"(?m)^  wrong +\d+ ms  two cinema.*\n +said +31\.00 GBP entertainment\n +expected 31\.00 GBP entertainment, 9")
        self.assertRegex(done.stdout, r"1 of 10 right, 1 wrong, 8 without an answer; \d+ ms on average, \d+ ms at most; "
                                      r"2000 tokens of input, 300 of output; cost USD 0\.000480\n")

    def test_providers_are_tried_one_by_one_and_one_that_fails_is_told(self):
        with MockProvider(free_port()) as first, MockProvider(free_port()) as second:
            first.fault = "500"
            done = self.run_test(first.section(1, timeout_ms=1500) + second.section(2, "gemini"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("0 of 10 right, 0 wrong, 10 without an answer", done.stdout)
        self.assertIn("price unknown", done.stdout)
        self.assertEqual(len(second.calls), 10)

    def test_prices_are_listed_with_the_one_that_counts_and_an_unknown_one_is_said_to_be(self):
        conf = ('provider1 { name = "a" model = "m" base_url = "http://127.0.0.1/v1"\n'
                'prices = {"2026-01-01 USD 0.15 0.60", "2999-01-01 USD 9 9"} }\nprovider2 { name = "b" model = "n" base_url = "http://127.0.0.1/v1" }')
        with Daemon(conf, start=False) as d:
            done = subprocess.run([program("aiexpensectl"), "-c", d.conf_file, "price", "list"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([re.split(r" {2,}", line) for line in done.stdout.splitlines()[1:]],
                         [["a/m", "2026-01-01 USD 0.15 0.60", "configuration", "(today)"], ["a/m", "2999-01-01 USD 9 9", "configuration"],
                          ["b/n", "unknown today: calls and tokens are counted, and not what they cost"]])

    def test_without_a_provider_it_says_so(self):
        done = self.run_test("")
        self.assertEqual((done.returncode, done.stdout), (1, "no provider is configured: the rules answer\n"))


class Gemini(AiCase):
    PROTOCOL = "gemini"

    def test_gemini_is_spoken(self):
        self.assertEqual(self.say(UNSURE), [("zorbl", "50.00", "TWD", "Entertainment")])
        self.assertEqual(self.mock.calls[0][0], "gemini")


class Anthropic(AiCase):
    PROTOCOL = "anthropic"

    def test_anthropic_is_spoken(self):
        self.assertEqual(self.say(UNSURE), [("zorbl", "50.00", "TWD", "Entertainment")])
        self.assertEqual(self.mock.calls[0][0], "anthropic")


class Hijacked(AiCase):
    """The model says whatever an attacker wants.  Nothing of it may get further than the rules' own answer."""
    AI = "when = always"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        parsed = subprocess.run([program("aiexpensectl"), "parse", "--jsonl"], input=json.dumps({"text": UNSURE}), capture_output=True, text=True)
        cls.rules = [("zorbl", "50.00", "TWD", json.loads(parsed.stdout)["category"])]

    def assert_harmless(self, text, said, rules):
        self.mock.says = lambda _: said
        self.assertEqual(self.say(text), rules)
        self.assertEqual([c[1] for c in self.mock.calls], [text])

    def test_an_amount_that_is_not_in_the_message_is_not_booked(self):
        self.assert_harmless(UNSURE, [expense("zorbl", "1000000")], self.rules)

    def test_one_amount_is_not_booked_twice(self):
        self.assert_harmless(UNSURE, [expense("zorbl", "50")] * 2, self.rules)

    def test_another_currency_than_the_message_names_is_not_taken(self):
        self.mock.says = lambda _: [expense("zorbl", "50", currency="USD")]
        self.assertEqual(self.say(UNSURE), [("zorbl", "50.00", "TWD", "Other")])

    def test_a_category_that_is_none_of_the_persons_is_not_taken(self):
        self.mock.says = lambda _: [expense("zorbl", "50", category="<script>")]
        self.assertEqual(self.say(UNSURE), self.rules)

    def test_words_of_the_model_are_not_said(self):
        said = [expense("[click](http://evil.example/)", "50", account="http://evil.example/")]
        self.mock.says = lambda _: said
        answer = self.client.say(self.user, UNSURE)
        self.assertNotIn("evil", answer.body.decode())

    def test_hostile_json_is_harmless(self):
        for said in ({"expenses": {"a": 1}}, {"expenses": [1]}, {"expenses": [[]]}, {"user_id": "other", "delete": True},
                     [expense("zorbl", "5e1")], [expense("zorbl", "-0")], [expense("zorbl", "50", currency="XXQ")],
                     [expense("zorbl\u202e", "50", date="9999-01-01")], [expense("zorbl", "9" * 40)],
                     [dict(expense("zorbl", "50"), amount=[50])], {"expenses": "x" * 100000}):
            self.mock.says = lambda _: said
            self.mock.calls.clear()
            with self.subTest(str(said)[:60]):
                self.user += "x"
                self.assertEqual(self.say(UNSURE), self.rules)


class Faults(AiCase):
    """Under every fault a person is answered in time, by the rules, and by the provider again when it is back."""

    @classmethod
    def setUpClass(cls):
        cls.mock = MockProvider(free_port())
        cls.daemon = daemon_for(cls.mock, cls.mock.section(timeout_ms=600)).__enter__()
        cls.client = service(cls.daemon)

    def test_a_person_is_answered_under_every_fault(self):
        for fault in FAULTS:
            with self.subTest(fault):
                self.mock.fault = fault
                begun = time.monotonic()
                self.assertEqual([e[:3] for e in self.say(UNSURE)], [("zorbl", "50.00", "TWD")])
                self.assertLess(time.monotonic() - begun, 8)
                self.mock.fault = None
                wait_for(lambda: self.say(UNSURE)[0][3] == "Entertainment", f"the provider to be asked again after {fault}")

    def test_after_failures_in_a_row_it_is_left_alone_and_then_asked_again(self):
        self.mock.fault = "500"
        opened = self.daemon.stats()["ai_breaker_opened"]
        while self.daemon.stats()["ai_breaker_opened"] == opened:
            self.say(UNSURE)
        self.mock.calls.clear()
        for _ in range(10):
            self.assertEqual([e[:3] for e in self.say(UNSURE)], [("zorbl", "50.00", "TWD")])
        self.assertLessEqual(len(self.mock.calls), 4)        # at most one more attempt, with its second try
        self.mock.fault = None
        wait_for(lambda: self.say(UNSURE)[0][3] == "Entertainment", "the provider to be asked again")

    def test_one_busy_answer_is_tried_once_more(self):
        self.mock.fault = lambda call: "429" if call == 1 else None
        self.assertEqual(self.say(UNSURE), [("zorbl", "50.00", "TWD", "Entertainment")])
        self.assertEqual(len(self.mock.calls), 2)


class Preference(unittest.TestCase):
    def test_the_second_provider_is_asked_when_the_first_one_fails(self):
        with MockProvider(free_port()) as first, MockProvider(free_port()) as second:
            first.fault = "500"
            first.says = second.says = lambda text: [expense("zorbl", "50", category="entertainment")]
            with daemon_for(None, first.section(1, "gemini", timeout_ms=2000), second.section(2, "anthropic")) as d, service(d) as client:
                parsed = client.post("/api/v1/parse", {"user": "line:U1", "text": UNSURE}).json
                self.assertEqual(parsed["understood_by"], "mock2")
                first.fault = None
                parsed = client.post("/api/v1/parse", {"user": "line:U1", "text": UNSURE}).json
                self.assertEqual(parsed["understood_by"], "mock1")

    def test_the_one_whose_failure_is_one_too_many_is_left_at_once_and_the_next_one_has_its_second_try(self):
        with MockProvider(free_port()) as first, MockProvider(free_port()) as second:
            first.fault = "500"
            first.says = second.says = lambda text: [expense("zorbl", "50")]
            with daemon_for(None, first.section(1), second.section(2)) as d, service(d) as client:
                for _ in range(2):                              # four failures: it is still asked
                    self.assertEqual(client.say("line:U1", UNSURE).json["understood_by"], "mock2")
                self.assertEqual((len(first.calls), d.stats()["ai_breaker_opened"]), (4, 0))
                second.calls.clear()
                second.fault = lambda call: "429" if call == 1 else None
                self.assertEqual(client.say("line:U1", UNSURE).json["understood_by"], "mock2")
                self.assertEqual((len(first.calls), len(second.calls), d.stats()["ai_breaker_opened"]), (5, 2, 1))
                self.assertEqual(d.stats()["ai_call_retries"], 3)

    def test_a_provider_that_is_not_there_does_no_harm(self):
        with MockProvider(free_port()) as mock:
            section = mock.section()
        with daemon_for(None, section) as d, service(d) as client:
            answer = client.say("line:U1", UNSURE)
            self.assertEqual([e["amount"] for e in answer.json["expenses"]], ["50.00"])
            self.assertGreater(d.stats()["ai_call_failures"], 0)

    def test_messages_beyond_the_calls_that_may_be_under_way_are_left_to_the_rules(self):
        with MockProvider(free_port()) as mock:
            mock.fault = "hang"
            with daemon_for(mock, ai="calls_max = 2") as d, service(d) as client:
                asked = [threading.Thread(target=lambda n=n: service(d).say(f"line:A{n}", UNSURE)) for n in range(2)]
                for thread in asked:
                    thread.start()
                d.wait_for(lambda: len(mock.calls) == 2)
                for n in range(5):
                    self.assertEqual(client.say(f"line:B{n}", UNSURE).json["expenses"][0]["amount"], "50.00")
                self.assertEqual(len(mock.calls), 2)
                mock.stop.set()
                for thread in asked:
                    thread.join()

    def test_a_redirect_is_not_followed(self):
        with MockProvider(free_port()) as there, MockProvider(free_port()) as mock:
            mock.fault = "307"
            mock.headers = {"Location": f"http://127.0.0.1:{there.port}/v1/chat/completions"}
            with daemon_for(mock) as d, service(d) as client:
                self.assertEqual(client.say("line:U1", UNSURE).json["expenses"][0]["amount"], "50.00")
                self.assertEqual((len(mock.calls), there.calls), (1, []))


class Configuration(unittest.TestCase):
    def check(self, conf):
        with Daemon(conf, start=False) as d:
            return subprocess.run(d.command() + ["-t"], capture_output=True, text=True, timeout=30)

    def test_an_incomplete_provider_is_told_by_the_test_of_the_configuration(self):
        done = self.check('provider1 { name = "x" }')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("provider1.model is missing", done.stderr + done.stdout)

    def test_the_key_is_never_printed(self):
        with Daemon(start=False) as d:
            key = os.path.join(d.directory, "key")
            with open(os.open(key, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
                f.write("sk-very-secret\n")
            done = self.check(f'provider1 {{ name = "x" model = "m" key_file = "{key}" }}')
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("sk-very-secret", done.stdout + done.stderr)
            os.chmod(key, 0o644)
            self.assertNotEqual(self.check(f'provider1 {{ name = "x" model = "m" key_file = "{key}" }}').returncode, 0)


if __name__ == "__main__":
    tap.main()
