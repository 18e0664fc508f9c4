#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The conversations of dialogues.txt by two people at once, in any order, while the http workers that they speak to are killed.

AIEXPENSE_TURNS_PER_KILL says how many turns there are between two kills.
"""

import http.client
import itertools
import os
import random
import threading
import unittest

import tap
from api import service
from conversations import conversations, fault
from harness import Daemon, kill_one, wait_for
from store_reader import read_store

TURNS_PER_KILL = int(os.environ.get("AIEXPENSE_TURNS_PER_KILL", "25"))
PEOPLE = 2


class Deleted(Exception):
    """The answer to who confirmed the end of everything was lost; the repeat finds nobody."""


class Talk(threading.Thread):
    """One who has all conversations in an order of their own, each as somebody new."""

    def __init__(self, scene, number):
        super().__init__()
        self.scene, self.number = scene, number
        self.client = service(scene.daemon)
        self.keys = itertools.count()
        self.faults = []

    def again_until_answered(self, ask):
        """As a client does whose worker was killed: the same request again."""
        def answered():
            try:
                answer = ask()
            except (OSError, http.client.HTTPException):
                return None
            if answer.json.get("type") in ("/problems/being-deleted", "/problems/idempotency-key-reused"):
                raise Deleted
            return answer if answer.status == 200 else None
        return wait_for(answered, "an answer").json

    def say(self, text):
        key = f"{self.number}-{next(self.keys)}"
        answer = self.again_until_answered(lambda: self.client.say(self.user, text, Idempotency_Key=key))
        self.scene.turn_is_over()
        return answer

    def expenses(self):
        return self.again_until_answered(lambda: self.client.get(f"/api/v1/expenses?user={self.user}&limit=500"))["expenses"]

    def run(self):
        order = list(enumerate(conversations()))
        random.Random(self.number).shuffle(order)
        for place, (name, lines) in order:
            self.user = f"line:{self.number}x{place}"
            for number, line in lines:
                try:
                    wrong = fault(line, self.say, self.expenses)
                except Deleted:
                    wrong = None if name.endswith("delete my data") and (number, line) == lines[-1] else "deleted unasked"
                except Exception as error:
                    wrong = repr(error)
                if wrong:
                    self.faults.append(f"{name}, line {number}: {wrong}")
        self.client.connection.close()


class AtOnce(unittest.TestCase):
    def turn_is_over(self):
        """Each so many turns a worker dies, whoever it serves."""
        with self.lock:
            self.turns += 1
            is_time = self.turns % TURNS_PER_KILL == 0
            self.kills += len(kill_one(self.daemon.pids("http"), self.rng)) if is_time else 0

    def test_two_people_in_any_order_with_kills_between_their_turns_are_each_answered_as_if_alone(self):
        self.lock, self.rng, self.turns, self.kills = threading.Lock(), random.Random(7), 0, 0
        with Daemon("http { workers = 2 }") as self.daemon:
            talks = [Talk(self, number) for number in range(PEOPLE)]
            for talk in talks:
                talk.start()
            for talk in talks:
                talk.join()
            self.assertEqual([wrong for talk in talks for wrong in talk.faults], [])
            self.assertGreater(self.kills, 0)
            self.assertEqual(self.daemon.stop(), 0)
            self.assertEqual(read_store(self.daemon.store).faults, [])
        print(f"# {self.turns} turns, {self.kills} kills", flush=True)


if __name__ == "__main__":
    tap.main()
