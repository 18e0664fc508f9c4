#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench/gate: what it lets pass and what it does not."""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

from go_lines import SOURCE_DIR

import tap

BENCH = os.path.join(SOURCE_DIR, "bench")
sys.path.insert(0, BENCH)
loader = importlib.machinery.SourceFileLoader("gate", os.path.join(BENCH, "gate"))
gate = importlib.util.module_from_spec(importlib.util.spec_from_loader("gate", loader))
loader.exec_module(gate)


def times(factor, rng, n=8):
    """Results of a benchmark of 100 ns on a machine whose speed jumps."""
    return {"BenchmarkA": {"ns/op": [100 * factor * rng.choice([1, 1.1, 1.8]) * rng.uniform(0.95, 1.05) for _ in range(n)]}}


def failures(rows, accepted=()):
    with contextlib.redirect_stdout(io.StringIO()):
        return gate.judge(rows, dict(accepted))


class DecisionTest(unittest.TestCase):
    def test_a_tenth_more_instructions_pass_and_more_fail(self):
        before = [{"A": 1000, "B": 1000}] * 2
        rows = gate.compare_instructions(before, [{"A": 1100, "B": 1101}] * 2)
        self.assertEqual([row[-1] for row in rows], [False, True])

    def test_the_lower_of_two_counts_decides(self):
        (row,) = gate.compare_instructions([{"A": 1000}, {"A": 1300}], [{"A": 1200}, {"A": 1005}])
        self.assertEqual(row, ("A", "instructions", 1000, 1005, False))

    def test_more_allocations_fail_but_not_a_few_bytes_of_growth(self):
        before = {"A": {"allocs/op": [2], "B/op": [100]}}
        rows = gate.compare_allocations(before, {"A": {"allocs/op": [3], "B/op": [163]}})
        self.assertEqual({row[1]: row[-1] for row in rows}, {"allocs/op": True, "B/op": False})
        rows = gate.compare_allocations({"A": {"allocs/op": [0], "B/op": [0]}}, {"A": {"allocs/op": [1], "B/op": [64]}})
        self.assertTrue(all(row[-1] for row in rows))

    def test_twice_as_slow_is_found_every_time(self):
        for seed in range(100):
            rng = random.Random(seed)
            fast, slow = {"BenchmarkA": {"ns/op": [100 * rng.uniform(0.9, 1.1) for _ in range(8)]}}, \
                {"BenchmarkA": {"ns/op": [200 * rng.uniform(0.9, 1.1) for _ in range(8)]}}
            self.assertEqual(len(gate.confirm(gate.slower(fast, slow), lambda names: (fast, slow))), 1)

    def test_noise_alone_is_no_failure_in_ten_thousand_runs(self):
        rng = random.Random(1)
        found = sum(len(gate.confirm(gate.slower(times(1, rng), times(1, rng)), lambda names: (times(1, rng), times(1, rng))))
                    for _ in range(10000))
        self.assertEqual(found, 0)

    def test_what_is_not_seen_again_is_no_failure(self):
        rng = random.Random(2)
        fast, slow = times(1, rng), times(3, rng)
        series = [(fast, slow), (fast, fast)]
        self.assertEqual(gate.confirm(gate.slower(fast, slow), lambda names: series.pop(0)), [])
        self.assertEqual(series, [])


class AcceptedTest(unittest.TestCase):
    LINE = "BenchmarkA instructions 1,000 -> 1,200: categories keep their colours now"
    WORSE = [("BenchmarkA", "instructions", 1000, 1200, True)]

    def test_a_line_accepts_what_it_names(self):
        self.assertEqual(failures(self.WORSE, gate.read_accepted([self.LINE])), [])

    def test_without_it_or_for_another_figure_it_fails(self):
        self.assertEqual(len(failures(self.WORSE)), 1)
        for wrong in self.LINE.replace("1,200", "1,100"), self.LINE.replace("A ", "B "), self.LINE.replace("instructions", "ns/op"):
            self.assertEqual(len(failures(self.WORSE, gate.read_accepted([wrong]))), 1, wrong)

    def test_a_line_without_a_reason_is_refused(self):
        with self.assertRaises(SystemExit):
            gate.read_accepted(["BenchmarkA instructions 1000 -> 1200: because"])

    def test_the_file_that_is_there_is_read(self):
        with open(os.path.join(BENCH, "accepted.txt")) as f:
            gate.read_accepted(f.read().splitlines())


class CallgrindTest(unittest.TestCase):
    def test_the_second_dump_of_each_benchmark_counts_in_the_order_of_their_numbers(self):
        parts = [(10, "summary: 9"), (2, "x\nsummary: 2000\n"), (1, "summary: 1"), (3, "summary: 5"), (4, "totals: 4000")]
        self.assertEqual(gate.read_counts(["A", "B"], parts[1:]), {"A": 100, "B": 200})


class RepositoryTest(unittest.TestCase):
    """bench/gate in a repository of its own."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="aiexpense-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        os.mkdir(os.path.join(self.directory, "bench"))
        for name in "gate", "results.py":
            shutil.copy(os.path.join(BENCH, name), os.path.join(self.directory, "bench"))

    def git(self, *arguments):
        subprocess.run(["git", "-C", self.directory, "-c", "user.name=t", "-c", "user.email=t@localhost", *arguments],
                       check=True, capture_output=True)

    def commit(self, name):
        with open(os.path.join(self.directory, name), "a") as f:
            f.write("a line\n")
        self.git("add", "-A")
        self.git("commit", "-m", name)

    def check_skips(self, reason):
        done = subprocess.run([sys.executable, os.path.join(self.directory, "bench", "gate")], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout.splitlines()[-1], f"not compared: .*{reason}")
        self.assertEqual([name for name in os.listdir(self.directory) if name.startswith("build-gate")], [])

    def test_it_says_so_when_there_is_nothing_to_hold_against(self):
        self.check_skips("no git repository")
        self.git("init", "-q")
        self.commit("bench/a.c")
        self.check_skips("no previous commit")
        self.commit("README.md")
        self.check_skips("nothing that is measured changed")
        self.commit("bench/b.c")
        self.check_skips("has no such benchmarks")
        self.commit("bench/suite.c")
        self.commit("bench/suite.c")
        self.check_skips("does not build here")


if __name__ == "__main__":
    tap.main()
