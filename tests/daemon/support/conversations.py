# SPDX-License-Identifier: MIT
"""The conversations of dialogues.txt and phrasings.txt, and how their lines are taken."""

import os
import re

from harness import SOURCE_DIR

DIALOGUES, PHRASINGS = (os.path.join(SOURCE_DIR, "tests", "daemon", "conversation", name + ".txt") for name in ("dialogues", "phrasings"))


def conversations(path=DIALOGUES):
    """Each as its name and its numbered lines."""
    found = []
    with open(path, encoding="utf-8") as f:
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


def fault(line, say, expenses):
    """Take a line with say(text) and expenses(), which answer as the API does; what is wrong, or None."""
    if line.startswith("="):
        there = sorted(described(expense) for expense in expenses())
        shown = "= " + ", ".join(there) if there else "="
        return None if shown == line else f"{line}\n there: {shown}"
    said, _, wanted = line.rpartition(" => ")
    reply = say(said)["reply"].replace("\n", " / ")
    return None if fits(wanted, reply) else f"{said} => {reply}\n wanted: {wanted}"
