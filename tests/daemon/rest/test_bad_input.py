#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bad input: each has its own status and a problem that names what is wrong; nothing is stored and all goes on."""

import json
import socket
import unittest

import tap
from api import Client, service, token
from harness import Daemon, PATIENCE

MESSAGES = "/api/v1/messages"
EXPENSES = "/api/v1/expenses"
PARSE = "/api/v1/parse"
CATEGORIES = "/api/v1/categories"
NOBODY = "/01999999-9999-7999-8999-999999999999"
GOOD = {"user": "line:U1", "text": "lunch 5"}
EXPENSE = {"user": "line:U1", "description": "lunch", "amount": "5"}

# An expense of line:U2; {id} is its id.
ONE = EXPENSES + "/{id}"
OF_U2 = "?user=line:U2"
TAG = {"If-Match": '"1"'}

# method, path, body (bytes as they are, else JSON), status, type, field, headers if any
CASES = [
    ("POST", MESSAGES, b"{", 400, "malformed-json", None),
    ("POST", MESSAGES, b"", 400, "malformed-json", None),
    ("POST", MESSAGES, b'{"user":"line:U1","text":"a 5"}x', 400, "malformed-json", None),
    ("POST", MESSAGES, b'{"user":"line:U1","user":"line:U2","text":"a 5"}', 400, "malformed-json", None),
    ("POST", MESSAGES, b'{"user":"line:U1","text":"a 05\\u12"}', 400, "malformed-json", None),
    ("POST", MESSAGES, b'{"user":"line:U1","text":"\xff\xfe 5"}', 400, "invalid-utf8", None),
    ("POST", MESSAGES, b"[]", 422, "wrong-type", None),
    ("POST", MESSAGES, b"[" * 100000, 400, "malformed-json", None),
    ("POST", MESSAGES, b'{"user":"line:U1","text":"a 5",5:5}', 400, "malformed-json", None),
    ("POST", MESSAGES + "?user=line:U2", GOOD, 422, "invalid-value", "user"),
    ("POST", MESSAGES, {**GOOD, "\u0001": 5}, 422, "unknown-field", "\u0002"),
    ("POST", MESSAGES, {**GOOD, "colour": "red"}, 422, "unknown-field", "colour"),
    ("POST", MESSAGES, {**GOOD, "text": 5}, 422, "wrong-type", "text"),
    ("POST", MESSAGES, {**GOOD, "text": ["a"]}, 422, "wrong-type", "text"),
    ("POST", MESSAGES, {**GOOD, "user": {"id": 1}}, 422, "wrong-type", "user"),
    ("POST", MESSAGES, {"user": "line:U1"}, 422, "missing-field", "text"),
    ("POST", MESSAGES, {"text": "lunch 5"}, 422, "missing-field", "user"),
    ("POST", MESSAGES, {**GOOD, "text": None}, 422, "missing-field", "text"),
    ("POST", MESSAGES, {**GOOD, "text": ""}, 422, "invalid-value", "text"),
    ("POST", MESSAGES, {**GOOD, "text": "a\u0001 5"}, 422, "invalid-value", "text"),
    ("POST", MESSAGES, {**GOOD, "text": "午" * 4001}, 422, "text-too-long", "text"),
    ("POST", MESSAGES, {**GOOD, "user": "U1"}, 422, "invalid-value", "user"),
    ("POST", MESSAGES, {**GOOD, "user": "line:"}, 422, "invalid-value", "user"),
    ("POST", MESSAGES, {**GOOD, "user": "line:a b"}, 422, "invalid-value", "user"),
    ("POST", MESSAGES, {**GOOD, "user": "line:" + "x" * 300}, 422, "text-too-long", "user"),
    ("GET", MESSAGES + NOBODY + "?user=line:U1", None, 404, "not-found", None),
    ("GET", MESSAGES + "/nothing?user=line:U1", None, 404, "not-found", None),
    ("GET", MESSAGES + NOBODY, None, 422, "missing-field", "user"),
    ("GET", MESSAGES + NOBODY + "?user=U1", None, 422, "invalid-value", "user"),
    ("GET", MESSAGES + NOBODY + "?user=line:U1&colour=red", None, 400, "invalid-parameter", "colour"),
    ("POST", PARSE, b"{", 400, "malformed-json", None),
    ("POST", PARSE, {**GOOD, "colour": "red"}, 422, "unknown-field", "colour"),
    ("POST", PARSE, {**GOOD, "text": 5}, 422, "wrong-type", "text"),
    ("POST", PARSE, {**GOOD, "text": ""}, 422, "invalid-value", "text"),
    ("POST", PARSE, {**GOOD, "text": "午" * 4001}, 422, "text-too-long", "text"),
    ("POST", PARSE, {"user": "line:U1"}, 422, "missing-field", "text"),
    ("POST", PARSE, {"text": "lunch 5"}, 422, "missing-field", "user"),
    ("POST", PARSE, {**GOOD, "user": "U1"}, 422, "invalid-value", "user"),
    ("GET", PARSE, None, 405, "method-not-allowed", None),
    ("POST", EXPENSES, {**EXPENSE, "amount": "1000000000000000000000"}, 422, "out-of-range", "amount"),
    ("POST", EXPENSES, {**EXPENSE, "amount": "5.001"}, 422, "out-of-range", "amount"),
    ("POST", EXPENSES, {**EXPENSE, "amount": "5", "currency": "XQX"}, 422, "invalid-value", "currency"),
    ("POST", EXPENSES, {**EXPENSE, "amount": "\u00015"}, 422, "invalid-value", "amount"),
    ("POST", EXPENSES, {**EXPENSE, "amount": "five"}, 422, "invalid-value", "amount"),
    ("POST", EXPENSES, {**EXPENSE, "amount": True}, 422, "wrong-type", "amount"),
    ("POST", EXPENSES, b'{"user":"line:U1","description":"x","amount":1e3}', 422, "invalid-value", "amount"),
    ("POST", EXPENSES, b'{"user":"line:U1","description":"x","amount":05}', 400, "malformed-json", None),
    ("POST", EXPENSES, b'{"user":"line:U1","description":5,"amount":5}', 422, "wrong-type", "description"),
    ("POST", EXPENSES, {**EXPENSE, "date": "2025-02-29"}, 422, "invalid-date", "date"),
    ("POST", EXPENSES, {**EXPENSE, "date": "yesterday"}, 422, "invalid-date", "date"),
    ("POST", EXPENSES, {**EXPENSE, "category_id": "food"}, 422, "invalid-value", "category_id"),
    ("POST", EXPENSES, {**EXPENSE, "category_id": "01999999-9999-7999-8999-999999999999"}, 422, "invalid-value", "category_id"),
    ("POST", EXPENSES, {**EXPENSE, "description": ""}, 422, "invalid-value", "description"),
    ("POST", EXPENSES, {**EXPENSE, "user": "line:nobody"}, 404, "unknown-user", "user"),
    ("GET", EXPENSES + "?user=line:nobody", None, 404, "unknown-user", "user"),
    ("GET", EXPENSES, None, 422, "missing-field", "user"),
    ("GET", EXPENSES + "?user=line:U1&from=2025-02-30", None, 422, "invalid-date", "from"),
    ("GET", EXPENSES + "?user=line:U1&from=2025-03-02&to=2025-03-01", None, 422, "invalid-date", "to"),
    ("GET", EXPENSES + "?user=line:U1&limit=0", None, 422, "out-of-range", "limit"),
    ("GET", EXPENSES + "?user=line:U1&limit=501", None, 422, "out-of-range", "limit"),
    ("GET", EXPENSES + "?user=line:U1&limit=-1", None, 400, "invalid-parameter", "limit"),
    ("GET", EXPENSES + "?user=line:U1&cursor=zz", None, 400, "invalid-parameter", "cursor"),
    ("GET", EXPENSES + "?user=line:U1&colour=red", None, 400, "invalid-parameter", "colour"),
    ("GET", EXPENSES + "?user=line:U1&user=line:U2", None, 400, "invalid-parameter", "user"),
    ("GET", EXPENSES + "/nothing" + OF_U2, None, 404, "not-found", None),
    ("GET", EXPENSES + NOBODY + OF_U2, None, 404, "not-found", None),
    ("GET", ONE, None, 422, "missing-field", "user"),
    ("GET", ONE + "?user=line:nobody", None, 404, "unknown-user", "user"),
    ("GET", ONE + OF_U2 + "&colour=red", None, 400, "invalid-parameter", "colour"),
    ("PATCH", ONE + OF_U2, {"amount": "7"}, 428, "missing-version", "If-Match"),
    ("PATCH", ONE + OF_U2, {"amount": "7"}, 422, "invalid-value", "If-Match", {"If-Match": "1"}),
    ("PATCH", ONE + OF_U2, {"amount": "7"}, 422, "invalid-value", "If-Match", {"If-Match": '"1", "2"'}),
    ("PATCH", ONE + OF_U2, {"amount": "7"}, 412, "version-mismatch", "If-Match", {"If-Match": '"99999999999"'}),
    ("PATCH", ONE + OF_U2, b"{", 400, "malformed-json", None, TAG),
    ("PATCH", ONE + OF_U2, {"user": "line:U2"}, 422, "unknown-field", "user", TAG),
    ("PATCH", ONE + OF_U2, {"version": 7}, 422, "unknown-field", "version", TAG),
    ("PATCH", ONE + OF_U2, {"amount": "five"}, 422, "invalid-value", "amount", TAG),
    ("PATCH", ONE + OF_U2, {"amount": "1000000000000000000000"}, 422, "out-of-range", "amount", TAG),
    ("PATCH", ONE + OF_U2, {"currency": "XQX"}, 422, "invalid-value", "currency", TAG),
    ("PATCH", ONE + OF_U2, {"description": ""}, 422, "invalid-value", "description", TAG),
    ("PATCH", ONE + OF_U2, {"description": "x" * 201}, 422, "text-too-long", "description", TAG),
    ("PATCH", ONE + OF_U2, {"account": "x" * 17}, 422, "text-too-long", "account", TAG),
    ("PATCH", ONE + OF_U2, {"date": "2025-02-29"}, 422, "invalid-date", "date", TAG),
    ("PATCH", ONE + OF_U2, {"category_id": "food"}, 422, "invalid-value", "category_id", TAG),
    ("PATCH", ONE + OF_U2, {"category_id": NOBODY[1:]}, 422, "invalid-value", "category_id", TAG),
    ("DELETE", ONE + OF_U2, None, 422, "invalid-value", "If-Match", {"If-Match": "x"}),
    ("DELETE", EXPENSES + NOBODY + OF_U2, None, 404, "not-found", None),
    ("POST", EXPENSES + NOBODY + "/restore" + OF_U2, None, 404, "not-found", None),
    ("POST", ONE + "/restore", {"user": "line:U2", "id": 5}, 422, "unknown-field", "id"),
    ("POST", ONE + "/restore?user=line:U1", {"user": "line:U2"}, 422, "invalid-value", "user"),
    ("POST", ONE + "/restore", None, 422, "missing-field", "user"),
    ("GET", ONE + "/history" + OF_U2 + "&limit=0", None, 422, "out-of-range", "limit"),
    ("GET", ONE + "/history" + OF_U2 + "&cursor=0", None, 400, "invalid-parameter", "cursor"),
    ("GET", EXPENSES + NOBODY + "/history" + OF_U2, None, 404, "not-found", None),
    ("PUT", ONE, EXPENSE, 405, "method-not-allowed", None),
    ("GET", CATEGORIES, None, 422, "missing-field", "user"),
    ("GET", CATEGORIES + "?user=line:nobody", None, 404, "unknown-user", "user"),
    ("GET", CATEGORIES + OF_U2 + "&colour=red", None, 400, "invalid-parameter", "colour"),
    ("POST", CATEGORIES, {"user": "line:U2"}, 422, "missing-field", "name"),
    ("POST", CATEGORIES, {"user": "line:U2", "name": ""}, 422, "invalid-value", "name"),
    ("POST", CATEGORIES, {"user": "line:U2", "name": "  "}, 422, "invalid-value", "name"),
    ("POST", CATEGORIES, {"user": "line:U2", "name": 5}, 422, "wrong-type", "name"),
    ("POST", CATEGORIES, {"user": "line:U2", "name": "a\nb"}, 422, "invalid-value", "name"),
    ("POST", CATEGORIES, {"user": "line:U2", "name": "x" * 51}, 422, "text-too-long", "name"),
    ("POST", CATEGORIES, {"user": "line:U2", "name": "\ufdfa" * 50}, 422, "text-too-long", "name"),
    ("POST", CATEGORIES, {"user": "line:U2", "name": "FOOD"}, 409, "conflict", "name"),
    ("POST", CATEGORIES, {"user": "line:U2", "name": "x", "key": "food"}, 422, "unknown-field", "key"),
    ("POST", CATEGORIES, {"user": "line:nobody", "name": "x"}, 404, "unknown-user", "user"),
    ("PATCH", CATEGORIES + NOBODY + OF_U2, {"name": "x"}, 404, "not-found", None, TAG),
    ("PATCH", CATEGORIES + NOBODY + OF_U2, {"name": "x"}, 428, "missing-version", "If-Match"),
    ("PATCH", CATEGORIES + "/nothing" + OF_U2, {"name": "x"}, 404, "not-found", None, TAG),
    ("PATCH", CATEGORIES + NOBODY + OF_U2, {"name": "x", "user": "line:U2"}, 422, "unknown-field", "user", TAG),
    ("GET", "/api/v1/nothing", None, 404, "not-found", None),
    ("GET", "/", None, 404, "not-found", None),
    ("DELETE", MESSAGES, None, 405, "method-not-allowed", None),
    ("PUT", EXPENSES, EXPENSE, 405, "method-not-allowed", None),
]


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.daemon.start()
        cls.client = service(cls.daemon)
        cls.client.say("line:U1", "hello")
        cls.kept = cls.client.say("line:U2", "lunch 5").json["expenses"]

    @classmethod
    def tearDownClass(cls):
        cls.client.connection.close()
        cls.daemon.__exit__(None, None, None)

    def refused(self, answer, status, kind, field):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/problem+json")
        problem = answer.json
        self.assertEqual(problem["type"], "/problems/" + kind)
        self.assertEqual(problem["status"], status)
        self.assertEqual(problem.get("field"), field)
        self.assertEqual(problem["request_id"], answer.headers["X-Request-Id"])
        self.assertTrue(problem["title"])

    def test_each_bad_request_is_refused_by_name_and_the_connection_goes_on(self):
        for method, path, body, status, kind, field, *headers in CASES:
            with self.subTest(f"{method} {path} {str(body)[:60]}"):
                path = path.replace("{id}", self.kept[0]["id"])
                self.refused(self.client.request(method, path, body, *headers), status, kind, field)
                self.assertEqual(self.client.get("/healthz").status, 200)
        self.assertEqual(self.client.expenses("line:U1"), [])
        self.assertEqual(self.client.expenses("line:U2"), self.kept)

    def test_a_wrong_method_tells_the_right_ones(self):
        self.assertIn("POST", self.client.request("DELETE", MESSAGES).headers["Allow"])

    def test_a_missing_and_a_wrong_token_are_told_apart(self):
        good = self.client.token
        wrong = ["Bearer " + good[:-1] + ("A" if good[-1] != "A" else "B"), "Bearer x", "Basic " + good, "Bearer " + good.upper(),
                 "Bearer aiex_svc_0000000000000000_" + good[-43:], "Bearer " + good.replace("_svc_", "_admin_"), good, "Bearer " + good + "x"]
        with Client(self.daemon.port) as client:
            answer = client.post(MESSAGES, GOOD)
            self.refused(answer, 401, "missing-token", None)
            self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
            for value in wrong:
                with self.subTest(value[:24]):
                    self.refused(client.post(MESSAGES, GOOD, Authorization=value), 401, "invalid-token", None)

    def test_a_body_that_is_not_json_by_its_type_is_refused(self):
        self.refused(self.client.post(MESSAGES, b"user=line:U1", Content_Type="application/x-www-form-urlencoded"), 415,
                     "unsupported-media-type", None)

    def test_an_idempotency_key_that_is_too_long_is_refused(self):
        self.refused(self.client.say("line:U1", "lunch 5", Idempotency_Key="x" * 256), 422, "invalid-value", "Idempotency-Key")

    def test_a_text_of_just_the_limit_is_taken(self):
        self.assertEqual(self.client.say("line:U1", "午" * 4000).status, 200)

    def raw(self, data):
        """What the daemon answers to these bytes, until it closes the connection."""
        with socket.create_connection(("127.0.0.1", self.daemon.port)) as s:
            s.settimeout(PATIENCE)
            s.sendall(data)
            answer = b""
            while chunk := s.recv(65536):
                answer += chunk
        return answer

    def test_smuggling_shapes_are_refused_and_the_connection_closed(self):
        head = b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\n"
        for shape in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                      b"Content-Length : 5\r\n\r\nhello", b"Content-Length: +5\r\n\r\nhello", b"Content-Length: 5\nX: y\r\n\r\nhello",
                      b"Content-Length: 5\r\n folded: x\r\n\r\nhello", b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"):
            with self.subTest(shape[:40]):
                answer = self.raw(head + shape + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertRegex(answer, rb"^HTTP/1.1 (400|501) ")
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1)

    def test_a_body_over_the_limit_is_refused(self):
        answer = self.raw(b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "))
        self.assertEqual(json.loads(answer.partition(b"\r\n\r\n")[2])["type"], "/problems/body-too-large")

    def test_a_client_that_goes_away_in_the_middle_harms_nobody(self):
        for cut in range(1, 120, 7):
            with socket.create_connection(("127.0.0.1", self.daemon.port)) as s:
                s.sendall((b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\nAuthorization: Bearer x\r\n\r\n" + b"x" * 30)[:cut])
        self.assertEqual(self.client.get("/healthz").status, 200)
        self.assertEqual(self.daemon.stats()["children_died"], 0)


if __name__ == "__main__":
    tap.main()
