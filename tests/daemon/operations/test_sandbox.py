#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Somebody who takes over one of the processes has neither the machine nor what the other processes have."""

import ctypes
import os
import re
import resource
import signal
import unittest

import tap
from harness import Daemon, Preload, is_sanitized, wait_for

ROLES = "http", "writer", "ai", "keeper"
REFUSED = {1, 13}          # EPERM, EACCES
LANDLOCK_CREATE_RULESET, ANSWER_VERSION = 444, 1


def landlock_version():
    return ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ANSWER_VERSION)


class Intruder(Preload):
    """Has been let into all processes of the daemon, and waits for a signal."""

    def __init__(self, attempts):
        super().__init__("tests/faults/intruder.so", is_confined=True, INTRUDER="\n".join(attempts))
        self.count = len(attempts)

    def attempt(self, d, pid):
        """What came of each attempt in this process: an errno by what was tried."""
        os.kill(pid, signal.SIGRTMIN)

        def results():
            return re.findall(rf"^intruder {pid} (.*): (\d+)$", d.log(), re.MULTILINE)
        wait_for(lambda: len(results()) == self.count, f"all attempts of {pid}")
        return {what: int(errno) for what, errno in results()}


def status_of(pid):
    with open(f"/proc/{pid}/status") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


class SandboxTest(unittest.TestCase):
    def setUp(self):
        if landlock_version() < 4:
            self.skipTest("this kernel has no Landlock, or one that does not know of connections")

    def attempts(self, d):
        """Who may do what; nobody else may.  A sanitizer's process forks when it ends, to look for leaks."""
        backups = os.path.join(d.directory, "backups")
        return {
            f"read {d.store}/index/data.mdb": {"http", "writer", "keeper"},
            f"write {d.store}/shard-000/data.mdb": {"writer"},
            f"write {d.store}/shard-000/lock.mdb": {"http", "writer", "keeper"},
            f"make {d.store}/new": {"writer"},
            f"make {backups}/new": {"keeper"},
            f"make {d.store}/interactions/new": {"writer", "ai", "keeper"},
            f"make {d.run_dir}/new": set(),
            f"read {d.conf_file}": set(),
            f"make {d.directory}/new": set(),
            "read /etc/passwd": {"ai"},
            "read /root": set(),
            "write /etc/hosts": set(),
            "read /usr/share/zoneinfo/Asia/Taipei": set(ROLES),
            "exec /bin/true": set(),
            "fork ": set(ROLES) if is_sanitized() else {"keeper"},
            f"connect {d.port}": {"ai"},
            "signal ": {"keeper"},
            "peek ": set(),
            "debug ": set(),
        }

    def daemon(self):
        d = Daemon("", start=False)
        backups = os.path.join(d.directory, "backups")
        with open(d.conf_file, "a") as f:
            f.write(f'backup {{ directory = "{backups}" interval_s = 1000000 }}\nai {{ log_days = 1 }}\n')
        return d

    def check(self, d, expected, role, results):
        for what, errno in results.items():
            with self.subTest(role=role, attempt=what):
                if role in expected[what]:
                    self.assertEqual(errno, 0)
                else:
                    self.assertIn(errno, REFUSED)

    def test_a_process_has_its_places_and_no_others(self):
        d = self.daemon()
        expected = self.attempts(d)
        with Intruder(expected) as intruder, d:
            d.start()
            for role in ROLES:
                self.check(d, expected, role, intruder.attempt(d, d.pids(role)[0]))

    def test_without_the_option_nothing_is_confined(self):
        d = self.daemon()
        d.args = ["-o", "run.sandbox=false"]
        with Intruder(["read /etc/passwd", "fork "]) as intruder, d:
            d.start()
            for role in ROLES:
                self.assertEqual(set(intruder.attempt(d, d.pids(role)[0]).values()), {0})
            self.assertNotIn("confined", d.log())

    def test_the_log_tells_what_confines_the_processes(self):
        with self.daemon() as d:
            d.start()
            self.assertIn("processes are confined: files by Landlock", d.log())

    def test_nobody_gains_privileges_or_leaves_a_core_dump(self):
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        with self.daemon() as d:
            d.start()
            for pid in d.all_pids():
                self.assertEqual(status_of(pid)["NoNewPrivs"], "1")
                self.assertEqual(status_of(pid)["Seccomp"], "2")
                self.assertEqual(resource.prlimit(pid, resource.RLIMIT_CORE), (0, 0))


if __name__ == "__main__":
    tap.main()
