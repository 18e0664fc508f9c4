#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The catalogue of texts is complete: every text in every language, with the same places for values, and all of them are said."""

import glob
import os
import re

SOURCE = os.environ.get("AIEXPENSE_SRCDIR", ".")
CATALOGUE = os.path.join(SOURCE, "src", "chat", "texts.def")
LANGUAGES = ("English", "Traditional Chinese", "Simplified Chinese", "Japanese")
# What stands in Latin letters in all languages: codes, names that are typed so, places of the API.
LATIN = re.compile(r"GET|/api/v1/\S*|API|Asia/\w+|London|English|TWD|CNY|JPY|USD")
# Characters that the other way of writing Chinese has, of the ones that texts of a bot use most.
PAIRS = "錢钱費费額额類类請请說说記记錄录這这個个筆笔訊讯設设語语時时區区帳账戶户貨货幣币預预刪删還还復复詢询問问則则規规資资總总"


def columns(row):
    """The strings between commas; those that stand side by side are one, as in C."""
    texts = [""]
    for text, comma in re.findall(r'"((?:[^"\\]|\\.)*)"|(,)', row):
        if comma:
            texts.append("")
        texts[-1] += text.replace("\\n", "\n")
    return texts


def catalogue():
    """Name: its texts, in the order of the languages."""
    with open(CATALOGUE, encoding="utf-8") as f:
        source = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    rows = re.findall(r'^TEXT\((\w+),((?:\s*"(?:[^"\\]|\\.)*",?)+)\)', source, re.M)
    return {name: columns(row) for name, row in rows}


def said():
    """The names that the sources use."""
    names = set()
    for path in glob.glob(os.path.join(SOURCE, "src", "**", "*.[ch]"), recursive=True):
        with open(path, encoding="utf-8") as f:
            names |= set(re.findall(r"\bTEXT_(\w+)", f.read()))
    return names


def missing(texts):
    return [f"{name}: {len(row)} languages" for name, row in texts.items() if len(row) != len(LANGUAGES) or not all(row)]


def places(texts):
    return [name for name, row in texts.items() if len({frozenset(re.findall(r"\{\d\}", text)) for text in row}) > 1]


def english(texts):
    return [f"{name}, {language}: {text}" for name, row in texts.items() for language, text in list(zip(LANGUAGES, row))[1:]
            if re.search(r"[A-Za-z]", LATIN.sub("", text)) or ("{" not in text and text == row[0] and re.search(r"\w", text))]


def other_script(texts):
    traditional, simplified = set(PAIRS[0::2]), set(PAIRS[1::2])
    return [name for name, row in texts.items() if set(row[1]) & simplified or set(row[2]) & traditional]


def unused(texts):
    return sorted(set(texts) - said())


def main():
    texts = catalogue()
    cases = {"every text is there in every language": missing, "a text has the same values in every language": places,
             "no English is left in other languages": english, "each Chinese is written in its own characters": other_script,
             "every text is said somewhere": unused}
    assert len(texts) > 50, "the catalogue is not read"
    print(f"1..{len(cases)}")
    for number, (name, faults) in enumerate(cases.items(), 1):
        found = faults(texts)
        print("".join(f"# {fault}\n" for fault in found) + f"{'not ok' if found else 'ok'} {number} - {name}")


main()
