#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""aiexpensectl profile: a look into a process that runs, by its operator, when the configuration lets him."""

import collections
import os
import re
import signal
import socket
import subprocess
import unittest

import tap
from api import service, token
from harness import PATIENCE, Daemon, is_sanitized, program, wait_for
from load.steady_load import SteadyLoad

ON = "run { profiling = true } http { workers = 1 }"
HELD_MAX = 900                           # connections


def begin(d, *args):
    return subprocess.Popen([program("aiexpensectl"), "-s", d.run_dir, "profile", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(profile):
    out, errors = profile.communicate(timeout=PATIENCE)
    return profile.returncode, out, errors


def read_folded(path):
    with open(path) as f:
        return {stack: int(weight) for stack, weight in (line.rsplit(" ", 1) for line in f.read().splitlines())}


def functions_of(stacks):
    return {name for stack in stacks for name in stack.split(";")}


class ProfileTest(unittest.TestCase):
    def refused(self, d, told, *args, code=1):
        done = d.ctl("profile", *args)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertIn(told, done.stderr)

    def wait_until_looked_at(self, d):
        d.wait_for(lambda: "another process" in d.ctl("profile", "http", "99").stderr)

    def look(self, d, role, number, functions):
        """Where a process is that is busy; what a machine that is busier lets it do in some seconds may be nothing."""
        folded = os.path.join(d.directory, role)
        done = d.ctl("profile", role, number, "--seconds", "2", "--folded", folded)
        self.assertEqual(done.returncode, 0, done.stderr)
        head = re.match(rf"{role} {number}, 2 s: (\d+) ms of processor time, (\d+) samples\n", done.stdout)
        stacks = read_folded(folded)
        self.assertEqual(sum(stacks.values()), int(head[2]))
        for stack in stacks:
            self.assertTrue(stack.startswith(f"aiexp-{role}-{number};"), stack)
        return functions & functions_of(stacks) and done.stdout

    def test_the_functions_of_a_process_under_load_are_named(self):
        with Daemon(ON) as d, SteadyLoad(d.port, token(d), threads=3) as load:
            for role, number, functions in (("http", "0", {"conn_process", "exchange_dispatch"}), ("writer", "1", {"lmdb_write_commit", "batch_run"})):
                with self.subTest(role):
                    told = wait_for(lambda: self.look(d, role, number, functions), f"one of {functions}", patience=300)
                    self.assertRegex(told, r"\n *own +with below +function\n +[\d.]+% +[\d.]+%  \S+\n")
                    self.assertRegex(told, r"\n +100.0%  main\n")
            load.end()
            self.assertEqual(load.failures, [])

    def test_the_master_is_looked_at_like_the_others(self):
        with Daemon(ON) as d:
            profile = begin(d, "master", "--seconds", "3")
            code, out, errors = end(profile)
            self.assertEqual(code, 0, errors)
            self.assertRegex(out, r"^master 0, 3 s: \d+ ms of processor time, \d+ samples\n")

    def test_the_heap_of_a_process_is_told(self):
        with Daemon(ON) as d:
            for role in "http", "writer", "ai", "keeper", "master":
                done = d.ctl("profile", role, "--heap", "--seconds", "1")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"the heap of {role} 0\n", done.stdout)
                self.assertRegex(done.stdout, r"\n +\d+  bytes in use\n(?s:.*)\nfree pieces by their size:\n")
                self.assertEqual(is_sanitized(), "where it was allocated is not known" in done.stdout, done.stdout)

    @unittest.skipIf(is_sanitized(), "a sanitizer has its own malloc")
    def test_what_is_held_is_told_by_who_allocated_it(self):
        with Daemon(ON) as d:
            folded = os.path.join(d.directory, "heap")
            profile = begin(d, "http", "--heap", "--seconds", "3", "--folded", folded)
            held = collections.deque()
            while profile.poll() is None:
                held.append(socket.create_connection(("127.0.0.1", d.port)))
                held[-1].sendall(b"GET /healthz HTTP/1.1\r\n")         # and nothing more
                if len(held) > HELD_MAX:
                    held.popleft().close()
            code, out, errors = end(profile)
            for connection in held:
                connection.close()
            self.assertEqual(code, 0, errors)
            stacks = read_folded(folded)
            told = re.search(r"\nallocated in these 3 s and held at their end: some (\d+) bytes, by (\d+) samples\n", out)
            self.assertEqual(sum(stacks.values()), int(told[1]))
            self.assertIn("conn_new", functions_of(stacks))
            self.assertNotIn("malloc", functions_of(stacks))
            self.assertNotIn("calloc", functions_of(stacks))
            self.assertRegex(out, r"\n *own +with below +function\n +[\d.]+% +[\d.]+%  \S+\n")

    def test_an_idle_process_has_no_samples_and_says_so(self):
        with Daemon(ON) as d:
            done = d.ctl("profile", "keeper", "--seconds", "1")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"^keeper 0, 1 s: \d+ ms of processor time, \d+ samples\n")

    def test_without_the_option_it_is_refused_and_on_the_other_socket_unknown(self):
        with Daemon() as d:
            self.refused(d, "processes cannot be looked into: run.profiling is false", "http")
            self.assertIn("unknown command", d.ask("profile http 0 1 cpu"))

    def test_what_is_asked_must_be_there_and_make_sense(self):
        with Daemon(ON) as d:
            self.refused(d, "there is no process http 9; show workers lists them", "http", "9")
            self.refused(d, "there is no process master 1", "master", "1")
            for args in ((), ("--heap",), ("http", "x"), ("http", "--seconds", "0"), ("http", "--seconds", "61"), ("http", "--seconds"),
                         ("http", "--folded"), ("http", "0", "1"), ("http\nshow", "0")):
                with self.subTest(args):
                    self.refused(d, "usage: aiexpensectl profile", *args, code=2)
            for line in "profile", "profile http 0 99 cpu", "profile http 0 1 gpu", "profile http 0 1 cpu now", "profile http -1 0 cpu":
                with self.subTest(line):
                    self.assertRegex(d.ask(line, "control.sock"), "^error: ")
            self.assertEqual(d.ctl("profile", "http", "--heap", "--seconds", "1").returncode, 0)

    def test_a_process_that_ends_meanwhile_is_told_of_and_the_next_one_is_looked_at(self):
        with Daemon(ON) as d:
            profile = begin(d, "http", "--seconds", "60")
            self.wait_until_looked_at(d)
            victim, = d.pids("http")
            os.kill(victim, signal.SIGKILL)
            code, out, errors = end(profile)
            self.assertEqual((code, out), (1, ""))
            self.assertIn("http 0 ended while it was looked at", errors)
            d.wait_for(lambda: d.pids("http") not in ([], [victim]))
            self.assertEqual(d.ctl("profile", "http", "--seconds", "1").returncode, 0)

    def test_a_look_at_a_heap_whose_keeper_dies_gives_way_to_the_next(self):
        with Daemon(ON) as d:
            profile = begin(d, "http", "--heap", "--seconds", "2")
            self.wait_until_looked_at(d)
            os.kill(d.pids("keeper")[0], signal.SIGKILL)
            code, _, _ = end(profile)
            self.assertNotEqual(code, 0)

            def looked_at():
                done = d.ctl("profile", "http", "--heap", "--seconds", "1")
                return done.returncode == 0 and done.stdout
            told = d.wait_for(looked_at, patience=120)
            self.assertEqual(is_sanitized(), "held at their end" not in told, told)

    def test_one_that_does_not_answer_is_given_up_and_a_second_look_waits_for_nobody(self):
        with Daemon(ON) as d:
            victim, = d.pids("http")
            os.kill(victim, signal.SIGSTOP)
            profile = begin(d, "http", "--seconds", "1")
            self.wait_until_looked_at(d)
            code, _, errors = end(profile)
            self.assertEqual(code, 1)
            self.assertRegex(errors, "http 0 (did not answer|ended while it was looked at)")
            self.assertEqual(d.ctl("profile", "keeper", "--heap", "--seconds", "1").returncode, 0)

    def test_what_is_served_goes_on_while_it_is_looked_at_and_a_stop_does_not_wait(self):
        with Daemon(ON) as d:
            profiles = [begin(d, "http", "--seconds", "60")]
            self.wait_until_looked_at(d)
            with service(d) as client:
                for n in range(20):
                    self.assertEqual(client.say("line:P", f"lunch {n + 1}").status, 200)
            self.assertEqual(d.stop(), 0)
            code, _, errors = end(profiles[0])
            self.assertIn(code, (1, 3), errors)


if __name__ == "__main__":
    tap.main()
