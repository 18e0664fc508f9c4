#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench/compare: its statistics against published values, and what it says of two files."""

import itertools
import os
import subprocess
import sys
import tempfile
import unittest

from go_lines import SOURCE_DIR

import tap

COMPARE = os.path.join(SOURCE_DIR, "bench", "compare")
sys.path.insert(0, os.path.dirname(COMPARE))

from results import mann_whitney, ways   # noqa: E402


def lines(name, values, more=""):
    return "".join(f"Benchmark{name}-2\t100\t{value} ns/op{more}\n" for value in values)


def run(before, after, *arguments):
    with tempfile.TemporaryDirectory() as directory:
        paths = [os.path.join(directory, name) for name in ("before", "after")]
        for path, text in zip(paths, (before, after)):
            with open(path, "w") as f:
                f.write(text)
        return subprocess.run([sys.executable, COMPARE, *arguments, *paths], capture_output=True, text=True, timeout=60)


class MannWhitneyTest(unittest.TestCase):
    def test_exact_p_values_are_those_of_the_tables(self):
        # Mann and Whitney (1947): all of one side below all of the other.
        for n, m, p in (3, 3, 2 / 20), (4, 4, 2 / 70), (5, 5, 2 / 252), (3, 5, 2 / 56), (10, 10, 2 / 184756):
            self.assertAlmostEqual(mann_whitney(list(range(n)), list(range(100, 100 + m))), p)

    def test_an_exact_p_value_between_the_extremes(self):
        # wilcox.test(c(19,22,16,29,24), c(20,11,17,12)) in R: W = 17, p-value = 0.1111
        self.assertAlmostEqual(mann_whitney([19, 22, 16, 29, 24], [20, 11, 17, 12]), 0.1111, places=4)

    def test_exact_p_values_agree_with_counting_all_orders(self):
        first, second = [1.5, 3.5, 8.5, 2.5], [4.5, 7.5, 9.5]

        def u(chosen, others):
            return sum(a > b for a in chosen for b in others)
        total = first + second
        extreme = min(u(first, second), u(second, first))
        orders = [min(u(c, o), u(o, c)) for c in itertools.combinations(total, 4) for o in [[x for x in total if x not in c]]]
        self.assertAlmostEqual(mann_whitney(first, second), sum(x <= extreme for x in orders) / len(orders))

    def test_ties_use_the_corrected_normal_distribution(self):
        # By hand: U = 0.5, mean 8, variance 4*4/12 * (9 - 12/56): z = 7/3.4226 = 2.0452
        self.assertAlmostEqual(mann_whitney([1, 2, 2, 3], [3, 4, 5, 6]), 0.0408, places=3)

    def test_many_values_use_the_normal_distribution(self):
        evens, odds = list(range(0, 80, 2)), list(range(21, 101, 2))
        exact = ways(40, 40)
        u = sum(a > b for a in evens for b in odds)
        self.assertAlmostEqual(mann_whitney(evens, odds), 2 * sum(exact[:u + 1]) / sum(exact), places=3)

    def test_the_order_of_the_sides_does_not_matter(self):
        first, second = [5, 1, 9, 4.5], [2, 2.5, 11, 12, 13]
        self.assertEqual(mann_whitney(first, second), mann_whitney(second, first))

    def test_equal_values_say_nothing(self):
        self.assertEqual(mann_whitney([7, 7, 7], [7, 7, 7]), 1)
        self.assertEqual(mann_whitney([], [7]), 1)


class CompareTest(unittest.TestCase):
    def test_something_slower_fails_and_is_named(self):
        done = run(lines("A", range(100, 106)) + lines("B", range(100, 106)), lines("A", range(115, 121)) + lines("B", range(100, 106)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("BenchmarkA", done.stdout.splitlines()[-1])
        self.assertNotIn("BenchmarkB", done.stdout.splitlines()[-1])

    def test_ten_percent_is_not_more_than_ten_percent(self):
        self.assertEqual(run(lines("A", [100] * 6), lines("A", [110] * 6)).returncode, 0)

    def test_a_large_change_of_few_results_is_no_proof(self):
        self.assertEqual(run(lines("A", [100, 101]), lines("A", [200, 201])).returncode, 0)

    def test_faster_is_no_failure(self):
        done = run(lines("A", range(200, 206)), lines("A", range(100, 106)))
        self.assertEqual(done.returncode, 0)
        self.assertIn("-49.4 %", done.stdout)

    def test_the_limits_can_be_set(self):
        before, after = lines("A", range(1000, 1006)), lines("A", range(1060, 1066))
        self.assertEqual(run(before, after).returncode, 0)
        self.assertEqual(run(before, after, "--slower", "5").returncode, 1)
        self.assertEqual(run(before, after, "--slower", "5", "--p", "0.001").returncode, 0)

    def test_medians_allocations_and_what_is_on_one_side_only_are_shown(self):
        more = "\t120 B/op\t2 allocs/op"
        done = run(lines("A", [1, 2, 900], more) + lines("Old", [1]), lines("A", [2, 3, 4], more) + lines("New", [1]))
        self.assertRegex(done.stdout, r"BenchmarkA +2 +3 ns/op +\+50.0 %")
        self.assertRegex(done.stdout, r"BenchmarkA +120 +120 B/op +\+0.0 %")
        self.assertRegex(done.stdout, r"BenchmarkOld +only in the baseline")
        self.assertRegex(done.stdout, r"BenchmarkNew +only in the current results")

    def test_files_without_results_are_another_failure(self):
        self.assertEqual(run("", lines("A", [1])).returncode, 2)
        self.assertEqual(run(lines("B", [1]), lines("A", [1])).returncode, 2)
        self.assertEqual(subprocess.run([sys.executable, COMPARE, "/nowhere", "/nowhere"], capture_output=True).returncode, 2)


if __name__ == "__main__":
    tap.main()
