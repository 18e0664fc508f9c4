#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What time does to a conversation: questions expire, and what was deleted can be had back for thirty days."""

import unittest

import tap
from api import service
from harness import Daemon, MovedClock

MINUTE, DAY = 60, 86400


class Time(unittest.TestCase):
    """The wall clock of the daemon is moved, so that nobody waits."""

    conf = ""

    @classmethod
    def setUpClass(cls):
        cls.clock = cls.enterClassContext(MovedClock())
        cls.daemon = cls.enterClassContext(Daemon(cls.conf))
        cls.client = cls.enterClassContext(service(cls.daemon))

    def setUp(self):
        self.user = "line:" + self.id().rsplit("test_")[-1][:40]

    def say(self, text):
        return self.client.say(self.user, text).json

    def there(self):
        return [(e["description"], e["amount"]) for e in self.client.expenses(self.user)]


class Questions(Time):
    def test_a_question_waits_ten_minutes_for_its_answer(self):
        self.say("coffee")
        self.clock.forward(10 * MINUTE - 5)
        self.assertEqual(self.say("4")["status"], "recorded")
        self.assertEqual(self.there(), [("coffee", "4.00")])

    def test_after_ten_minutes_an_answer_is_a_message_of_its_own(self):
        self.say("coffee")
        self.clock.forward(10 * MINUTE + 1)
        self.assertEqual(self.say("4")["status"], "question")       # what was it for?
        self.assertEqual(self.there(), [])

    def test_a_late_yes_deletes_nothing(self):
        self.say("lunch 5")
        self.say("delete my data")
        self.clock.forward(10 * MINUTE + 1)
        self.say("yes, delete everything")
        self.assertEqual(self.there(), [("lunch", "5.00")])

    def test_a_late_button_changes_nothing(self):
        self.say("lunch 5")
        asked = self.say("delete my data")
        self.clock.forward(10 * MINUTE + 1)
        self.assertEqual(self.say(asked["buttons"][0]["data"])["reply"], "That button is of an earlier message; nothing was changed.")
        self.assertEqual(self.there(), [("lunch", "5.00")])


class ShortQuestions(Time):
    conf = "dialogue { question_timeout_ms = 60000 }"

    def test_how_long_a_question_waits_is_the_operators_choice(self):
        self.say("coffee")
        self.clock.forward(MINUTE - 5)
        self.assertEqual(self.say("4")["status"], "recorded")
        self.say("tea")
        self.clock.forward(MINUTE + 1)
        self.say("5")
        self.assertEqual(self.there(), [("coffee", "4.00")])


class Trash(Time):
    def test_what_was_deleted_is_had_back_for_thirty_days(self):
        for text in ("coffee 4", "tea 5", "delete coffee"):
            self.say(text)
        self.clock.forward(30 * DAY - MINUTE)
        self.assertIn("Restored: coffee", self.say("restore coffee")["reply"])
        self.say("delete tea")
        self.clock.forward(30 * DAY + MINUTE)
        self.assertEqual(self.say("restore tea")["reply"], "There is no deleted expense to restore.")
        self.assertEqual(self.there(), [("coffee", "4.00")])

    def test_a_deletion_of_long_ago_is_not_undone(self):
        self.say("coffee 4")
        self.say("delete coffee")
        self.clock.forward(30 * DAY + MINUTE)
        self.say("undo")
        self.assertEqual(self.there(), [])


if __name__ == "__main__":
    tap.main()
