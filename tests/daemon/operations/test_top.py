#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""aiexpensectl top: printed once, and on a terminal."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unittest

import tap
from api import service
from harness import PATIENCE, Daemon, program

SIDES = ("requests", "refused", "messages", "AI", "queue", "milliseconds", "total", "commits", "shard")


def plain(screen):
    """What was written to the terminal, without the commands to it."""
    return re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78])", " ", screen)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, args, rows=24, columns=80, term="xterm"):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(args, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": term}, close_fds=True)
        os.close(slave)
        self.shown = ""

    def wait_for(self, text):
        """Until it was shown; what was shown before is forgotten."""
        end = time.monotonic() + PATIENCE
        while text not in plain(self.shown):
            if time.monotonic() > end or not select.select([self.master], [], [], PATIENCE)[0]:
                raise AssertionError(f"{text} was not shown: {plain(self.shown)}")
            try:
                self.shown += os.read(self.master, 65536).decode(errors="replace")
            except OSError as error:                          # it ended
                raise AssertionError(f"{text} was not shown: {plain(self.shown)}") from error
        seen, self.shown = plain(self.shown), ""
        return seen

    def press(self, keys):
        os.write(self.master, keys)

    def redraw(self):
        """All of the screen."""
        self.press(b"\x0c")
        return self.wait_for("index")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


def top(d, *args):
    return [program("aiexpensectl"), "-s", d.run_dir, "top", *args]


class TopTest(unittest.TestCase):
    def test_once_prints_every_side_in_80_columns(self):
        with Daemon("store { shards = 5 }") as d, service(d) as client:
            client.say("line:U1", "lunch 5")
            done = d.ctl("top", "--once", "--interval", "0.1")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            lines = done.stdout.splitlines()
            for side in SIDES:
                self.assertEqual(len([line for line in lines if line.startswith(side + " ")]), 1, side)
            self.assertRegex(lines[0], r"^aiexpensed \S+, up 0 d 00:00:\d\d; \d+ http, 6 writer, 1 ai, 1 keeper$")
            self.assertLess(max(map(len, lines)), 80)
            self.assertLessEqual(len(lines), 24)
            self.assertEqual(len([line for line in lines if re.match(r"(\d+|index) ", line)]), 6)

    def test_rates_are_those_of_the_interval(self):
        with Daemon() as d, service(d) as client:
            with subprocess.Popen([*top(d, "--once", "--interval", "3600")], stdout=subprocess.DEVNULL) as forever:
                forever.terminate()                           # an interval is waited for, and ends with the program
            self.assertNotEqual(forever.returncode, 0)
            for _ in range(10):
                client.say("line:U1", "lunch 5")
            later = d.ctl("top", "--once", "--interval", "0.1").stdout
            self.assertRegex(later, r"(?m)^messages +0\.0/s ")
            self.assertRegex(later, r"(?m)^total +0\.0 .* [\d.]*[1-9][\d.]*$")

    def test_rates_are_those_of_a_second(self):
        with Daemon() as d, service(d) as client, subprocess.Popen([*top(d, "--once", "--interval", "2")], stdout=subprocess.PIPE, text=True) as page:
            said = 0
            while page.poll() is None:
                said += client.say("line:U1", "lunch 5").status == 200
            rate = float(re.search(r"(?m)^messages +([\d.]+)/s ", page.stdout.read())[1])
            self.assertGreater(rate, 0)
            self.assertLessEqual(2 * rate, said + 0.2)

    def test_it_lives_on_a_small_terminal_until_q(self):
        with Daemon() as d, Terminal(top(d, "--interval", "0.1")) as terminal:
            seen = terminal.wait_for("index")
            for side in SIDES:
                self.assertIn(side + " ", seen)
            self.assertIn("index", terminal.redraw())
            terminal.press(b"q")
            self.assertEqual(terminal.process.wait(PATIENCE), 0)

    def test_what_does_not_fit_is_left_out(self):
        with Daemon() as d, Terminal(top(d, "--interval", "0.1"), rows=12) as terminal:
            self.assertNotIn("index ", terminal.wait_for("and 2 more"))

    def test_a_daemon_that_is_away_is_waited_for(self):
        with Daemon() as d:
            with Terminal(top(d, "--interval", "0.1")) as terminal:
                terminal.wait_for("index")
                d.stop()
                terminal.wait_for("no answer from")
                d.start()
                d.wait_for(lambda: "no answer" not in terminal.redraw(), "the daemon to be seen again")
                terminal.press(b"q")
                self.assertEqual(terminal.process.wait(PATIENCE), 0)

    def test_what_cannot_be_is_said(self):
        with Daemon(start=False) as d:
            self.assertEqual(d.ctl("top", "--once").returncode, 3)
        with Daemon() as d:
            refused = d.ctl("top")
            self.assertEqual((refused.returncode, "needs a terminal" in refused.stderr), (1, True))
            for args in (["--once", "--interval", "0"], ["--interval"], ["--interval", "1x"], ["--interval", "nan"], ["once"]):
                self.assertEqual(d.ctl("top", *args).returncode, 2, args)
            with Terminal(top(d), term="no-such-terminal") as terminal:
                terminal.wait_for("this terminal is not known")
                self.assertEqual(terminal.process.wait(PATIENCE), 1)


if __name__ == "__main__":
    tap.main()
