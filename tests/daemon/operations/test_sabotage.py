#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A daemon with a fault built in (include/sabotage.h) is found out by the test that is there for such a fault."""

import os
import re
import subprocess
import sys
import unittest

import tap
from harness import SOURCE_DIR

TESTS = os.path.join(SOURCE_DIR, "tests")
# The fault, and the file and words of a case that must fail of it.
FAULTS = {
    "early-ack": ("daemon/operations/test_kill.py", "a_writer_killed_in_its_flush"),
    "no-fsync": ("faults/test_power_loss.py", "no_disk_after_a_loss_of_power"),
    "no-dedupe": ("daemon/messages/test_message.py", "the_same_key_and_text"),
    "no-owner-check": ("daemon/rest/test_export.py", "a_user_token_exports_its_own"),
    "leak-reader": ("daemon/messages/test_message.py", "what_was_read_is_let_go_of"),
}


def verdicts(fault, file, words):
    """What the case says of the daemon with the fault; None is the one without."""
    environment = dict(os.environ, AIEXPENSE_IMAGES="500")
    if fault is not None:
        environment["AIEXPENSE_DAEMON"] = f"tests/daemon/aiexpensed-{fault}"
    done = subprocess.run([sys.executable, os.path.join(TESTS, file), words], env=environment, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, timeout=120)
    return re.findall(r"^(ok|not ok) ", done.stdout, re.MULTILINE), done.stdout


class SabotageTest(unittest.TestCase):
    pass


def case_of(fault):
    def case(self):
        said, output = verdicts(fault, *FAULTS[fault])
        self.assertEqual(said, ["not ok"], output)
        self.assertRegex(output, r"AssertionError: (?!waited)", "it failed, but found nothing")
    return case


for name in FAULTS:
    setattr(SabotageTest, f"test_{name.replace('-', '_')}_is_found_out", case_of(name))


if __name__ == "__main__":
    tap.main()
