#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Logs in files: their forms, and that no line is lost when they are rotated."""

import collections
import glob
import json
import os
import re
import signal
import socket
import subprocess
import unittest

import tap
from api import Client
from harness import PATIENCE, SOURCE_DIR, Daemon, wait_for
from load.steady_load import SteadyLoad

TIMES = int(os.environ.get("AIEXPENSE_TIMES", "10"))


def read(path):
    with open(path) as f:
        return f.read()


class Files(unittest.TestCase):
    def daemon(self, conf="", **more):
        """What it logs to its files is in .main and .access."""
        d = Daemon(start=False, **more)
        d.main, d.access = os.path.join(d.directory, "main.log"), os.path.join(d.directory, "access.log")
        d.args = ["-o", f"log.file={d.main}"]
        with open(d.conf_file, "a") as f:
            f.write(conf.format(access=d.access))
        return d

    def start(self, d):
        d.launch()
        wait_for(lambda: os.path.exists(d.main) and "ready:" in read(d.main))

    def test_lines_are_in_the_file_and_not_on_standard_error(self):
        with self.daemon() as d:
            self.start(d)
            with Client(d.port) as client:
                client.get("/healthz", **{"X-Request-Id": "one"})
            wait_for(lambda: "id=one method=GET path=/healthz status=200" in read(d.main))
            self.assertNotIn("ready:", d.log())
            self.assertNotIn("id=one", d.log())
            self.assertEqual(os.stat(d.main).st_mode & 0o777, 0o640)

    def test_requests_can_have_a_file_of_their_own(self):
        with self.daemon('http {{ access_log_file = "{access}" }}') as d:
            self.start(d)
            with Client(d.port) as client:
                client.get("/healthz", **{"X-Request-Id": "one"})
            wait_for(lambda: "id=one" in read(d.access))
            self.assertNotIn("id=one", read(d.main))

    def test_as_JSON_every_line_is_an_object(self):
        with self.daemon("log {{ format = json }}") as d:
            self.start(d)
            with Client(d.port) as client:
                client.get('/a"b', **{"X-Request-Id": "one"})
            wait_for(lambda: '"one"' in read(d.main))
            lines = [json.loads(line) for line in read(d.main).splitlines()]
            self.assertEqual({line["process"] for line in lines if "process" in line}, {"master"})
            request = next(line for line in lines if line.get("id") == "one")
            self.assertEqual((request["method"], request["path"], request["status"]), ("GET", r"/a\x22b", 404))

    def test_what_makes_a_start_fail_is_told_on_standard_error(self):
        with self.daemon() as d, Daemon(port=d.port):
            d.launch()
            self.assertEqual(d.process.wait(30), 1)
            self.assertIn("Address already in use", d.log())
            self.assertFalse(os.path.exists(d.main))

    def test_a_file_that_cannot_be_opened_makes_the_start_fail(self):
        for option in "log.file", "http.access_log_file":
            with self.subTest(option), Daemon(start=False, args=["-o", f"{option}=/nonexistent/log"]) as d:
                d.launch()
                self.assertEqual(d.process.wait(30), 1)
                self.assertIn("cannot open /nonexistent/log: No such file or directory", d.log())

    def test_a_path_that_is_not_absolute_is_an_error(self):
        with Daemon(start=False, args=["-o", "log.file=log"]) as d:
            d.launch()
            self.assertEqual(d.process.wait(30), 1)
            self.assertIn("log.file: log is not an absolute path", d.log())


class Rotating(unittest.TestCase):
    daemon, start = Files.daemon, Files.start

    def rotate(self, d, n):
        for path in d.main, d.access:
            os.rename(path, f"{path}.{n}")
        d.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: os.path.exists(d.main) and "opened anew" in read(d.main))

    def test_every_request_is_in_exactly_one_file_however_often_they_are_rotated(self):
        with self.daemon('http {{ workers = 2 access_log_file = "{access}" }}') as d:
            self.start(d)
            with SteadyLoad(d.port) as load:
                for n in range(TIMES):
                    self.rotate(d, n)
                    wait_for(lambda: os.path.exists(d.access))
                    load.let_pass(20)
            self.assertEqual(load.failures, [])
            self.assertEqual(d.stop(), 0)
            files = glob.glob(d.access + "*")
            self.assertEqual(len(files), TIMES + 1)
            logged = collections.Counter(re.findall(r" id=(load\S+)", "".join(map(read, files))))
            self.assertEqual(logged, collections.Counter(load.ids))

    @unittest.skipUnless(os.path.exists("/usr/sbin/logrotate"), "logrotate is not there")
    def test_the_shipped_file_for_logrotate_rotates_them(self):
        with self.daemon() as d:
            self.start(d)
            text = read(os.path.join(SOURCE_DIR, "contrib", "logrotate", "aiexpense"))
            for installed, here in (("/var/log/aiexpense", d.directory), ("/run/aiexpense", d.run_dir),
                                    ("create 0640 aiexpense adm", "create 0640"), ("su aiexpense adm", "")):
                self.assertIn(installed, text)
                text = text.replace(installed, here)
            conf = os.path.join(d.directory, "logrotate.conf")
            with open(conf, "w") as f:
                f.write(text)
            done = subprocess.run(["/usr/sbin/logrotate", "--force", "--state", conf + ".state", conf], capture_output=True, text=True, timeout=30)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            wait_for(lambda: "opened anew" in read(d.main))
            self.assertIn("ready:", read(d.main + ".1"))

    def test_every_process_goes_on_in_the_new_file(self):
        with self.daemon() as d:
            self.start(d)
            os.rename(d.main, d.main + ".1")
            d.process.send_signal(signal.SIGUSR1)

            def has_new_file(pid):
                return os.readlink(f"/proc/{pid}/fd/2") == d.main
            wait_for(lambda: os.path.exists(d.main) and all(map(has_new_file, d.all_pids())))

    def test_a_file_that_cannot_be_opened_anew_leaves_the_old_one_in_use(self):
        with self.daemon() as d:
            self.start(d)
            os.rename(d.main, d.main + ".1")
            os.mkdir(d.main)
            d.process.send_signal(signal.SIGUSR1)
            wait_for(lambda: f"cannot open {d.main} anew, going on with the old file" in read(d.main + ".1"))
            self.assertEqual(d.stop(), 0)
            self.assertIn("stopped", read(d.main + ".1"))

    def test_without_files_the_signal_changes_nothing(self):
        with Daemon() as d:
            before = d.all_pids()
            d.process.send_signal(signal.SIGUSR1)
            wait_for(lambda: "opened anew" in d.log())
            self.assertEqual(d.all_pids(), before)


class Syslog:
    """A syslog daemon, which keeps what it gets."""

    def __init__(self, path):
        self.path, self.got = path, []
        self.begin()

    def begin(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE)

    def end(self):
        self.socket.close()
        os.unlink(self.path)

    def wait_for(self, what):
        """The first datagram with this in it."""
        while not (found := [line for line in self.got if what in line]):
            self.got.append(self.socket.recv(65536).decode())
        return found[0]


class SyslogTest(unittest.TestCase):
    def start(self, d, *args):
        d.args = ["-o", f"log.syslog={d.directory}/log.sock", *args]
        syslog = Syslog(f"{d.directory}/log.sock")
        self.addCleanup(syslog.socket.close)
        d.launch()
        syslog.wait_for("ready:")
        return syslog

    def ask(self, d, name):
        with Client(d.port) as client:
            client.get("/healthz", **{"X-Request-Id": name})

    def test_each_line_is_a_datagram_with_its_severity(self):
        with Daemon(start=False) as d:
            syslog = self.start(d)
            self.assertRegex(syslog.got[-1], r"^<30>[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d aiexpensed\[\d+\]: master: ready:")
            for n in range(3):
                self.ask(d, f"number{n}")
            for n in range(3):
                self.assertRegex(syslog.wait_for(f"id=number{n}"), r"^<30>.*: \S+ id=\S+ method=GET path=/healthz status=200 bytes=\d+ us=\d+$")
            os.kill(d.pids("http")[0], signal.SIGKILL)
            self.assertRegex(syslog.wait_for("was ended by signal 9"), r"^<28>")
            self.assertNotIn("ready:", d.log())

    def test_a_syslog_daemon_that_comes_back_gets_the_lines_again(self):
        with Daemon(start=False) as d:
            syslog = self.start(d)
            syslog.end()
            self.ask(d, "lost")
            wait_for(lambda: d.stats()["http_requests"] >= 1, "the request to be counted")
            syslog.begin()
            os.kill(d.process.pid, signal.SIGUSR1)
            syslog.wait_for("log files are opened anew")
            self.ask(d, "found")
            syslog.wait_for("id=found")

    def test_as_JSON_a_datagram_holds_an_object(self):
        with Daemon(start=False) as d:
            syslog = self.start(d, "-o", "log.format=json")
            self.assertEqual(json.loads(syslog.got[-1].split(": ", 1)[1])["process"], "master")

    def test_one_place_for_lines_is_enough(self):
        with Daemon(start=False, args=["-o", "log.syslog=/dev/log", "-o", "log.file=/tmp/log"]) as d:
            d.launch()
            self.assertEqual(d.process.wait(PATIENCE), 1)
            self.assertIn("log.syslog and log.file are both set", d.log())


if __name__ == "__main__":
    tap.main()
