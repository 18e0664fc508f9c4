#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The list of the calls of AI providers: each that left, with how it ended, as the counters have it, whatever became of what it was for."""

import datetime
import io
import json
import threading
import unittest
import zipfile

import tap
from api import Client, service, token
from asked_ai import RESULTS, UNSURE, calls, costs, counted, daemon_for, listed, models
from harness import PATIENCE, MovedClock, free_port, wait_for
from servers.mock_provider import MockProvider, expense
from store_reader import read_store


class Listed(unittest.TestCase):
    def check_pages(self, d, rows):
        """The API gives the same, a call a page."""
        path, found, cursor = "/api/v1/metrics/ai-calls", [], ""
        with Client(d.port, token(d, "admin")) as admin, service(d) as other:
            while cursor is not None:
                page = admin.get(f"{path}?limit=1" + (cursor and "&cursor=" + cursor)).json
                found, cursor = found + page["data"], page["next_cursor"]
            self.assertEqual([[c["user"] or "-", c["operation"], f"{c['provider']}/{c['model']}", c["result"], str(c["input_tokens"]),
                               str(c["output_tokens"]), c["cost"], c["currency"]] for c in found if c["cost"]], [row for row in rows if len(row) == 8])
            self.assertEqual(len(found), len(rows))
            self.assertEqual(admin.get(path).json["data"], found)
            self.assertEqual(admin.get(path + "?user=line:U1").json["data"], [c for c in found if c["user"] == "line:U1"])
            self.assertEqual(admin.get(path + "?model=another").json["data"], [])
            self.assertEqual(admin.get(path + "?cursor=x").status, 400)
            self.assertEqual(other.get(path).status, 403)

    def test_each_call_is_listed_for_the_operator_as_long_as_it_is_kept(self):
        with MockProvider(free_port()) as mock, MovedClock() as clock:
            mock.says = lambda text: [expense("zorbl", "50")]
            priced = mock.section().replace("}", 'prices = {"2026-01-01 USD 0.15 0.60"}\n}')
            with daemon_for(mock, priced, ai="calls_days = 2") as d, service(d) as client:
                client.say("line:U1", UNSURE)
                mock.fault = "declines"
                client.say("line:U2", UNSURE + " 2")
                mock.fault = None
                client.post("/api/v1/parse", {"user": "line:nobody", "text": UNSURE + " 3"})
                cost = ["200", "30", "0.000048", "USD"]
                one, two, none = (["line:U1", "message", "mock1/model-1", "ok", *cost], ["line:U2", "message", "mock1/model-1", "declined"],
                                  ["-", "parse", "mock1/model-1", "ok", *cost])
                d.wait_for(lambda: len(calls(d)) == 3, "the calls")
                rows = calls(d)
                self.assertEqual((rows[0], rows[1][:4], rows[2]), (none, two, one))
                self.assertEqual(calls(d, "-", "line:U1"), [one])
                self.assertEqual(calls(d, "-", "-", "model-1"), rows)
                self.assertEqual(calls(d, "-", "-", "another"), [])
                self.assertEqual(calls(d, "2020-01-01"), [])
                day = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
                self.assertEqual(calls(d, day), rows)
                self.check_pages(d, rows)
                for wrong in (["2026"], [day, "line:U1", "model-1", "more"]):
                    self.assertNotEqual(d.ctl("ai", "calls", *wrong).returncode, 0, wrong)
                self.assertIn("error: ", d.ask("ai calls"))         # users are for the operator alone
                confirmation = client.post("/api/v1/user/deletion", {"user": "line:U1"}).json["confirmation"]
                client.request("DELETE", f"/api/v1/user?user=line:U1&confirmation={confirmation}")
                d.wait_for(lambda: calls(d) == rows[:2], "the deletion")
                clock.forward(86400)
                d.stop()
                d.start()
                self.assertEqual(calls(d, day), rows[:2])
                clock.forward(86400)
                d.stop()
                d.start()
                d.wait_for(lambda: calls(d, day) == [], "their end")
                d.wait_for(lambda: d.stats()["retention_ai_calls"] == 2, "their count")
                d.stop()
                self.assertEqual(read_store(d.store).faults, [])

    def test_calls_are_not_listed_when_nobody_wants_them(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", "50")]
            with daemon_for(mock, ai="calls_days = 0") as d, service(d) as client:
                client.say("line:U1", UNSURE)
                self.assertEqual(calls(d), [])
                self.assertEqual(costs(d), {"message, price unknown": (1, 200, 30, "0.000000")})

    def test_a_call_that_failed_is_listed_by_how_it_ended_and_costs_nothing_that_is_known(self):
        with MockProvider(free_port()) as mock:
            priced = mock.section().replace("}", 'timeout_ms = 900 prices = {"2020-01-01 USD 0.15 0.60"}\n}')
            with daemon_for(mock, priced, ai="message_timeout_ms = 1900") as d, service(d) as client:
                mock.says = lambda text: [expense("zorbl", "50")]
                for n, (fault, result) in enumerate([*RESULTS.items(), ("307", "rejected"), ("408", "rejected")]):
                    with self.subTest(fault):
                        user = f"line:U{n}"
                        mock.fault = fault
                        self.assertEqual(client.say(user, UNSURE).json["expenses"][0]["amount"], "50.00")
                        rows = calls(d, "-", user)
                        self.assertEqual({(*row[:4],) for row in rows}, {(user, "message", "mock1/model-1", result)})
                        if fault not in (None, "declines", "garbage", "wrong_json"):
                            self.assertEqual({(*row[4:],) for row in rows}, {("0", "0", "-")})
                        mock.fault = None
                        client.say("line:well", UNSURE)
                self.assertEqual(listed(calls(d)), counted(d))
                with Client(d.port, token(d, "admin")) as admin:
                    page = admin.get("/api/v1/metrics/ai-calls").json["data"]
                    failed = [c for c in page if c["result"] in ("timeout", "no_connection", "rate_limited", "server_error", "rejected")]
                    self.assertEqual({(c["input_tokens"], c["output_tokens"], c["cost"], c["operation"]) for c in failed}, {(0, 0, None, "message")})
                    answered = [c for c in page if c["result"] in ("ok", "declined") or (c["result"] == "bad_answer" and c["input_tokens"])]
                    without_usage = [c for c in page if c["result"] == "bad_answer" and not c["input_tokens"]]
                    self.assertEqual(len(without_usage), 2)              # one is no answer of a provider, the other one too long to be read
                    sums = admin.get("/api/v1/metrics/ai-costs").json["summary"]
                    self.assertEqual(sums["calls"], len(answered) + 1)   # that was answered, and says nothing of what it used
                    self.assertEqual((sums["unpriced_calls"], sums["cost"]), (2, f"{48 * counts_with_usage(page) / 1e6:.6f}"))

    def test_each_attempt_at_each_provider_is_a_call_of_its_own(self):
        with MockProvider(free_port()) as first, MockProvider(free_port()) as second:
            first.fault, second.fault = "500", lambda call: "429" if call == 1 else None
            second.says = lambda text: [expense("zorbl", "50")]
            with daemon_for(None, first.section(1), second.section(2, "anthropic")) as d, service(d) as client:
                self.assertEqual(client.say("line:U1", UNSURE).json["understood_by"], "mock2")
                self.assertEqual([row[2:4] for row in reversed(calls(d))],
                                 [["mock1/model-1", "server_error"]] * 2 + [["mock2/model-2", "rate_limited"], ["mock2/model-2", "ok"]])
                second.fault = "500"
                self.assertEqual(client.say("line:U2", UNSURE).json["understood_by"], "rules")
                self.assertEqual([row[2:4] for row in calls(d, "-", "line:U2")],
                                 [["mock2/model-2", "server_error"]] * 2 + [["mock1/model-1", "server_error"]] * 2)
                for name in "mock1", "mock2":
                    self.assertEqual(listed(calls(d), name), counted(d, name))
                self.assertEqual(models(d), {"mock2/model-2, unpriced": (1, "0.000000")})
                d.stop()
                self.assertEqual(read_store(d.store).faults, [])

    def test_what_never_left_is_no_call(self):
        with MockProvider(free_port()) as mock:
            mock.fault = "404"
            with daemon_for(mock, ai="budget_calls = 7") as d, service(d) as client:
                for _ in range(8):                                  # the breaker opens after five
                    client.say("line:U1", UNSURE)
                self.assertEqual((len(mock.calls), len(calls(d)), counted(d)), (5, 5, {"rejected": 5}))
            mock.calls.clear()
            mock.fault = "declines"
            with daemon_for(mock, ai="budget_calls = 2") as d, service(d) as client:
                for _ in range(4):
                    client.say("line:U1", UNSURE)
                self.assertEqual((len(mock.calls), len(calls(d)), counted(d)), (2, 2, {"declined": 2}))

    def test_parsing_lists_what_failed_too(self):
        with MockProvider(free_port()) as mock:
            mock.fault = "404"
            with daemon_for(mock) as d, service(d) as client:
                self.assertEqual(client.post("/api/v1/parse", {"user": "line:nobody", "text": UNSURE}).json["understood_by"], "rules")
                wait_for(lambda: calls(d) == [["-", "parse", "mock1/model-1", "rejected", "0", "0", "-"]], "the call")

    def test_a_message_that_is_answered_with_an_earlier_one_leaves_its_calls(self):
        """Two of the same key at once ask twice, and one of them is recorded."""
        with MockProvider(free_port()) as mock:
            together = threading.Barrier(2)
            mock.fault = lambda call: together.wait(PATIENCE) and None or "404"
            with daemon_for(mock) as d:
                def say():
                    with service(d) as client:
                        client.say("line:U1", UNSURE, Idempotency_Key="the-same")
                senders = [threading.Thread(target=say) for _ in range(2)]
                for sender in senders:
                    sender.start()
                for sender in senders:
                    sender.join()
                wait_for(lambda: len(calls(d, "-", "line:U1")) == 2, "both calls")
                self.assertEqual(listed(calls(d)), counted(d))

    def test_the_export_of_a_user_has_his_calls_and_what_they_cost(self):
        with MockProvider(free_port()) as mock:
            mock.says = lambda text: [expense("zorbl", text.split()[1])]
            priced = mock.section().replace("}", 'prices = {"2020-01-01 USD 0.15 0.60"}\n}')
            with daemon_for(mock, priced) as d, service(d) as client, Client(d.port, token(d, "admin")) as admin:
                for n in range(120):                                # more than a page of the export
                    mock.fault = "404" if n % 40 == 7 else None
                    client.say("line:U1", f"zorbl {n + 50}")
                mock.fault = None
                client.say("line:U2", UNSURE)
                with zipfile.ZipFile(io.BytesIO(client.get("/api/v1/user/export?user=line:U1").body)) as archive:
                    names = archive.read("README.txt").decode()
                    exported, months = ([json.loads(line) for line in archive.read(name).splitlines()] for name in ("ai_calls.jsonl", "ai_costs.jsonl"))
                self.assertIn("ai_calls.jsonl", names)
                self.assertIn("ai_costs.jsonl", names)
                page = admin.get("/api/v1/metrics/ai-calls?user=line:U1&limit=100").json
                rest = admin.get(f"/api/v1/metrics/ai-calls?user=line:U1&cursor={page['next_cursor']}").json
                self.assertEqual((len(exported), exported), (120, (page["data"] + rest["data"])[::-1]))
                top = {row.pop("user"): row for row in admin.get("/api/v1/metrics/ai-costs/top-users").json["data"]}
                month = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
                self.assertEqual(months, [{"month": month, "currency": "USD", **top["line:U1"]}])
                self.assertEqual(months[0]["calls"], 117)

    def test_what_failed_is_not_kept_when_nobody_wants_the_list(self):
        with MockProvider(free_port()) as mock:
            mock.fault = "404"
            with daemon_for(mock, ai="calls_days = 0") as d, service(d) as client:
                client.say("line:U1", UNSURE)
                self.assertEqual((calls(d), costs(d), counted(d)), ([], {}, {"rejected": 1}))


def counts_with_usage(page):
    return sum(c["input_tokens"] == 200 for c in page)


if __name__ == "__main__":
    tap.main()
