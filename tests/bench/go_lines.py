# SPDX-License-Identifier: MIT
"""The benchmarks' program, for the tests: runs it, and reads the lines that it prints."""

import os
import re
import subprocess
import sys

BUILD_DIR = os.environ.get("AIEXPENSE_BUILDDIR", os.path.join(os.path.dirname(__file__), "..", "..", "build"))
SOURCE_DIR = os.environ.get("AIEXPENSE_SRCDIR", os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "daemon", "support"))

PATIENCE = 300
LINE = re.compile(r"(Benchmark\w+)-(\d+)\s+(\d+)\s+([\d.]+) ns/op(?:\s+(\d+) B/op\s+(\d+) allocs/op)?$")


def suite(*arguments):
    """The finished process.  Its store lies in the folder of the build."""
    return subprocess.run([os.path.join(BUILD_DIR, "bench", "suite"), "-d", BUILD_DIR, *arguments], capture_output=True,
                          text=True, timeout=PATIENCE)


def results(text):
    """The lines of results: (name, times, ns, bytes, allocs); the last two are None where nothing is counted."""
    found = [LINE.match(line) for line in text.splitlines() if line.startswith("Benchmark")]
    assert all(found), text
    return [(m[1], int(m[3]), float(m[4]), m[5] and int(m[5]), m[6] and int(m[6])) for m in found]
