#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Alerts without Prometheus: raised when a limit is passed, told to a webhook, cleared, and not flapping."""

import http.server
import json
import os
import signal
import threading
import unittest

import tap
from api import Client, service
from harness import Daemon, wait_for


class Webhook:
    """Takes what is posted to it; status is what it answers with."""

    def __init__(self):
        heard, self.status = [], 204
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_POST(self):
                heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()
        self.heard = heard
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/alerts"

    def facts(self):
        return [(told["alert"], told["state"]) for told in self.heard]


def states(d):
    head, *rows = [line.split() for line in d.ask("show alerts").splitlines()]
    return {row[0]: row[1] for row in rows}


def alerts(**options):
    return "alert { " + " ".join(f"{name} = {value}" for name, value in options.items()) + " }"


class AlertsTest(unittest.TestCase):
    def test_a_limit_that_is_passed_raises_an_alert(self):
        with Webhook() as webhook, Daemon(alerts(disk_free="1000000G", hold_s=0, webhook=f'"{webhook.url()}"')) as d:
            wait_for(lambda: ("disk_free", "raised") in webhook.facts(), "the webhook to be told")
            self.assertEqual(webhook.heard[0]["limit"], 1000000 << 10)
            self.assertLess(webhook.heard[0]["value"], webhook.heard[0]["limit"])
            self.assertEqual((states(d)["disk_free"], d.stats()["alerts_active"], d.stats()["alerts_raised"]), ("raised", 1, 1))
            self.assertIn("alert disk_free: raised", d.log())

    def test_a_stalled_process_is_told_of(self):
        with Webhook() as webhook, Daemon(alerts(hold_s=0, webhook=f'"{webhook.url()}"')) as d:
            os.kill(d.pids("ai")[0], signal.SIGSTOP)
            wait_for(lambda: ("stalled_process", "raised") in webhook.facts(), "the alert")

    def test_a_webhook_that_fails_is_told_again(self):
        with Webhook() as webhook:
            webhook.status = 503
            with Daemon(alerts(disk_free="1000000G", hold_s=0, webhook=f'"{webhook.url()}"')) as d:
                wait_for(lambda: webhook.heard, "the first time")
                d.wait_for(lambda: d.stats()["alerts_not_told"] == 1, "the failure to be counted")
                webhook.status = 200
                wait_for(lambda: len(webhook.heard) == 2, "the second time")
                self.assertEqual(webhook.heard[0], {**webhook.heard[1], "value": webhook.heard[0]["value"]})

    def replace_keeper(self, d):
        """Its end and the next one's first look."""
        keeper, = d.pids("keeper")
        os.kill(keeper, signal.SIGKILL)
        d.wait_for(lambda: d.pids("keeper") not in ([], [keeper]) and states(d), "the next keeper")

    def reload(self, d, old, new):
        with open(d.conf_file, encoding="utf-8") as f:
            conf = f.read()
        with open(d.conf_file, "w", encoding="utf-8") as f:
            f.write(conf.replace(old, new))
        d.process.send_signal(signal.SIGHUP)

    def test_an_alert_outlives_the_keeper(self):
        with Webhook() as webhook, Daemon(alerts(disk_free="1000000G", hold_s=0, webhook=f'"{webhook.url()}"')) as d:
            wait_for(lambda: ("disk_free", "raised") in webhook.facts(), "the webhook to be told")
            for _ in range(2):
                self.replace_keeper(d)
                self.assertEqual(states(d)["disk_free"], "raised")
                d.wait_for(lambda: d.stats()["alerts_active"] == 1, "it to have looked")
            self.reload(d, "1000000G", "0")
            wait_for(lambda: len(webhook.heard) > 1, "the end of it")
            self.assertEqual(webhook.facts(), [("disk_free", "raised"), ("disk_free", "cleared")])
            self.assertEqual(d.stats()["alerts_raised"], 1)

    def test_the_next_keeper_tells_what_the_one_before_could_not(self):
        with Webhook() as webhook:
            webhook.status = 503
            with Daemon(alerts(disk_free="1000000G", hold_s=0, webhook=f'"{webhook.url()}"')) as d:
                d.wait_for(lambda: d.stats()["alerts_not_told"] == 1, "the failure to be counted")
                webhook.status = 200
                self.replace_keeper(d)
                wait_for(lambda: len(webhook.heard) == 2, "the second time")
                self.assertEqual(d.stats()["alerts_raised"], 1)

    def test_another_webhook_is_told_what_is_raised(self):
        with Webhook() as first, Webhook() as second:
            with Daemon(alerts(disk_free="1000000G", hold_s=0, webhook=f'"{first.url()}"')) as d:
                wait_for(lambda: first.facts() == [("disk_free", "raised")], "the first one to be told")
                self.reload(d, first.url(), second.url())
                wait_for(lambda: second.facts() == [("disk_free", "raised")], "the second one to be told")
                self.assertEqual(len(first.heard), 1)

    def test_slower_than_the_baseline_is_a_regression(self):
        d = Daemon(start=False)
        baseline = os.path.join(d.directory, "baseline")
        with open(baseline, "w", encoding="ascii") as f:
            f.write("http_requests 12\nrequest_p99 1\n")
        with open(d.conf_file, "a", encoding="ascii") as f:
            f.write(alerts(hold_s=0, regression_percent=50, baseline_file=f'"{baseline}"') + "\n")
        with d:
            d.start()
            self.assertEqual(states(d)["regression"], "clear")
            with service(d) as client:
                client.say("line:A1", "lunch 5")
            d.wait_for(lambda: states(d)["regression"] == "raised", "the alert")

    def test_what_show_stats_says_is_a_baseline(self):
        with Daemon() as d:
            with Client(d.port) as client:
                client.get("/healthz")
            self.assertRegex(d.ask("show stats"), r"(?m)^request_p99 \d")
            self.assertEqual(set(states(d).values()), {"clear", "off"})


if __name__ == "__main__":
    tap.main()
