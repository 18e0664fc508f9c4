#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tests/coverage/summary.py: what it counts, and what it takes for enough."""

import os
import sys
import tempfile
import unittest

import tap

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import summary

TRACE = """TN:
SF:/tree/src/kv/kv.c
FN:3,open_it
FN:10,verify
BRDA:4,0,0,7
BRDA:4,0,1,{other_way}
BRDA:11,0,0,1
BRDA:11,0,1,2
DA:3,7
DA:4,7
DA:5,{times}
DA:11,3
end_of_record
SF:/tree/tests/unit/test_kv.c
DA:1,0
end_of_record
"""


def files_of(other_way="-", times=0):
    with tempfile.NamedTemporaryFile("w", suffix=".info") as f:
        f.write(TRACE.format(other_way=other_way, times=times))
        f.flush()
        return summary.read(f.name, "/tree")


def report(files, **wanted):
    said = []
    return summary.report(files, wanted, said.append), "\n".join(said)


class SummaryTest(unittest.TestCase):
    def test_only_the_sources_count(self):
        self.assertEqual(list(files_of()), ["src/kv/kv.c"])

    def test_a_way_that_was_never_reached_is_not_taken(self):
        count = summary.of_places(files_of(), ["src/kv/"])
        self.assertEqual((count.hit[summary.BRANCHES], count.found[summary.BRANCHES]), (3, 4))

    def test_one_function_is_counted_to_where_the_next_begins(self):
        count = summary.of_places(files_of(), ["src/kv/kv.c:open_it"])
        self.assertEqual((count.hit[summary.BRANCHES], count.found[summary.BRANCHES]), (1, 2))
        self.assertEqual((count.hit[summary.LINES], count.found[summary.LINES]), (2, 3))

    def test_one_branch_that_is_not_taken_is_not_enough(self):
        self.assertFalse(report(files_of(times=1), store=("src/kv/",))[0])
        self.assertTrue(report(files_of(times=1), store=("src/kv/kv.c:verify",))[0])
        self.assertTrue(report(files_of(times=1, other_way=1), store=("src/kv/",))[0])

    def test_too_few_lines_are_not_enough(self):
        is_enough, said = report(files_of())
        self.assertFalse(is_enough)
        self.assertIn("SHORT    75.0 % of all lines", said)

    def test_what_is_nearly_all_is_not_printed_as_all(self):
        count = summary.Count()
        count.found[summary.BRANCHES], count.hit[summary.BRANCHES] = 10000, 9999
        self.assertEqual(count.percent(summary.BRANCHES), 99.9)

    def test_the_lines_and_branches_that_nothing_ran_are_named(self):
        said = []
        summary.show_missing(files_of(), ["src/kv/"], said.append)
        self.assertEqual(said, ["src/kv/kv.c:4: ran 7 times, ways out: [7, 0]", "src/kv/kv.c:5: ran 0 times, ways out: []"])

    def test_a_place_that_is_gone_is_an_error_and_not_whole(self):
        for place in ("src/gone/", "src/kv/kv.c:gone"):
            with self.subTest(place), self.assertRaises(SystemExit):
                report(files_of(), store=(place,))

    def test_what_was_not_counted_yet_is_said(self):
        with self.assertRaises(SystemExit) as end:
            summary.main(["/nonexistent/coverage.info", "."])
        self.assertIn("nothing was counted yet", end.exception.code)

    def test_every_place_that_is_wanted_is_in_the_sources(self):
        for places in summary.WANTED.values():
            for place in places:
                path, _, function = place.partition(":")
                with self.subTest(place):
                    path = os.path.join(os.environ["AIEXPENSE_SRCDIR"], path)
                    self.assertTrue(os.path.isdir(path) if path.endswith("/") else os.path.isfile(path))
                    if function:
                        with open(path) as f:
                            self.assertIn(f"\n{function}(", f.read())


if __name__ == "__main__":
    tap.main()
