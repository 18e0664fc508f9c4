#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What messengers send: verified, written to disk once, answered at once, worked on behind that."""

import base64
import glob
import hashlib
import hmac
import http.client
import io
import os
import signal
import threading
import time
import unittest
import zipfile

import lmdb

import tap
from api import Client, service
from harness import Daemon, MovedClock, kill, kill_one, wait_for
from messenger_case import MessengerCase
from servers.mock_messengers import MockMessengers
from store_reader import read_store
from webhooks import LINE_SECRET, Secrets, line_body, line_event, post_line, post_telegram, telegram_update

KILLS = int(os.environ.get("AIEXPENSE_KILLS", "8"))


class Webhooks(MessengerCase):
    """Three messengers, whose APIs nobody serves."""

    @classmethod
    def conf(cls):
        return cls.secrets.line(LINE_SECRET, "the next secret") + cls.secrets.telegram() + cls.secrets.whatsapp()

    def setUp(self):
        self.name = "U" + self.id().rsplit("test_")[-1][:40]
        self.user = "line:Ubot:" + self.name
        self.before = self.daemon.stats()

    def grown(self, counter):
        return self.daemon.stats()[counter] - self.before[counter]

    def spent(self, user=None):
        return super().spent(user or self.user)

    def test_a_message_is_answered_with_200_and_its_expenses_are_stored(self):
        answer = post_line(self.hook, line_body(line_event(self.name, "早餐$20午餐$30", self.name)))
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.daemon.wait_for(lambda: sorted(self.spent()) == [("午餐", "30.00"), ("早餐", "20.00")])
        self.assertEqual(self.grown("webhook_events"), 1)

    def test_what_comes_again_is_answered_and_not_booked_twice(self):
        body = line_body(line_event(self.name, "tea 5", self.name))
        for _ in range(5):
            self.assertEqual(post_line(self.hook, body).status, 200)
        self.assertEqual((self.grown("webhook_events"), self.grown("webhook_repeats")), (1, 4))
        self.daemon.wait_for(lambda: self.spent() == [("tea", "5.00")])
        self.assertEqual(post_line(self.hook, body).status, 200)
        self.assertEqual(self.spent(), [("tea", "5.00")])

    def test_one_bad_event_does_not_harm_its_neighbours(self):
        bad = line_event(self.name, "tea 5", self.name + "1")
        del bad["source"]
        self.assertEqual(post_line(self.hook, line_body(bad, line_event(self.name, "bun 7", self.name + "2"), {"type": "?"})).status, 200)
        self.daemon.wait_for(lambda: self.spent() == [("bun", "7.00")])
        self.assertEqual(self.grown("webhook_ignored"), 2)

    def test_a_wrong_signature_is_refused_and_nothing_comes_of_it(self):
        answer = post_line(self.hook, line_body(line_event(self.name, "tea 5", self.name)), secret="another")
        self.assertEqual((answer.status, answer.json["type"]), (401, "/problems/invalid-signature"))
        self.assertEqual(self.hook.request("POST", "/webhook/line", line_body()).status, 401)
        self.assertEqual((self.grown("webhook_refused"), self.grown("webhook_events")), (2, 0))
        self.assertEqual(self.client.get(f"/api/v1/user?user={self.user}").status, 404)

    def test_a_header_s_name_is_good_in_any_case_and_two_of_it_are_not(self):
        for number, names in enumerate((("x-line-signature",), ("X-LINE-SIGNATURE",), ("X-Line-Signature", "x-line-signature"))):
            body = line_body(line_event(self.name, f"tea {number + 1}", f"{self.name}{number}"))
            signature = base64.b64encode(hmac.new(LINE_SECRET.encode(), body, hashlib.sha256).digest()).decode()
            answer = self.hook.request("POST", "/webhook/line", body, dict.fromkeys(names, signature))
            self.assertEqual(answer.status, 200 if len(names) == 1 else 401, names)
        self.daemon.wait_for(lambda: sorted(self.spent()) == [("tea", "1.00"), ("tea", "2.00")])

    def test_of_two_secrets_each_is_good(self):
        self.assertEqual(post_line(self.hook, line_body(line_event(self.name, "tea 5", self.name)), secret="the next secret").status, 200)
        self.daemon.wait_for(lambda: self.spent() == [("tea", "5.00")])

    def test_a_signed_body_that_is_none_is_refused(self):
        answer = post_line(self.hook, b"{")
        self.assertEqual((answer.status, answer.json["type"]), (400, "/problems/malformed-json"))

    def test_an_empty_batch_verifies_the_webhook(self):
        self.assertEqual(post_line(self.hook, line_body()).status, 200)

    def test_the_challenge_is_answered_to_who_knows_the_token(self):
        path = "/webhook/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
        answer = self.hook.get(path + "open%20sesame")
        self.assertEqual((answer.status, answer.body), (200, b"1158201444"))
        self.assertEqual(self.hook.get(path + "wrong").status, 403)

    def test_a_messenger_without_secrets_has_no_route(self):
        for path in "slack", "discord", "teams", "icq", "":
            self.assertEqual(self.hook.request("POST", "/webhook/" + path, b"{}").status, 404, path)
        self.assertEqual(self.hook.get("/webhook/line").status, 405)

    def test_a_persons_messages_keep_their_order(self):
        said = ["tea 5", "bun 7", "undo", "pie 9"]
        for n, text in enumerate(said):
            self.assertEqual(post_line(self.hook, line_body(line_event(self.name, text, f"{self.name}{n}"))).status, 200)
        self.daemon.wait_for(lambda: ("pie", "9.00") in self.spent())
        self.assertEqual(sorted(self.spent()), [("pie", "9.00"), ("tea", "5.00")])

    def test_a_text_that_is_too_long_is_refused_aloud(self):
        post_telegram(self.hook, telegram_update(9001, 9001, "tea 5 " + "x" * 4000))
        self.daemon.wait_for(lambda: self.grown("messages_recorded") == 1)
        self.assertEqual(self.spent("telegram:123456:9001"), [])
        self.assertEqual(self.grown("expenses_recorded"), 0)

    def tell(self, update):
        """One more update, after which all there was has been worked on."""
        recorded = self.daemon.stats()["messages_recorded"]
        self.assertEqual(post_telegram(self.hook, update).status, 200)
        self.daemon.wait_for(lambda: self.daemon.stats()["messages_recorded"] > recorded)

    def test_what_answers_another_message_is_about_that_one(self):
        user = "telegram:123456:9003"
        self.tell(telegram_update(9003, 9003, "taxi 100", 11))
        self.tell(telegram_update(9004, 9003, "lunch 10", 12))
        replied = {"reply_to_message": {"message_id": 11, "date": 1, "chat": {"id": 9003, "type": "private"}}}
        self.tell(telegram_update(9005, 9003, "make it 250", 13, **replied))
        self.assertEqual(sorted(self.spent(user)), [("lunch", "10.00"), ("taxi", "250.00")])
        self.tell(telegram_update(9006, 9003, "delete", 14, **replied))
        self.assertEqual(self.spent(user), [("lunch", "10.00")])

    def test_a_deleted_message_asks_and_its_expenses_stay(self):
        said = line_event(self.name, "tea 5", self.name)
        post_line(self.hook, line_body(said))
        self.daemon.wait_for(lambda: self.spent() == [("tea", "5.00")])
        self.unsend(said)
        self.assertEqual(self.spent(), [("tea", "5.00")])
        export = self.client.get(f"/api/v1/user/export?user={self.user}")
        with zipfile.ZipFile(io.BytesIO(export.body)) as archive:
            self.assertIn(b"its expenses are still here", b"".join(archive.read(name) for name in archive.namelist()))

    def unsend(self, said):
        unsent = line_event(self.name, "", said["webhookEventId"] + "-unsent", type="unsend", unsend={"messageId": said["message"]["id"]})
        del unsent["message"], unsent["replyToken"]
        self.hear(unsent)

    def hear(self, event):
        recorded = self.daemon.stats()["messages_recorded"]
        self.assertEqual(post_line(self.hook, line_body(event)).status, 200)
        self.daemon.wait_for(lambda: self.daemon.stats()["messages_recorded"] == recorded + 1)

    def test_whether_the_expenses_of_a_deleted_message_go_is_answered_by_a_word(self):
        for n, (answer, there) in enumerate((("no", ["bun", "tea"]), ("はい", []), ("delete them", []))):
            said = line_event(self.name, "tea 5 bun 7", f"{self.name}{n}")
            self.hear(said)
            self.unsend(said)
            self.hear(line_event(self.name, answer, f"{self.name}{n}-answer"))
            self.assertEqual([thing for thing, amount in self.spent()], there)
            for expense in self.client.expenses(self.user):
                self.client.request("DELETE", f"/api/v1/expenses/{expense['id']}?user={self.user}")
        self.hear(line_event(self.name, "undo", self.name + "-undo"))
        self.assertEqual(sorted(thing for thing, amount in self.spent()), ["bun", "tea"])

    def test_an_edited_message_edits_its_expenses(self):
        user = "telegram:123456:9007"
        self.tell(telegram_update(9007, 9007, "taxi 100, lunch 10", 21))
        for number, text, there in ((9008, "cab 120, lunch 10", [("cab", "120.00"), ("lunch", "10.00")]),
                                    (9009, "cab 120", [("cab", "120.00")]),
                                    (9010, "never mind", [("cab", "120.00")])):
            update = telegram_update(number, 9007, text, 21)
            update["edited_message"] = {**update.pop("message"), "edit_date": number}
            self.tell(update)
            self.assertEqual(sorted(self.spent(user)), there)

    def test_a_new_user_is_answered_in_the_messengers_language(self):
        update = telegram_update(9002, 9002, "5")
        update["message"]["from"]["language_code"] = "ja"
        self.assertEqual(post_telegram(self.hook, update).status, 200)
        user = "telegram:123456:9002"
        self.daemon.wait_for(lambda: self.client.get(f"/api/v1/user?user={user}").status == 200)
        self.assertEqual(self.client.get(f"/api/v1/user?user={user}").json["locale"], "ja")


class Deaths(unittest.TestCase):
    def test_what_was_answered_with_200_survives_the_death_of_everybody(self):
        with Secrets() as secrets, Daemon(secrets.line()) as d, Client(d.port) as hook:
            for pid in d.pids("ai"):
                os.kill(pid, signal.SIGSTOP)          # nobody understands anything
            for n in range(20):
                self.assertEqual(post_line(hook, line_body(line_event(f"U{n}", "tea 5", f"e{n}"))).status, 200)
            hook.connection.close()
            kill(d.children())
            d.stop(signal.SIGKILL)
            self.assertEqual(len(read_store(d.store).inbox), 20)
            self.damage_inboxes(d.store)
            d.start()
            with service(d) as client:
                for n in range(20):
                    d.wait_for(lambda: client.get(f"/api/v1/expenses?user=line:Ubot:U{n}").status == 200)
                    self.assertEqual([e["amount"] for e in client.expenses(f"line:Ubot:U{n}")], ["5.00"])

    def test_a_reply_whose_sender_and_asker_died_is_not_sent_again_where_the_platform_tells_that_it_arrived(self):
        """LINE tells it as long as the reply token lives, 30 s; of those the claim on the reply takes 20."""
        with MovedClock() as clock, Secrets() as secrets, MockMessengers() as mock, \
                Daemon("http { workers = 1 }\n" + secrets.line(api_url=mock.url + "/line")) as d, Client(d.port) as hook:
            mock.chat_of_token = lambda token: token
            for n in range(3):
                begun = time.monotonic()
                mock.faults["line"] = ["silence"]
                self.assertEqual(post_line(hook, line_body(line_event(f"U{n}", "tea 5", f"e{n}"))).status, 200)
                d.wait_for(lambda: mock.read("line", f"reply-e{n}"))
                hook.connection.close()
                kill(d.pids("http") + d.pids("ai"))
                clock.forward(21)
                d.wait_for(lambda: d.stats()["queue_delivered"] == n + 1)
                if time.monotonic() - begun < 8:       # else the machine was too slow for the token
                    break
            self.assertEqual(len(mock.read("line", f"reply-e{n}")), 1)
            self.assertEqual(mock.read("line", f"U{n}"), [])       # nor pushed

    def damage_inboxes(self, store):
        """Rows in front of all others that mean nothing."""
        for shard in glob.glob(os.path.join(store, "shard-*")):
            with lmdb.open(shard, max_dbs=16, map_size=1 << 26) as env, env.begin(write=True) as txn:
                inbox = env.open_db(b"inbox", txn=txn)
                txn.put(b"\0", b"", db=inbox)
                txn.put(bytes(32), b"no record", db=inbox)

    def test_whoever_is_killed_each_message_is_booked_once_and_answered(self):
        """Telegram cannot tell a repeat: a reply may come twice when a process died between its sending and the record of that."""
        with Secrets() as secrets, MockMessengers() as mock, \
                Daemon("ai { message_timeout_ms = 1000 }\n" + secrets.telegram(api_url=mock.url + "/telegram")) as d:
            users = []
            for n, role in enumerate(["http", "ai", "writer", "keeper"] * (KILLS // 4)):
                thread = threading.Thread(target=self.send_until_taken, args=(d, range(1000 + 20 * n, 1020 + 20 * n)))
                thread.start()
                d.wait_for(lambda: kill_one(d.pids(role)))
                thread.join()
                users += range(1000 + 20 * n, 1020 + 20 * n)
            with service(d) as client:
                for user in users:
                    d.wait_for(lambda: client.get(f"/api/v1/user?user=telegram:123456:{user}").status == 200, user)
                    self.assertEqual([e["amount"] for e in client.expenses(f"telegram:123456:{user}")], ["5.00"], user)
            wait_for(lambda: all(mock.read("telegram", str(user)) for user in users), "all replies", patience=90)    # claims of 20 s end first
            sent = [text for user in users for text in mock.read("telegram", str(user))]
            self.assertEqual(len(set(sent)), 1)
            self.assertLess(len(sent) - len(users), len(users) / 10)

    def send_until_taken(self, d, users):
        """As a platform does that gets no answer."""
        with Client(d.port) as hook:
            for user in users:
                def is_taken():
                    try:
                        return post_telegram(hook, telegram_update(user, user, "tea 5")).status == 200
                    except (OSError, http.client.HTTPException):
                        return False
                d.wait_for(is_taken)


if __name__ == "__main__":
    tap.main()
