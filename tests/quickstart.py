#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""contrib/quickstart as a newcomer meets it.  It builds in build/, so contrib/check runs this by itself, not make check."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(SOURCE, "tests", "daemon", "support"))
os.environ.setdefault("AIEXPENSE_BUILDDIR", os.path.join(SOURCE, "build"))

import tap                                           # noqa: E402
from harness import PATIENCE, free_port              # noqa: E402

QUICKSTART = os.path.join(SOURCE, "contrib", "quickstart")
LINES = {"url": r"http://127\.0\.0\.1:\d+", "admin token": r"aiex_admin_\w{16}_[\w-]{43}", "service token": r"aiex_svc_\w{16}_[\w-]{43}",
         "stats socket": r"/.*/stats\.sock"}


def told(output):
    """The lines that scripts read."""
    return {name: re.search(rf"^{name}: ({form})$", output, re.M)[1] for name, form in LINES.items()}


class Quickstart(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="aiexpense-quickstart-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.port = free_port()

    def run_it(self, *args, port=None):
        return subprocess.run([QUICKSTART, "--dir", self.directory, "--listen", f"127.0.0.1:{port or self.port}", *args],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)

    def test_once_shows_a_reply_and_the_lines_for_scripts_and_ends(self):
        done = self.run_it("--once")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("早餐", done.stdout.partition("reply:")[2])
        self.assertEqual(told(done.stdout)["url"], f"http://127.0.0.1:{self.port}")
        self.assertEqual(done.stdout.splitlines()[-1], "ready")
        with socket.socket() as s:
            self.assertNotEqual(s.connect_ex(("127.0.0.1", self.port)), 0)

    def test_a_second_run_keeps_the_data_and_the_tokens(self):
        first, second = told(self.run_it("--once").stdout), told(self.run_it("--once").stdout)
        self.assertEqual(first, second)

    def test_it_serves_until_it_is_interrupted(self):
        process = subprocess.Popen([QUICKSTART, "--dir", self.directory, "--listen", f"127.0.0.1:{self.port}", "--", "-o", "http.workers=1"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        output = ""
        for line in process.stdout:
            output += line
            if line == "ready\n":
                break
        made = told(output)
        request = urllib.request.Request(made["url"] + "/api/v1/expenses?user=line:U123",
                                         headers={"Authorization": "Bearer " + made["service token"]})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            self.assertEqual(answer.read().count(b'"description"'), 3)
        workers = subprocess.run([os.path.join(SOURCE, "build/aiexpensectl"), "-s", os.path.dirname(made["stats socket"]), "show", "workers"],
                                 capture_output=True, text=True, timeout=PATIENCE).stdout
        self.assertEqual(len(re.findall(r"^http ", workers, re.M)), 1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 130)
        process.stdout.close()
        with socket.socket() as s:
            self.assertNotEqual(s.connect_ex(("127.0.0.1", self.port)), 0)

    def test_a_busy_port_is_a_clear_error(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            done = self.run_it("--once", port=s.getsockname()[1])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Address already in use", done.stderr)
        self.assertNotIn("ready", done.stdout.splitlines())

    def test_a_wrong_argument_is_a_clear_error(self):
        for args in (["--what"], ["--listen", "nonsense"], ["--dir"]):
            done = subprocess.run([QUICKSTART, *args], capture_output=True, text=True, timeout=PATIENCE)
            self.assertNotEqual(done.returncode, 0)
            self.assertTrue(done.stderr)

    def test_build_only_leaves_the_programs_and_starts_nothing(self):
        done = subprocess.run([QUICKSTART, "--build-only"], capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in "aiexpensed", "aiexpensectl":
            version = subprocess.run([os.path.join(SOURCE, "build", name), "-V"], capture_output=True, text=True, timeout=PATIENCE)
            self.assertIn("aiexpense", version.stdout)


if __name__ == "__main__":
    tap.main()
