#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Photos of receipts by POST /api/v1/messages: they come to the same as one that is sent in a messenger."""

import os
import signal
import socket
import threading
import unittest
import urllib.parse

import tap
from api import Client, service, token
from asked_ai import calls
from harness import Daemon, PATIENCE, free_port
from servers.mock_provider import MockProvider
from servers.nginx import NGINX, Nginx

MARK = b"a picture that nobody keeps"
JPEG = b"\xff\xd8\xff\xe0 " + MARK
KINDS = {"image/jpeg": JPEG, "image/png": b"\x89PNG\r\n\x1a\n.", "image/webp": b"RIFF....WEBP.", "image/gif": b"GIF89a."}
GROCERIES = {"items": [{"description": "milk", "amount": "45", "category": "food"}, {"description": "soap", "amount": "80", "category": "shopping"}],
             "total": "125", "currency": "TWD", "date": ""}
PATH = "/api/v1/messages"
CONF = "ai { image_timeout_ms = 10000 }\nhttp { workers = 1 }\n"


def post(client, picture, user=None, text=None, kind="image/jpeg", path=PATH, **headers):
    query = urllib.parse.urlencode({name: value for name, value in (("user", user), ("text", text)) if value})
    return client.post(path + ("?" + query if query else ""), picture, Content_Type=kind, **headers)


class Scene(unittest.TestCase):
    CONF = CONF

    @classmethod
    def setUpClass(cls):
        cls.provider = cls.enterClassContext(MockProvider(free_port()))
        cls.daemon = cls.enterClassContext(Daemon(cls.CONF + cls.provider.section(reads_images="true", timeout_ms="9000")))
        cls.addClassCleanup(cls.provider.stop.set)       # what it holds back ends before the daemon
        cls.client = cls.enterClassContext(service(cls.daemon))

    def setUp(self):
        self.user = f"line:{self.id().rpartition('.')[2]}"[:60]
        self.asked = []
        self.provider.fault = None
        self.provider.calls.clear()
        self.provider.reads = lambda picture, kind: self.asked.append((picture, kind)) or GROCERIES

    def spent(self, user=None):
        return sorted((e["description"], e["amount"], e["category"]["name"]) for e in self.client.expenses(user or self.user))

    def assert_groceries(self, answer):
        self.assertEqual((answer.status, answer.json["status"], answer.json["understood_by"]), (200, "recorded", "mock1"), answer.body)
        self.assertEqual([(e["description"], e["amount"]) for e in answer.json["expenses"]], [("milk", "45.00"), ("soap", "80.00")])

    def assert_nothing(self, answer, part):
        self.assertEqual((answer.status, answer.json["status"], answer.json["expenses"]), (200, "nothing", []), answer.body)
        self.assertIn(part, answer.json["reply"])

    def assert_on_no_disk(self):
        for folder, _, files in os.walk(self.daemon.directory):
            for name in files:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as f:
                        self.assertNotIn(MARK, f.read(), path)

    def english(self):
        self.client.post("/api/v1/users", {"user": self.user, "locale": "en"})

    def hold(self):
        """The provider takes its time until release, an event, is set."""
        release = threading.Event()
        self.addCleanup(release.set)
        self.provider.reads = lambda picture, kind: self.asked.append((picture, kind)) or release.wait(PATIENCE) and GROCERIES
        return release

    def start(self, picture, user, made=None):
        """A post on its way; its answer is in the list that it gives."""
        answers = []

        def send():
            with Client(self.daemon.port, made or self.client.token) as client:
                answers.append(post(client, picture, user))
        thread = threading.Thread(target=send)
        thread.start()
        self.addCleanup(thread.join)
        return thread, answers


class Posts(Scene):
    def test_the_items_of_a_photo_are_recorded(self):
        answer = post(self.client, JPEG, self.user)
        self.assert_groceries(answer)
        self.assertEqual(self.spent(), [("milk", "45.00", "Food"), ("soap", "80.00", "Shopping")])
        self.assertEqual(self.asked, [(JPEG, "image/jpeg")])
        again = self.client.get(f"{PATH}/{answer.json['id']}?user={self.user}").json
        self.assertEqual(again, answer.json)

    def test_a_user_token_names_nobody(self):
        with Client(self.daemon.port, token(self.daemon, "user", "--user", self.user)) as own:
            self.assert_groceries(post(own, JPEG))
            self.assertEqual(post(own, JPEG, "line:another").status, 403)

    def test_what_it_is_said_to_be_does_not_count_but_what_it_is(self):
        for kind, picture in KINDS.items():
            with self.subTest(kind):
                self.asked.clear()
                self.assert_groceries(post(self.client, picture, self.user, kind="image/png"))
                self.assertEqual(self.asked, [(picture, kind)])

    def test_a_large_one_goes_through_whole(self):
        picture = JPEG + os.urandom(3 << 20)
        self.assert_groceries(post(self.client, picture, self.user))
        self.assertEqual(self.asked, [(picture, "image/jpeg")])

    def test_what_is_written_beside_it_counts_when_nobody_can_read_it(self):
        self.provider.fault = "declines"
        self.assertEqual(post(self.client, JPEG, self.user, "NT$60 lunch").json["status"], "recorded")
        self.assertEqual(self.spent(), [("lunch", "60.00", "Food")])

    def test_a_repeat_with_the_same_key_is_answered_the_same_and_asks_nobody(self):
        first = post(self.client, JPEG, self.user, Idempotency_Key="k")
        again = post(self.client, JPEG, self.user, Idempotency_Key="k")
        self.assertEqual((first.json, len(self.asked), len(self.spent())), (again.json, 1, 2))
        other = post(self.client, JPEG + b".", self.user, Idempotency_Key="k")
        self.assertEqual((other.status, other.json["type"]), (422, "/problems/idempotency-key-reused"))
        self.assertEqual(post(self.client, JPEG, self.user, "beside", Idempotency_Key="k").status, 422)

    def test_the_picture_is_on_no_disk(self):
        self.assert_groceries(post(self.client, JPEG, self.user))
        self.assert_on_no_disk()

    def test_calls_for_it_are_counted_as_those_for_pictures(self):
        post(self.client, JPEG, self.user)
        self.assertIn("picture, price unknown", self.daemon.ask("show ai"))


class Wrong(Scene):
    def test_items_that_do_not_add_up_are_not_recorded(self):
        self.english()
        self.provider.reads = lambda picture, kind: {**GROCERIES, "total": "124"}
        self.assert_nothing(post(self.client, JPEG, self.user), "add up")

    def test_what_is_no_picture_is_sent_to_nobody(self):
        self.english()
        self.assert_nothing(post(self.client, b"<html>", self.user), "JPEG, PNG, WebP or GIF")
        self.assertEqual(self.asked, [])

    def test_a_provider_that_fails_is_no_harm(self):
        self.english()
        for fault, result in ("500", "server_error"), ("garbage", "bad_answer"), ("dies", "no_connection"):
            with self.subTest(fault):
                self.provider.fault = fault
                self.assert_nothing(post(self.client, JPEG, self.user), "could not get or read that picture")
                self.assertEqual(calls(self.daemon, "-", self.user)[0][:4], [self.user, "picture", "mock1/model-1", result])

    def refused(self, answer, status, kind, field=None):
        self.assertEqual((answer.status, answer.json["type"], answer.json.get("field")), (status, "/problems/" + kind, field), answer.body)

    def test_what_cannot_be_taken_is_refused_by_what_is_wrong(self):
        self.refused(post(self.client, b"ftypheic", self.user, kind="image/heic"), 415, "unsupported-media-type")
        self.refused(post(self.client, b"", self.user), 422, "invalid-value")
        self.refused(post(self.client, JPEG), 422, "missing-field", "user")
        self.refused(post(self.client, JPEG, self.user, "x" * 4001), 422, "text-too-long", "text")
        self.refused(self.client.post(PATH + "?text=a", {"user": self.user, "text": "lunch 5"}), 400, "invalid-parameter", "text")
        self.assertEqual(self.client.get(f"/api/v1/user?user={self.user}").status, 404)

    def test_one_that_is_too_large_is_refused_before_it_is_sent(self):
        with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as s:
            s.sendall(b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % ((5 << 20) + 1))
            self.assertIn(b" 413 ", s.recv(4096))
        with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as s:
            s.sendall(b"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % ((1 << 20) + 1))
            self.assertIn(b" 413 ", s.recv(4096))


class Parsed(Scene):
    """POST /parse: the same is read, and nothing of it stays."""

    def parse(self, picture, text=None, **more):
        answer = post(self.client, picture, self.user, text, path="/api/v1/parse", **more)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def is_unknown(self):
        return self.client.get(f"/api/v1/user?user={self.user}").status == 404

    def test_a_photo_is_read_and_nothing_is_stored(self):
        picture = JPEG + os.urandom(2 << 20)
        said = self.parse(picture)
        self.assertEqual((said["status"], said["understood_by"], said["reply"]), ("recorded", "mock1", None))
        self.assertEqual([(e["description"], e["amount"], e["currency"], e["category"]["key"]) for e in said["expenses"]],
                         [("milk", "45.00", "TWD", "food"), ("soap", "80.00", "TWD", "shopping")])
        self.assertEqual(self.asked, [(picture, "image/jpeg")])
        self.assertTrue(self.is_unknown())
        self.daemon.wait_for(lambda: len(calls(self.daemon, "-")) > 0, "the call to be listed")
        self.assertIn(["-", "picture", "mock1/model-1", "ok"], [row[:4] for row in calls(self.daemon)])
        self.assert_on_no_disk()

    def test_its_categories_are_those_of_the_person(self):
        self.english()
        pets = self.client.post("/api/v1/categories", {"user": self.user, "name": "Pets"}).json
        self.provider.reads = lambda picture, kind: dict(GROCERIES, items=[{"description": "leash", "amount": "125", "category": "Pets"}])
        said = self.parse(JPEG)
        self.assertEqual([e["category"] for e in said["expenses"]], [{"key": None, "name": pets["name"]}])
        self.assertEqual(self.spent(), [])

    def test_what_is_not_read_says_why(self):
        self.english()
        why = {"500": "could not get or read that picture", "declines": "could not get or read that picture"}
        for fault in why:
            self.provider.fault = fault
            said = self.parse(JPEG)
            self.assertEqual((said["status"], said["expenses"], said["understood_by"]), ("nothing", [], "rules"))
            self.assertIn(why[fault], said["reply"])
            self.assertEqual(self.parse(JPEG, "NT$60 lunch")["expenses"][0]["amount"], "60.00")
        self.provider.fault = None
        self.provider.reads = lambda picture, kind: dict(GROCERIES, total="1")
        self.assertIn("add up", self.parse(JPEG)["reply"])
        self.assertIn("JPEG, PNG, WebP or GIF", self.parse(b"<html>")["reply"])

    def test_what_cannot_be_taken_is_refused_as_for_messages(self):
        for answer, wanted in ((post(self.client, b"ftypheic", self.user, kind="image/heic", path="/api/v1/parse"), (415, "unsupported-media-type")),
                               (post(self.client, b"", self.user, path="/api/v1/parse"), (422, "invalid-value")),
                               (post(self.client, JPEG, path="/api/v1/parse"), (422, "missing-field")),
                               (self.client.post("/api/v1/parse?text=a", {"user": self.user, "text": "lunch 5"}), (400, "invalid-parameter"))):
            self.assertEqual((answer.status, answer.json["type"]), (wanted[0], "/problems/" + wanted[1]), answer.body)
        with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as s:
            s.sendall(b"POST /api/v1/parse HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % ((5 << 20) + 1))
            self.assertIn(b" 413 ", s.recv(4096))

    def test_it_takes_places_as_messages_do(self):
        release = self.hold()
        posts = [self.start(JPEG, self.user) for _ in range(2)]
        self.daemon.wait_for(lambda: len(self.asked) == 2)
        third = post(self.client, JPEG, self.user, path="/api/v1/parse")
        self.assertEqual((third.status, third.json["type"]), (429, "/problems/rate-limited"))
        release.set()
        for thread, _ in posts:
            thread.join()
        for _ in range(4):                               # each gives its place back
            self.assertEqual(self.parse(JPEG)["status"], "recorded")

    def test_a_text_has_no_reply(self):
        self.assertIsNone(self.client.post("/api/v1/parse", {"user": self.user, "text": "hello"}).json["reply"])


class Many(Scene):
    def test_one_person_holds_only_some_of_the_places(self):
        release = self.hold()
        posts = [self.start(JPEG, self.user) for _ in range(2)]
        self.daemon.wait_for(lambda: len(self.asked) == 2)
        third = post(self.client, JPEG, self.user)
        self.assertEqual((third.status, third.json["type"]), (429, "/problems/rate-limited"))
        self.assertIn("Retry-After", third.headers)
        other = self.start(JPEG, self.user + "2")
        self.daemon.wait_for(lambda: len(self.asked) == 3)
        release.set()
        for thread, answers in (*posts, other):
            thread.join()
            self.assert_groceries(answers[0])
        self.assert_groceries(post(self.client, JPEG, self.user))

    def test_a_process_holds_only_so_many_large_ones(self):
        head = self.head(f"Authorization: Bearer {self.client.token}\r\n")
        held = [socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) for _ in range(17)]
        self.addCleanup(lambda: [s.close() for s in held])
        for s in held[:16]:
            s.sendall(head % (2 << 20))
        self.daemon.wait_for(lambda: self.is_refused(head % (2 << 20)))
        self.assertFalse(self.is_refused(head % (1 << 19)))
        held.pop(0).close()
        self.daemon.wait_for(lambda: not self.is_refused(head % (2 << 20)))

    def head(self, fields="", path=PATH):
        return (f"POST {path}?user={self.user} HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\n{fields}Content-Length: %d\r\n\r\n").encode()

    def test_who_has_no_token_holds_no_place_whatever_is_sent(self):
        wrong = f"Authorization: Bearer {self.client.token[:-4]}AAAA\r\n"
        heads = [(self.head(), b" 401 "), (self.head(wrong), b" 401 "), (self.head(path="/webhook/telegram"), b" 404 "),
                 (self.head(path="/healthz"), b" 405 "), (self.head(f"Authorization: Bearer {self.client.token}\r\n", "/api/v1/expenses"), b" 413 ")]
        held = [socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) for _ in range(5 * len(heads))]
        self.addCleanup(lambda: [s.close() for s in held])
        for s, (head, status) in zip(held, 5 * heads):
            s.sendall(head % (2 << 20) + JPEG)               # and the rest does not come
            self.assertIn(status, s.recv(4096))
        picture = JPEG + os.urandom(2 << 20)
        self.assert_groceries(post(self.client, picture, self.user))
        self.assertEqual([asked for asked, _ in self.asked], [picture])
        stats = self.daemon.stats()
        self.assertEqual((stats["http_in_flight"], stats["children_died"]), (0, 0))

    def test_who_waits_to_be_told_to_go_on_is_told_the_answer_instead(self):
        with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as s:
            s.sendall(self.head("Expect: 100-continue\r\n") % (2 << 20))
            answer = b"".join(iter(lambda: s.recv(4096), b""))
        self.assertTrue(answer.startswith(b"HTTP/1.1 401 "), answer)
        self.assertIn(b"\r\nWWW-Authenticate: Bearer\r\n", answer)
        self.assertIn(b"\r\nConnection: close\r\n", answer)

    def is_refused(self, head):
        with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as s:
            s.sendall(head.replace(b"Host: x", b"Host: x\r\nExpect: 100-continue"))
            return b" 503 " in s.recv(4096)


class Deaths(Scene):
    def test_a_worker_that_dies_while_it_reads_one_is_followed_by_another(self):
        release = self.hold()
        thread, answers = self.start(JPEG, self.user)
        self.daemon.wait_for(lambda: len(self.asked) == 1)
        os.kill(self.daemon.pids("ai")[0], signal.SIGKILL)
        self.daemon.wait_for(lambda: len(self.asked) == 2)
        release.set()
        thread.join()
        self.assert_groceries(answers[0])
        self.assertEqual(len(self.spent()), 2)

    def test_whoever_posts_it_and_goes_has_it_recorded_once_with_its_key(self):
        release = self.hold()
        with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as s:
            s.sendall(f"POST {PATH}?user={self.user} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.client.token}\r\nIdempotency-Key: k\r\n"
                      f"Content-Type: image/jpeg\r\nContent-Length: {len(JPEG)}\r\n\r\n".encode() + JPEG)
            self.daemon.wait_for(lambda: len(self.asked) == 1)
        release.set()
        self.assert_groceries(post(self.client, JPEG, self.user, Idempotency_Key="k"))
        self.assertEqual(len(self.spent()), 2)


class WithoutWorkers(Scene):
    CONF = "ai { workers = 0 image_timeout_ms = 1000 }\nhttp { workers = 1 }\n"

    def test_it_is_not_left_for_later_and_whoever_has_it_can_send_it_again(self):
        answer = post(self.client, JPEG, self.user)
        self.assertEqual((answer.status, answer.json["type"]), (503, "/problems/unavailable"))
        self.assertIn("Retry-After", answer.headers)
        self.assertEqual(self.client.get(f"/api/v1/user?user={self.user}").status, 404)
        for _ in range(3):                               # each gives its place back
            self.assertEqual(post(self.client, JPEG, self.user, path="/api/v1/parse").status, 503)


class WithoutReaders(unittest.TestCase):
    def test_without_a_provider_that_reads_pictures_the_text_beside_it_counts(self):
        with MockProvider(free_port()) as provider, Daemon(provider.section()) as d, service(d) as client:
            client.post("/api/v1/users", {"user": "line:U1", "locale": "en"})
            answer = post(client, JPEG, "line:U1")
            self.assertEqual((answer.status, answer.json["status"]), (200, "nothing"))
            self.assertIn("I cannot read pictures", answer.json["reply"])
            self.assertEqual(post(client, JPEG, "line:U1", "lunch 60").json["status"], "recorded")
            parsed = post(client, JPEG, "line:U1", path="/api/v1/parse").json
            self.assertEqual((parsed["status"], parsed["expenses"], parsed["reply"]), ("nothing", [], answer.json["reply"]))
            self.assertEqual(post(client, JPEG, "line:U1", "lunch 60", path="/api/v1/parse").json["status"], "recorded")
            self.assertEqual(provider.calls, [])


@unittest.skipIf(NGINX is None, "nginx is not installed")
class BehindNginx(unittest.TestCase):
    def test_a_large_one_goes_through_the_shipped_configuration(self):
        with MockProvider(free_port()) as provider:
            d = Daemon(CONF + provider.section(reads_images="true"), start=False)
            path = os.path.join(d.directory, "http.sock")
            d.args = ["-o", f"http.listen=unix:{path}", "-o", "http.trusted_proxies=unix:"]
            provider.reads = lambda picture, kind: GROCERIES
            with d:
                d.start()
                with Nginx(d.directory, path) as nginx, Client(nginx.port, token(d)) as client:
                    for where in PATH, "/api/v1/parse":
                        self.assertEqual(post(client, JPEG + os.urandom(4 << 20), "line:U1", path=where).json["status"], "recorded")
                        self.assertEqual(post(client, JPEG + bytes(6 << 20), "line:U1", path=where).status, 413)


if __name__ == "__main__":
    tap.main()
