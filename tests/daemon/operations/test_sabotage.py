#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A daemon with a fault built in (include/sabotage.h) is found out by the test that is there for such a fault.

The daemons are linked with the one file that has the fault.  With AIEXPENSE_SABOTAGE_TREES, a directory, all of
the sources are configured and built there with each fault ("make check-sabotage"), as somebody would who has
never heard of these daemons.
"""

import os
import re
import subprocess
import sys
import unittest

import tap
from harness import BUILD_DIR, SOURCE_DIR, is_sanitized

TESTS = os.path.join(SOURCE_DIR, "tests")
# The fault, and the file and words of a case that must fail of it.
FAULTS = {
    "early-ack": ("daemon/operations/test_kill.py", "a_writer_killed_in_its_flush"),
    "no-fsync": ("faults/test_power_loss.py", "no_disk_after_a_loss_of_power"),
    "no-dedupe": ("daemon/conversation/test_message.py", "the_same_key_and_text"),
    "no-owner-check": ("daemon/rest/test_export.py", "a_user_token_exports_its_own"),
    "leak-reader": ("daemon/conversation/test_message.py", "what_was_read_is_let_go_of"),
    "leak-memory": ("daemon/operations/test_soak.py", "stays_flat"),
    "leak-descriptor": ("daemon/operations/test_soak.py", "stays_flat"),
}
TREES = os.environ.get("AIEXPENSE_SABOTAGE_TREES")
TARGETS = ["aiexpensed", "aiexpensectl", "tests/faults/power_loss", "tests/faults/trace.so", "bench/slow_disk.so"]
BUILD_SECONDS = 900


def run(*command, directory):
    done = subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=BUILD_SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: code {done.returncode}\n{done.stdout[-3000:]}")


def compiler():
    """That of the build at hand."""
    with open(os.path.join(BUILD_DIR, "Makefile")) as f:
        return re.search(r"^CC = (.*)$", f.read(), re.MULTILINE)[1]


def build_tree(fault):
    directory = os.path.join(TREES, fault)
    os.makedirs(directory, exist_ok=True)
    run(os.path.join(os.path.abspath(SOURCE_DIR), "configure"), f"--enable-sabotage={fault}", f"CC={compiler()}", directory=directory)
    run("make", "-s", "-j2", *TARGETS, directory=directory)
    return directory


def verdicts(fault, file, words):
    """What the case says of the daemon with the fault; None is the one without."""
    environment = dict(os.environ, AIEXPENSE_IMAGES="500")
    if fault is not None and TREES:
        environment["AIEXPENSE_BUILDDIR"] = build_tree(fault)
    elif fault is not None:
        environment["AIEXPENSE_DAEMON"] = f"tests/daemon/aiexpensed-{fault}"
    done = subprocess.run([sys.executable, os.path.join(TESTS, file), words], env=environment, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, timeout=120)
    return re.findall(r"^(ok|not ok) ", done.stdout, re.MULTILINE), done.stdout


class SabotageTest(unittest.TestCase):
    pass


def case_of(fault):
    def case(self):
        if fault == "leak-memory" and is_sanitized() and not TREES:
            self.skipTest("a sanitizer has its own malloc")
        said, output = verdicts(fault, *FAULTS[fault])
        self.assertEqual(said, ["not ok"], output)
        self.assertRegex(output, r"AssertionError: (?!waited)", "it failed, but found nothing")
    return case


for name in FAULTS:
    setattr(SabotageTest, f"test_{name.replace('-', '_')}_is_found_out", case_of(name))


if __name__ == "__main__":
    tap.main()
