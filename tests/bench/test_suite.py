#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The benchmarks run, print what Go's tools read, and allocate little."""

import os
import re
import subprocess
import tempfile
import unittest

from go_lines import BUILD_DIR, PATIENCE, SOURCE_DIR, results, suite

import tap

NAMES = """AutoSignup CreateExpense ParseConversation GetExpenses MultipleCreateExpenses UserRegistration ExpenseRetrieval
    ExpenseCreationWithCategoryLookup UserRepositoryCreate UserRepositoryExists ExpenseRepositoryCreate
    ExpenseRepositoryGetByUserID ExpenseRepositoryGetByDateRange ExpenseRepositorySequential CategoryRepositoryGetByUserID
    CategoryRepositoryGetByName""".split()
ALLOC_MAX = 1024
# Four operations in three commits, in each of which LMDB reads its own lists of free pages.
SEQUENTIAL_MAX = 8192


class SuiteTest(unittest.TestCase):
    def check_quickly(self, store):
        done = suite("-t", "1x", "-s", store)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([row[0] for row in results(done.stdout)], ["Benchmark" + name for name in NAMES])
        self.assertEqual({row[1] for row in results(done.stdout)}, {1})
        self.assertIn(f"\nstore: {store}\n", done.stdout)
        self.assertTrue(done.stdout.endswith("\nPASS\n"))

    def test_all_sixteen_run_once_in_lmdb(self):
        self.check_quickly("lmdb")

    def test_all_sixteen_run_once_in_memory(self):
        self.check_quickly("mem")

    def test_no_operation_allocates_a_kilobyte(self):
        done = suite("-t", "1000x")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name, _, _, size, _ in results(done.stdout):
            if size is not None:         # a build with sanitizers counts none
                self.assertLess(size, SEQUENTIAL_MAX if name.endswith("Sequential") else ALLOC_MAX, name)

    def test_a_regular_expression_selects_and_a_count_repeats(self):
        done = suite("-b", "Parse|Exists$", "-t", "3x", "-c", "2", "-s", "mem")
        self.assertEqual([row[:2] for row in results(done.stdout)],
                         [("BenchmarkParseConversation", 3)] * 2 + [("BenchmarkUserRepositoryExists", 3)] * 2)

    def test_time_decides_how_often_an_operation_runs(self):
        done = suite("-b", "ParseConversation", "-t", "10ms", "-s", "mem")
        (_, times, ns, _, _), = results(done.stdout)
        self.assertGreaterEqual(times * ns, 10e6 * 0.99)

    def test_the_output_goes_to_a_file(self):
        with tempfile.NamedTemporaryFile("r") as out:
            done = suite("-b", "Parse", "-t", "1x", "-s", "mem", "-o", out.name)
            self.assertEqual((done.returncode, done.stdout), (0, ""))
            self.assertEqual(len(results(out.read())), 1)

    def test_what_is_no_benchmark_or_no_option_is_refused(self):
        for arguments in ["-b", "Nothing"], ["-b", "("], ["-t", "0x"], ["-t", "ten"], ["-s", "disk"], ["-c", "0"], ["more"]:
            self.assertNotEqual(suite(*arguments).returncode, 0, arguments)

    def test_a_timeout_ends_it_and_leaves_nothing_behind(self):
        with tempfile.TemporaryDirectory(dir=BUILD_DIR) as directory:      # of its own: other tests have stores beside it
            done = suite("-b", "AutoSignup", "-t", "1h", "-T", "1s", "-d", directory)
            self.assertEqual(done.returncode, 1)
            self.assertIn("timed out", done.stderr)
            self.assertEqual(os.listdir(directory), [])

    def test_continuous_runs_are_appended_with_their_dates(self):
        with tempfile.TemporaryDirectory() as directory:
            out = os.path.join(directory, "results.txt")
            for _ in range(2):
                done = subprocess.run([os.path.join(SOURCE_DIR, "contrib", "load", "continuous"), "RUNS=2", "PAUSE=0", "BENCH=Parse",
                                       "BUILD=" + BUILD_DIR, "OUT=" + out], capture_output=True, text=True, timeout=PATIENCE)
                self.assertEqual(done.returncode, 0, done.stderr)
            with open(out) as f:
                text = f.read()
            self.assertEqual(len(results(text)), 4)
            self.assertEqual(len(re.findall(r"(?m)^Run [12] at \d{4}-\d\d-\d\dT", text)), 4)

    def test_growth_is_measured_at_each_size(self):
        done = subprocess.run([os.path.join(BUILD_DIR, "bench", "scale"), "-d", BUILD_DIR, "-s", "2", "1000", "3000"],
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        head, _, *rows, growth = done.stdout.splitlines()
        self.assertEqual([int(row.split("|")[1]) for row in rows], [1000, 3000])
        self.assertEqual({len(row.split("|")) for row in rows}, {len(head.split("|"))})
        self.assertIn("create", growth)


if __name__ == "__main__":
    tap.main()
