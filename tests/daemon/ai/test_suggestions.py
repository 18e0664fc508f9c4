#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Categories that a provider suggests after the answer: jobs that wait, fail, come again, and leave notices with buttons."""

import io
import json
import threading
import unittest
import zipfile

import tap
from api import Client, service
from asked_ai import calls
from harness import Daemon, free_port
from servers.mock_messengers import MockMessengers
from servers.mock_provider import MockProvider, expense
from store_reader import read_store
from webhooks import Secrets, post_telegram, telegram_update

GUESS = "NT$50 zorbl"            # the rules know what was paid, and not where it belongs


def says(text):
    """Whatever it is, it is entertainment."""
    words = [word for word in text.split() if not word.startswith("NT$")]
    return [expense(" ".join(words), text.partition("NT$")[2].split()[0], category="entertainment")]


class Suggestions(unittest.TestCase):
    WINDOW_MS = 0
    user = update = 100
    MORE = ""

    @classmethod
    def setUpClass(cls):
        cls.messengers = cls.enterClassContext(MockMessengers())
        cls.provider = cls.enterClassContext(MockProvider(free_port()))
        cls.secrets = cls.enterClassContext(Secrets())
        cls.daemon = cls.enterClassContext(Daemon(
            cls.secrets.telegram(api_url=cls.messengers.url + "/telegram") + "ai { cache_bytes = 0 }\n"
            f"dialogue {{ notice_window_ms = {cls.WINDOW_MS} }}\n{cls.MORE}" + cls.provider.section(timeout_ms=1000)))
        cls.hook = cls.enterClassContext(Client(cls.daemon.port))

    def setUp(self):
        Suggestions.user += 1
        self.chat = str(self.user)
        self.provider.fault = None
        self.provider.says = says
        self.provider.calls.clear()

    def say(self, text):
        Suggestions.update += 1
        self.assertEqual(post_telegram(self.hook, telegram_update(Suggestions.update, self.user, text)).status, 200)

    def press(self, data):
        Suggestions.update += 1
        update = {"update_id": Suggestions.update, "callback_query": {"id": f"q{Suggestions.update}", "data": data,
                  "from": {"id": self.user, "is_bot": False, "first_name": "A", "language_code": "en"},
                  "message": {"message_id": 9, "date": 1, "chat": {"id": self.user, "type": "private"}}}}
        self.assertEqual(post_telegram(self.hook, update).status, 200)

    def texts(self, count):
        """As soon as there are so many."""
        self.daemon.wait_for(lambda: len(self.messengers.read("telegram", self.chat)) >= count, f"{count} messages")
        return self.messengers.read("telegram", self.chat)

    def buttons(self):
        keyboard = self.messengers.sent("telegram", self.chat)["reply_markup"]["inline_keyboard"]
        return [(button["text"], button["callback_data"]) for row in keyboard for button in row]

    def jobs(self):
        """Those of this case's person."""
        return [job for job in read_store(self.daemon.store).jobs if job[0].endswith(":" + self.chat)]

    def wait_for_no_jobs(self):
        self.daemon.wait_for(lambda: not self.jobs(), "the jobs to be done")


    def wait_for_no_replies(self):
        def waits():
            return [row for row in read_store(self.daemon.store).outbox if row[0].endswith(":" + self.chat)]
        self.daemon.wait_for(lambda: not waits(), "the replies to leave")


class AtOnce(Suggestions):
    def test_the_answer_does_not_wait_and_the_suggestion_files_it_when_its_button_is_pressed(self):
        hold = threading.Event()
        self.provider.says = lambda text: says(text) if hold.wait(30) else []
        self.say(GUESS)
        self.assertNotIn("Entertainment", self.texts(1)[0])     # while the provider has not answered
        hold.set()
        self.assertEqual(self.texts(2)[1], "zorbl NT$50: does it belong to Entertainment?")
        (label, data), = self.buttons()
        self.assertEqual(label, "zorbl → Entertainment")
        self.press(data)
        self.assertIn("(Entertainment", self.texts(3)[2])
        self.press(data)
        self.assertIn("earlier message", self.texts(4)[3])
        self.assertEqual([text for _, text, _, _ in self.provider.calls], [GUESS])

    def test_the_text_of_a_job_that_waits_is_in_the_person_s_export(self):
        hold = threading.Event()
        self.provider.says = lambda text: says(text) if hold.wait(30) else []
        self.say(GUESS)
        self.daemon.wait_for(lambda: self.provider.calls)
        with service(self.daemon) as client:
            answer = client.get("/api/v1/user/export?user=" + self.jobs()[0][0])
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            self.assertEqual([json.loads(line)["text"] for line in archive.read("jobs.jsonl").splitlines()], [GUESS])
        hold.set()
        self.wait_for_no_jobs()

    def test_what_the_rules_are_sure_of_is_not_asked_about(self):
        self.say("NT$60 lunch")
        self.texts(1)
        self.assertEqual((self.jobs(), self.provider.calls), ([], []))

    def test_what_the_person_decided_meanwhile_is_left_alone(self):
        hold = threading.Event()
        self.provider.says = lambda text: says(text) if hold.wait(30) else []
        self.say(GUESS)
        self.daemon.wait_for(lambda: self.provider.calls)
        self.say("food")
        self.assertIn("(Food", self.texts(2)[1])
        hold.set()
        self.wait_for_no_jobs()
        self.wait_for_no_replies()
        self.assertEqual(len(self.texts(2)), 2)

    def test_what_the_provider_files_there_too_is_not_mentioned(self):
        self.provider.says = lambda text: [dict(says(text)[0], category="shopping")]
        self.say(GUESS)
        self.assertIn("(Shopping", self.texts(1)[0])
        self.wait_for_no_jobs()
        self.wait_for_no_replies()
        self.assertEqual(self.texts(1)[1:], [])

    def test_a_job_that_fails_waits_in_the_store_for_another_try(self):
        self.provider.fault = "500"
        self.say(GUESS)
        self.texts(1)
        self.daemon.wait_for(lambda: self.daemon.stats()["queue_jobs_put_off"] > 0)
        self.assertEqual(self.jobs()[0][2], GUESS)
        self.daemon.wait_for(lambda: ["suggestion", "mock1/model-1", "server_error"] in
                             [row[1:4] for row in calls(self.daemon, "-", self.jobs()[0][0])], "the call, which is stored after it is counted")
        self.assertRegex(self.daemon.ctl("queue", "status").stdout, r"(?m)^jobs that wait +\d+$")


class Together(Suggestions):
    WINDOW_MS = 3600000

    def notices(self):
        return [row for row in read_store(self.daemon.store).outbox if row[10]]

    def test_notices_to_one_chat_wait_for_each_other_and_are_one_message(self):
        for n in range(2):
            self.say(f"NT${50 + n} zorbl{n}")
        self.texts(2)
        self.wait_for_no_jobs()
        (_, _, text, _, buttons, *_), = self.notices()
        self.assertEqual(text.splitlines(), [f"zorbl{n} NT${50 + n}: does it belong to Entertainment?" for n in range(2)])
        self.assertEqual(buttons[::2], [f"zorbl{n} → Entertainment" for n in range(2)])
        self.say("NT$9 tea")                                 # is answered meanwhile
        self.texts(3)
        self.assertEqual(len(self.notices()), 1)


if __name__ == "__main__":
    tap.main()
