# SPDX-License-Identifier: MIT
"""All that a daemon does for its clients, steadily, until it is told to rest; and what it said was done.

    with SoakLoad(d, token, mock) as load:
        load.go_on()
        ...
        load.rest()           # every request has its answer, every connection is closed

What changes something is sent again until it is acknowledged, whoever dies meanwhile.
"""

import collections
import http.client
import itertools
import os
import socket
import threading
import time

from api import Client
from harness import PATIENCE, wait_for
from webhooks import line_body, line_event, post_line, post_telegram, telegram_update

USERS = 20
LETTERS = str.maketrans("0123456789", "bcdfghjklm")      # a number in letters is no amount
KEPT_FOR_DELETING = 50
RICH, BATCHES, BATCH = "line:RICH", 20, 100               # somebody whose export does not fit into what a socket holds
BOT = 123456
CHAT_PAUSE_S = 0.1           # Telegram takes one message a second in a chat


class SoakLoad:
    def __init__(self, daemon, token):
        self.daemon, self.token = daemon, token
        self.numbers = itertools.count(1)
        self.answered = 0                  # roughly: several threads count
        self.sent, self.acknowledged, self.deleted = set(), set(), set()       # (user, description)
        self.odd = []                      # what was not as it should be
        self.deletable = collections.deque()
        self.may_go, self.is_over = threading.Event(), False
        self.resting = 0
        self.lock = threading.Lock()
        steps = [self.person, self.person, self.passer_by, self.line, self.telegram, self.unsure, self.watcher]
        self.threads = [threading.Thread(target=self.run, args=(step,), daemon=True) for step in steps]

    def __enter__(self):
        self.make_rich()
        for thread in self.threads:
            thread.start()
        return self

    def make_rich(self):
        with Client(self.daemon.port, self.token) as client:
            client.post("/api/v1/users", {"user": RICH})
            for batch in range(BATCHES):
                things = [f"rent {batch}/{n}" for n in range(BATCH)]
                new = [{"description": thing, "amount": "5", "currency": "TWD"} for thing in things]
                answer = client.post("/api/v1/expenses", {"user": RICH, "expenses": new})
                assert answer.status == 201, answer.body
                self.sent.update((RICH, thing) for thing in things)
                self.acknowledged.update((RICH, thing) for thing in things)

    def __exit__(self, *error):
        self.is_over = True
        self.may_go.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    def go_on(self):
        self.may_go.set()

    def rest(self):
        self.may_go.clear()
        wait_for(lambda: self.resting == len(self.threads) or self.odd, "all requests to be answered", 2 * PATIENCE)

    def run(self, step):
        with Client(self.daemon.port, self.token) as client:
            while True:
                self.wait_while_resting(client)
                if self.is_over:
                    break
                try:
                    step(client, next(self.numbers))
                except Exception as error:
                    self.odd.append(f"{step.__name__}: {error!r}")
                self.answered += 1

    def wait_while_resting(self, client):
        if self.may_go.is_set():
            return
        client.connection.close()
        with self.lock:
            self.resting += 1
        self.may_go.wait()
        with self.lock:
            self.resting -= 1

    def again(self, ask, good):
        """Until the answer is one that is good; whatever else is final is odd."""
        until = time.monotonic() + PATIENCE
        while not self.is_over:
            try:
                answer = ask()
                if answer.status in good:
                    return answer
                if answer.status not in (202, 503):
                    raise AssertionError(f"{answer.status} {answer.body}")
            except (OSError, http.client.HTTPException):
                pass                       # whoever had it was killed
            if time.monotonic() > until:
                raise AssertionError("it was never acknowledged")
            time.sleep(0.005)
        raise AssertionError("the load ended first")

    def glance(self, ask, good):
        """Once; no answer at all is as good as any."""
        try:
            answer = ask()
        except (OSError, http.client.HTTPException):
            return
        if answer.status not in good:
            raise AssertionError(f"{answer.status} {answer.body}")

    # --- What clients do ---------------------------------------------------------------------------

    def person(self, client, number):
        """Somebody behind a gateway with a service token: the whole round of an expense."""
        user, thing = f"line:P{number % USERS}", "lunch q" + str(number).translate(LETTERS)
        of_user = f"?user={user}"
        expense = self.book(client, user, thing, number)
        self.deletable.append((user, thing, expense["id"]))
        self.glance(lambda: client.get(f"/api/v1/expenses{of_user}&limit=20"), [200])
        self.glance(lambda: client.get(f"/api/v1/summaries{of_user}&group_by=category"), [200])
        self.glance(lambda: client.post("/api/v1/parse", {"user": user, "text": f"taxi {number} and tea 3"}), [200])
        self.glance(lambda: client.request("PATCH", f"/api/v1/expenses/{expense['id']}{of_user}", {"account": "visa"}, {"If-Match": "*"}), [200])
        if len(self.deletable) > KEPT_FOR_DELETING:
            self.delete(client, *self.deletable.popleft())

    def book(self, client, user, thing, number):
        self.sent.add((user, thing))
        if number % 2:
            answer = self.again(lambda: client.say(user, f"{thing} ${number % 500 + 1}", Idempotency_Key=thing), [200])
            expense, = answer.json["expenses"]
        else:
            self.again(lambda: client.post("/api/v1/users", {"user": user}), [200, 201])
            new = {"user": user, "description": thing, "amount": str(number % 500 + 1), "currency": "TWD"}
            expense = self.again(lambda: client.post("/api/v1/expenses", new, Idempotency_Key=thing), [200, 201]).json
        self.acknowledged.add((user, expense["description"]))
        return expense

    def delete(self, client, user, thing, id_):
        """One that was deleted before an answer could be given is not found the second time."""
        self.again(lambda: client.request("DELETE", f"/api/v1/expenses/{id_}?user={user}"), [204, 404])
        self.acknowledged.discard((user, thing))
        self.deleted.add((user, thing))

    def passer_by(self, client, number):
        """Connections that come and go, also in the middle of something."""
        self.glance(lambda: client.get("/healthz"), [200])
        client.connection.close()
        self.glance(lambda: client.get("/api/v1/expenses", Authorization="Bearer nobody"), [401, 429])
        client.connection.close()
        for part in b"GET /healthz HTTP/1.1\r\nHost:", b"nonsense\r\n\r\n", b"POST /webhook/line HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{", b"":
            self.send_and_leave(part)
        self.send_and_leave(f"GET /api/v1/user/export?user={RICH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode(), 100)

    def send_and_leave(self, data, answer_len=0):
        try:
            with socket.create_connection(("127.0.0.1", self.daemon.port), PATIENCE) as s:
                s.sendall(data)
                s.recv(answer_len) if answer_len else None
        except OSError:
            pass

    def line(self, client, number):
        thing = "coffee q" + str(number).translate(LETTERS)
        user = f"S{number % USERS}"
        body = line_body(line_event(user, f"{thing} ${number % 500 + 1}", f"{user}#{number}"))
        self.told(f"line:Ubot:{user}", thing, lambda: post_line(client, body))

    def telegram(self, client, number):
        thing = "tea q" + str(number).translate(LETTERS)
        user = 5000 + number % USERS
        update = telegram_update(number, user, f"{thing} ${number % 500 + 1}")
        time.sleep(CHAT_PAUSE_S)
        self.told(f"telegram:{BOT}:{user}", thing, lambda: post_telegram(client, update))

    def told(self, user, thing, post):
        """An event of a messenger, which comes twice."""
        self.sent.add((user, thing))
        for _ in range(2):
            self.again(post, [200])
        self.acknowledged.add((user, thing))

    def unsure(self, client, number):
        """What a provider is asked about."""
        user, thing = f"line:Z{number % USERS}", "zorbl q" + str(number).translate(LETTERS)
        self.sent.add((user, thing))
        answer = self.again(lambda: client.say(user, f"{thing} {number % 500 + 100}", Idempotency_Key=thing), [200])
        self.acknowledged.add((user, answer.json["expenses"][0]["description"]))

    def watcher(self, client, number):
        """Who reads the stats socket, or does not."""
        commands = ["show stats", "show stats json", "show stats prometheus", "show workers", "show info", "nonsense", ""]
        try:
            if number % 3:
                self.daemon.ask(commands[number % len(commands)])
            else:
                with socket.socket(socket.AF_UNIX) as s:
                    s.connect(os.path.join(self.daemon.run_dir, "stats.sock"))
                    s.sendall(b"show stats\n")
        except OSError:
            time.sleep(0.005)              # the keeper is being replaced
