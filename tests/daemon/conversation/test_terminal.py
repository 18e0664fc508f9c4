#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""aiexpensectl chat as a person sees it: in a terminal, with its keys."""

import os
import pty
import select
import subprocess
import termios
import time
import unittest

import tap
from api import service
from harness import PATIENCE, Daemon, program, wait_for

UP, LEFT, START, END, RUBOUT, ERASE_LINE, END_OF_FILE = "\x1b[A", "\x1b[D", "\x01", "\x05", "\x7f", "\x15", "\x04"


class Terminal(unittest.TestCase):
    def setUp(self):
        self.daemon = self.enterContext(Daemon())
        ours, theirs = pty.openpty()
        self.screen, self.ours = "", ours
        self.addCleanup(os.close, ours)
        self.process = subprocess.Popen([program("aiexpensectl"), "-s", self.daemon.run_dir, "chat", "--user", "me"], stdin=theirs, stdout=theirs,
                                        stderr=theirs, env={**os.environ, "TERM": "xterm"}, start_new_session=True)
        os.close(theirs)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        self.read_to("> ")

    def read_to(self, end):
        """What appears on the screen until it ends so."""
        until, self.screen = time.monotonic() + PATIENCE, ""
        while not self.screen.endswith(end):
            if not select.select([self.ours], [], [], max(0, until - time.monotonic()))[0]:
                self.fail(f"no {end!r} behind {self.screen!r}")
            self.screen += os.read(self.ours, 4096).decode()
        return self.screen

    def press(self, keys):
        """When the program takes each key by itself: the prompt may be there before."""
        wait_for(lambda: not termios.tcgetattr(self.ours)[3] & termios.ICANON)
        os.write(self.ours, keys.encode())

    def type(self, keys):
        """The answer to a line."""
        self.press(keys + "\r")
        return self.read_to("\n> ")

    def booked(self):
        return [(e["description"], e["amount"]) for e in service(self.daemon).expenses("terminal:me")]

    def test_a_line_is_edited_and_comes_back_by_the_arrow_keys(self):
        self.assertIn("Recorded: tea NT$7", self.type("coffee 5" + ERASE_LINE + "ta 7" + LEFT * 3 + "e"))
        self.assertIn("Recorded: green tea NT$8", self.type(UP + RUBOUT + "8" + START + "green "))
        self.assertIn("Recorded: tea NT$7", self.type(UP + UP + END))
        self.assertEqual(sorted(self.booked()), [("green tea", "8.00"), ("tea", "7.00"), ("tea", "7.00")])

    def test_text_of_any_language_is_typed(self):
        self.assertIn("午餐", self.type("早餐$20午餐$30"))
        self.assertEqual(sorted(self.booked()), [("午餐", "30.00"), ("早餐", "20.00")])

    def test_buttons_are_numbered_and_pressed(self):
        self.assertIn("[/1 Undo] [/2 Another category]", self.type("tea 5"))
        self.assertIn("no button /7", self.type("/7"))
        self.assertIn("Taken back", self.type("/1"))
        self.assertIn("no button /1", self.type("/1"))
        self.assertEqual(self.booked(), [])

    def test_a_daemon_that_is_gone_is_told_of_and_talked_to_again_when_it_is_back(self):
        self.type("tea 5")
        self.daemon.stop()
        self.assertIn("is aiexpensed running", self.type("bun 7"))
        self.daemon.start()
        self.assertIn("Recorded: bun", self.type(UP))
        self.assertEqual(sorted(self.booked()), [("bun", "7.00"), ("tea", "5.00")])

    def test_the_end_of_file_ends_it_and_what_went_wrong_was_read(self):
        self.type("/9")
        self.press(END_OF_FILE)
        self.assertEqual(self.process.wait(PATIENCE), 0)


if __name__ == "__main__":
    tap.main()
