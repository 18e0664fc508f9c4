# SPDX-License-Identifier: MIT
"""Requests without a pause, over connections that stay and over ones that are new each time.

    with SteadyLoad(d.port, token) as load:
        ...
        load.let_pass(100)
    assert load.failures == []

Every request has an id of its own, by which it is found in the log.
"""

import itertools
import threading

from api import Client
from harness import wait_for


class SteadyLoad:
    def __init__(self, port, token=None, threads=2):
        """With a token expenses are stored and listed as well."""
        self.port, self.token = port, token
        self.failures = []               # what was not as it should be, in words
        self.ids = []                    # of the requests that were answered
        self.stored = []                 # the users whose expense was acknowledged
        self.is_over = False
        self.threads = [threading.Thread(target=self.run, args=(f"load{n}-{is_kept:d}", is_kept), daemon=True)
                        for n in range(threads) for is_kept in (True, False)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.let_pass(1)
        return self

    def __exit__(self, *error):
        self.end()

    def end(self):
        self.is_over = True
        for thread in self.threads:
            thread.join()

    def run(self, name, is_kept):
        client = Client(self.port, self.token)
        for n in itertools.count():
            if self.is_over:
                break
            try:
                self.ask(client, f"{name}-{n}", f"line:{name}-{n}", n)
            except Exception as error:
                self.failures.append(f"{name}-{n}: {error!r}")
            if not is_kept:
                client.connection.close()
        client.connection.close()

    def ask(self, client, request_id, user, n):
        ids = {"X-Request-Id": request_id}
        if self.token is None or n % 3 == 0:
            answer, good = client.get("/healthz", **ids), 200
        elif n % 3 == 1:
            answer, good = client.request("POST", "/api/v1/messages", {"user": user, "text": "lunch 5"}, ids), 200
            if answer.status == good:
                self.stored.append(user)
        else:
            answer, good = client.get(f"/api/v1/expenses?user={user}", **ids), 404
        if answer.status != good:
            self.failures.append(f"{request_id}: {answer.status} {answer.body}")
        self.ids.append(request_id)

    def let_pass(self, count):
        """Until so many more requests were answered."""
        until = len(self.ids) + count
        wait_for(lambda: len(self.ids) >= until or self.failures, "requests to be answered")
