#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the operator is told: who is active, growth, what is spent, what the AI costs."""

import datetime
import decimal
import os
import struct
import unittest

import lmdb
import msgpack
import tap
import xxhash
from api import Client, service, token
from harness import Daemon
from store_reader import read_store

METRICS = "/api/v1/metrics"
ROUTES = ["daily-active-users", "expenses", "growth", "category-trends", "ai-costs", "ai-costs/top-users"]


class Metrics(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon("http { workers = 2 }")
        self.daemon.start()
        self.client = service(self.daemon)
        self.admin = Client(self.daemon.port, token(self.daemon, "admin"))

    def tearDown(self):
        self.client.connection.close()
        self.admin.connection.close()
        self.daemon.stop()
        faults = read_store(self.daemon.store).faults
        self.daemon.__exit__(None, None, None)
        self.assertEqual(faults, [])

    def get(self, path, **query):
        text = "&".join(f"{name.rstrip('_')}={value}" for name, value in query.items())
        answer = self.admin.get(f"{METRICS}/{path}?{text}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def spend(self, user, amount, **more):
        answer = self.client.post("/api/v1/expenses", {"user": user, "description": "x", "amount": amount, **more})
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def category(self, user, name):
        return self.client.get(f"/api/v1/categories?user={user}&name={name}").json["categories"][0]["id"]

    def fill(self):
        """Two users; today(UTC) may end while this runs, so the cases look at the last two days."""
        for user in "line:A", "line:B":
            self.client.say(user, "hello")
            self.client.say(user, "hello again")
        self.client.post("/api/v1/categories", {"user": "line:A", "name": "Pets"})
        food, pets = self.category("line:A", "food"), self.category("line:A", "Pets")
        self.spend("line:A", "10.00", currency="USD", category_id=food)
        self.spend("line:B", "20.00", currency="USD", category_id=self.category("line:B", "food"))
        self.spend("line:A", "60", currency="USD", category_id=pets)
        self.spend("line:A", "7", currency="JPY", category_id=food)
        gone = self.spend("line:A", "1000", currency="USD")
        self.assertEqual(self.client.request("DELETE", f"/api/v1/expenses/{gone['id']}?user=line:A").status, 204)

    def test_days_have_users_and_messages(self):
        self.fill()
        answer = self.get("daily-active-users")
        self.assertEqual(len(answer["data"]), 30)
        self.assertEqual((answer["from"], answer["to"]), (answer["data"][0]["date"], answer["data"][-1]["date"]))
        last = answer["data"][-2:]
        self.assertEqual(sum(day["new_users"] for day in last), 2)
        self.assertEqual(sum(day["messages"] for day in last), 4)
        self.assertIn(max(day["active_users"] for day in last), (1, 2))
        self.assertEqual([day for day in answer["data"][:-2] if any(value for name, value in day.items() if name != "date")], [])
        actives = sum(day["active_users"] for day in answer["data"])
        self.assertEqual(answer["average_daily_users"], str((decimal.Decimal(actives) / 30).quantize(decimal.Decimal("0.01"))))

    def test_growth_counts_users_and_what_each_spends(self):
        self.fill()
        answer = self.get("growth")
        self.assertEqual((answer["total_users"], answer["data"][-1]["total_users"], answer["data"][0]["total_users"]), (2, 2, 0))
        self.assertIsNone(answer["growth_percent_30_days"])
        self.assertEqual(answer["expenses"], [
            {"amount": "7", "currency": "JPY", "count": 1, "average_per_user": "4"},
            {"amount": "90.00", "currency": "USD", "count": 3, "average_per_user": "45.00"}])
        empty = self.get("growth", from_="2001-01-01", to="2001-01-02")
        self.assertEqual((empty["total_users"], empty["expenses"], empty["daily_growth_percent"]), (0, [], None))
        later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(40)).date().isoformat()
        later = self.get("growth", from_=later, to=later)
        self.assertEqual((later["total_users"], later["daily_growth_percent"], later["new_users_this_month"]), (2, "0.00", 0))

    def test_expenses_come_by_day_week_and_month(self):
        self.fill()
        totals = [{"amount": "7", "currency": "JPY", "count": 1}, {"amount": "90.00", "currency": "USD", "count": 3}]
        for period, least, most in ("day", 30, 30), ("week", 5, 6), ("month", 1, 3):
            answer = self.get("expenses", period=period)
            self.assertIn(len(answer["data"]), range(least, most + 1))
            self.assertEqual((answer["period"], answer["count"]), (period, 4))
            self.assertEqual(sum(row["count"] for row in answer["data"]), 4)
            self.assertEqual([{name: total[name] for name in ("amount", "currency", "count")} for total in answer["totals"]], totals)
            self.assertEqual(answer["data"][0]["date"], answer["from"])
        self.assertEqual([(t["average_daily"], t["average_expense"]) for t in answer["totals"]], [("0", "7"), ("3.00", "30.00")])
        self.assertEqual(self.get("expenses", from_="2001-02-01", to="2001-02-02")["data"],
                         [{"date": f"2001-02-0{n}", "totals": [], "count": 0} for n in (1, 2)])

    def test_categories_have_percentages_that_add_up(self):
        self.fill()
        data = self.get("category-trends")["data"]
        self.assertEqual([(row["currency"], row["category"], row["amount"], row["count"], row["percent"], row["change_percent"]) for row in data],
                         [("JPY", "food", "7", 1, "100.00", None), ("USD", "food", "30.00", 2, "33.33", None),
                          ("USD", "own", "60.00", 1, "66.67", None)])
        self.assertEqual({(row["previous_amount"], row["previous_count"]) for row in data}, {("0", 0), ("0.00", 0)})
        tomorrow = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(2)
        later = self.get("category-trends", from_=tomorrow.isoformat(), to=(tomorrow + datetime.timedelta(9)).isoformat())["data"]
        self.assertEqual([(row["amount"], row["percent"], row["previous_amount"], row["change_percent"]) for row in later],
                         [("0", None, "7", "-100.00"), ("0.00", None, "30.00", "-100.00"), ("0.00", None, "60.00", "-100.00")])

    def test_a_refund_leaves_no_sensible_percentages(self):
        self.client.say("line:A", "hello")
        self.spend("line:A", "-5", category_id=self.category("line:A", "food"))
        self.spend("line:A", "15", category_id=self.category("line:A", "transport"))
        self.assertEqual([row["percent"] for row in self.get("category-trends")["data"]], [None, None])

    def test_only_an_admin_may_ask(self):
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:A")) as user:
            for route in ROUTES:
                self.assertEqual(self.client.get(f"{METRICS}/{route}").status, 403)
                self.assertEqual(user.get(f"{METRICS}/{route}").status, 403)
                self.assertEqual(Client(self.daemon.port).get(f"{METRICS}/{route}").status, 401)
                self.assertEqual(self.admin.get(f"{METRICS}/{route}").status, 200)

    def test_what_is_wrong_is_named(self):
        for path, status, kind, field in (
                ("expenses?period=year", 400, "invalid-parameter", "period"),
                ("growth?from=2026-02-30", 422, "invalid-date", "from"),
                ("growth?from=2026-02-03&to=2026-02-02", 422, "invalid-date", "to"),
                ("growth?from=2020-01-01&to=2026-01-01", 422, "too-broad", "from"),
                ("daily-active-users?user=line:A", 400, "invalid-parameter", "user"),
                ("ai-costs?currency=XXQ", 400, "invalid-parameter", "currency"),
                ("ai-costs/top-users?month=2026-13", 422, "invalid-date", "month"),
                ("ai-costs/top-users?limit=101", 422, "out-of-range", "limit")):
            answer = self.admin.get(f"{METRICS}/{path}")
            self.assertEqual((answer.status, answer.json["type"], answer.json.get("field")), (status, "/problems/" + kind, field), path)


def number(n):
    return struct.pack(">I", n + (1 << 31))


def packed(*fields):
    body = msgpack.packb([1, *fields])
    return body + struct.pack(">I", xxhash.xxh3_64_intdigest(body) & 0xFFFFFFFF)


class AiCosts(unittest.TestCase):
    """Rows as doc/STORE.md has them, written without the daemon's code."""

    DAY = 20780                                      # 2026-11-23

    def setUp(self):
        self.daemon = Daemon("http { workers = 1 }")
        self.daemon.start()
        self.admin_token = token(self.daemon, "admin")
        self.daemon.stop()
        for shard in 0, 1:
            self.write(shard)
        self.daemon.start()
        self.admin = Client(self.daemon.port, self.admin_token)

    def tearDown(self):
        self.admin.connection.close()
        self.daemon.__exit__(None, None, None)

    def write(self, shard):
        environment = lmdb.open(os.path.join(self.daemon.store, f"shard-{shard:03}"), max_dbs=16, map_size=1 << 36)
        table = environment.open_db(b"metrics", create=False)
        month = 2026 * 12 + 11 - 1
        with environment.begin(write=True) as txn:
            txn.put(b"C" + number(self.DAY) + b"USD" + b"parse", packed(10, 1000, 200, 1500000), db=table)
            txn.put(b"C" + number(self.DAY + 1) + b"USD" + b"suggest", packed(1, 100, 100, 7), db=table)
            txn.put(b"C" + number(self.DAY) + b"EUR" + b"parse", packed(99, 99, 99, 99), db=table)
            for n in range(3):
                cost = 1000000 * (10 - 2 * n - shard)
                txn.put(b"R" + number(month) + b"USD" + struct.pack(">Q", cost ^ (1 << 64) - 1) + bytes([shard, n] * 8),
                        packed(f"line:{shard}{n}", 5, 50, 5, cost), db=table)
        environment.close()

    def test_costs_come_by_day_and_operation(self):
        answer = self.admin.get(f"{METRICS}/ai-costs?from=2026-11-22&to=2026-11-25").json
        self.assertEqual(answer["summary"], {"calls": 22, "input_tokens": 2200, "output_tokens": 600, "cost": "3.000014", "unpriced_calls": 0, "total_tokens": 2800})
        self.assertEqual([(day["date"], day["calls"], day["cost"]) for day in answer["data"]],
                         [("2026-11-22", 0, "0.000000"), ("2026-11-23", 20, "3.000000"), ("2026-11-24", 2, "0.000014"), ("2026-11-25", 0, "0.000000")])
        self.assertEqual([(row["operation"], row["calls"], row["percent"]) for row in answer["by_operation"]],
                         [("parse", 20, "85.71"), ("suggest", 2, "14.29")])

    def test_the_most_expensive_users_come_first(self):
        answer = self.admin.get(f"{METRICS}/ai-costs/top-users?month=2026-11&limit=4").json
        self.assertEqual([(row["user"], row["cost"]) for row in answer["data"]],
                         [("line:00", "10.000000"), ("line:10", "9.000000"), ("line:01", "8.000000"), ("line:11", "7.000000")])
        self.assertEqual(self.admin.get(f"{METRICS}/ai-costs/top-users?month=2026-10").json["data"], [])


if __name__ == "__main__":
    tap.main()
