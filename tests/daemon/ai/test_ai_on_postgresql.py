#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is told of calls of AI providers is the same whichever engine the store has."""

import io
import json
import re
import unittest
import zipfile

import tap
from api import Client, service, token
from asked_ai import UNSURE, calls, counted, listed
from harness import Daemon, free_port
from servers.mock_provider import MockProvider, expense
from servers.postgres import Postgres, programs

ADMIN = ("/api/v1/metrics/ai-costs", "/api/v1/metrics/ai-costs?currency=EUR", "/api/v1/metrics/ai-costs/top-users",
         "/api/v1/metrics/ai-costs/top-users?currency=EUR&limit=1", "/api/v1/metrics/ai-calls", "/api/v1/metrics/ai-calls?user=line:U1",
         "/api/v1/metrics/ai-calls?model=model-2", "/api/v1/metrics/ai-calls?user=line:U4", "/api/v1/metrics/ai-calls?date=2020-01-01")
SHOWN = (("show", "ai"), ("ai", "users"), ("ai", "users", "2020-01"), ("ai", "calls"), ("ai", "calls", "-", "line:U2"),
         ("ai", "calls", "-", "-", "model-1"), ("ai", "calls", "2020-01-01"))
CALLS = 13                     # of all that ask() has said, before a user goes


def ask(client, first, second):
    """Whatever can become of a call, once each."""
    first.says = second.says = lambda text: [expense("zorbl", text.split()[1])]
    first.reads = lambda picture, kind: {"items": [{"description": "milk", "amount": "45", "category": "food"}], "total": "45", "currency": "TWD", "date": ""}
    for n, user in enumerate(("line:U1", "line:U1", "line:U2", "line:U4")):
        client.say(user, f"zorbl {n + 50}")                              # 4
    first.fault = "declines"
    client.say("line:U2", "zorbl 60")                                    # 2, the second one is asked
    first.fault = "500"
    client.say("line:U3", "zorbl 61")                                    # 3, with its second try
    second.fault = "404"
    first.fault = "garbage"
    client.say("line:U1", "zorbl 62")                                    # 2: the rules answer
    first.fault = second.fault = None
    client.post("/api/v1/messages?user=line:U2", b"\xff\xd8\xff", Content_Type="image/jpeg")                       # 1
    client.post("/api/v1/parse", {"user": "line:nobody", "text": UNSURE})                                          # 1


def alike(text):
    """Without what is another one each time: ids, times and days."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", text)
    return re.sub(r"\b20[2-9]\d-\d\d(-\d\d(T[0-9:.]+Z)?)?", "WHEN", text)


def told(d, client):
    """All that is said of calls and costs, by what was asked for it."""
    said = {}
    with Client(d.port, token(d, "admin")) as admin:
        for path in ADMIN:
            answer = admin.get(path)
            said[path] = (answer.status, alike(json.dumps(answer.json)))
        cursor, pages = "", []
        while cursor is not None:
            page = admin.get("/api/v1/metrics/ai-calls?limit=1" + (cursor and "&cursor=" + cursor)).json
            pages, cursor = pages + page["data"], page["next_cursor"]
        said["page by page"] = alike(json.dumps(pages))
    for words in SHOWN:
        done = d.ctl(*words)
        said[" ".join(words)] = (done.returncode, alike(done.stdout))
    for user in "line:U1", "line:U2", "line:U3":
        with zipfile.ZipFile(io.BytesIO(client.get("/api/v1/user/export?user=" + user).body)) as archive:
            for name in "ai_calls.jsonl", "ai_costs.jsonl":
                said[f"{name} of {user}"] = alike(archive.read(name).decode())
    return said


class Engines(unittest.TestCase):
    maxDiff = None

    def tell(self, store):
        """What a daemon tells before and after a user is deleted."""
        with MockProvider(free_port()) as first, MockProvider(free_port()) as second:
            sections = first.section(1, reads_images="true") + second.section(2, "anthropic")
            prices = 'prices = {"2020-01-01 USD 0.15 0.60"}\n}'
            conf = f"{store} http {{ workers = 1 }}\nai {{ cache_bytes = 0 }}\n" + sections.replace("}", prices, 1)
            with Daemon(conf, start=False) as d:
                if store:
                    self.assertEqual(d.ctl("-c", d.conf_file, "migrate").returncode, 0)
                d.start()
                with service(d) as client:
                    ask(client, first, second)
                    d.wait_for(lambda: len(calls(d)) == CALLS, "all calls")
                    for name in "mock1", "mock2":
                        self.assertEqual(listed(calls(d), name), counted(d, name))
                    before = told(d, client)
                    confirmation = client.post("/api/v1/user/deletion", {"user": "line:U4"}).json["confirmation"]
                    client.request("DELETE", f"/api/v1/user?user=line:U4&confirmation={confirmation}")
                    d.wait_for(lambda: len(calls(d)) == CALLS - 1, "the deletion")
                    return before, told(d, client)

    @unittest.skipIf(programs() is None, "PostgreSQL is not installed")
    def test_they_tell_the_same_of_calls_and_costs(self):
        here = self.tell("")
        with Postgres() as server:
            there = self.tell(f'store {{ engine = postgresql url = "{server.url}" }}\n')
        self.assertEqual({here[0][path][0] for path in ADMIN}, {200})
        self.assertIn("line:U4", here[0]["ai calls"][1])
        self.assertNotIn("line:U4", here[1]["ai calls"][1])
        for mine, its in zip(here, there):
            for asked, answer in mine.items():
                with self.subTest(asked):
                    self.assertEqual(answer, its[asked])


if __name__ == "__main__":
    tap.main()
