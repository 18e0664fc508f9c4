#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Three daemons behind a real nginx, on one PostgreSQL and one Redis, of which one after the other is killed under load.

AIEXPENSE_SCENARIOS names the load scenarios, AIEXPENSE_EVENTS is the number of
webhook events, each delivered ten times.
"""

import http.client
import itertools
import json
import os
import random
import signal
import subprocess
import threading
import time
import unittest

import tap
from api import Client
from servers.behind_nginx import InstancesBehindNginx
from harness import BUILD_DIR, PATIENCE, SOURCE_DIR, is_alive, kill, wait_for
from servers.mock_messengers import MockMessengers
from servers.nginx import NGINX
from servers.postgres import Postgres, programs
from servers.redis_server import SERVER, Redis
from webhooks import Secrets, post_telegram, telegram_update

SCENARIOS = os.environ.get("AIEXPENSE_SCENARIOS", "mixed").split()
EVENTS = int(os.environ.get("AIEXPENSE_EVENTS", "50"))
IS_LONG = EVENTS >= 1000
EVENTS = EVENTS if IS_LONG else EVENTS // 2
DELIVERIES, SENDERS = 10, 8
STEP = 150 if IS_LONG else 50   # requests behind which kills begin, times the number of the try
TRIES = 8              # of a scenario: its preparation, or its looking up at the end, may meet a kill and tell nothing

# What may be when an instance is killed: requests without success, and what was stored and could not be acknowledged.
HARMLESS = ("requests succeeded", "that nobody acknowledged")
TELLS_NOTHING = (" failed: ", "could not be looked up")


def kill_instance(daemon):
    pids = daemon.all_pids()
    kill(pids)
    daemon.process.wait(PATIENCE)
    while any(is_alive(pid) for pid in pids):
        time.sleep(0.01)


class Chaos(threading.Thread):
    """Kills an instance, Redis, another instance and PostgreSQL and starts each again: so many rounds, or while it is wanted."""

    done = {"instances": 0, "redis": 0, "postgresql": 0}

    def __init__(self, service, server, redis, rounds=None):
        super().__init__()
        self.service, self.server, self.redis, self.rounds = service, server, redis, rounds
        self.is_over, self.error = threading.Event(), None

    def run(self):
        try:
            for n in itertools.count(1):
                for step in self.kill_instance, self.kill_redis, self.kill_instance, self.restart_server:
                    step()
                    self.is_over.wait(1 if IS_LONG else 0.2)
                if n == self.rounds or (self.rounds is None and self.is_over.is_set()):
                    return
        except Exception as error:
            self.error = error

    def kill_instance(self):
        daemon = self.service.daemons[self.done["instances"] % 3]
        kill_instance(daemon)
        daemon.start()
        self.done["instances"] += 1

    def kill_redis(self):
        self.redis.ask("flushall")
        self.redis.kill()
        self.redis.start()
        self.done["redis"] += 1

    def restart_server(self):
        self.server.stop(signal.SIGQUIT)
        self.server.start()
        self.done["postgresql"] += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.join()


@unittest.skipIf(NGINX is None or SERVER is None or programs() is None, "nginx, Redis or PostgreSQL is not installed")
class Proof(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()
        cls.redis = Redis().start()
        cls.addClassCleanup(cls.redis.__exit__)

    def service(self, more=""):
        service = InstancesBehindNginx(self.server, 3, self.redis, "ai { message_timeout_ms = 2000 }\n"
                                       "limit { per_address = 0 per_user_messages = 0 }\n" + more)
        self.addCleanup(service.__exit__, None, None, None)
        return service.__enter__()

    def chaos(self, service, rounds=None):
        return Chaos(service, self.server, self.redis, rounds)

    # --- the load scenarios

    def wait_for_all(self, service):
        """Nobody is missing any more, and nginx has tried each of them again."""
        for port in service.nginx.port, *(d.port for d in service.daemons):
            with Client(port, service.token) as client:
                wait_for(lambda: all(client.say("line:Uall", "settings").status == 200 for _ in service.daemons), f"all at {port}")

    def run_scenario(self, service, name, begin_at):
        """Its report; a round of kills begins with so many requests, which are behind its preparation or a further try will be."""
        self.wait_for_all(service)
        before = service.stats("http_requests")
        run = subprocess.Popen([os.path.join(SOURCE_DIR, "contrib", "load", "run"), "--url", f"http://127.0.0.1:{service.nginx.port}",
                               *([] if IS_LONG else ["--short"]), "--json", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               env={**os.environ, "AIEXPENSE_BUILDDIR": os.path.abspath(BUILD_DIR), "AIEXPENSE_TOKEN": service.token})
        wait_for(lambda: service.stats("http_requests") >= before + begin_at or run.poll() is not None)
        with self.chaos(service, 1) as chaos:
            report = json.loads(run.communicate(timeout=4 * PATIENCE)[0])
        self.assertIsNone(chaos.error)
        return report["scenarios"][0]

    def test_the_load_scenarios_lose_and_double_nothing(self):
        service = self.service()
        for name in SCENARIOS:
            for n in range(TRIES):
                scenario = self.run_scenario(service, name, STEP * (n + 1))
                faults = scenario["faults"]
                if scenario["checked"] > 0 and not any(text in fault for fault in faults for text in TELLS_NOTHING):
                    break
            self.assertGreater(scenario["checked"], 0, scenario)
            self.assertEqual([fault for fault in faults if not any(text in fault for text in HARMLESS)], [], scenario)
            print(f"# {name}: {scenario['checked']} acknowledged and found; {faults}", flush=True)
        print(f"# killed meanwhile: {Chaos.done}", flush=True)

    # --- webhooks

    def deliver(self, service, work, statuses):
        """As a platform does: each delivery again until it is acknowledged."""
        clients = [Client(service.nginx.port)] + [Client(d.port) for d in service.daemons]
        for n, update in work:
            for attempt in itertools.count():
                try:
                    status = post_telegram(clients[(n + attempt) % len(clients)], update).status
                except (OSError, http.client.HTTPException):
                    status = 0
                statuses.append(status)
                if status == 200:
                    break
                time.sleep(0.02)

    def test_webhook_events_that_come_ten_times_are_booked_once(self):
        with Secrets() as secrets, MockMessengers() as messengers:
            service = self.service(secrets.telegram(api_url=messengers.url + "/telegram"))
            updates = [telegram_update(n + 1, n % 20 + 1, f"thing{n} {n % 90 + 10}") for n in range(EVENTS)]
            work = list(enumerate(updates * DELIVERIES))
            random.Random(1).shuffle(work)
            statuses = []
            with self.chaos(service) as chaos:
                senders = [threading.Thread(target=self.deliver, args=(service, work[k::SENDERS], statuses)) for k in range(SENDERS)]
                for sender in senders:
                    sender.start()
                for sender in senders:
                    sender.join()
            self.assertIsNone(chaos.error)
            self.assertEqual(statuses.count(200), EVENTS * DELIVERIES)
            self.check_bookings(service)
            if IS_LONG:
                self.check_replies(service, messengers)
            print(f"# {EVENTS} events, {statuses.count(200)} acknowledged deliveries and {len(statuses) - statuses.count(200)} "
                  f"that were not; killed by then: {Chaos.done}", flush=True)

    def check_bookings(self, service):
        client = service.client(1)

        def things():
            found = []
            for user in range(1, 21):
                answer = client.get(f"/api/v1/user?user=telegram:123456:{user}")
                if answer.status == 200:
                    found += [e["description"] for e in client.expenses(f"telegram:123456:{user}")]
            return found

        service.daemons[1].wait_for(lambda: len(things()) >= EVENTS, "all events")
        self.assertEqual(sorted(things()), sorted(f"thing{n}" for n in range(EVENTS)))
        service.daemons[1].wait_for(lambda: service.daemons[1].stats()["queue_messages"] == 0)

    def check_replies(self, service, messengers):
        """A reply comes twice only when its instance was killed between the platform's answer and the record of it."""
        def missing():
            said = "\n".join(text for user in range(1, 21) for text in messengers.read("telegram", str(user)))
            return [n for n in range(EVENTS) if f"thing{n} " not in said.replace("\n", " ") + " "]
        end = time.monotonic() + 5 * PATIENCE
        while missing() and time.monotonic() < end:
            time.sleep(1)
        self.assertEqual(missing(), [])


if __name__ == "__main__":
    tap.main()
