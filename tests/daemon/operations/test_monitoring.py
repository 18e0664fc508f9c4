#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The alert rules and the dashboard against the metrics there are, and against the real Prometheus."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse
import urllib.request

import openmetrics
import tap
from harness import SOURCE_DIR, Daemon, free_port, wait_for

RULES = os.path.join(SOURCE_DIR, "contrib", "prometheus", "aiexpense.rules.yml")
DASHBOARD = os.path.join(SOURCE_DIR, "contrib", "grafana", "aiexpense.json")


def read(path):
    with open(path) as f:
        return f.read()


def dashboard_expressions():
    return [target["expr"] for panel in json.loads(read(DASHBOARD))["panels"] for target in panel["targets"]]


def rule_expressions():
    return re.findall(r"expr: >-\n +(.*)", read(RULES))


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with Daemon('provider1 { name = "local" model = "m" base_url = "http://127.0.0.1:1/v1" }') as d:
            cls.exposition = d.ask("show stats prometheus")
        cls.samples, _ = openmetrics.parse(cls.exposition)

    def assert_exist(self, expressions):
        names = {name for name, labels in self.samples}
        values = {label for name, labels in self.samples for label in labels}
        used = {name for e in expressions for name in re.findall(r"aiexpense_\w+", e)}
        self.assertGreater(len(used), 8)
        self.assertLessEqual(used, names)
        for expression in expressions:
            for label in re.findall(r'(operation|part)="(\w+)"', expression):
                self.assertIn(label, values, expression)

    def test_the_alert_rules_use_only_metrics_that_exist(self):
        self.assert_exist(rule_expressions())

    def test_the_dashboard_uses_only_metrics_that_exist(self):
        self.assert_exist(dashboard_expressions())

    def test_every_alert_is_explained_to_the_operator(self):
        page = read(os.path.join(SOURCE_DIR, "doc", "MONITORING.md"))
        for name in re.findall(r"alert: (\w+)", read(RULES)):
            self.assertIn(name, page)

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not here")
    def test_promtool_accepts_rules_and_exposition(self):
        for command in ["promtool", "check", "rules", RULES], ["promtool", "check", "metrics"]:
            done = subprocess.run(command, input=self.classic(), capture_output=True, text=True, timeout=60)
            self.assertNotIn("error", done.stderr)
            self.assertIn(done.returncode, (0, 3) if "metrics" in command else (0,), done.stdout + done.stderr)

    def classic(self):
        """promtool 2.42 reads the older text format only: counters have their whole name, and there are no info and UNIT."""
        text = re.sub(r"# UNIT .*\n|# EOF\n", "", self.exposition)
        text = re.sub(r"# TYPE (\w+) counter", r"# TYPE \1_total counter", text)
        text = re.sub(r"# TYPE (\w+) info", r"# TYPE \1_info gauge", text)
        totals = re.findall(r"# TYPE (\w+)_(total|info) ", text)
        for name, end in totals:
            text = text.replace(f"# HELP {name} ", f"# HELP {name}_{end} ")
        return text


@unittest.skipUnless(shutil.which("prometheus"), "prometheus is not here")
class Prometheus(unittest.TestCase):
    def query(self, port, expression):
        url = f"http://127.0.0.1:{port}/api/v1/query?query={urllib.parse.quote(expression)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]["result"]
        except OSError:
            return []

    def test_a_real_prometheus_scrapes_and_evaluates(self):
        port, metrics_port = free_port(), free_port()
        with tempfile.TemporaryDirectory() as directory, Daemon(f'metrics {{ listen = "127.0.0.1:{metrics_port}" }}'):
            config = read(os.path.join(SOURCE_DIR, "contrib", "prometheus", "prometheus.yml"))
            config = config.replace("127.0.0.1:9464", f"127.0.0.1:{metrics_port}").replace("15s", "1s")
            with open(os.path.join(directory, "prometheus.yml"), "w") as f:
                f.write(config)
            shutil.copy(RULES, directory)
            process = subprocess.Popen(
                ["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
                 f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                wait_for(lambda: self.query(port, "aiexpense_uptime_seconds"), "Prometheus to scrape")
                self.assertEqual(self.query(port, "up")[0]["value"][1], "1")
                wait_for(lambda: self.query(
                    port, 'histogram_quantile(0.99, aiexpense_duration_seconds_bucket{part="loop_turn"})'), "a quantile")
            finally:
                process.kill()
                process.wait(30)


if __name__ == "__main__":
    tap.main()
