#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shares of labelled texts that are understood, by file and language, beside their goals, and the worst misses.

usage: corpus_report.py CORPUS_FOLDER AIEXPENSECTL TRAIN_CATEGORIES"""
import json
import os
import subprocess
import sys
import tempfile

FILES = "messages_chat,messages,money,dates"
MEASURE = {"messages_chat": "whole", "messages": "whole", "money": "exact", "dates": "exact"}
GOALS = {
    "messages_chat": {"all": 95}, "messages": {"all": 85},
    "money": {"all": 80, **{lang: 90 for lang in ("en", "zh-Hant", "zh-Hans", "ja", "es", "fr", "de", "pt", "it", "nl", "ko")}},
    "dates": {**{lang: 90 for lang in ("en", "zh-Hant", "zh-Hans", "ja")}, **{lang: 80 for lang in ("es", "fr", "de", "pt", "it", "nl")}},
}
MISSES = 5


def score(folder, command):
    """The scorer's groups by file, and its lines about misses by file."""
    results, misses = {}, {}
    for name in FILES.split(","):
        with tempfile.NamedTemporaryFile(suffix=".json") as out:
            shown = subprocess.run([sys.executable, os.path.join(folder, "score.py"), "--data", folder, "--by", "lang", "--json", out.name, "--show", "9999",
                                    "--files", name, "--", command + " parse --jsonl"], check=True, stdout=subprocess.PIPE).stdout.decode()
            with open(out.name, encoding="utf-8") as f:
                results[name] = json.load(f)[name]["groups"]
        misses[name] = [json.loads(line.split("miss ", 1)[1]) for line in shown.split("\n") if line.startswith("  miss ")]
    return results, misses


def report_file(name, groups, missed):
    print(f"\n{name:16}  texts   right   goal")
    for group, counts in sorted(groups.items(), key=lambda item: -item[1]["n"]):
        label = group.replace("lang ", "")
        goal = GOALS[name].get(label)
        share = 100 * counts.get(MEASURE[name], 0) / counts["n"]
        below = "  below" if goal is not None and share < goal else ""
        print(f"  {label:14} {counts['n']:6} {share:6.1f} % {goal if goal is not None else '':>5}{below}")
    worst = sorted(missed, key=lambda miss: len(miss["sent"]))[:MISSES]          # a short text leaves little excuse
    for miss in worst:
        print(f"  missed [{miss['lang']}] {miss['sent']!r}\n      wanted {json.dumps(miss['want'], ensure_ascii=False)}")


def main():
    folder, command, trainer = sys.argv[1:]
    results, misses = score(folder, command)
    for name, groups in results.items():
        report_file(name, groups, misses[name])
    print("\ncategories, names and labels held out; goal 75 %")
    sys.stdout.flush()
    subprocess.run([trainer, "--folds", "10", os.path.join(folder, "categories.jsonl")], check=True)


main()
