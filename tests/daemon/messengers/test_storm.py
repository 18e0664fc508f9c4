#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every event of a messenger ten times, in any order, over several connections to several workers.

AIEXPENSE_EVENTS is how many there are.
"""

import http.client
import os
import random
import threading

import tap
from api import Client
from harness import kill_one, wait_for
from messenger_case import MessengerCase
from people import discord_command, post_discord
from webhooks import line_body, line_event, post_line

EVENTS = int(os.environ.get("AIEXPENSE_EVENTS", "50"))
DELIVERIES = 10
USERS = max(10, EVENTS // 25)


class Storm(MessengerCase):
    """Every event many times, in any order, over several connections."""

    def bodies(self):
        return [line_body(line_event(f"{self.name}u{n % USERS}", f"tea{n} 5", f"{self.name}u{n % USERS}#{n}")) for n in range(EVENTS)]

    def post_all(self, bodies, statuses):
        with Client(self.daemon.port) as hook:
            for body in bodies:
                statuses.append(post_line(hook, body).status)

    def test_each_event_is_booked_once_and_answered_once(self):
        deliveries = self.bodies() * DELIVERIES
        random.Random(7).shuffle(deliveries)
        statuses = []
        threads = [threading.Thread(target=self.post_all, args=(deliveries[n::4], statuses)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [200] * len(deliveries))
        for user in (f"{self.name}u{n}" for n in range(USERS)):
            wait_for(lambda: len(self.mock.read("line", user)) == EVENTS // USERS, patience=120)
            booked = [description for description, amount in self.spent("line:Ubot:" + user)]
            self.assertEqual(len(booked), len(set(booked)))
            self.assertEqual(len(booked), EVENTS // USERS)
            self.assertEqual(len(self.mock.read("line", user)), EVENTS // USERS)


class DeadlyStorm(MessengerCase):
    """The same while processes of all kinds are killed, and each request comes again until it is taken."""

    KILLS = EVENTS // 10
    THREADS = 4

    @classmethod
    def conf(cls):
        return "http { workers = 2 }\nai { workers = 2 message_timeout_ms = 1000 }\n" + super().conf()

    def setUp(self):
        super().setUp()
        self.killed = []

    def deliver(self, posts):
        for post in posts:
            def is_taken():
                try:
                    with Client(self.daemon.port) as hook:
                        return post(hook).status == 200
                except (OSError, http.client.HTTPException):
                    return False
            self.daemon.wait_for(is_taken)
            self.taken += 1

    def kill(self):
        role = random.choice(["http", "http", "ai", "ai", "keeper", "writer"])
        self.daemon.wait_for(lambda: kill_one(self.daemon.pids(role)))
        self.killed.append(role)

    def storm(self, posts):
        """Deliver all of it ten times in any order; the kills come evenly among the deliveries."""
        deliveries = posts * DELIVERIES
        random.shuffle(deliveries)
        self.taken = 0
        threads = [threading.Thread(target=self.deliver, args=(deliveries[n::self.THREADS],)) for n in range(self.THREADS)]
        for thread in threads:
            thread.start()
        for n in range(self.KILLS):
            wait_for(lambda: self.taken >= len(deliveries) * n // self.KILLS, patience=300)
            self.kill()
        for thread in threads:
            thread.join()

    def booked_once(self, user, count):
        self.daemon.wait_for(lambda: len(self.spent(user)) >= count, user, patience=120)
        self.assertEqual(sorted(self.spent(user)), sorted(set(self.spent(user))), self.killed)
        self.assertEqual(len(self.spent(user)), count, self.killed)

    def test_each_event_is_booked_once_and_answered(self):
        """LINE tells whether an answer arrived as long as its reply token lives; one that is sent after that may be there twice."""
        users = [f"{self.name}u{n}" for n in range(USERS)]
        events = [line_body(line_event(users[n % USERS], f"tea{n} 5", f"{users[n % USERS]}#{n}")) for n in range(EVENTS)]
        self.storm([lambda hook, body=body: post_line(hook, body) for body in events])
        for user in users:
            self.booked_once("line:Ubot:" + user, EVENTS // USERS)
            answered = wait_for(lambda: len(set(texts := self.mock.read("line", user))) == EVENTS // USERS and texts, patience=180)
            self.assertLessEqual(len(answered), EVENTS // USERS + self.KILLS, self.killed)

    def test_each_event_is_answered_once_where_the_platform_can_tell(self):
        """Discord's promise is edited: again is the same."""
        numbers = [self.number * 1000 + n for n in range(EVENTS)]
        people = [str(self.number + n % USERS) for n in range(EVENTS)]
        commands = [{**discord_command(people[n], numbers[n], text=f"tea{n} 5"), "channel_id": people[n]} for n in range(EVENTS)]
        self.storm([lambda hook, command=command: post_discord(hook, command) for command in commands])
        for user in set(people):
            self.booked_once("discord:app-1:" + user, EVENTS // USERS)
        for n, number in enumerate(numbers):
            texts = wait_for(lambda: self.mock.read("discord", f"token-{number}"), patience=180)
            self.assertEqual(len(texts), 1, self.killed)
            self.assertIn(f"tea{n} ", texts[0])


if __name__ == "__main__":
    tap.main()
