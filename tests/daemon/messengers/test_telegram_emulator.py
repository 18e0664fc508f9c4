#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A conversation by telegram-test-api, which others wrote: from what a person writes to what the bot answers.

contrib/emulator installs it.  It does not send the secret of a webhook, which Telegram does: a relay adds that.
"""

import http.server
import json
import os
import shutil
import subprocess
import threading
import time
import unittest

import tap
from api import Client, service
from harness import SOURCE_DIR, Daemon, free_port
from webhooks import TELEGRAM_SECRET, Secrets

FOLDER = os.path.join(os.path.abspath(SOURCE_DIR), "tests", "daemon", "emulator")
IS_INSTALLED = shutil.which("node") and os.path.isdir(os.path.join(FOLDER, "node_modules", "telegram-test-api"))
TOKEN = "123456:ABC"


class Emulator:
    def __enter__(self):
        self.port = free_port()
        self.process = subprocess.Popen(["node", os.path.join(FOLDER, "telegram.js"), str(self.port)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = Client(self.port)
        self.client.__enter__()
        return self

    def __exit__(self, *error):
        self.client.__exit__(*error)
        self.process.communicate(timeout=30)

    def ask(self, path, body):
        answer = self.client.post(path, body)
        assert answer.status == 200 and answer.json["ok"], answer.body
        return answer.json["result"]


class Relay:
    """Takes what the emulator posts to a webhook to the daemon, as Telegram would."""

    def __init__(self, port):
        relay = self
        self.port = port
        self.statuses = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with Client(relay.port) as hook:
                    status = hook.request("POST", "/webhook/telegram", body, {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}).status
                relay.statuses.append(status)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@unittest.skipUnless(IS_INSTALLED, "telegram-test-api is not installed: contrib/emulator does that where there is npm")
class Telegram(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        secrets = cls.enterClassContext(Secrets())
        cls.emulator = cls.enterClassContext(Emulator())
        cls.daemon = cls.enterClassContext(Daemon(secrets.telegram(api_url=cls.emulator.url)))
        cls.relay = cls.enterClassContext(Relay(cls.daemon.port))
        cls.client = cls.enterClassContext(service(cls.daemon))
        cls.emulator.ask(f"/bot{TOKEN}/setWebhook", {"url": cls.relay.url})

    def person(self, number):
        return {"from": {"id": number, "first_name": "Ann", "username": "ann", "is_bot": False, "language_code": "en"},
                "chat": {"id": number, "first_name": "Ann", "username": "ann", "type": "private"},
                "botToken": TOKEN, "date": int(time.time())}

    def say(self, number, text):
        self.emulator.ask("/sendMessage", {**self.person(number), "text": text})

    def answer(self, number):
        """The next thing that the bot wrote to somebody."""
        updates = self.daemon.wait_for(lambda: self.emulator.ask("/getUpdates", {"token": TOKEN, "chatId": number}))
        self.assertEqual(len(updates), 1, updates)
        return updates[0]["message"]

    def spent(self, number):
        answer = self.client.get(f"/api/v1/expenses?user=telegram:123456:{number}")
        return [(e["description"], e["amount"]) for e in answer.json["expenses"]] if answer.status == 200 else []

    def test_what_a_person_writes_is_recorded_and_answered(self):
        self.say(71, "早餐$20午餐$30")
        answer = self.answer(71)
        self.assertIn("早餐", answer["text"])
        self.assertIn("message_id", answer["reply_parameters"])
        self.assertEqual(sorted(self.spent(71)), [("午餐", "30.00"), ("早餐", "20.00")])

    def test_a_conversation_goes_on(self):
        self.say(72, "25")
        self.assertIn("for?", self.answer(72)["text"])
        self.say(72, "tea")
        self.assertIn("tea", self.answer(72)["text"])
        self.say(72, "/undo")
        self.answer(72)
        self.assertEqual(self.spent(72), [])

    def test_a_button_is_pressed(self):
        self.say(73, "tea 5")
        undo = self.answer(73)["reply_markup"]["inline_keyboard"][0][0]
        message = {**self.person(73), "message_id": 1}
        self.emulator.ask("/sendCallback", {**self.person(73), "message": message, "data": undo["callback_data"]})
        self.answer(73)
        self.assertEqual(self.spent(73), [])
        self.assertEqual(set(self.relay.statuses), {200})


if __name__ == "__main__":
    tap.main()
