#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Backups that the daemon makes by the clock."""

import contextlib
import os
import shutil
import signal
import tempfile
import time
import unittest

import tap
from api import service
from harness import Daemon, is_alive, wait_for
from store_reader import read_store


def name_of(seconds_ago):
    return time.strftime("aiexpense-%Y%m%dT%H%M%SZ", time.gmtime(time.time() - seconds_ago))


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


class BackupScheduleTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="aiexpense-test-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.backups = os.path.join(self.directory, "backups")

    def daemon(self, interval_s=86400, keep=14, more=""):
        return Daemon(f'backup {{ directory = "{self.backups}" interval_s = {interval_s} keep = {keep} }}\n{more}')

    def names(self):
        return sorted(name for name in os.listdir(self.backups) if name.startswith("aiexpense-")) if os.path.exists(self.backups) else []

    def test_backups_are_made_at_their_time_and_the_newest_kept(self):
        with self.daemon(interval_s=1, keep=2) as d:
            with service(d) as client:
                self.assertEqual(client.say("line:B1", "breakfast 20 lunch 30.50").status, 200)
            d.wait_for(lambda: d.stats()["backups_made"] >= 4, "four backups")
            self.assertEqual(d.stats()["backups_failed"], 0)
            d.stop()
            self.assertLessEqual(len([name for name in self.names() if not name.endswith(".partial")]), 3)
            store = read_store(os.path.join(self.backups, self.names()[1]))
            self.assertEqual((store.faults, len(store.expenses["line:B1"])), ([], 2))

    def test_the_newest_one_that_is_there_tells_whether_one_is_due(self):
        os.makedirs(os.path.join(self.backups, name_of(3000)))
        with self.daemon(interval_s=3600) as d:
            d.wait_for(lambda: d.stats()["backup_age_seconds"] >= 3000, "the age of the backup")
            self.assertEqual((d.stats()["backups_made"], len(self.names())), (0, 1))
        os.makedirs(os.path.join(self.backups, name_of(3599)), exist_ok=True)
        with self.daemon(interval_s=2999) as d:
            d.wait_for(lambda: d.stats()["backups_made"] == 1, "a backup that is due")
            d.wait_for(lambda: d.stats()["backup_age_seconds"] < 2000, "the age of the new backup")

    def test_a_backup_that_cannot_be_made_is_told_and_harms_nobody(self):
        with open(self.backups, "w", encoding="ascii"):
            pass
        with self.daemon() as d:
            d.wait_for(lambda: d.stats()["backups_failed"] == 1, "a failure")
            self.assertIn("no backup was made; trying again in 600 s", d.log())
            with service(d) as client:
                self.assertEqual(client.say("line:B1", "lunch 5").status, 200)
            self.assertEqual(d.stats()["children_died"], 0)

    def test_a_backup_under_way_ends_with_the_keeper_and_is_made_again(self):
        with self.daemon() as d:
            d.wait_for(lambda: d.stats()["backups_made"] == 1, "a backup")
            shutil.rmtree(self.backups)
            d.stop()
            maker = []

            def stopped_maker():
                """A process below the keeper, held before it can end and after it has begun."""
                for keeper in d.pids("keeper"):
                    with open(f"/proc/{keeper}/task/{keeper}/children", encoding="ascii") as f:
                        maker[:] = [int(pid) for pid in f.read().split()]
                for pid in maker:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGSTOP)
                    wait_for(lambda pid=pid: state_of(pid) in "TZ", "it to stand still")
                if maker and not self.names():
                    for pid in maker:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGCONT)
                    maker.clear()
                return maker

            os.mkdir(self.backups)
            d.start()
            if not wait_for(lambda: stopped_maker() or d.stats()["backups_made"], "the process that makes one") or not maker or \
                    any(not name.endswith(".partial") for name in self.names()):
                for pid in maker:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGCONT)
                self.skipTest("the backup was made before it could be held")
            keeper, = d.pids("keeper")
            os.kill(keeper, signal.SIGKILL)
            wait_for(lambda: not is_alive(maker[0]), "its end")
            d.wait_for(lambda: d.stats()["backups_made"] >= 1, "another one")
            self.assertEqual([name for name in self.names() if name.endswith(".partial")], [])


if __name__ == "__main__":
    tap.main()
