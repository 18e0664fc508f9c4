#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""USR2: another binary takes over a daemon that goes on serving."""

import os
import re
import shutil
import signal
import unittest

import tap
from api import Client, token
from harness import Daemon, Manager, is_alive, program, wait_for
from load.steady_load import SteadyLoad

TIMES = int(os.environ.get("AIEXPENSE_UPGRADES", "3"))


class Upgraded(Daemon):
    """Of several masters the one with the pid file is asked; all are ended."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.masters = []

    def launch(self):
        super().launch()
        self.masters.append(self.process.pid)
        return self

    def _end(self):
        for pid in reversed(self.masters):
            if pid != self.process.pid and is_alive(pid):
                os.kill(pid, signal.SIGTERM)
                wait_for(lambda: not is_alive(pid))
        super()._end()

    def master(self):
        return self.pid_in("aiexpensed.pid")

    def pid_in(self, name):
        try:
            with open(os.path.join(self.run_dir, name)) as f:
                return int(f.read())
        except (OSError, ValueError):
            return None

    def begin(self):
        """Start another master; its pid once it is ready."""
        old, said = self.masters[-1], len(self.log())
        os.kill(old, signal.SIGUSR2)
        wait_for(lambda: f"QUIT to this master, pid {old}, completes the upgrade" in self.log()[said:], "the other master")
        self.masters.append(self.master())
        return self.masters[-1]

    def finish(self):
        """End the master of before."""
        old = self.masters[-2]
        os.kill(old, signal.SIGQUIT)
        wait_for(lambda: not is_alive(old) or self.process.poll() is not None and old == self.process.pid, "the master of before to end")

    def children_of(self, pid):
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(child) for child in f.read().split()]


class Upgrading(unittest.TestCase):
    def test_no_request_fails_and_totals_go_on(self):
        with Upgraded("http { workers = 2 }") as d:
            with SteadyLoad(d.port, token(d)) as load:
                for _ in range(TIMES):
                    d.begin()
                    load.let_pass(20)            # both serve
                    d.finish()
                    load.let_pass(20)
            self.assertEqual(load.failures, [])
            with Client(d.port, load.token) as client:
                self.assertEqual([user for user in load.stored if len(client.expenses(user)) != 1], [])
            self.assertGreaterEqual(d.stats()["http_requests"], len(load.ids))
            self.assertEqual(d.stats()["children_died"], 0)
            last = d.masters[-1]
            os.kill(last, signal.SIGTERM)
            wait_for(lambda: not is_alive(last))
            self.assertEqual(os.listdir(d.run_dir), ["internal"])
            self.assertEqual(os.listdir(os.path.join(d.run_dir, "internal")), [])

    def test_the_new_master_has_the_pid_file_and_in_the_end_the_lock(self):
        with Upgraded() as d:
            old = d.master()
            new = d.begin()
            self.assertNotEqual(new, old)
            self.assertEqual(d.pid_in("aiexpensed.pid.oldbin"), old)
            d.finish()
            self.assertIsNone(d.pid_in("aiexpensed.pid.oldbin"))
            with open(os.path.join(d.store, "daemon.lock")) as f:
                wait_for(lambda: f.seek(0) == 0 and f.read() == f"{new}\n")
            with Upgraded(directory=d.directory, start=False) as other:
                other.launch()
                self.assertEqual(other.process.wait(30), 1)
                self.assertIn(f"is in use by pid {new}", other.log())
            self.assertIn(f"pid {new}\n", d.ask("show info"))

    def test_WINCH_leaves_the_serving_to_the_new_one_and_HUP_takes_it_back(self):
        with Upgraded() as d:
            old = d.master()
            new = d.begin()
            os.kill(old, signal.SIGWINCH)
            wait_for(lambda: d.children_of(old) == [new])
            with Client(d.port) as client:
                self.assertEqual(client.get("/readyz").status, 200)
            os.kill(old, signal.SIGHUP)
            wait_for(lambda: "the processes of before" in d.log())
            os.kill(new, signal.SIGQUIT)
            wait_for(lambda: not is_alive(new))
            wait_for(lambda: d.master() == old)
            with Client(d.port, token(d)) as client:
                self.assertEqual(client.say("line:A", "lunch 5").status, 200)

    def test_WINCH_without_an_upgrade_changes_nothing(self):
        with Upgraded() as d:
            before = d.children()
            d.process.send_signal(signal.SIGWINCH)
            d.process.send_signal(signal.SIGUSR1)
            wait_for(lambda: "opened anew" in d.log())
            self.assertEqual(d.children(), before)

    def test_a_binary_that_does_not_start_leaves_everything_as_it_was(self):
        with Upgraded(start=False) as d:
            copy = os.path.join(d.directory, "aiexpensed")
            shutil.copy(program("aiexpensed"), copy)
            d.command = lambda: [copy, "-c", d.conf_file]
            d.start()
            before = d.children()
            for content, said in ("#!/bin/sh\nexit 7\n", "ended with code 7"), ("nonsense", "cannot run"):
                os.unlink(copy)
                with open(copy, "w") as f:
                    f.write(content)
                os.chmod(copy, 0o755)
                d.process.send_signal(signal.SIGUSR2)
                wait_for(lambda: said in d.log() and d.log().count("this master goes on") == 1 + (said == "cannot run"))
                self.assertEqual((d.children(), d.master()), (before, d.process.pid))
            with Client(d.port) as client:
                self.assertEqual(client.get("/healthz").status, 200)

    def test_a_second_one_at_a_time_is_refused(self):
        with Upgraded() as d:
            old, new = d.master(), d.begin()
            os.kill(old, signal.SIGUSR2)
            wait_for(lambda: f"pid {new} is taking over already" in d.log())
            os.kill(new, signal.SIGUSR2)
            wait_for(lambda: f"the master of before, pid {old}, is still there" in d.log())

    def test_the_service_manager_is_told_of_the_new_main_process(self):
        with Manager() as manager, Upgraded() as d:
            self.assertEqual(manager.heard(), "READY=1")
            new = d.begin()
            self.assertEqual({manager.heard(), manager.heard()}, {"READY=1", f"MAINPID={new}"})

    def test_one_of_two_keepers_has_backups_made(self):
        d = Upgraded(start=False)
        with open(d.conf_file, "a", encoding="ascii") as f:
            f.write(f'backup {{ directory = "{d.directory}/backups" interval_s = 1 keep = 2 }}\n')

        def makers(since):
            return re.findall(r"keeper 0\[(\d+)\] info: a backup was made", d.log()[since:])
        with d:
            d.start()
            wait_for(lambda: makers(0), "a backup")
            d.begin()
            since = len(d.log())
            wait_for(lambda: len(makers(since)) >= 3, "backups with two keepers")
            self.assertEqual(set(makers(since)), set(makers(0)[:1]))
            self.assertNotIn("no backup was made", d.log())
            d.finish()
            wait_for(lambda: set(makers(since)) - set(makers(0)[:1]), "a backup by the other keeper")


if __name__ == "__main__":
    tap.main()
