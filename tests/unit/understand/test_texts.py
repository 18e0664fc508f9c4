#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Texts of our own in many languages are read as texts.txt says, and there are twenty at least of each language that has word tables."""
import json
import os
import re
import subprocess
from decimal import Decimal

SOURCE = os.environ.get("AIEXPENSE_SRCDIR", ".")
BUILD = os.environ.get("AIEXPENSE_BUILDDIR", ".")
TEXTS = os.path.join(SOURCE, "tests", "unit", "understand", "texts.txt")
TODAY = "2026-11-23"
LEAST = 20
TABLES = os.path.join(SOURCE, "src", "understand", "data", "languages.def")
HOME = {"tr": "TRY", "vi": "VND", "hu": "HUF"}


def rows():
    lang = None
    with open(TEXTS, encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if line.startswith("["):
                lang = line.strip("[]")
            elif line and not line.startswith("#"):
                is_missed = line.startswith("! ")
                text, amount, currency, day = re.fullmatch(r"(?:! )?(.*) = (-?[0-9.]+)(?: ([A-Z]{3}))?(?: @(\S+))?", line).groups()
                yield {"lang": lang, "text": text, "amount": amount, "currency": currency, "day": day or TODAY, "is_missed": is_missed}


def answers(asked):
    lines = "".join(json.dumps({"text": r["text"], "lang": r["lang"], "reference": TODAY}) + "\n" for r in asked)
    out = subprocess.run([os.path.join(BUILD, "aiexpensectl"), "parse", "--jsonl"], input=lines.encode(), check=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in out.stdout.splitlines()]


def miss(row, answer):
    """What is wrong, or None."""
    expenses = answer["expenses"]
    if len(expenses) != 1:
        return f"{len(expenses)} expenses"
    e = expenses[0]
    if Decimal(e["amount"]) != Decimal(row["amount"]):
        return f"amount {e['amount']}"
    if row["currency"] is not None and e["currency"] != row["currency"]:
        return f"currency {e['currency']}"
    return None if e["date"] == row["day"] else f"day {e['date']}"


def main():
    asked = list(rows())
    with open(TABLES, encoding="utf-8") as f:
        tables = set(re.findall(r"^LANGUAGE\((\w+),", f.read(), re.M))
    written = {r["lang"] for r in asked}
    languages = sorted(written | (tables - {lang.split("-")[0] for lang in written}))
    misses = {lang: [] for lang in languages}
    for row, answer in zip(asked, answers(asked)):
        wrong = miss(row, answer)
        if row["is_missed"] != (wrong is not None):
            misses[row["lang"]].append(f"# {row['text']}: {wrong or 'no longer misread'}")
    print(f"1..{len(languages)}")
    for number, lang in enumerate(languages, 1):
        count = sum(r["lang"] == lang for r in asked)
        print("\n".join(misses[lang]) + ("\n" if misses[lang] else "") +
              f"{'ok' if not misses[lang] and count >= LEAST else 'not ok'} {number} - {lang}: {count - len(misses[lang])} of {count} texts")


main()
