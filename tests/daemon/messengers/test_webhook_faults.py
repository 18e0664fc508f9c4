#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Messages at a steady rate while the AI provider fails in every way: all are acknowledged, booked once and answered once.

AIEXPENSE_FAULT_SECONDS and AIEXPENSE_FAULT_RATE make it longer and faster.  The
times of acknowledgments, lists and recovery are printed; they decide with
AIEXPENSE_FAULT_LIMITS only, which is for a machine that does nothing else.
"""

import os
import time
import unittest

import tap
from api import service
from harness import PATIENCE, Daemon, free_port, wait_for
from servers.mock_messengers import MockMessengers
from servers.mock_provider import FAULTS, MockProvider, expense
from load.paced_load import PacedLoad, amount_of
from webhooks import Secrets

SECONDS = float(os.environ.get("AIEXPENSE_FAULT_SECONDS", "0.5"))
RATE = int(os.environ.get("AIEXPENSE_FAULT_RATE", "60"))
TELEGRAM_RATE = 30             # replies a second, of all chats together
HAS_LIMITS = "AIEXPENSE_FAULT_LIMITS" in os.environ
ACKNOWLEDGED_MS, ACKNOWLEDGED_FAULTY_MS, LISTED_MS, HEALTHY_S = 20, 25, 10, 10
DISK_MS = 10                   # a disk whose flushes have a higher p99 of their own gets the rest on top


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
        first, count = 1000000 * (number + 1), int(RATE * SECONDS)
        with PacedLoad(daemon, client.token, first, count, RATE) as load:
            pass
        self.assertEqual((load.times["refused"], len(load.times["acknowledged"])), ([], count), fault)
        sent = time.monotonic()
        for n in range(count):
            user = f"telegram:123456:{first + n}"
            daemon.wait_for(lambda: client.get(f"/api/v1/user?user={user}").status == 200, f"{fault}: {user}")
            self.assertEqual([e["amount"] for e in client.expenses(user)], [amount_of(n)], fault)
        daemon.wait_for(lambda: all(messengers.read("telegram", str(first + n)) for n in range(count)), f"{fault}: the replies",
                            PATIENCE + count / TELEGRAM_RATE)
        self.assertEqual({len(messengers.read("telegram", str(first + n))) for n in range(count)}, {1}, fault)
        acknowledged_ms, listed_ms, flushed_ms = load.acknowledged_ms(0.99), load.listed_ms(0.99), load.flushed_ms(0.99)
        limit_ms = (ACKNOWLEDGED_FAULTY_MS if fault else ACKNOWLEDGED_MS) + max(0, flushed_ms - DISK_MS)
        print(f"# {fault or 'healthy':10} {count} messages at {RATE}/s: acknowledged p50 {load.acknowledged_ms(0.5):.1f} ms, "
              f"p99 {acknowledged_ms:.1f} ms ({'within' if acknowledged_ms <= limit_ms else 'OVER'} {limit_ms:.0f} ms); lists p99 {listed_ms:.1f} ms; "
              f"the disk alone p50 {load.flushed_ms(0.5):.1f} ms, p99 {flushed_ms:.1f} ms; "
              f"all answered {time.monotonic() - sent:.1f} s behind the last", flush=True)
        if HAS_LIMITS:
            self.assertLessEqual(acknowledged_ms, limit_ms, fault)
            self.assertLessEqual(listed_ms, LISTED_MS, fault)


if __name__ == "__main__":
    tap.main()
