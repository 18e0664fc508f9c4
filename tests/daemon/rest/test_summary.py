#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Summaries: the sums of the expenses by day, week, month, category, account and currency."""

import collections
import datetime
import decimal
import random
import urllib.parse

import tap
from api import Client, token
from ledger_case import LedgerCase

SUMMARIES = "/api/v1/summaries"
DECIMALS = {"TWD": 2, "USD": 2, "JPY": 0, "KWD": 3}


def period(by, day):
    date = datetime.date.fromisoformat(day)
    year, week, _ = date.isocalendar()
    return {"day": day, "week": f"{year}-W{week:02}", "month": day[:7]}[by]


class Summaries(LedgerCase):
    def setUp(self):
        super().setUp()
        self.client.say(self.user, "hello")

    def spend(self, date, amount, **more):
        body = {"user": self.user, "description": "x", "date": date, "amount": str(amount), **more}
        answer = self.client.post("/api/v1/expenses", body)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def ask(self, **query):
        return self.client.get(SUMMARIES + "?" + urllib.parse.urlencode({"user": self.user, **query}))

    def groups(self, **query):
        """All pages; the totals are the same on each."""
        found, totals = [], None
        while True:
            answer = self.ask(**query)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertIn(answer.json["totals"], (totals or answer.json["totals"],))
            totals = answer.json["totals"]
            found += answer.json["groups"]
            if answer.json["next_cursor"] is None:
                return found, totals
            query["cursor"] = answer.json["next_cursor"]

    def test_a_summary_has_this_shape(self):
        food = self.spend("2026-10-31", "10.50", currency="USD", account="visa")["category"]
        self.spend("2026-11-01", "-0.25", currency="USD", account="visa")
        self.spend("2026-11-30", "7", currency="JPY")
        answer = self.ask(**{"from": "2026-10-01", "to": "2026-11-30"}, group_by="account,month,category")
        self.assertEqual(answer.json, {
            "from": "2026-10-01", "to": "2026-11-30", "group_by": ["month", "category", "account", "currency"],
            "totals": [{"amount": "7", "currency": "JPY", "count": 1}, {"amount": "10.25", "currency": "USD", "count": 2}],
            "groups": [
                {"month": "2026-10", "category": food, "account": "visa", "amount": "10.50", "currency": "USD", "count": 1},
                {"month": "2026-11", "category": food, "account": "Cash", "amount": "7", "currency": "JPY", "count": 1},
                {"month": "2026-11", "category": food, "account": "visa", "amount": "-0.25", "currency": "USD", "count": 1},
            ], "next_cursor": None})

    def test_weeks_are_those_of_iso_8601(self):
        for day in "2026-12-27", "2026-12-28", "2027-01-03", "2027-01-04", "2024-12-30":
            self.spend(day, 1)
        found, _ = self.groups(**{"from": "2024-01-01", "to": "2027-12-31"}, group_by="week")
        self.assertEqual([(g["week"], g["count"]) for g in found],
                         [("2025-W01", 1), ("2026-W52", 1), ("2026-W53", 2), ("2027-W01", 1)])

    def test_without_a_range_it_is_the_present_month(self):
        expense = self.client.say(self.user, "lunch 100").json["expenses"][0]
        answer = self.ask().json
        self.assertEqual((answer["from"][:7], answer["from"][8:], answer["group_by"]), (expense["date"][:7], "01", ["currency"]))
        self.assertLessEqual(expense["date"], answer["to"])
        self.assertEqual(answer["totals"], [{"amount": "100.00", "currency": expense["currency"], "count": 1}])
        self.assertEqual(answer["groups"], answer["totals"])

    def test_it_is_what_adding_up_gives_after_random_edits(self):
        rng = random.Random(11)
        categories = [c["id"] for c in self.client.get(f"/api/v1/categories?user={self.user}").json["categories"]]
        made = [self.spend(*self.some_day_and_amount(rng), currency=rng.choice("TWD USD JPY KWD".split()), account=rng.choice("abc"),
                           category_id=rng.choice(categories)) for _ in range(120)]
        for expense in rng.sample(made, 60):
            path = f"/api/v1/expenses/{expense['id']}"
            what = rng.randrange(3)
            day, amount = self.some_day_and_amount(rng)
            if what == 0:
                body = {"date": day, "amount": str(amount), "account": rng.choice("abc"), "category_id": rng.choice(categories)}
                answer = self.client.request("PATCH", f"{path}?user={self.user}", body, {"If-Match": "*"})
            else:
                answer = self.client.request("DELETE", f"{path}?user={self.user}")
                if what == 2:
                    answer = self.client.post(f"{path}/restore?user={self.user}", None)
            self.assertIn(answer.status, (200, 204), answer.body)
        expenses = self.client.expenses(self.user)
        for _ in range(40):
            self.compare(rng, expenses, categories)

    def some_day_and_amount(self, rng):
        return (datetime.date(2026, 1, 15) + datetime.timedelta(rng.randrange(90))).isoformat(), rng.randrange(-500, 5000)

    def compare(self, rng, expenses, categories):
        by = rng.sample(["category", "account"], rng.randrange(3)) + rng.sample(["day", "week", "month"], rng.randrange(2)) + ["currency"]
        days = sorted(self.some_day_and_amount(rng)[0] for _ in range(2))
        query = {"from": days[0], "to": days[1], "group_by": ",".join(by), "limit": rng.randrange(1, 30)}
        wanted = [e for e in expenses if days[0] <= e["date"] <= days[1]]
        if rng.randrange(3) == 0:
            query["category"] = rng.choice(categories)
            wanted = [e for e in wanted if e["category"]["id"] == query["category"]]
        if rng.randrange(3) == 0:
            query["account"] = rng.choice("abc")
            wanted = [e for e in wanted if e["account"] == query["account"]]
        if rng.randrange(3) == 0:
            query["currency"] = "jpy"
            wanted = [e for e in wanted if e["currency"] == "JPY"]
        sums, all_sums = collections.defaultdict(lambda: [decimal.Decimal(0), 0]), collections.defaultdict(lambda: [decimal.Decimal(0), 0])
        for expense in wanted:
            key = tuple(period(b, expense["date"]) if b in ("day", "week", "month") else expense["category"]["id"] if b == "category"
                        else expense[b] for b in by)
            for total in sums[key], all_sums[expense["currency"]]:
                total[0] += decimal.Decimal(expense["amount"])
                total[1] += 1
        groups, totals = self.groups(**query)
        found = {tuple(g["category"]["id"] if b == "category" else g[b] for b in by): [decimal.Decimal(g["amount"]), g["count"]] for g in groups}
        self.assertEqual(len(found), len(groups))
        self.assertEqual(found, dict(sums), query)
        self.assertEqual({t["currency"]: [decimal.Decimal(t["amount"]), t["count"]] for t in totals}, dict(all_sums), query)
        for total in totals:
            self.assertEqual(len(total["amount"].partition(".")[2]), DECIMALS[total["currency"]])

    def test_what_is_wrong_is_named(self):
        self.refused(self.ask(group_by="year"), 400, "invalid-parameter", "group_by")
        self.refused(self.ask(group_by="day,"), 400, "invalid-parameter", "group_by")
        self.refused(self.ask(group_by="account,account"), 400, "invalid-parameter", "group_by")
        self.refused(self.ask(group_by="day,month"), 400, "invalid-parameter", "group_by")
        self.refused(self.ask(**{"from": "2026-02-30"}), 422, "invalid-date", "from")
        self.refused(self.ask(**{"from": "2026-02-02", "to": "2026-02-01"}), 422, "invalid-date", "to")
        self.refused(self.ask(category="food"), 400, "invalid-parameter", "category")
        self.refused(self.ask(currency="XXQ"), 400, "invalid-parameter", "currency")
        self.refused(self.ask(account=""), 400, "invalid-parameter", "account")
        self.refused(self.ask(cursor="abc"), 400, "invalid-parameter", "cursor")
        self.refused(self.ask(limit=0), 422, "out-of-range", "limit")
        self.refused(self.ask(group="day"), 400, "invalid-parameter", "group")
        self.refused(self.client.get(SUMMARIES + "?user=line:nobody"), 404, "unknown-user", "user")

    def test_somebody_else_has_sums_of_their_own(self):
        self.spend("2026-01-01", 5)
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:other")) as other:
            self.client.say("line:other", "hello")
            self.assertEqual(other.get(SUMMARIES + "?from=2026-01-01&to=2026-01-31").json["groups"], [])
            self.refused(other.get(f"{SUMMARIES}?user={self.user}"), 403, "forbidden", "user")


if __name__ == "__main__":
    tap.main()
