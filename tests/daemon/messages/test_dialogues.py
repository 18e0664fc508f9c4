#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The conversations of dialogues.txt with a running daemon, each with a person of its own."""

import os
import re

import tap
from harness import SOURCE_DIR
from ledger_case import LedgerCase

FILE = os.path.join(SOURCE_DIR, "tests", "daemon", "messages", "dialogues.txt")


def conversations():
    """Each as its name and its lines."""
    found = []
    with open(FILE, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if line.startswith("["):
                found.append((line.strip("[]"), []))
            elif line and not line.startswith("#"):
                found[-1][1].append((number, line))
    return found


def fits(pattern, text):
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("…")), text, re.S) is not None


def described(expense):
    account = "" if expense["account"] == "Cash" else " " + expense["account"]
    return f"{expense['description']} {expense['amount']} {expense['currency']} {expense['category']['name']}{account}"


class Dialogues(LedgerCase):
    def take(self, line):
        if line.startswith("="):
            there = sorted(described(expense) for expense in self.client.expenses(self.user))
            self.assertEqual("= " + ", ".join(there) if there else "=", line)
            return
        said, _, wanted = line.rpartition(" => ")
        answer = self.client.say(self.user, said)
        self.assertEqual(answer.status, 200, answer.body)
        reply = answer.json["reply"].replace("\n", " / ")
        self.assertTrue(fits(wanted, reply), f"{said} => {reply}\n wanted: {wanted}")


def case(lines):
    def run(self):
        for number, line in lines:
            with self.subTest(line=number):
                self.take(line)
    return run


for name, lines in conversations():
    setattr(Dialogues, "test_" + name.replace(" ", "_"), case(lines))


if __name__ == "__main__":
    tap.main()
