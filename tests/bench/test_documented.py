#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The commands of doc/PERFORMANCE.md: each is tried, the long ones in a quick form or only as what they would run."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from go_lines import BUILD_DIR, PATIENCE, SOURCE_DIR, results, suite

import tap

DOCUMENT = os.path.join(SOURCE_DIR, "doc", "PERFORMANCE.md")
QUICK = {"bench": ["BENCHTIME=1x", "COUNT=1", "STORE=mem", "OUT="], "bench-baseline": ["BENCHTIME=1x", "COUNT=1", "STORE=mem"],
         "bench-scale": ["SIZES=500 1000"]}


def make(*arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", "-C", BUILD_DIR, "--no-print-directory", *arguments], capture_output=True, text=True, env=environment,
                          timeout=PATIENCE)


def documented():
    """The targets and variables of each command with make."""
    with open(DOCUMENT) as f:
        text = f.read()
    return [found.split(" ", 1) for found in dict.fromkeys(re.findall(r"make -C build ([a-z][^`\n]*)", text))]


class DocumentedTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="aiexpense-test-")
        self.addCleanup(shutil.rmtree, self.directory)

    def test_every_make_command_runs_or_would(self):
        baseline = "BASELINE=" + os.path.join(self.directory, "baseline.txt")
        self.assertGreater(len(documented()), 7)
        for target, *variables in documented():
            quick = QUICK.get(target)
            done = make(target, *re.findall(r'\w+="[^"]*"|\w+=\S+', " ".join(variables).replace('"', "")), *(quick or ["-n"]), baseline)
            self.assertEqual(done.returncode, 0, f"make {target}: {done.stderr}")

    def test_a_baseline_says_of_what_and_can_be_compared_with(self):
        baseline = os.path.join(self.directory, "baseline.txt")
        self.assertEqual(make("bench-baseline", "BASELINE=" + baseline, *QUICK["bench-baseline"]).returncode, 0)
        with open(baseline) as f:
            text = f.read()
        self.assertRegex(text, r"(?m)^commit: \S+\ndate: \S+\nmachine: .* CPUs")
        self.assertEqual(len(results(text)), 6 * 16)
        now = os.path.join(self.directory, "now.txt")
        self.assertEqual(suite("-t", "1x", "-s", "mem", "-o", now).returncode, 0)
        done = subprocess.run([sys.executable, os.path.join(SOURCE_DIR, "bench", "compare"), "--slower", "1e9", baseline, now],
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_tables_are_written_between_their_marks(self):
        copy = os.path.join(self.directory, "PERFORMANCE.md")
        shutil.copyfile(DOCUMENT, copy)
        done = subprocess.run([sys.executable, os.path.join(SOURCE_DIR, "bench", "report"), "--count", "1", "--time", "1x", "--file", copy,
                               "suite"], capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, "AIEXPENSE_BUILDDIR": BUILD_DIR})
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(DOCUMENT) as before, open(copy) as after:
            before, after = before.read(), after.read()
        self.assertEqual(after.partition("<!-- figures: suite -->")[0], before.partition("<!-- figures: suite -->")[0])
        self.assertEqual(after.partition("<!-- end: suite -->")[2], before.partition("<!-- end: suite -->")[2])
        suite_table = after.partition("<!-- figures: suite -->")[2].partition("<!-- end: suite -->")[0]
        self.assertEqual(len(re.findall(r"(?m)^\| \w+ \| [\d.,]+ \| [\d.,]+ \|", suite_table)), 16)


if __name__ == "__main__":
    tap.main()
