#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The stats and control sockets, and aiexpensectl."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

import api
import openmetrics
import tap
from harness import SOURCE_DIR, Daemon, free_port, program

OPERATIONS = ["total", "auto_signup", "parse_message", "create_expense", "get_expenses", "get_summary", "category_lookup", "accept_webhook"]


def connect(d, name="stats.sock"):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    s.connect(os.path.join(d.run_dir, name))
    return s


class Formats(unittest.TestCase):
    def test_every_counter_is_in_every_format(self):
        with open(os.path.join(SOURCE_DIR, "include", "tables", "counters.def")) as f:
            rows = re.findall(r"^ROW\((\w+), +(\w+),", f.read(), re.M)
        self.assertGreater(len(rows), 30)
        with Daemon() as d:
            text = dict(line.split() for line in d.ask("show stats").splitlines())
            counters = json.loads(d.ask("show stats json"))["counters"]
            samples, types = openmetrics.parse(d.ask("show stats prometheus"))
            self.assertEqual(list(counters), [name for name, kind in rows])
            for name, kind in rows:
                self.assertIn(name, text)
                base = "aiexpense_" + re.sub("_(ns|us)(_total)?$", "_seconds", name)
                self.assertEqual(types[base], "counter" if kind == "TOTAL" else "gauge")
                self.assertIn((base + ("_total" if kind == "TOTAL" else ""), ()), samples)

    def test_every_operation_has_the_original_figures(self):
        figures = {"total_requests", "success_requests", "failed_requests", "total_duration_ns", "min_duration_ns",
                   "max_duration_ns", "average_duration_ns", "success_rate", "requests_per_second",
                   "p50_duration_ns", "p90_duration_ns", "p95_duration_ns", "p99_duration_ns", "p99_9_duration_ns"}
        with Daemon() as d:
            operations = json.loads(d.ask("show stats json"))["operations"]
            self.assertEqual(list(operations), OPERATIONS)
            for figure in operations.values():
                self.assertEqual(figure.keys(), figures)
            samples, types = openmetrics.parse(d.ask("show stats prometheus"))
            for operation in OPERATIONS:
                label = (("operation", operation),)
                self.assertIn(("aiexpense_operation_duration_seconds_count", label), samples)
                self.assertIn(("aiexpense_operation_duration_seconds_sum", label), samples)

    def test_counters_do_not_go_back_when_a_worker_dies(self):
        with Daemon() as d:
            os.kill(d.pids("ai")[0], signal.SIGKILL)
            d.wait_for(lambda: d.stats()["children_respawned"] == 1)
            os.kill(d.pids("keeper")[0], signal.SIGKILL)
            d.wait_for(lambda: d.stats()["children_respawned"] == 2)
            self.assertEqual(d.stats()["children_died"], 2)


    def test_every_distribution_is_in_every_format_and_counts(self):
        with open(os.path.join(SOURCE_DIR, "include", "tables", "distributions.def")) as f:
            rows = re.findall(r"^DISTRIBUTION\((\w+), +(\w+),", f.read(), re.M)
        with Daemon() as d:
            self.assertEqual(d.ctl("token", "add", "admin").returncode, 0)
            text = dict(line.split() for line in d.ask("show stats").splitlines())
            distributions = json.loads(d.ask("show stats json"))["distributions"]
            samples, types = openmetrics.parse(d.ask("show stats prometheus"))
            self.assertEqual(list(distributions), [name for name, unit in rows])
            for name, unit in rows:
                self.assertIn(name + ".p99_9", text)
                if unit == "NS":
                    self.assertIn(("aiexpense_duration_seconds_count", (("part", name[:-3]),)), samples)
                else:
                    self.assertIn((f"aiexpense_{name}_count", ()), samples)
            for name in "loop_turn_ns", "store_write_ns", "store_commit_ns", "store_batch", "write_access_ns":
                self.assertGreater(int(text[name + ".count"]), 0, name)
                self.assertGreaterEqual(distributions[name]["p99"], distributions[name]["p50"], name)

    def test_the_buckets_of_a_histogram_grow_to_its_count(self):
        with Daemon() as d:
            samples, types = openmetrics.parse(d.ask("show stats prometheus"))
        turns = {dict(labels)["le"]: value for (name, labels), value in samples.items()
                 if name == "aiexpense_duration_seconds_bucket" and dict(labels)["part"] == "loop_turn"}
        self.assertEqual(list(turns.values()), sorted(turns.values()))
        self.assertEqual(turns["+Inf"], samples["aiexpense_duration_seconds_count", (("part", "loop_turn"),)])


# The original's names and what each is in OpenMetrics.
MEASURES = {
    "auto_signup_duration": "_seconds", "expense_creation_time": "_seconds", "message_parsing_time": "_seconds",
    "category_lookup_time": "_seconds", "concurrent_users": "", "expenses_per_minute": "", "error_rate": "",
    "db_connection_pool_size": "", "cache_hit_rate": "", "gc_pause_time": "_seconds",
}


class Measures(unittest.TestCase):
    def read(self, d):
        """{name: (in text, in JSON, in OpenMetrics)}."""
        text = dict(line.split() for line in d.ask("show stats").splitlines())
        measures = json.loads(d.ask("show stats json"))["measures"]
        samples, types = openmetrics.parse(d.ask("show stats prometheus"))
        for name, end in MEASURES.items():
            self.assertEqual(types["aiexpense_" + name + end], "gauge")
        return {name: (float(text[name]), measures[name],
                       samples["aiexpense_" + name + end, ()] * (1e9 if end else 1)) for name, end in MEASURES.items()}

    def test_the_originals_measures_tell_the_same_in_every_format(self):
        with Daemon() as d, api.service(d) as client:
            for user in "telegram:1", "telegram:2", "telegram:1":
                self.assertEqual(client.say(user, "lunch 12").status, 200)
            values = self.read(d)
            for name, (text, in_json, sample) in values.items():
                if name != "gc_pause_time":      # a turn may have ended between two looks
                    self.assertAlmostEqual(text, in_json, delta=1, msg=name)
                    self.assertAlmostEqual(text, sample, delta=1, msg=name)
            for name in "auto_signup_duration", "message_parsing_time", "gc_pause_time", "db_connection_pool_size":
                self.assertGreater(values[name][0], 0, name)
            self.assertEqual(values["concurrent_users"][0], 2)
            self.assertEqual(values["expenses_per_minute"][0], 3)
            self.assertEqual(values["error_rate"][0], 0)


class Shows(unittest.TestCase):
    def test_every_side_of_the_daemon_can_be_shown(self):
        with Daemon() as d:
            self.assertRegex(d.ask("show latency"), r"(?m)^loop_turn_ns +[1-9][0-9]* +[0-9.]+ ")
            self.assertRegex(d.ask("show shards"), r"(?m)^0 +[0-9]+ +1022 +[1-9]")
            self.assertRegex(d.ask("show shards"), r"(?m)^index +[0-9]+ ")
            self.assertRegex(d.ask("show queue"), r"(?m)^ai_jobs_waiting +0 ")
            self.assertRegex(d.ask("show errors"), r"(?m)^http_5xx +0 ")
            self.assertRegex(d.ask("show clients"), r"(?m)^ +0 +[0-9]+ +0 +0 +0 +0$")

    def test_only_the_operator_resets_and_totals_stay(self):
        with Daemon() as d:
            self.assertEqual(d.ask("reset"), "error: unknown command; try help\n")
            self.assertEqual(d.ctl("token", "add", "admin").returncode, 0)
            self.assertGreater(d.stats()["store_commit_peak_us"], 0)
            before = d.stats()["store_commits"]
            self.assertEqual(d.ctl("reset").returncode, 0)
            self.assertLess(d.stats()["store_commit_peak_us"] + d.stats()["store_batch_peak"], 1)
            self.assertGreaterEqual(d.stats()["store_commits"], before)

    def test_a_slow_reader_of_the_socket_stalls_nobody(self):
        with Daemon() as d:
            slow = [connect(d) for _ in range(6)]
            try:
                for s in slow:
                    s.sendall(b"show stats prometheus\n")    # and never read
                for _ in range(5):
                    self.assertIn("version", d.ask("show info"))
            finally:
                for s in slow:
                    s.close()


class MetricsListener(unittest.TestCase):
    def test_metrics_are_served_on_a_listener_of_their_own(self):
        port = free_port()
        with Daemon(f'metrics {{ listen = "127.0.0.1:{port}" }}') as d:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                self.assertEqual(answer.headers["Content-Type"],
                                 "application/openmetrics-text; version=1.0.0; charset=utf-8")
                samples, types = openmetrics.parse(answer.read().decode())
            self.assertIn(("aiexpense_http_requests_total", ()), samples)
            for url in f"http://127.0.0.1:{port}/healthz", f"http://127.0.0.1:{d.port}/metrics":
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(url, timeout=30)
                refused.exception.close()
                self.assertEqual(refused.exception.code, 404, url)


class Sockets(unittest.TestCase):
    def test_modes_let_the_group_look_and_only_the_owner_command(self):
        with Daemon() as d:
            modes = [os.stat(os.path.join(d.run_dir, name)).st_mode & 0o777 for name in ("stats.sock", "control.sock")]
            self.assertEqual(modes, [0o660, 0o600])

    def test_an_unknown_command_is_an_error(self):
        with Daemon() as d:
            for line in "", "shutdown", "show stats xml", "show statsjson", "showstats":
                self.assertEqual(d.ask(line), "error: unknown command; try help\n", line)

    def test_help_lists_the_commands_that_work(self):
        with Daemon() as d:
            names = [line for line in d.ask("help").splitlines() if not line.startswith(" ")]
            self.assertIn("show stats json", names)
            for name in names:
                self.assertFalse(d.ask(name).startswith("error"), name)

    def test_a_command_may_come_in_pieces_and_with_carriage_return(self):
        with Daemon() as d, connect(d) as s:
            for piece in b"sho", b"w in", b"fo \r\n":
                s.sendall(piece)
            self.assertIn(b"version ", s.recv(4096))

    def test_a_command_that_does_not_end_is_refused(self):
        with Daemon() as d, connect(d) as s:
            s.sendall(b"a" * 4096)
            self.assertIn(b"error: ", s.recv(4096))

    def test_silent_clients_do_not_keep_others_out_for_long(self):
        with Daemon() as d:
            silent = [connect(d) for _ in range(20)]
            try:
                self.assertIn("version", d.ask("show info"))
            finally:
                for s in silent:
                    s.close()

    def test_both_sockets_know_the_stats_commands(self):
        with Daemon() as d:
            self.assertIn("version", d.ask("show info", "control.sock"))

    def test_the_free_disk_space_is_known(self):
        with Daemon() as d:
            self.assertGreater(d.stats()["store_disk_free_bytes"], 0)


class Client(unittest.TestCase):
    def test_stats_is_a_table_for_a_person(self):
        with Daemon() as d:
            done = d.ctl("stats")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"(?m)^http_requests +[0-9]+$")
            self.assertRegex(done.stdout, r"(?m)^operation +requests +failed")
            self.assertRegex(done.stdout, r"(?m)^create_expense +0 +0 ")

    def test_stats_json_is_passed_through(self):
        with Daemon() as d:
            self.assertIn("counters", json.loads(d.ctl("stats", "--json").stdout))

    def test_show_is_passed_through(self):
        with Daemon() as d:
            self.assertIn("keeper", d.ctl("show", "workers").stdout)

    def test_finds_the_sockets_by_the_configuration(self):
        with Daemon() as d:
            done = subprocess.run([program("aiexpensectl"), "-c", d.conf_file, "show", "info"], capture_output=True,
                                  text=True, timeout=30)
            self.assertIn(f"pid {d.process.pid}\n", done.stdout)

    def test_a_refused_command_is_exit_code_1(self):
        with Daemon() as d:
            done = d.ctl("show", "nothing")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertEqual(done.stderr, "aiexpensectl: unknown command; try help\n")

    def test_without_a_daemon_it_says_so_with_exit_code_3(self):
        with Daemon(start=False) as d:
            done = d.ctl("stats")
            self.assertEqual(done.returncode, 3)
            self.assertIn("is aiexpensed running", done.stderr)

    def test_a_wrong_command_line_is_exit_code_2(self):
        with Daemon(start=False) as d:
            wrong = ([], ["fly"], ["stats", "--xml"], ["-x"], ["show", "info\ninfo"], ["chat"], ["chat", "--user", "a b"], ["ai"],
                     ["ai", "train"], ["parse"], ["parse", "--explain", "lunch 12", "yesterday"], ["parse", "--explain", "{}"])
            self.assertEqual([d.ctl(*args).returncode for args in wrong], [2] * len(wrong))

    def test_help_and_version_are_told_without_a_daemon(self):
        with Daemon(start=False) as d:
            texts = [d.ctl(*args) for args in (["help"], ["-h"], ["-V"])]
            self.assertEqual([done.returncode for done in texts], [0, 0, 0])
            self.assertEqual(texts[0].stdout, texts[1].stdout)
            self.assertIn("parse --jsonl", texts[0].stdout)
            self.assertRegex(texts[2].stdout, r"^aiexpense [0-9.]+\n$")

    def test_a_path_of_a_socket_that_is_too_long_is_no_other_socket(self):
        with Daemon(start=False) as d:
            for words in ["show", "info"], ["stats"], ["top"]:
                done = subprocess.run([program("aiexpensectl"), "-s", "/" + "x" * 300, *words], capture_output=True, text=True, timeout=30)
                self.assertEqual(done.returncode, 3, words)
                self.assertIn("the socket's path is too long", done.stderr)

    def test_a_text_is_explained_on_the_command_line(self):
        with Daemon(start=False) as d:
            done = d.ctl("parse", "--explain", "lunch 12 yesterday")
            self.assertEqual(done.returncode, 0)
            self.assertIn('"12"  amount 12', done.stdout)

    def test_what_reads_the_configuration_says_what_is_wrong_with_it(self):
        with Daemon("http { workers = x }", start=False) as d:
            for words in ["ai", "test"], ["price", "list"], ["migrate"], ["backup", "/nowhere"]:
                done = subprocess.run([program("aiexpensectl"), "-c", d.conf_file, *words], capture_output=True, text=True, timeout=30)
                self.assertEqual(done.returncode, 1, words)
                self.assertIn("workers", done.stderr)

    def test_check_config_tells_good_from_bad(self):
        for text, code in (("http { workers = 2 }", 0), ("http { workers = x }", 1)):
            with Daemon(text, start=False) as d:
                done = subprocess.run([program("aiexpensectl"), "-c", d.conf_file, "check-config"],
                                      capture_output=True, text=True, timeout=30)
                self.assertEqual(done.returncode, code)


class Documents(unittest.TestCase):
    def test_the_shipped_configuration_is_what_the_table_makes(self):
        made = subprocess.run([program("mkdoc"), "conf", "/etc", "/var", "/run"], capture_output=True, text=True,
                              check=True).stdout
        with open(os.path.join(SOURCE_DIR, "etc", "aiexpense.conf")) as f:
            self.assertEqual(f.read(), made, "run: make update-conf")

    def test_the_shipped_configuration_is_valid_and_changes_nothing(self):
        path = os.path.join(SOURCE_DIR, "etc", "aiexpense.conf")
        dump = subprocess.run([program("aiexpensed"), "-T", "-c", path], capture_output=True, text=True)
        plain = subprocess.run([program("aiexpensed"), "-T", "-c", "/dev/null"], capture_output=True, text=True)
        self.assertEqual((dump.returncode, dump.stdout), (0, plain.stdout))

    def test_every_default_in_the_shipped_configuration_can_be_taken_in(self):
        with Daemon(start=False) as d:
            with open(os.path.join(SOURCE_DIR, "etc", "aiexpense.conf")) as f:
                text = re.sub(r"(?m)^\t# (\w+ = )", r"\t\1", f.read())
            with open(d.conf_file, "w") as f:
                f.write(text)
            dump = subprocess.run([program("aiexpensed"), "-T", "-c", d.conf_file], capture_output=True, text=True)
            self.assertEqual(dump.stderr, "")
            self.assertEqual(dump.stdout.count(" = "), text.count(" = "))

    def test_the_manual_pages_name_every_option_counter_and_command(self):
        def page(name):
            with open(program(os.path.join("doc", name))) as f:
                return f.read()
        with open(os.path.join(SOURCE_DIR, "include", "tables", "options.def")) as f:
            options = re.findall(r"^(?:OPTION|CHOICE)\(\w+, (\w+),", f.read(), re.M)
        with open(os.path.join(SOURCE_DIR, "include", "tables", "counters.def")) as f:
            counters = re.findall(r"^ROW\((\w+),", f.read(), re.M)
        for name in options:
            self.assertIn(f".It Ic {name} ", page("aiexpense.conf.5"))
        for name in counters:
            self.assertIn(f".It Li {name}\n", page("aiexpensectl.8"))
        self.assertIn(".It Ic show stats json", page("aiexpensectl.8"))
        self.assertNotIn("@", page("aiexpensed.8"))

    def lint(self, path):
        """What a formatter complains of."""
        commands = [["mandoc", "-T", "lint", "-W", "warning", path],
                    ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path]]
        for command in commands:
            if shutil.which(command[0]):
                done = subprocess.run(command, capture_output=True, text=True)
                return done.stderr + (done.stdout if command[0] == "mandoc" else "")
        self.skipTest("neither mandoc nor man is here")

    def test_the_manual_pages_format_without_a_warning(self):
        for name in "aiexpensed.8", "aiexpensectl.8", "aiexpense.conf.5":
            template = os.path.join(SOURCE_DIR, "doc", name + ".in")
            with tempfile.NamedTemporaryFile(suffix="." + name[-1]) as page:
                # With usual directories: long ones of a build do not fit a line.
                subprocess.run([program("mkdoc"), "man", "/etc", "/var", "/run", template], stdout=page, check=True)
                self.assertEqual(self.lint(page.name), "", name)


if __name__ == "__main__":
    tap.main()
