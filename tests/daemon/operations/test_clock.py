#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The wall clock is set forwards and backwards by an hour under a daemon that runs."""

import concurrent.futures
import os
import signal
import time
import unittest

import tap
from api import Client, service, token
from harness import Daemon, MovedClock
from servers.mock_messengers import MockMessengers
from store_reader import read_store
from webhooks import Secrets, post_telegram, telegram_update

HOUR = 3600


def read_line(*path):
    with open(os.path.join(*path), encoding="ascii") as f:
        return f.readline() or "0"


class ClockTest(unittest.TestCase):
    def make(self, client, n, key=None):
        headers = {"Idempotency_Key": key} if key else {}
        answer = client.post("/api/v1/expenses", {"user": "line:C", "description": f"tea {n}", "amount": "1"}, **headers)
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json["id"]

    def test_ids_ascend_also_those_of_a_process_that_never_saw_the_later_time(self):
        with MovedClock() as clock, Daemon("http { workers = 1 }") as d, service(d) as client:
            client.say("line:C", "hello")
            ids = [self.make(client, 0)]
            for n, step in enumerate((HOUR, -HOUR, -HOUR, 2 * HOUR, -HOUR), 1):
                clock.forward(step)
                ids.append(self.make(client, n))
                victim, = d.pids("http")
                os.kill(victim, signal.SIGKILL)
                d.wait_for(lambda: d.pids("http") not in ([], [victim]))
                client.connection.close()
                ids.append(self.make(client, n))
            self.assertEqual(ids, sorted(ids))
            self.assertEqual(d.stop(), 0)
            self.assertEqual(read_store(d.store).faults, [])

    def test_what_came_before_a_step_is_known_after_it(self):
        with MovedClock() as clock, Daemon() as d, service(d) as client:
            client.say("line:C", "hello")
            for n, step in enumerate((HOUR, -HOUR, -HOUR)):
                before = self.make(client, n, f"key {n}")
                said = client.say("line:C", "lunch 5", Idempotency_Key=f"said {n}").json["id"]
                clock.forward(step)
                self.assertEqual(self.make(client, n, f"key {n}"), before)
                self.assertEqual(client.say("line:C", "lunch 5", Idempotency_Key=f"said {n}").json["id"], said)
            self.assertEqual(len(client.expenses("line:C")), 6)

    def test_tokens_end_by_the_clock_and_not_before(self):
        with MovedClock() as clock, Daemon() as d, Client(d.port, token(d, "service", "--expires", "1")) as client:
            for step, status in ((-HOUR, 200), (25 * HOUR + 60, 401), (-HOUR, 200)):
                clock.forward(step)
                self.assertEqual(client.say("line:C", "hello").status, status)

    def test_an_open_question_waits_for_its_answer_whatever_was_the_step_back(self):
        with MovedClock() as clock, Daemon() as d, service(d) as client:
            client.say("line:C", "coffee")
            clock.forward(-HOUR)
            self.assertEqual(client.say("line:C", "4").json["status"], "recorded")

    def delete(self, d, client, user):
        before = d.stats()["users_deleted"]
        answer = client.post("/api/v1/user/deletion", {"user": user})
        answer = client.request("DELETE", f"/api/v1/user?user={user}&confirmation={answer.json['confirmation']}")
        self.assertEqual(answer.status, 202, answer.body)
        d.wait_for(lambda: d.stats()["users_deleted"] > before, "the end of the deletion")

    def test_who_had_his_data_deleted_signs_up_anew_whatever_was_the_step_back(self):
        with MovedClock() as clock, Daemon("http { workers = 1 }") as d, service(d) as client:
            for n in range(3):
                client.say("line:C", "lunch 5", Idempotency_Key=f"before {n}")
                self.delete(d, client, "line:C")
                clock.forward(-HOUR)
                for said in range(3):
                    answer = client.say("line:C", "tea 2", Idempotency_Key=f"after {n} {said}")
                    self.assertEqual((answer.status, answer.json["status"]), (200, "recorded"), answer.body)
                self.assertEqual({e["description"] for e in client.expenses("line:C")}, {"tea"})

    def test_a_message_of_before_a_deletion_brings_nobody_back_whatever_was_the_step(self):
        for steps in (-HOUR, 0), (HOUR, 0), (0, -HOUR), (0, HOUR), (-HOUR, HOUR):
            with self.subTest(steps), MovedClock() as clock, Daemon("ai { workers = 1 }") as d, service(d) as client, \
                    concurrent.futures.ThreadPoolExecutor() as others:
                client.say("line:C", "lunch 5")
                worker, = d.pids("ai")
                os.kill(worker, signal.SIGSTOP)
                late = others.submit(self.say_late, d)
                d.wait_for(lambda: d.stats()["ai_jobs"] and d.stats()["http_in_flight"], "the message to be under way")
                clock.forward(steps[0])
                self.delete(d, client, "line:C")
                clock.forward(steps[1])
                os.kill(worker, signal.SIGCONT)
                self.assertEqual(late.result(), 410)
                self.assertEqual(client.get("/api/v1/expenses?user=line:C").status, 404)

    def say_late(self, d):
        with service(d) as client:
            return client.say("line:C", "tea 2").status

    def test_no_process_is_busy_after_a_step(self):
        with MovedClock() as clock, Daemon() as d, service(d) as client:
            client.say("line:C", "lunch 5")

            def turns():
                return {line.split()[0]: line.split()[1] for line in d.ask("show latency").splitlines()}["loop_turn_ns"]
            for step in HOUR, -HOUR, -HOUR:
                clock.forward(step)
                before, uptime = int(turns()), float(d.ask("show stats").split("uptime_seconds ")[1].split()[0])
                d.wait_for(lambda: float(d.ask("show stats").split("uptime_seconds ")[1].split()[0]) > uptime + 1)
                self.assertLess(int(turns()) - before, 5000)

    def test_backups_go_on_after_a_step_back(self):
        with MovedClock() as clock:
            clock.forward(HOUR)
            with Daemon(start=False) as d:
                backups = os.path.join(d.directory, "backups")
                with open(d.conf_file, "a") as f:
                    f.write(f'backup {{ directory = "{backups}" interval_s = 86400 keep = 9 }}\n')
                d.start()
                d.wait_for(lambda: d.stats()["backups_made"] == 1, "the first backup")
                clock.forward(-HOUR)
                clock.forward(26 * HOUR)
                d.wait_for(lambda: d.stats()["backups_made"] == 2 and d.stats()["backup_age_seconds"] < HOUR, "the one of the next day")
                for name in os.listdir(backups):
                    if name.startswith("aiexpense-"):
                        os.rename(os.path.join(backups, name), os.path.join(backups, "old-" + name))
                clock.forward(-HOUR)                              # the directory is looked at without waiting for an hour
                d.wait_for(lambda: d.stats()["backups_made"] == 3, "one for those that are gone")

    def test_a_message_whose_process_died_waits_for_a_claim_and_not_for_the_clock_to_come_back(self):
        with MovedClock() as clock, Secrets() as secrets, MockMessengers() as mock, \
                Daemon("http { workers = 1 } ai { message_timeout_ms = 1000 }\n" + secrets.telegram(api_url=mock.url + "/telegram")) as d, \
                Client(d.port) as hook:
            stopped, = d.pids("ai")
            os.kill(stopped, signal.SIGSTOP)
            self.assertEqual(post_telegram(hook, telegram_update(1, 1, "tea 5")).status, 200)
            hook.connection.close()
            for pid in d.pids("http") + [stopped]:
                os.kill(pid, signal.SIGKILL)
            clock.forward(-HOUR)
            d.wait_for(lambda: mock.read("telegram", "1"), "the answer")
            self.assertEqual(d.stats()["queue_brought_forward"], 1)

    def test_a_reply_that_is_tried_again_does_not_wait_for_the_clock_to_come_back(self):
        with MovedClock() as clock, Secrets() as secrets, MockMessengers() as mock, \
                Daemon(secrets.telegram(api_url=mock.url + "/telegram")) as d, Client(d.port) as hook:
            mock.refusals["1"] = (500, "not now")
            clock.forward(HOUR)
            self.assertEqual(post_telegram(hook, telegram_update(1, 1, "tea 5")).status, 200)
            d.wait_for(lambda: d.stats()["queue_deliveries_put_off"] > 0, "a failure")
            clock.forward(-HOUR)
            del mock.refusals["1"]
            d.wait_for(lambda: mock.read("telegram", "1"), "the answer")

    def stop_hard(self, d):
        """Power fails; the kernel had a second for what it was given."""
        pids = d.children()
        d.process.kill()
        d.process.wait()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def test_a_daemon_that_starts_with_the_clock_set_back_goes_on_behind_the_one_before(self):
        with MovedClock() as clock, Daemon() as d:
            clock.forward(HOUR)
            with service(d) as client:
                client.say("line:C", "hello")
                ids = [self.make(client, n, f"key {n}") for n in range(3)]
                said = [client.say("line:C", text).json["id"] for text in ("lunch 5", "coffee")]
            newest = int(said[-1].replace("-", "")[:12], 16)
            d.wait_for(lambda: int(read_line(d.store, "latest-id")) >= newest, "the latest id to be kept")
            self.stop_hard(d)
            clock.forward(-HOUR)
            d.start()
            self.assertIn("s behind the latest id", d.log())
            with service(d) as client:
                self.assertEqual(self.make(client, 2, "key 2"), ids[2])
                answer = client.say("line:C", "4").json
                self.assertEqual(answer["status"], "recorded")               # what coffee cost
                said.append(answer["id"])
                ids.append(answer["expenses"][0]["id"])
                ids.append(self.make(client, 3, "key 3"))
                self.assertEqual((ids, said), (sorted(ids), sorted(said)))
                client.say("line:C", "bun 7")
                client.say("line:C", "undo")
                self.assertEqual(sorted(e["description"] for e in client.expenses("line:C")),
                                 ["coffee", "lunch", "tea 0", "tea 1", "tea 2", "tea 3"])
            self.assertEqual(d.stop(), 0)
            self.assertEqual(read_store(d.store).faults, [])

    def test_what_waited_when_a_daemon_ended_is_done_when_it_starts_with_the_clock_set_back(self):
        with MovedClock() as clock, Secrets() as secrets, MockMessengers() as mock, \
                Daemon("ai { message_timeout_ms = 1000 }\n" + secrets.telegram(api_url=mock.url + "/telegram")) as d:
            clock.forward(HOUR)
            os.kill(d.pids("ai")[0], signal.SIGSTOP)
            with Client(d.port) as hook:
                self.assertEqual(post_telegram(hook, telegram_update(1, 1, "tea 5")).status, 200)
            self.stop_hard(d)
            clock.forward(-HOUR)
            d.start()
            d.wait_for(lambda: mock.read("telegram", "1"), "the answer")

    def test_a_daemon_that_starts_with_the_clock_where_it_was_takes_the_time_from_it(self):
        with MovedClock(), Daemon() as d:
            for _ in range(2):
                with service(d) as client:
                    client.say("line:C", "hello")
                    made = int(self.make(client, 1).replace("-", "")[:12], 16)
                self.assertLess(abs(made - time.time() * 1000), 60000)
                self.assertNotIn("behind the latest id", d.log())
                d.stop()
                d.start()


if __name__ == "__main__":
    tap.main()
