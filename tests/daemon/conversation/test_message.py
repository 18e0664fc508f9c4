#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a person and a gateway see: messages in, expenses out."""

import datetime
import glob
import os
import signal
import socket
import subprocess
import threading
import unittest
import zoneinfo

import tap
from api import Client, service, token
from harness import Daemon
from store_reader import readers_at_work

DEFAULT_CATEGORIES = {"Food", "Transport", "Shopping", "Entertainment", "Other"}


def today(zone="Asia/Taipei"):
    return datetime.datetime.now(zoneinfo.ZoneInfo(zone)).date()


def facts(expenses):
    return [(e["description"], e["amount"], e["currency"], e["category"]["name"]) for e in expenses]


class Messages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon("http { workers = 2 }")
        cls.daemon.start()
        cls.client = service(cls.daemon)

    @classmethod
    def tearDownClass(cls):
        cls.client.connection.close()
        cls.daemon.__exit__(None, None, None)

    def test_a_glued_message_becomes_three_expenses(self):
        before = today()
        answer = self.client.say("line:U123", "早餐$20午餐$30加油$200")
        self.assertEqual(answer.status, 200)
        told = answer.json
        self.assertEqual(told["status"], "recorded")
        self.assertEqual(facts(told["expenses"]), [("早餐", "20.00", "TWD", "Food"), ("午餐", "30.00", "TWD", "Food"),
                                                   ("加油", "200.00", "TWD", "Transport")])
        for expense in told["expenses"]:
            self.assertEqual(expense["user"], "line:U123")
            self.assertIn(expense["date"], (str(before), str(today())))
            self.assertEqual(expense["account"], "Cash")
            self.assertEqual(expense["version"], 1)
        self.assertIn("NT$250", told["reply"])
        self.assertEqual(sorted(e["id"] for e in self.client.expenses("line:U123")), sorted(e["id"] for e in told["expenses"]))

    def test_a_day_an_account_and_a_currency_are_understood(self):
        answer = self.client.say("line:U2", "lunch 12.50 USD yesterday, visa")
        expense = answer.json["expenses"][0]
        self.assertEqual((expense["amount"], expense["currency"], expense["account"]), ("12.50", "USD", "visa"))
        self.assertIn(expense["date"], (str(today() - datetime.timedelta(1)), str(today() - datetime.timedelta(2))))

    def test_a_range_of_days_lists_what_lies_in_it(self):
        self.client.say("line:U3", "lunch 100")
        self.client.say("line:U3", "yesterday dinner 200")
        now, yesterday = today(), today() - datetime.timedelta(1)
        self.assertEqual([e["description"] for e in self.client.expenses("line:U3", f"&from={now}")], ["lunch"])
        self.assertEqual([e["description"] for e in self.client.expenses("line:U3", f"&from={yesterday}&to={yesterday}")], ["dinner"])
        self.assertEqual(len(self.client.expenses("line:U3", f"&from={yesterday}&to={now}")), 2)
        self.assertEqual(self.client.expenses("line:U3", "&to=2001-01-01"), [])

    def test_a_list_goes_on_page_by_page_and_loses_nothing(self):
        for n in range(7):
            self.client.say("line:U4", f"coffee {n + 1}")
        seen, cursor = [], ""
        while cursor is not None:
            page = self.client.get("/api/v1/expenses?user=line:U4&limit=3" + cursor).json
            self.assertLessEqual(len(page["expenses"]), 3)
            seen += [e["amount"] for e in page["expenses"]]
            cursor = page["next_cursor"] and "&cursor=" + page["next_cursor"]
        self.assertEqual(seen, [f"{n}.00" for n in range(7, 0, -1)])

    def test_a_message_without_an_expense_is_answered_in_its_language_and_stores_nothing(self):
        for text, word in (("看不懂嗎", "金額"), ("hello there", "example"), ("こんにちは", "例")):
            answer = self.client.say("line:U5", text)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.json["expenses"], [])
            self.assertIn(word, answer.json["reply"])
        self.assertEqual(self.client.expenses("line:U5"), [])

    def test_an_amount_without_a_thing_and_a_thing_without_an_amount_are_asked_about(self):
        for user, text, question in (("line:U6", "$100", "這NT$100是什麼消費？"), ("line:U6b", "買菜", "買菜花了多少錢？")):
            answer = self.client.say(user, text).json
            self.assertEqual((answer["status"], answer["expenses"], answer["reply"]), ("question", [], question))
            self.assertEqual(self.client.expenses(user), [])

    def test_more_expenses_than_fit_into_a_message_are_refused_aloud(self):
        for count, status in ((20, "recorded"), (21, "nothing"), (200, "nothing")):
            answer = self.client.say(f"line:many{count}", "\n".join(f"tea {n}" for n in range(1, count + 1)))
            self.assertEqual((answer.status, answer.json["status"], len(answer.json["expenses"])), (200, status, 20 * (status == "recorded")))

    def test_what_was_read_is_let_go_of(self):
        self.client.say("line:U6", "lunch 100")
        self.assertEqual(len(self.client.expenses("line:U6")), 1)
        self.assertEqual(readers_at_work(self.daemon.store), [])

    def test_a_refund_is_a_negative_amount(self):
        self.assertEqual(self.client.say("line:U7", "退貨-$50").json["expenses"][0]["amount"], "-50.00")

    def test_the_same_key_and_text_are_recorded_once(self):
        first = self.client.say("line:U8", "lunch 100", Idempotency_Key="k1")
        second = self.client.say("line:U8", "lunch 100", Idempotency_Key="k1")
        self.assertEqual(first.json, second.json)
        self.assertEqual(len(self.client.expenses("line:U8")), 1)
        other = self.client.say("line:U8", "dinner 100", Idempotency_Key="k1")
        self.assertEqual((other.status, other.json["type"]), (422, "/problems/idempotency-key-reused"))
        self.assertEqual(len(self.client.expenses("line:U8")), 1)

    def test_many_first_messages_at_once_sign_one_user_up_and_are_all_recorded(self):
        answers = []

        def say(n):
            with service_client(self) as client:
                answers.append(client.say("line:U9", f"lunch {n + 1}").status)

        threads = [threading.Thread(target=say, args=(n,)) for n in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [200] * 10)
        expenses = self.client.expenses("line:U9")
        self.assertEqual(len(expenses), 10)
        self.assertEqual(len({e["category"]["id"] for e in expenses}), 1)

    def test_two_people_never_see_each_others_expenses(self):
        self.client.say("line:alice", "secret-a 11")
        self.client.say("line:bob", "secret-b 22")
        self.assertEqual([e["description"] for e in self.client.expenses("line:alice")], ["secret-a"])
        mine = Client(self.daemon.port, token(self.daemon, "user", "--user", "line:bob"))
        with mine:
            self.assertEqual([e["description"] for e in mine.get("/api/v1/expenses").json["expenses"]], ["secret-b"])
            self.assertEqual(mine.get("/api/v1/expenses?user=line:alice").status, 403)
            self.assertEqual(mine.say("line:alice", "lunch 5").status, 403)
            self.assertEqual(mine.post("/api/v1/messages", {"text": "snack 7"}).json["expenses"][0]["user"], "line:bob")

    def test_an_expense_can_be_stored_without_a_message(self):
        self.client.say("line:U10", "hello")
        answer = self.client.post("/api/v1/expenses", {"user": "line:U10", "description": "Book", "amount": "12.30", "currency": "EUR",
                                                       "date": "2024-02-29", "account": "visa"})
        self.assertEqual(answer.status, 201)
        self.assertEqual((answer.json["amount"], answer.json["date"], answer.json["account"]), ("12.30", "2024-02-29", "visa"))
        self.assertEqual(self.client.expenses("line:U10", "&from=2024-02-29&to=2024-02-29"), [answer.json])

    def test_an_amount_given_as_a_number_is_exact(self):
        self.client.say("line:U11", "hello")
        for number, text in ((b"0.1", "0.10"), (b"9007199254740.99", "9007199254740.99"), (b"-3", "-3.00"), (b"12.50", "12.50")):
            answer = self.client.post("/api/v1/expenses", b'{"user":"line:U11","description":"x","amount":' + number + b'}')
            self.assertEqual((answer.status, answer.json.get("amount")), (201, text))

    def test_default_categories_come_with_the_first_message(self):
        texts = {"早餐 10": "Food", "計程車 20": "Transport", "衣服 30": "Shopping", "電影票 40": "Entertainment", "其他東西 50": "Other"}
        for text, category in texts.items():
            self.assertEqual(self.client.say("line:U12", text).json["expenses"][0]["category"]["name"], category)
        self.assertEqual({e["category"]["name"] for e in self.client.expenses("line:U12")}, DEFAULT_CATEGORIES)

    def test_what_became_of_a_message_can_be_asked_later(self):
        told = self.client.say("line:U13", "早餐$20午餐$30").json
        answer = self.client.get(f"/api/v1/messages/{told['id']}?user=line:U13")
        self.assertEqual((answer.status, answer.json), (200, told))
        nothing = self.client.say("line:U13", "hello there").json
        self.assertEqual(self.client.get(f"/api/v1/messages/{nothing['id']}?user=line:U13").json, nothing)

    def test_a_message_of_somebody_else_is_not_there(self):
        told = self.client.say("line:U14", "lunch 5").json
        path = "/api/v1/messages/" + told["id"]
        self.client.say("line:U15", "hello")
        for user in "line:U15", "line:nobody":
            answer = self.client.get(f"{path}?user={user}")
            self.assertEqual((answer.status, answer.json["type"]), (404, "/problems/not-found"))
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:U15")) as other:
            self.assertEqual(other.get(path).status, 404)
            self.assertEqual(other.get(path + "?user=line:U14").status, 403)
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:U14")) as own:
            self.assertEqual(own.get(path).json, told)

    def test_parsing_understands_and_stores_nothing(self):
        answer = self.client.post("/api/v1/parse", {"user": "line:U16", "text": "早餐$20加油$200"})
        self.assertEqual(answer.status, 200)
        parsed = answer.json
        self.assertEqual((parsed["status"], parsed["language"]), ("recorded", "zh-Hant"))
        self.assertEqual(facts(parsed["expenses"]), [("早餐", "20.00", "TWD", "Food"), ("加油", "200.00", "TWD", "Transport")])
        self.assertEqual([e["category"]["key"] for e in parsed["expenses"]], ["food", "transport"])
        self.assertEqual(set(parsed["expenses"][0]), {"description", "amount", "currency", "date", "category", "account"})
        self.assertIn(parsed["expenses"][0]["date"], (str(today()), str(today() - datetime.timedelta(1))))
        self.assertEqual(self.client.get("/api/v1/expenses?user=line:U16").status, 404)       # nor was the user signed up

    def test_parsing_tells_why_there_is_no_expense(self):
        for text, status in (("$100", "question"), ("買菜", "question"), ("hello there", "nothing")):
            parsed = self.client.post("/api/v1/parse", {"user": "line:U17", "text": text}).json
            self.assertEqual((parsed["status"], parsed["expenses"]), (status, []))

    def test_parsing_with_a_user_token_needs_no_user(self):
        self.client.say("line:U18", "hello")
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:U18")) as own:
            self.assertEqual(own.post("/api/v1/parse", {"text": "lunch 5"}).json["expenses"][0]["amount"], "5.00")
            self.assertEqual(own.post("/api/v1/parse", {"text": "lunch 5", "user": "line:U17"}).status, 403)

    def test_no_text_amount_user_or_token_reaches_the_log(self):
        with Daemon("http { access_log = true }") as d, service(d) as client:
            client.say("line:canary-user", "canarything 4711")
            client.get("/api/v1/expenses?user=line:canary-user")
            d.stop()
            log = d.log()
            self.assertIn("POST", log)
            self.assertIn("/api/v1/messages", log)
            for secret in ("canary", "4711", client.token, client.token[-43:]):
                self.assertNotIn(secret, log)


def service_client(case):
    return Client(case.daemon.port, case.client.token)


class Listening(unittest.TestCase):
    def test_several_addresses_and_a_unix_socket_are_served(self):
        with Daemon(start=False) as d:
            path = os.path.join(d.directory, "http.sock")
            d.args = ["-o", f"http.listen=127.0.0.1:{d.port},unix:{path}"]
            d.start()
            made = token(d)
            for address in d.port, path:
                with Client(address, made) as client:
                    self.assertEqual(client.say("line:U1", "lunch 5").status, 200)
                    self.assertEqual(client.get("/readyz").status, 200)


class Tokens(unittest.TestCase):
    def test_a_token_works_until_it_is_revoked_and_then_nowhere(self):
        with Daemon("http { workers = 2 }") as d, service(d) as client:
            self.assertEqual(client.say("line:U1", "lunch 5").status, 200)
            key_id = client.token.split("_")[2]
            self.assertIn(key_id, d.ctl("token", "list").stdout)
            self.assertNotIn(client.token[-43:], d.ctl("token", "list").stdout)
            self.assertEqual(d.ctl("token", "revoke", key_id).returncode, 0)
            for _ in range(20):
                with Client(d.port, client.token) as again:
                    self.assertEqual(again.say("line:U1", "lunch 5").json["type"], "/problems/invalid-token")

    def test_an_admin_token_reads_no_expenses(self):
        with Daemon() as d, Client(d.port, token(d, "admin")) as client:
            self.assertEqual(client.get("/api/v1/expenses?user=line:U1").status, 403)
            self.assertEqual(client.say("line:U1", "lunch 5").status, 403)

    def test_tokens_cannot_be_made_on_the_stats_socket(self):
        with Daemon() as d:
            self.assertTrue(d.ask("token add admin").startswith("error:"))


class Logging(unittest.TestCase):
    def test_a_reader_of_the_log_that_reads_nothing_holds_no_request_up(self):
        reading, writing = os.pipe()
        with Daemon("http { workers = 1 }", start=False) as d:
            d.start()
            made = token(d)
            d.stop()
            d.process = subprocess.Popen(d.command(), stdin=subprocess.DEVNULL, stdout=writing, stderr=writing)
            os.close(writing)
            d.wait_for(lambda: d.pids("http"))
            with Client(d.port, made) as client:
                for _ in range(2000):                # more lines than a pipe holds
                    self.assertEqual(client.get("/healthz").status, 200)
            d.wait_for(lambda: d.stats()["access_log_dropped"] > 0)
            os.close(reading)


class Waiting(unittest.TestCase):
    """AI workers that stall or die while people wait."""

    def say_all(self, d, made, count, answers):
        def say(n):
            with Client(d.port, made) as client:
                answers.append(client.say(f"line:W{n}", "lunch 5").status)

        threads = [threading.Thread(target=say, args=(n,)) for n in range(count)]
        for thread in threads:
            thread.start()
        return threads

    def test_a_hundred_messages_are_answered_though_one_worker_stalls_and_one_is_killed(self):
        with Daemon("http { workers = 2 }", args=["-o", "ai.workers=2"]) as d:
            made, answers = token(d), []
            stalled, killed = d.pids("ai")
            os.kill(stalled, signal.SIGSTOP)
            threads = self.say_all(d, made, 100, answers)
            os.kill(killed, signal.SIGKILL)
            for thread in threads:
                thread.join()
            self.assertEqual(answers, [200] * 100)
            self.assertEqual(d.stats()["expenses_recorded"], 100)

    def test_a_message_that_nobody_understands_in_time_is_accepted_and_worked_on_later(self):
        with Daemon(args=["-o", "ai.message_timeout_ms=300"]) as d, service(d) as client:
            client.say("line:U1", "hello")
            os.kill(d.pids("ai")[0], signal.SIGSTOP)
            answer = client.say("line:U1", "lunch 5")
            self.assertEqual((answer.status, answer.json["status"]), (202, "waiting"))
            path = f"/api/v1/messages/{answer.json['id']}?user=line:U1"
            state = client.get(path).json
            self.assertTrue(state == answer.json or state["status"] == "recorded", state)
            d.wait_for(lambda: client.get(path).json["status"] == "recorded")
            self.assertEqual([e["amount"] for e in client.get(path).json["expenses"]], ["5.00"])
            d.wait_for(lambda: [e["amount"] for e in client.expenses("line:U1")] == ["5.00"])
            self.assertEqual(d.stats()["inbox_redriven"], 1)

    def test_an_ai_worker_says_that_it_lives_when_a_job_comes_too_late(self):
        with Daemon() as d, socket.socket(socket.AF_UNIX) as asker:
            asker.settimeout(30)
            asker.connect(glob.glob(os.path.join(d.run_dir, "internal", "*.ai*.sock"))[0])
            hello = asker.recv(100)
            asker.sendall(hello[:6] + b"\x02" + hello[7:])       # to be understood by the time that the hello has: 0
            self.assertEqual(asker.recv(100), hello)

    def test_a_message_that_waits_is_no_repeat_of_itself(self):
        with Daemon(args=["-o", "ai.message_timeout_ms=300"]) as d, service(d) as client:
            client.say("line:U1", "hello")
            os.kill(d.pids("ai")[0], signal.SIGSTOP)
            answer = client.say("line:U1", "lunch 5", Idempotency_Key="once")
            self.assertEqual(answer.status, 202)
            d.wait_for(lambda: [e["amount"] for e in client.expenses("line:U1")] == ["5.00"])
            again = client.say("line:U1", "lunch 5", Idempotency_Key="once")
            self.assertEqual((again.status, again.json["id"], again.json["status"]), (200, answer.json["id"], "recorded"))

    def test_the_first_message_of_a_new_user_can_be_looked_at_while_it_waits(self):
        with Daemon(args=["-o", "ai.message_timeout_ms=300"]) as d, service(d) as client:
            os.kill(d.pids("ai")[0], signal.SIGSTOP)
            answer = client.say("line:new", "lunch 5")
            self.assertEqual(answer.status, 202)
            self.assertEqual(client.get(f"/api/v1/messages/{answer.json['id']}?user=line:new").status, 200)

    def test_parsing_that_nobody_does_in_time_is_refused_with_when_to_come_back(self):
        with Daemon(args=["-o", "ai.message_timeout_ms=300"]) as d, service(d) as client:
            os.kill(d.pids("ai")[0], signal.SIGSTOP)
            answer = client.post("/api/v1/parse", {"user": "line:U1", "text": "lunch 5"})
            self.assertEqual((answer.status, answer.json["type"]), (503, "/problems/unavailable"))
            self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def test_more_than_may_wait_is_refused_with_when_to_come_back(self):
        with Daemon(args=["-o", "ai.queue_max=1", "-o", "http.workers=1"]) as d, service(d) as client:
            os.kill(d.pids("ai")[0], signal.SIGSTOP)
            answers = []
            threads = self.say_all(d, client.token, 5, answers)
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(answers), [200] + [503] * 4)
            os.kill(d.pids("ai")[0], signal.SIGSTOP)
            blocked = self.say_all(d, client.token, 1, answers)
            d.wait_for(lambda: d.stats()["http_in_flight"] == 1)
            refused = client.say("line:W9", "lunch 5")
            self.assertEqual((refused.status, refused.json["type"]), (503, "/problems/overloaded"))
            self.assertGreater(int(refused.headers["Retry-After"]), 0)
            blocked[0].join()


if __name__ == "__main__":
    tap.main()
