#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The load tests themselves: what they send, what they notice, how they end."""

import collections
import http.server
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import uuid

import tap
from api import token
from harness import BUILD_DIR, PATIENCE, SOURCE_DIR, Daemon, is_alive

RUN = os.path.join(SOURCE_DIR, "contrib", "load", "run")
NAMES = ["signups", "creation", "retrieval", "mixed", "stress", "ramp-up", "sustained"]
ORIGINALS = ["TestLoadConcurrentSignups", "TestLoadConcurrentExpenseCreation", "TestLoadConcurrentRetrieval",
             "TestLoadConcurrentMixedOperations", "TestLoadConcurrentStress", "TestLoadRampUp", "TestLoadSustainedLoad"]


def load(*args, **environment):
    """contrib/load/run with the arguments, completed."""
    return subprocess.run([RUN, *args], capture_output=True, text=True, timeout=4 * PATIENCE,
                          env={**os.environ, "AIEXPENSE_BUILDDIR": os.path.abspath(BUILD_DIR), **environment})


class Mock:
    """A server that answers as the daemon does, and can be told to be wrong.

    spoil(mock, expense) is called with each expense before it is stored and returns the ones to store.
    """

    def __init__(self, spoil=lambda mock, expense: [expense], create_status=201, stall=None):
        self.expenses = collections.defaultdict(list)
        self.spoil, self.create_status, self.stall = spoil, create_status, stall
        self.created = 0
        self.lock = threading.Lock()
        mock = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def log_message(self, *args):
                pass

            def answer(self, status, body):
                data = json.dumps(body, separators=(",", ":")).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                self.wfile.flush()

            def do_GET(self):
                target = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(target.query))
                self.answer(*mock.get(target.path, query))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer(*mock.post(self.path, body))

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128         # the connections of a crew come all at once

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def get(self, path, query):
        if path == "/healthz":
            return 200, {"status": "ok"}
        with self.lock:
            rows = list(self.expenses[query["user"]])
        if path == "/api/v1/expenses":
            return 200, {"expenses": rows, "next_cursor": None}
        names = ["food"] if "name" in query else ["food", "transport", "shopping", "entertainment", "other"]
        return 200, {"categories": [{"id": str(uuid.uuid4()), "key": name, "expense_count": len(rows)} for name in names]}

    def post(self, path, body):
        if path != "/api/v1/expenses":
            return 200, {"status": "recorded", "expenses": [{"amount": "20.00"}, {"amount": "30.00"}]}
        with self.lock:
            self.created += 1
            if self.stall is not None and self.created == 20:
                time.sleep(self.stall)
            expense = {"id": str(uuid.uuid4()), "user": body["user"], "description": body["description"], "amount": body["amount"]}
            for stored in self.spoil(self, expense):
                self.expenses[stored["user"]].append(stored)
        return self.create_status, expense

    def load(self, *args, **environment):
        return load("--url", self.url, *args, **{"AIEXPENSE_TOKEN": "any", **environment})


def on_the_third(change):
    """A spoiler that lets all expenses be as they are but one."""
    return lambda mock, expense: change(mock, expense) if mock.created == 3 else [expense]


class Arguments(unittest.TestCase):
    def test_list_names_every_scenario_with_the_counts_of_the_original(self):
        lines = load("--list").stdout.splitlines()
        self.assertEqual([line.split()[:2] for line in lines], [[*pair] for pair in zip(NAMES, ORIGINALS)])
        counts = ["50 x 20 = 1000 ", "30 x 15 = 450 ", "40 x 25 = 1000 ", "30 x 40 = 1200 ", "100 x 10 = 1000 ",
                  "5,10,20,50 x 10 = 850 ", "20 workers for 5 s"]
        for line, count in zip(lines, counts):
            self.assertIn(" " + count, line)

    def test_a_scale_multiplies_the_requests_and_the_seconds(self):
        lines = load("--dry-run", "--scale", "3", "creation", "TestLoadSustainedLoad").stdout.splitlines()
        self.assertIn("30 x 45 = 1350 ", lines[0])
        self.assertIn("20 workers for 15 s", lines[1])

    def test_help_is_no_error(self):
        answer = load("--help")
        self.assertEqual(answer.returncode, 0)
        self.assertIn("--timeout", answer.stdout)

    def test_bad_arguments_are_named_and_nothing_is_started(self):
        for args in (["nothing"], ["--scale", "0"], ["--scale", "x"], ["--scale", "1001"], ["--rate", "-1"], ["--timeout", "0"],
                     ["--timeout"], ["--pid", "0"], ["--unknown"], NAMES + ["mixed"]):
            answer = load(*args)
            self.assertEqual((answer.returncode, answer.stdout), (2, ""), args)
            self.assertNotEqual(answer.stderr, "", args)

    def test_a_url_that_cannot_be_used_is_an_error(self):
        for url in "https://example.org", "http://", "127.0.0.1:80", "unix:" + "x" * 200:
            self.assertEqual(load("--url", url, AIEXPENSE_TOKEN="any").returncode, 2, url)

    def test_another_daemon_needs_a_token(self):
        environment = {name: value for name, value in os.environ.items() if name != "AIEXPENSE_TOKEN"}
        answer = subprocess.run([RUN, "--url", "http://127.0.0.1:1"], capture_output=True, text=True, timeout=PATIENCE,
                                env={**environment, "AIEXPENSE_BUILDDIR": os.path.abspath(BUILD_DIR)})
        self.assertEqual(answer.returncode, 2)
        self.assertIn("AIEXPENSE_TOKEN", answer.stderr)


class WithADaemonOfItsOwn(unittest.TestCase):
    """One short run of everything, looked at from several sides."""

    @classmethod
    def setUpClass(cls):
        before = set(os.listdir(BUILD_DIR))
        cls.output = tempfile.NamedTemporaryFile("r", prefix="aiexpense-load-")
        cls.addClassCleanup(cls.output.close)
        cls.done = load("--short", "--json", "--output", cls.output.name)
        cls.left_behind = set(os.listdir(BUILD_DIR)) - before
        cls.report = json.loads(cls.done.stdout) if cls.done.stdout else None

    def test_a_sound_daemon_has_no_faults(self):
        self.assertEqual([s["faults"] for s in self.report["scenarios"]], [[]] * 7, self.done.stderr)
        self.assertEqual((self.done.returncode, self.report["has_faults"]), (0, False), self.done.stderr)

    def test_every_scenario_sends_its_number_of_requests(self):
        sent = {s["scenario"]: sum(r["requests"] for r in s["requests"] if not r["is_probe"]) for s in self.report["scenarios"]}
        self.assertEqual(list(sent), NAMES)
        self.assertGreater(sent.pop("sustained"), 0)
        self.assertEqual(sent, {"signups": 200, "creation": 90, "retrieval": 200, "mixed": 240, "stress": 200, "ramp-up": 170})

    def test_mixed_creates_and_lists_as_the_original(self):
        mixed = self.report["scenarios"][3]
        self.assertEqual({r["request"]: r["requests"] for r in mixed["requests"] if not r["is_probe"]}, {"create": 180, "list": 60})

    def test_what_was_acknowledged_is_looked_up(self):
        checked = {s["scenario"]: s["checked"] for s in self.report["scenarios"]}
        creates = {s["scenario"]: r["success"] for s in self.report["scenarios"] for r in s["requests"] if r["request"] == "create"}
        self.assertEqual(checked, {**creates, "signups": 200, "retrieval": 100})

    def test_the_figures_of_the_daemon_are_compared(self):
        self.assertEqual([s["is_compared"] for s in self.report["scenarios"]], [True] * 7)

    def test_the_probe_asks_during_every_scenario_so_that_every_target_has_a_verdict(self):
        for scenario in self.report["scenarios"]:
            self.assertIn("parse", [r["request"] for r in scenario["requests"] if r["is_probe"]], scenario["scenario"])
        self.assertEqual([(t["target"], t["target_ms"]) for t in self.report["targets"]],
                         [("sign-up", 10), ("parse", 100), ("create", 50), ("list", 20), ("look-up", 5)])
        self.assertEqual([type(t["is_met"]) for t in self.report["targets"]], [bool] * 5)

    def test_percentiles_are_in_order(self):
        for scenario in self.report["scenarios"]:
            for r in scenario["requests"]:
                times = [r[key] for key in ("min_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms")]
                self.assertEqual(times, sorted(times))
                self.assertTrue(r["min_ms"] <= r["avg_ms"] <= r["max_ms"])

    def test_ramp_up_has_a_row_for_each_stage(self):
        stages = self.report["scenarios"][5]["stages"]
        self.assertEqual([(s["workers"], s["requests"]) for s in stages], [(5, 10), (10, 20), (20, 40), (50, 100)])
        self.assertIn("p99", self.report["scenarios"][5]["notes"][-1])

    def test_sustained_has_a_row_for_each_second_with_memory_and_stalls(self):
        seconds = self.report["scenarios"][6]["each_second"]
        self.assertEqual(len(seconds), 2)
        self.assertTrue(all(s["memory_bytes"] > 0 and s["requests"] >= 0 for s in seconds))
        self.assertIn("stall_ms", seconds[0])
        self.assertIn("last second against the first", self.report["scenarios"][6]["notes"][-1])

    def test_the_output_file_has_the_same_report(self):
        self.assertEqual(json.load(self.output), self.report)

    def test_nothing_is_left_behind(self):
        self.assertEqual([name for name in self.left_behind if name.startswith("load-")], [])


class WithAnotherDaemon(unittest.TestCase):
    def test_a_unix_socket_a_token_file_and_the_table(self):
        with tempfile.TemporaryDirectory() as directory, Daemon(args=["-o", f"http.listen=unix:{directory}/http.sock"]) as d:
            with open(os.path.join(directory, "token"), "w") as f:
                f.write(token(d) + "\n")
            answer = load("--url", f"unix:{directory}/http.sock", "--token-file", f.name, "--short", "testloadconcurrentexpensecreation")
            self.assertEqual(answer.returncode, 0, answer.stderr + answer.stdout)
            self.assertIn("90 acknowledged records are there, each once", answer.stdout)
            self.assertIn("not compared with the daemon's own figures", answer.stdout)
            self.assertRegex(answer.stdout, r"\ncreation +create +90 +100\.00 ")
            self.assertRegex(answer.stdout, r"\nsign-up .* not asked\n")

    def test_a_token_that_may_not_is_said_so(self):
        with Daemon("http { workers = 1 }") as d:
            answer = load("--url", f"http://127.0.0.1:{d.port}", "--short", "creation", AIEXPENSE_TOKEN=token(d, "admin"))
            self.assertEqual(answer.returncode, 1)
            self.assertIn("service token", answer.stdout)

    def test_nobody_there_is_a_fault(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            answer = load("--url", f"http://127.0.0.1:{s.getsockname()[1]}", "--short", "stress", AIEXPENSE_TOKEN="any")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("no answer", answer.stdout)

    def test_another_client_makes_the_figures_disagree(self):
        with Mock() as mock, tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "stats.sock")
            with FakeStats(path):
                answer = mock.load("--short", "creation", "--stats", path)
            self.assertEqual(answer.returncode, 1)
            self.assertIn("FAULT: the daemon's create_expense.success_requests is 0, and the client saw 90", answer.stdout)

    def test_the_time_is_bounded(self):
        with Mock(stall=PATIENCE) as mock:
            answer = mock.load("--short", "--timeout", "1", "creation")
            self.assertEqual(answer.returncode, 4)
            self.assertIn("NOT COMPLETE", answer.stdout)

    def test_a_run_that_is_ended_ends_its_daemon(self):
        run = subprocess.Popen([RUN, "--scale", "100", "sustained"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "AIEXPENSE_BUILDDIR": os.path.abspath(BUILD_DIR)})
        self.assertIn("sustained", run.stderr.readline())
        with open(f"/proc/{run.pid}/task/{run.pid}/children") as f:
            children = [int(pid) for pid in f.read().split()]
        self.assertEqual(len(children), 2)
        run.terminate()
        run.communicate(timeout=PATIENCE)
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual([pid for pid in children if is_alive(pid)], [])


class FakeStats:
    """A stats socket whose figures never change."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen()

    def serve(self):
        names = "total", "auto_signup", "parse_message", "create_expense", "get_expenses", "category_lookup"
        answer = json.dumps({"counters": {}, "operations": {name: {"total_requests": 0} for name in names}}).encode()
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            client.recv(100)
            client.sendall(answer)
            client.close()

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Faults(unittest.TestCase):
    """What a daemon can do wrong is noticed, with exit code 1."""

    def noticed(self, fault, **wrong):
        with Mock(**wrong) as mock:
            answer = mock.load("--short", "creation")
        self.assertIn("FAULT: " + fault, answer.stdout)
        self.assertEqual(answer.returncode, 1)

    def test_a_mock_that_is_right_has_none(self):
        with Mock() as mock:
            answer = mock.load("--short", "creation", "mixed")
        self.assertNotIn("FAULT", answer.stdout)
        self.assertEqual(answer.returncode, 0, answer.stdout)

    def test_a_lost_expense(self):
        self.noticed("1 of 90 acknowledged expenses are not there", spoil=on_the_third(lambda mock, expense: []))

    def test_an_expense_that_is_there_twice(self):
        self.noticed("1 acknowledged expenses are there more than once", spoil=on_the_third(lambda mock, expense: [expense, expense]))

    def test_an_expense_that_is_stored_again_under_another_id(self):
        self.noticed("1 expenses are there that nobody acknowledged",
                     spoil=on_the_third(lambda mock, expense: [expense, {**expense, "id": str(uuid.uuid4())}]))

    def test_an_expense_with_another_amount(self):
        self.noticed("1 expenses are not what was acknowledged", spoil=on_the_third(lambda mock, expense: [{**expense, "amount": "9.00"}]))

    def test_too_many_refusals(self):
        self.noticed("0 of 90 requests succeeded", create_status=503)


class OpenLoop(unittest.TestCase):
    def test_a_stall_counts_for_every_request_that_it_delayed(self):
        """One second of two: half the requests at their set times, and the median of those waits half a second."""
        with Mock(stall=1.0) as mock:
            answer = mock.load("--short", "--json", "--rate", "100", "sustained")
        report = json.loads(answer.stdout)
        creates = next(r for r in report["scenarios"][0]["requests"] if r["request"] == "create")
        self.assertEqual(creates["requests"], 200)
        self.assertGreater(creates["p95_ms"], 500)


if __name__ == "__main__":
    tap.main()
