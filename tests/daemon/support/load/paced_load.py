# SPDX-License-Identifier: MIT
"""Webhooks at set times, lists beside them and flushes of the same disk, from a process of its own.

    with PacedLoad(d, token, first_user, count, rate) as load:
        ...
    load.acknowledged_ms(0.99), load.listed_ms(0.99), load.flushed_ms(0.99)

A process of its own, since threads beside the mocks of a test would wait for
each other.  What comes late counts from when it was due, also a flush: so a
disk that stands still for a while is seen by the flushes as by the messages.
"""

import json
import os
import subprocess
import sys
import threading
import time

from api import Client
from webhooks import post_telegram, telegram_update

SENDERS = 8                    # connections; each sends every SENDERS-th message
LISTS_EVERY_S = FLUSHES_EVERY_S = 0.02
FLUSH_BYTES = 8192


def text_of(n):
    """What the n-th person writes; amount_of(n) is what it costs."""
    return f"zorbl {n % 90 + 10}"


def amount_of(n):
    return f"{n % 90 + 10}.00"


class PacedLoad:
    def __init__(self, daemon, token, first_user, count, rate):
        order = dict(port=daemon.port, token=token, first_user=first_user, count=count, rate=rate, directory=daemon.directory)
        self.process = subprocess.Popen([sys.executable, __file__, json.dumps(order)], stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with self.process:
            if error[0]:
                self.process.kill()
            self.times = json.loads(self.process.stdout.read() or "null")

    def percentile(self, what, part):
        times = sorted(self.times[what])
        return times[min(len(times) - 1, int(len(times) * part))] * 1000

    def acknowledged_ms(self, part):
        return self.percentile("acknowledged", part)

    def listed_ms(self, part):
        return self.percentile("listed", part)

    def flushed_ms(self, part):
        return self.percentile("flushed", part)


class Sending:
    def __init__(self, port, token, first_user, count, rate, directory):
        self.port, self.token, self.first_user, self.count, self.rate, self.directory = port, token, first_user, count, rate, directory
        self.times = dict(acknowledged=[], listed=[], flushed=[], refused=[])
        self.begin, self.is_over = time.monotonic() + 0.1, threading.Event()

    def at(self, due):
        """The rest of the time until then."""
        time.sleep(max(0, due - time.monotonic()))

    def send(self, first):
        with Client(self.port) as hook:
            for n in range(first, self.count, SENDERS):
                due, user = self.begin + n / self.rate, self.first_user + n
                self.at(due)
                answer = post_telegram(hook, telegram_update(user, user, text_of(n)))
                self.times["acknowledged"].append(time.monotonic() - due)
                if answer.status != 200:
                    self.times["refused"].append(answer.body.decode())

    def until_over(self, what, every_s, act):
        due = self.begin
        while not self.is_over.is_set():
            self.at(due)
            act()
            self.times[what].append(time.monotonic() - due)
            due += every_s

    def list(self):
        with Client(self.port, self.token) as client:
            path = f"/api/v1/expenses?user=telegram:123456:{self.first_user}"
            self.until_over("listed", LISTS_EVERY_S, lambda: client.get(path))

    def flush(self):
        fd = os.open(os.path.join(self.directory, "flushed"), os.O_CREAT | os.O_RDWR, 0o600)

        def write():
            os.pwrite(fd, os.urandom(FLUSH_BYTES), 0)
            os.fdatasync(fd)
        write()
        self.until_over("flushed", FLUSHES_EVERY_S, write)
        os.close(fd)

    def run(self):
        senders = [threading.Thread(target=self.send, args=(n,)) for n in range(SENDERS)]
        others = [threading.Thread(target=self.list), threading.Thread(target=self.flush)]
        for thread in senders + others:
            thread.start()
        for thread in senders:
            thread.join()
        self.is_over.set()
        for thread in others:
            thread.join()
        return self.times


if __name__ == "__main__":
    print(json.dumps(Sending(**json.loads(sys.argv[1])).run()))
