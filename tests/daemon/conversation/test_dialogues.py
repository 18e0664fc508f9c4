#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The conversations of dialogues.txt with a running daemon, each with a person of its own."""

import os
import re
import unittest

import tap
from conversations import conversations, fault
from harness import SOURCE_DIR
from ledger_case import LedgerCase


def read(*path):
    with open(os.path.join(SOURCE_DIR, *path), encoding="utf-8") as f:
        return f.read()


class Drawing(unittest.TestCase):
    def test_every_question_of_the_table_is_drawn_and_no_other(self):
        asked = set(re.findall(r"^TURN\((\w+),", read("src", "dialogue", "data", "turns.def"), re.M)) - {"ANY"}
        drawing = read("doc", "DIALOGUE.md").split("## The table")[1].split("```")[1]
        self.assertEqual(set(re.findall(r"\b[A-Z][A-Z_]{3,}\b", drawing)) | {"NOTHING"}, asked)


class Dialogues(LedgerCase):
    def say(self, text):
        answer = self.client.say(self.user, text)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json


def case(lines):
    def run(self):
        for number, line in lines:
            with self.subTest(line=number):
                self.assertIsNone(fault(line, self.say, lambda: self.client.expenses(self.user)))
    return run


for name, lines in conversations():
    setattr(Dialogues, "test_" + name.replace(" ", "_"), case(lines))


if __name__ == "__main__":
    tap.main()
