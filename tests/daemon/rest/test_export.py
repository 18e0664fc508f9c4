#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Exports: CSV, JSON Lines, everything about one user; slow readers hold nothing."""

import csv
import http.client
import io
import json
import os
import socket
import unittest
import zipfile

import tap
from api import Client, token
from harness import Daemon, PATIENCE
from store_reader import read_store, readers_at_work

EXPORT = "/api/v1/expenses/export"
ALL = "/api/v1/user/export"
COLUMNS = ["date", "amount", "currency", "description", "category", "account", "refund_of", "id", "version", "created_at", "updated_at"]
MANY = 1200


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon("http { workers = 1 send_timeout_ms = 20000 }")
        cls.socket = os.path.join(cls.daemon.directory, "http.sock")
        with open(cls.daemon.conf_file) as f:
            conf = f.read().replace(f'listen = {{"127.0.0.1:{cls.daemon.port}"}}', f'listen = {{"127.0.0.1:{cls.daemon.port}", "unix:{cls.socket}"}}')
        with open(cls.daemon.conf_file, "w") as f:
            f.write(conf)
        cls.daemon.start()
        cls.client = Client(cls.daemon.port, token(cls.daemon))
        cls.many = "line:many"
        cls.client.say(cls.many, "hello")
        for n in range(MANY):
            cls.add(cls.many, description=f"{n} " + "很長的描述" * 35, amount=n + 1, date=f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}")

    @classmethod
    def tearDownClass(cls):
        cls.client.connection.close()
        cls.daemon.stop()
        faults = read_store(cls.daemon.store).faults
        cls.daemon.__exit__(None, None, None)
        assert faults == [], faults

    @classmethod
    def add(cls, user, **fields):
        answer = cls.client.post("/api/v1/expenses", {"user": user, "description": "x", "amount": 5, **fields})
        assert answer.status == 201, answer.body
        return answer.json

    def get(self, path):
        answer = self.client.get(path)
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def lines(self, query):
        return [json.loads(line) for line in self.get(f"{EXPORT}?format=jsonl&{query}").body.splitlines()]

    def rows(self, query):
        head, *rows = csv.reader(io.StringIO(self.get(f"{EXPORT}?{query}").body.decode(), newline=""))
        self.assertEqual(head, COLUMNS)
        return [dict(zip(head, row)) for row in rows]

    def test_json_lines_are_the_expenses_of_the_list(self):
        listed = self.client.expenses(self.many)
        exported = self.lines(f"user={self.many}")
        self.assertEqual(len(exported), MANY)
        self.assertEqual(exported, listed[::-1])

    def test_csv_has_every_expense(self):
        answer = self.get(f"{EXPORT}?user={self.many}")
        self.assertEqual(answer.headers["Content-Type"], "text/csv; charset=utf-8; header=present")
        self.assertRegex(answer.headers["Content-Disposition"], r'^attachment; filename="expenses-\d{4}-\d\d-\d\d\.csv"$')
        self.assertEqual(answer.headers["Transfer-Encoding"], "chunked")
        self.assertEqual(answer.body.count(b"\r\n"), MANY + 1)
        wanted = [[e["date"], e["amount"], e["currency"], e["description"], e["category"]["name"], e["account"], "", e["id"], str(e["version"]),
                   e["created_at"], e["updated_at"]] for e in self.client.expenses(self.many)[::-1]]
        self.assertEqual([list(row.values()) for row in self.rows(f"user={self.many}")], wanted)

    def test_no_text_is_a_formula(self):
        user = "line:formula"
        self.client.say(user, "hello")
        texts = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "a=1", 'say "hi", =1', " lead", '=HYPERLINK("http://x","y")', "a\u2028b", "-"]
        for text in texts:
            self.add(user, description=text, amount="-5.00", account=text[:16], date="2026-01-01")
        rows = self.rows(f"user={user}")
        for text, row in zip(texts, rows):
            guard = "'" if text[0] in "=+-@" else ""
            self.assertEqual((row["description"], row["account"]), (guard + text, guard + text[:16]))
            self.assertEqual(row["amount"], "-5.00")
        self.assertEqual([e["description"] for e in self.lines(f"user={user}")], texts)

    def test_excel_is_told_that_it_is_utf_8(self):
        self.client.say("line:bom", "lunch 5")
        self.assertTrue(self.get(f"{EXPORT}?user=line:bom&bom=true").body.startswith(b"\xef\xbb\xbfdate,"))
        self.assertTrue(self.get(f"{EXPORT}?user=line:bom&bom=false").body.startswith(b"date,"))

    def test_filters(self):
        user = "line:filter"
        self.client.say(user, "hello")
        food = [c for c in self.get(f"/api/v1/categories?user={user}").json["categories"] if c["key"] == "food"][0]["id"]
        for n in range(250):
            self.add(user, description="tea" if n % 2 else "bus", currency="EUR" if n % 5 == 0 else "USD", account="Visa" if n % 3 == 0 else "Cash",
                     date=f"2026-01-{n % 31 + 1:02}")
        every = self.lines(f"user={user}")
        self.assertEqual(len(every), 250)
        for query, wanted in (("currency=EUR", lambda e: e["currency"] == "EUR"), ("account=Visa", lambda e: e["account"] == "Visa"),
                              (f"category={food}", lambda e: e["category"]["id"] == food),
                              ("from=2026-01-10&to=2026-01-12&currency=usd", lambda e: "10" <= e["date"][8:] <= "12" and e["currency"] == "USD"),
                              ("account=nothing", lambda e: False)):
            with self.subTest(query):
                self.assertEqual(self.lines(f"user={user}&{query}"), [e for e in every if wanted(e)])
                self.assertEqual(len(self.rows(f"user={user}&{query}")), sum(map(wanted, every)))

    def test_bad_parameters_are_refused(self):
        for query, status, field in (("format=xml", 400, "format"), ("bom=1", 400, "bom"), ("from=2026-02-30", 422, "from"), ("colour=red", 400, "colour"),
                                     ("from=2026-02-02&to=2026-02-01", 422, "to"), ("category=5", 400, "category"), ("currency=XXZ", 400, "currency"),
                                     ("cursor=1", 400, "cursor")):
            answer = self.client.get(f"{EXPORT}?user={self.many}&{query}")
            self.assertEqual((answer.status, answer.json.get("field")), (status, field), query)
        self.assertEqual(self.client.get(f"{EXPORT}?user=line:nobody").status, 404)
        self.assertEqual(self.client.get(f"{ALL}?user=line:nobody").status, 404)
        self.assertEqual(self.client.get(f"{ALL}?user={self.many}&format=zip").json["field"], "format")

    def test_everything_about_one_user(self):
        user = "line:all"
        said = self.client.say(user, "lunch 100, bus 20").json
        self.client.request("PATCH", f"/api/v1/user?user={user}", {"display_name": "阿明"}, {"If-Match": '"1"'})
        pets = self.client.post("/api/v1/categories", {"user": user, "name": "=Pets"}).json
        keyword = self.client.post(f"/api/v1/categories/{pets['id']}/keywords", {"user": user, "keyword": "-leash", "priority": 7}).json
        lunch, bus = said["expenses"]
        self.client.request("PATCH", f"/api/v1/expenses/{lunch['id']}?user={user}", {"amount": "90"}, {"If-Match": '"1"'})
        self.client.request("DELETE", f"/api/v1/expenses/{bus['id']}?user={user}")
        answer = self.get(f"{ALL}?user={user}")
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            self.assertIsNone(archive.testzip())
            files = {name: archive.read(name).decode() for name in archive.namelist()}
        lines = {name: [json.loads(line) for line in text.splitlines()] for name, text in files.items() if name.endswith(".jsonl")}
        for name in files:
            self.assertTrue(name == "README.txt" or name in files["README.txt"], name)
        self.assertEqual(json.loads(files["user.json"]), self.get(f"/api/v1/user?user={user}").json)
        self.assertEqual(json.loads(files["categories.json"]), self.get(f"/api/v1/categories?user={user}").json["categories"])
        self.assertIn(",'=Pets,", files["categories.csv"])
        self.assertIn(f"{keyword['id']},{pets['id']},'-leash,7,1\r\n", files["keywords.csv"])
        self.assertEqual(lines["expenses.jsonl"], self.client.expenses(user))
        self.assertEqual(files["expenses.csv"], self.get(f"{EXPORT}?user={user}").body.decode())
        self.assertEqual({(e["expense_id"], e["action"]) for e in lines["history.jsonl"]}, {(lunch["id"], "changed"), (bus["id"], "deleted")})
        self.assertEqual([(m["id"], m["reply"], m["expense_ids"]) for m in lines["messages.jsonl"]], [(said["id"], said["reply"], [lunch["id"], bus["id"]])])
        self.assertEqual((lines["waiting.jsonl"], lines["jobs.jsonl"]), ([], []))

    def test_everything_of_somebody_with_much(self):
        with zipfile.ZipFile(io.BytesIO(self.get(f"{ALL}?user={self.many}").body)) as archive:
            self.assertEqual(len(archive.read("expenses.jsonl").splitlines()), MANY)
            self.assertEqual(len(archive.read("expenses.csv").splitlines()), MANY + 1)

    def test_head_has_no_body_and_the_connection_goes_on(self):
        for path in f"{EXPORT}?user={self.many}", f"{ALL}?user={self.many}":
            answer = self.client.request("HEAD", path)
            self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(len(self.lines(f"user={self.many}")), MANY)

    def test_http_1_0_gets_it_too(self):
        with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as s:
            s.sendall(f"GET {EXPORT}?user={self.many}&format=jsonl HTTP/1.0\r\nAuthorization: Bearer {self.client.token}\r\n\r\n".encode())
            head, body = b"".join(iter(lambda: s.recv(65536), b"")).split(b"\r\n\r\n", 1)
        self.assertNotIn(b"Transfer-Encoding", head)
        self.assertEqual(len(body.splitlines()), MANY)

    def test_a_user_token_exports_its_own(self):
        self.client.say("line:own", "lunch 5")
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:own")) as own:
            self.assertEqual(len(own.get(f"{EXPORT}?format=jsonl").body.splitlines()), 1)
            for path in EXPORT, ALL:
                self.assertEqual(own.get(f"{path}?user={self.many}").status, 403)

    def test_a_slow_reader_holds_no_transaction_and_nobody_up(self):
        self.client.say("line:other", "hello")
        with socket.socket(socket.AF_UNIX) as slow:
            slow.settimeout(PATIENCE)
            slow.connect(self.socket)
            slow.sendall(f"GET {EXPORT}?user={self.many}&format=jsonl HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.client.token}\r\n\r\n".encode())
            slow.recv(1, socket.MSG_PEEK)
            for _ in range(3):                       # the only worker answers others meanwhile
                self.add("line:other")
                self.assertEqual(readers_at_work(self.daemon.store), [])
            first = self.client.expenses(self.many)[-1]
            late = self.add(self.many, description="late", date="2026-12-31")
            self.client.request("DELETE", f"/api/v1/expenses/{first['id']}?user={self.many}")
            self.assertEqual(self.daemon.stats()["http_in_flight"], 1)
            response = http.client.HTTPResponse(slow)
            response.begin()
            ids = [json.loads(line)["id"] for line in response.read().splitlines()]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(set(ids) - {first["id"]}, {e["id"] for e in self.client.expenses(self.many)})
        self.client.post(f"/api/v1/expenses/{first['id']}/restore", {"user": self.many})
        self.client.request("DELETE", f"/api/v1/expenses/{late['id']}?user={self.many}")
        self.assertEqual(len(self.client.expenses(self.many)), MANY)

    def test_a_client_that_goes_away_leaves_nothing_behind(self):
        for _ in range(5):
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(self.socket)
                s.sendall(f"GET {ALL}?user={self.many} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.client.token}\r\n\r\n".encode())
                s.recv(1)
        self.daemon.wait_for(lambda: self.daemon.stats()["http_in_flight"] == 0, "the streams to end")
        self.assertEqual(readers_at_work(self.daemon.store), [])


if __name__ == "__main__":
    tap.main()
