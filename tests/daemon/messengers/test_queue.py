#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What waits: replies that a messenger does not take, what is given up, and what the operator does with it."""

import os
import signal
import unittest

import tap
from api import Client
from harness import Daemon, free_port
from servers.mock_messengers import MockMessengers
from servers.mock_provider import MockProvider
from webhooks import Secrets, post_telegram, telegram_update


class Queue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mock = cls.enterClassContext(MockMessengers())
        cls.secrets = cls.enterClassContext(Secrets())
        cls.daemon = cls.enterClassContext(Daemon(cls.secrets.telegram(api_url=cls.mock.url + "/telegram")))
        cls.hook = cls.enterClassContext(Client(cls.daemon.port))

    def say(self, user, text, update):
        self.assertEqual(post_telegram(self.hook, telegram_update(update, user, text)).status, 200)

    def texts(self, chat):
        return self.mock.read("telegram", str(chat))

    def test_a_reply_arrives_once(self):
        self.say(1, "tea 5", 101)
        self.daemon.wait_for(lambda: self.texts(1))
        self.say(1, "tea 5", 101)
        self.say(1, "bun 7", 102)
        self.daemon.wait_for(lambda: len(self.texts(1)) == 2)
        self.assertIn("tea", self.texts(1)[0])
        self.assertIn("bun", self.texts(1)[1])

    def test_replies_that_failed_come_later_in_their_order(self):
        self.mock.refusals["2"] = (500, "not now")
        for n, text in enumerate(("tea 5", "bun 7", "pie 9")):
            self.say(2, text, 200 + n)
        self.daemon.wait_for(lambda: len([call for call in self.mock.asked("/sendMessage") if call.body["chat_id"] == 2]) >= 2)
        self.assertGreaterEqual(self.daemon.stats()["queue_deliveries_put_off"], 1)
        del self.mock.refusals["2"]
        self.daemon.wait_for(lambda: len(self.texts(2)) == 3)
        self.assertEqual([[word in text for text in self.texts(2)].index(True) for word in ("tea", "bun", "pie")], [0, 1, 2])

    def test_what_is_refused_is_given_up_and_the_operator_sees_it(self):
        self.mock.refusals["3"] = (403, "Forbidden: bot was blocked by the user")
        self.say(3, "tea 5", 301)
        self.daemon.wait_for(lambda: "telegram:123456:3" in self.daemon.ctl("queue", "list").stdout)
        line, = [l for l in self.daemon.ctl("queue", "list").stdout.splitlines() if "telegram:123456:3" in l]
        name = line.split()[0]
        self.assertTrue(name.startswith("r-"), line)
        self.assertIn("tea", self.daemon.ctl("queue", "show", name).stdout)
        self.assertEqual(self.daemon.ctl("queue", "list").returncode, 0)
        self.assertNotEqual(self.daemon.ctl("queue", "show", "r-1").returncode, 0)
        del self.mock.refusals["3"]
        self.assertIn("1 will be tried again", self.daemon.ctl("queue", "retry", name).stdout)
        self.daemon.wait_for(lambda: self.texts(3))
        self.assertNotEqual(self.daemon.ctl("queue", "retry", name).returncode, 0)

    def test_what_is_dropped_is_gone(self):
        self.mock.refusals["4"] = (403, "Forbidden: bot was blocked by the user")
        self.say(4, "tea 5", 401)
        self.daemon.wait_for(lambda: "telegram:123456:4" in self.daemon.ctl("queue", "list").stdout)
        self.assertRegex(self.daemon.ctl("queue", "drop", "all").stdout, r"^[1-9]\d* dropped$")
        self.assertEqual(self.daemon.ctl("queue", "list").stdout, "nothing was given up\n")

    def test_the_stats_socket_does_not_give_letters_away(self):
        self.assertIn("error: ", self.daemon.ask("queue list"))

    def test_a_graceful_stop_waits_until_replies_are_delivered(self):
        with Secrets() as secrets, Daemon(secrets.telegram(api_url=self.mock.url + "/telegram")) as d:
            with Client(d.port) as hook:
                for n in range(10):
                    self.assertEqual(post_telegram(hook, telegram_update(600 + n, 60 + n, "tea 5")).status, 200)
            d.stop(signal.SIGQUIT)
            self.assertEqual([len(self.texts(60 + n)) for n in range(10)], [1] * 10)


class Deadly(unittest.TestCase):
    def test_what_kills_three_workers_is_given_up_with_all_that_it_needs_to_be_tried_again(self):
        with MockMessengers() as messengers, MockProvider(free_port()) as provider, Secrets() as secrets:
            provider.fault = "hang"
            conf = secrets.telegram(api_url=messengers.url + "/telegram") + provider.section(timeout_ms=60000)
            with Daemon(conf + "ai { message_timeout_ms = 120000 }\n") as d, Client(d.port) as hook:
                for text, letter, update in ("zorbl 50", "m-", 1), ("NT$50 zorbl", "j-", 2):      # one is asked about at once, the other later
                    self.assertEqual(post_telegram(hook, telegram_update(update, 7, text)).status, 200)
                    self.kill_three_workers(d, provider)
                    line, = d.wait_for(lambda: [l for l in d.ctl("queue", "list").stdout.splitlines() if l.startswith(letter)])
                    self.assertIn("it broke every worker that had it", line)
                    self.assertIn(text, d.ctl("queue", "show", line.split()[0]).stdout)
                told, answered = d.wait_for(lambda: len(messengers.read("telegram", "7")) == 2 and messengers.read("telegram", "7"))
                self.assertIn("could not work on that message", told)
                self.assertIn("zorbl", answered)
                provider.fault = None
                self.assertEqual(d.ctl("queue", "retry", "all").stdout, "2 will be tried again\n")
                d.wait_for(lambda: len(messengers.read("telegram", "7")) == 3)

    def kill_three_workers(self, d, provider):
        for _ in range(3):
            d.wait_for(lambda: provider.calls)
            victim, = d.pids("ai")
            provider.calls.clear()
            os.kill(victim, signal.SIGSEGV)
            d.wait_for(lambda: set(d.pids("ai")) - {victim})


if __name__ == "__main__":
    tap.main()
