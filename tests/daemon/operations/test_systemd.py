#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The unit of systemd and what belongs to it, as the tools of systemd read them."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import unittest

import tap
from harness import BUILD_DIR, SOURCE_DIR, program

UNIT = os.path.join(BUILD_DIR, "contrib", "systemd", "aiexpensed.service")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not there")
class Unit(unittest.TestCase):
    def test_is_exposed_by_1_5_at_the_most(self):
        done = run("systemd-analyze", "security", "--offline=true", "--threshold=15", UNIT)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"Overall exposure level for aiexpensed.service: 1\.[0-5] OK")

    def test_has_nothing_that_systemd_does_not_know(self):
        with tempfile.TemporaryDirectory(prefix="aiexpense-test-") as directory:
            path = os.path.join(directory, "aiexpensed.service")
            with open(UNIT) as f, open(path, "w") as out:
                out.write(re.sub(r"(?m)^(ExecStart=)\S+|^Documentation=.*\n", lambda m: m[1] + program("aiexpensed") if m[1] else "", f.read()))
            done = run("systemd-analyze", "verify", "--man=no", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class BesideTheUnit(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-sysusers") and os.geteuid() == 0, "needs systemd-sysusers and root")
    def test_sysusers_makes_the_user_of_the_unit(self):
        with tempfile.TemporaryDirectory(prefix="aiexpense-test-") as root:
            os.mkdir(os.path.join(root, "etc"))
            done = run("systemd-sysusers", f"--root={root}", os.path.join(SOURCE_DIR, "contrib", "systemd", "sysusers.d", "aiexpense.conf"))
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(os.path.join(root, "etc", "passwd")) as f:
                self.assertRegex(f.read(), "(?m)^aiexpense:.*:/var/lib/aiexpense:/usr/sbin/nologin$")
        with open(UNIT) as f:
            self.assertIn("\nUser=aiexpense\nGroup=aiexpense\n", f.read())

    @unittest.skipUnless(shutil.which("systemd-tmpfiles") and os.geteuid() == 0, "needs systemd-tmpfiles and root")
    def test_tmpfiles_makes_the_directories_of_the_configuration(self):
        with tempfile.TemporaryDirectory(prefix="aiexpense-test-") as root:
            me = pwd.getpwuid(os.geteuid()).pw_name
            conf = os.path.join(root, "aiexpense.conf")
            with open(os.path.join(SOURCE_DIR, "contrib", "systemd", "tmpfiles.d", "aiexpense.conf")) as f, open(conf, "w") as out:
                out.write(re.sub(r"\b(aiexpense aiexpense|aiexpense adm) -", f"{me} {me} -", f.read()))
            done = run("systemd-tmpfiles", f"--root={root}", "--create", conf)
            self.assertEqual(done.returncode, 0, done.stderr)
            modes = {path: os.stat(root + path).st_mode & 0o777 for path in ("/run/aiexpense", "/var/lib/aiexpense", "/var/log/aiexpense")}
        self.assertEqual(modes, {"/run/aiexpense": 0o755, "/var/lib/aiexpense": 0o700, "/var/log/aiexpense": 0o750})


if __name__ == "__main__":
    tap.main()
