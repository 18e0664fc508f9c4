#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A text of twice the length takes at most a little more than twice the work, whatever it is made of.

Work is counted in instructions, by callgrind, so that a busy machine decides nothing."""
import json
import os
import re
import subprocess
import tempfile

BUILD = os.environ.get("AIEXPENSE_BUILDDIR", ".")
PROGRAM = os.path.join(BUILD, "aiexpensectl")
LENGTH = 1900                     # characters of the shorter text
MOST = 2.4
PIECES = {"prices": "a $1 ", "Chinese numbers": "三百五", "days": "last Friday ", "commas": "1,", "dates": "1/2/2024 ", "words": "coffee and tea "}


def is_instrumented():
    with open(PROGRAM, "rb") as f:
        return b"__asan_init" in f.read()


def instructions(texts):
    lines = "".join(json.dumps({"text": text, "lang": "en", "reference": "2026-11-23"}) + "\n" for text in texts)
    with tempfile.NamedTemporaryFile(prefix="aiexpense-callgrind-") as out:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", PROGRAM, "parse", "--jsonl"],
                              input=lines.encode(), capture_output=True, check=True, timeout=120)
    return int(re.search(rb"Collected : (\d+)", done.stderr)[1])


def texts(piece, part):
    return [(piece * LENGTH)[:LENGTH * part]]


def main():
    if is_instrumented():             # valgrind cannot run it; the other build counts
        print("1..1\nok 1 - the build without sanitizers counts the work")
        return
    print(f"1..{len(PIECES)}")
    base = instructions(["a"])
    for number, (name, piece) in enumerate(PIECES.items(), 1):
        once, twice = (instructions(texts(piece, part)) - base for part in (1, 2))
        print(f"{'ok' if twice <= MOST * once else 'not ok'} {number} - {name}: {twice / once:.2f} times the work for twice the length",
              flush=True)


main()
