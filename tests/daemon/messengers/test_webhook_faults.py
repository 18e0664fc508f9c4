#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Messages at a steady rate while the AI provider fails in every way: all are acknowledged, booked once and answered once.

AIEXPENSE_FAULT_SECONDS and AIEXPENSE_FAULT_RATE make it longer and faster.  The
times of acknowledgments, lists and recovery are printed; they decide with
AIEXPENSE_FAULT_LIMITS only, which is for a machine that does nothing else.
"""

import os
import threading
import time
import unittest

import tap
from api import Client, service
from harness import PATIENCE, Daemon, free_port, wait_for
from mock_messengers import MockMessengers
from mock_provider import FAULTS, MockProvider, expense
from webhooks import Secrets, post_telegram, telegram_update

SECONDS = float(os.environ.get("AIEXPENSE_FAULT_SECONDS", "0.5"))
RATE = int(os.environ.get("AIEXPENSE_FAULT_RATE", "60"))
TELEGRAM_RATE = 30             # replies a second, of all chats together
HAS_LIMITS = "AIEXPENSE_FAULT_LIMITS" in os.environ
ACKNOWLEDGED_MS, ACKNOWLEDGED_FAULTY_MS, LISTED_MS, HEALTHY_S = 20, 25, 10, 10
SENDERS = 8                    # connections; each sends every SENDERS-th message


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))] * 1000


class Sending:
    """Messages from their own users, each sent when its time has come; late ones count from when they should have gone."""

    def __init__(self, port, first_user, count):
        self.port, self.first_user, self.count = port, first_user, count
        self.times, self.failures = [], []
        self.begin = time.monotonic() + 0.1
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(SENDERS)]

    def run(self, first):
        with Client(self.port) as hook:
            for n in range(first, self.count, SENDERS):
                due = self.begin + n / RATE
                while (wait := due - time.monotonic()) > 0:
                    time.sleep(wait)
                user = self.first_user + n
                answer = post_telegram(hook, telegram_update(user, user, f"zorbl {n % 90 + 10}"))
                self.times.append(time.monotonic() - due)
                if answer.status != 200:
                    self.failures.append(answer.body)


class Faults(unittest.TestCase):
    def test_under_every_fault_of_the_provider_nothing_is_lost_or_late(self):
        with MockProvider(free_port()) as mock, MockMessengers() as messengers, Secrets() as secrets:
            mock.says = lambda text: [expense("zorbl", text.split()[1])]
            conf = "ai { cache_bytes = 0 }\n" + secrets.telegram(api_url=messengers.url + "/telegram") + mock.section()
            with Daemon(conf) as daemon, service(daemon) as client:
                for number, fault in enumerate([None, *FAULTS]):
                    mock.fault = fault
                    asked = len(mock.calls)
                    self.run_one(daemon, client, messengers, fault, number)
                    self.assertGreater(len(mock.calls), asked, fault)
                    self.check_recovery(client, mock, fault)

    def check_recovery(self, client, mock, fault):
        """Until the provider, which is back, is believed again."""
        mock.fault = None
        begun, texts = time.monotonic(), iter(range(10, 1000000))

        def is_asked():
            return client.post("/api/v1/parse", {"user": "line:U1", "text": f"zorbl {next(texts)}"}).json["understood_by"] == "mock1"
        wait_for(is_asked, "the provider to be asked again")
        healthy = time.monotonic() - begun
        print(f"# {fault or 'healthy':10} asked again {healthy:.1f} s after it was back", flush=True)
        if HAS_LIMITS:
            self.assertLessEqual(healthy, HEALTHY_S, fault)

    def run_one(self, daemon, client, messengers, fault, number):
        first, count, lists = 1000000 * (number + 1), int(RATE * SECONDS), []
        sending = Sending(daemon.port, first, count)
        for thread in sending.threads:
            thread.start()
        while any(thread.is_alive() for thread in sending.threads):
            begun = time.monotonic()
            client.get(f"/api/v1/expenses?user=telegram:123456:{first}")
            lists.append(time.monotonic() - begun)
            time.sleep(0.02)
        for thread in sending.threads:
            thread.join()
        self.assertEqual((sending.failures, len(sending.times)), ([], count), fault)
        sent = time.monotonic()
        for n in range(count):
            user = f"telegram:123456:{first + n}"
            daemon.wait_for(lambda: client.get(f"/api/v1/user?user={user}").status == 200, f"{fault}: {user}")
            self.assertEqual([e["amount"] for e in client.expenses(user)], [f"{n % 90 + 10}.00"], fault)
        daemon.wait_for(lambda: all(messengers.read("telegram", str(first + n)) for n in range(count)), f"{fault}: the replies",
                            PATIENCE + count / TELEGRAM_RATE)
        self.assertEqual({len(messengers.read("telegram", str(first + n))) for n in range(count)}, {1}, fault)
        acknowledged_ms, listed_ms = percentile(sending.times, 0.99), percentile(lists, 0.99)
        limit_ms = ACKNOWLEDGED_FAULTY_MS if fault else ACKNOWLEDGED_MS
        print(f"# {fault or 'healthy':10} {count} messages at {RATE}/s: acknowledged p50 {percentile(sending.times, 0.5):.1f} ms, "
              f"p99 {acknowledged_ms:.1f} ms ({'within' if acknowledged_ms <= limit_ms else 'OVER'} {limit_ms} ms); lists p99 {listed_ms:.1f} ms; "
              f"all answered {time.monotonic() - sent:.1f} s behind the last", flush=True)
        if HAS_LIMITS:
            self.assertLessEqual(acknowledged_ms, limit_ms, fault)
            self.assertLessEqual(listed_ms, LISTED_MS, fault)


if __name__ == "__main__":
    tap.main()
