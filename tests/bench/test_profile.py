#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Profiles: reading what perf, callgrind and dhat write, and the four forms of a result."""

import gzip
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from go_lines import BUILD_DIR, SOURCE_DIR, results, suite

import tap

BENCH = os.path.join(SOURCE_DIR, "bench")
sys.path.insert(0, BENCH)

import stacks                            # noqa: E402

loader = importlib.machinery.SourceFileLoader("profile_program", os.path.join(BENCH, "profile"))
profile = importlib.util.module_from_spec(importlib.util.spec_from_loader("profile_program", loader))
loader.exec_module(profile)

SOME = {("main", "read", "unpack"): 60, ("main", "read"): 30, ("main", "<write>"): 10}

PERF = """suite  1
	    1f unpack.constprop.0
	    2f read
	    3f main

aiexpensed  2
	    1f other

suite  1
	ffffffff8100 do_fsync
	    3f main
"""

CALLGRIND = """fn=(1) main
1 10
cfn=(2) read
calls=3 1
2 90
fn=(2)
3 30
+1 10
cfn=(3) unpack
calls=9 1
* 50
fn=(3)
7 50
"""


def fields(data):
    """[(field, value)] of a protobuf message."""
    found, at = [], 0

    def varint():
        nonlocal at
        n = shift = 0
        while True:
            byte = data[at]
            at += 1
            n |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return n
    while at < len(data):
        key = varint()
        value = varint()
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        found.append((key >> 3, value))
    return found


class ReadingTest(unittest.TestCase):
    def test_samples_of_one_program_are_counted_by_stack(self):
        self.assertEqual(profile.read_perf(PERF.splitlines(), "suite"),
                         {("suite", "main", "read", "unpack"): 1, ("suite", "main", "do_fsync [kernel]"): 1})

    def test_a_call_graph_unfolds_into_stacks_that_add_up(self):
        found = profile.unfold(*profile.read_callgrind(CALLGRIND))
        self.assertEqual(found, {("main",): 10, ("main", "read"): 40, ("main", "read", "unpack"): 50})

    def test_a_function_that_calls_itself_ends(self):
        found = profile.unfold(*profile.read_callgrind("fn=(1) a\n1 1\ncfn=(2) b\n2 5\nfn=(2)\n3 1\ncfn=(1)\n4 5\n"))
        self.assertGreater(sum(found.values()), 0)

    def test_allocation_points_become_stacks_by_bytes(self):
        data = {"ftbl": ["[root]", "0x1: malloc (in x.so)", "0x2: add_block (arena.c:3)", "0x3: main (suite.c:9)"],
                "pps": [{"fs": [1, 2, 3], "tb": 64, "gb": 0}, {"fs": [1, 3], "tb": 8, "gb": 8}]}
        self.assertEqual(profile.read_dhat(data, "tb", profile.ALLOCATORS), {("main", "add_block"): 64, ("main",): 8})
        self.assertEqual(profile.read_dhat(data, "gb", profile.ALLOCATORS), {("main",): 8})


class FormsTest(unittest.TestCase):
    def test_a_flame_graph_has_a_frame_for_each_place_as_wide_as_its_weight(self):
        root = ElementTree.fromstring(stacks.flame_graph(SOME, "a title"))
        space = "{http://www.w3.org/2000/svg}"
        widths = {g.find(space + "title").text.partition(":")[0]: float(g.find(space + "rect").get("width"))
                  for g in root.iter(space + "g")}
        self.assertEqual(widths, {"all": 1200, "main": 1200, "read": 1080, "unpack": 720, "<write>": 120})

    def test_the_summary_orders_by_own_weight(self):
        text = stacks.summary(SOME, "samples")
        self.assertIn("100 samples in all", text)
        self.assertIn("   60.0%       60.0%  unpack\n   30.0%       90.0%  read\n", text)

    def test_folded_stacks_are_lines(self):
        self.assertEqual(stacks.folded(SOME), "main;<write> 10\nmain;read 30\nmain;read;unpack 60\n")
        self.assertEqual(stacks.read_folded(stacks.folded(SOME)), SOME)

    def test_the_form_of_pprof_holds_every_sample(self):
        message = fields(gzip.decompress(stacks.pprof(SOME, "cpu", "samples")))
        strings = [value.decode() for field, value in message if field == 6]
        self.assertEqual(strings[0], "")
        functions = {dict(fields(value))[1]: strings[dict(fields(value))[2]] for field, value in message if field == 5}
        places = {dict(fields(value))[1]: functions[dict(fields(dict(fields(value))[4]))[1]] for field, value in message if field == 4}
        samples = {}
        for sample in (dict(fields(value)) for field, value in message if field == 2):
            samples[tuple(places[place] for place in reversed(sample[1]))] = sample[2][0]
        self.assertEqual(samples, SOME)


class ProgramTest(unittest.TestCase):
    def test_a_benchmark_is_profiled_into_four_files_each(self):
        if results(suite("-b", "Parse", "-t", "1x", "-s", "mem").stdout)[0][3] is None:
            return                       # built with sanitizers, which valgrind cannot run; the other build has this case
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run([sys.executable, os.path.join(BENCH, "profile"), "--callgrind", "--out", out, "bench", "Exists"],
                                  capture_output=True, text=True, timeout=300, env={**os.environ, "AIEXPENSE_BUILDDIR": BUILD_DIR})
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(sorted(os.listdir(out)), sorted(kind + ending for kind in ("cpu", "inuse", "allocs")
                                                             for ending in (".svg", ".txt", ".pb.gz", ".folded")))
            with open(os.path.join(out, "cpu.txt")) as f:
                self.assertIn("get_categories", f.read())


if __name__ == "__main__":
    tap.main()
