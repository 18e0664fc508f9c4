#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What providers were asked and answered, as it is written down for work on prompts."""

import datetime
import json
import os
import signal
import unittest

import tap
from api import service
from harness import Daemon, free_port, wait_for
from servers.mock_provider import MockProvider, expense

UNSURE = "zorbl 50"             # the rules do not know what that is
KEY = "sk-very-secret"


def a_day(ahead=0):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=ahead)).strftime("%Y-%m-%d.jsonl")


class InteractionLog(unittest.TestCase):
    def setUp(self):
        self.mock = MockProvider(free_port())
        self.addCleanup(self.mock.__exit__)
        self.mock.says = lambda text: [expense("zorbl", "50")]

    def daemon(self, days, ai="log_bytes = 1M"):
        d = Daemon(start=False)
        self.addCleanup(d.__exit__, None, None, None)
        key = os.path.join(d.directory, "key")
        with open(os.open(key, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
            f.write(KEY)
        self.logs = os.path.join(d.store, "interactions")
        self.configure(d, days, ai + " cache_bytes = 0\n" + "} " + self.mock.section(key_file=key) + " ai {")
        return d

    def configure(self, d, days, more=""):
        with open(d.conf_file, "a") as f:
            f.write(f"ai {{ log_days = {days} {more} }}\n")

    def start(self, d):
        d.start()
        client = service(d)
        self.addCleanup(client.connection.close)
        return client

    def files(self):
        return sorted(os.listdir(self.logs)) if os.path.exists(self.logs) else []

    def text(self):
        said = ""
        for name in self.files():
            with open(os.path.join(self.logs, name)) as f:
                said += f.read()
        return said

    def lines(self):
        return [json.loads(line) for line in self.text().splitlines() if line.strip()]

    def leave(self, name, text="{}\n"):
        os.makedirs(self.logs, 0o700, exist_ok=True)
        with open(os.path.join(self.logs, name), "w") as f:
            f.write(text)

    def test_it_is_off_by_default(self):
        with Daemon(self.mock.section()) as d:
            client = service(d)
            client.say("line:U1", UNSURE)
            client.connection.close()
            self.assertEqual(len(self.mock.calls), 1)
            self.assertFalse(os.path.exists(os.path.join(d.store, "interactions")))

    def test_a_call_is_a_line_that_only_the_daemon_s_user_can_read(self):
        d = self.daemon(2)
        client = self.start(d)
        client.say("line:U1", UNSURE)
        self.mock.fault = "500"
        client.say("line:U1", "zorbl 60")
        good, *failed = self.lines()
        self.assertEqual((good["provider"], good["model"], good["status"]), ("mock1", "model-1", 200))
        self.assertEqual(json.loads(good["request"]), self.mock.calls[0][3])
        self.assertIn("zorbl", json.loads(good["answer"])["choices"][0]["message"]["content"])
        self.assertNotIn("why", good)
        self.assertTrue(failed)
        self.assertEqual({(line["status"], "why" in line) for line in failed}, {(500, True)})
        self.assertNotIn("line:U1", self.text())
        self.assertEqual(os.stat(self.logs).st_mode & 0o777, 0o700)
        self.assertEqual({os.stat(os.path.join(self.logs, name)).st_mode & 0o777 for name in self.files()}, {0o600})

    def test_neither_a_key_nor_what_is_no_text_is_written(self):
        d = self.daemon(2)
        client = self.start(d)
        self.mock.says = lambda text: [expense(KEY, "50")]
        client.say("line:U1", UNSURE)
        self.mock.fault = "garbage"
        client.say("line:U2", UNSURE)
        self.assertIn(KEY, str(self.mock.calls[0][2]))
        self.assertNotIn(KEY, self.text())
        self.assertEqual([type(line["answer"]) for line in self.lines()], [int, int])

    def test_a_day_that_is_full_takes_no_more(self):
        d = self.daemon(2, "log_bytes = 65536")
        full = "{}".ljust(65000) + "\n"
        for ahead in (0, 1):
            self.leave(a_day(ahead), full)
        client = self.start(d)
        client.say("line:U1", UNSURE)
        self.assertEqual(len(self.mock.calls), 1)
        self.assertEqual(self.text(), full * 2)

    def test_days_go_and_so_does_all_when_it_is_switched_off(self):
        d = self.daemon(3)
        for name in ("2020-01-01.jsonl", a_day(-5), a_day(-1), a_day(), "notes.txt"):
            self.leave(name)
        self.start(d)
        wait_for(lambda: self.files() == [a_day(-1), a_day(), "notes.txt"], "old days to go")
        self.configure(d, 0)
        os.kill(d.process.pid, signal.SIGHUP)
        wait_for(lambda: self.files() == ["notes.txt"], "all days to go")

    def test_a_deleted_user_is_taken_out_and_nobody_else(self):
        d = self.daemon(2)
        client = self.start(d)
        for user, text in (("line:U1", "zorbl 51"), ("line:U2", "zorbl 52"), ("line:U1", "zorbl 53")):
            self.mock.says = lambda text: [expense("zorbl", text.split()[1])]
            client.say(user, text)
        size = len(self.text())
        self.assertEqual(len(self.lines()), 3)
        asked = client.post("/api/v1/user/deletion", {"user": "line:U1"}).json["confirmation"]
        client.request("DELETE", f"/api/v1/user?user=line:U1&confirmation={asked}")
        d.wait_for(lambda: d.stats()["users_deleted"] == 1, "the end of the deletion")
        self.assertEqual([json.loads(line["request"])["messages"][-1]["content"] for line in self.lines()], ["zorbl 52"])
        self.assertEqual(len(self.text()), size)
        client.say("line:U2", "zorbl 54")
        self.assertEqual(len(self.lines()), 2)


if __name__ == "__main__":
    tap.main()
