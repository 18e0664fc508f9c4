# SPDX-License-Identifier: MIT
"""A client of the REST API for the tests."""

import http.client
import json
import socket


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """One keep-alive connection with a token, to a port or a Unix socket."""

    def __init__(self, address, token=None, timeout=30):
        self.connection = UnixConnection(address, timeout) if isinstance(address, str) \
            else http.client.HTTPConnection("127.0.0.1", address, timeout=timeout)
        self.token = token

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.connection.close()

    def request(self, method, path, body=None, headers=None):
        sent = dict(headers or {})
        if self.token and "Authorization" not in sent:
            sent["Authorization"] = "Bearer " + self.token
        if body is not None and "Content-Type" not in sent:
            sent["Content-Type"] = "application/json"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        try:
            self.connection.request(method, path, body, sent)
            return Answer(self.connection.getresponse())
        except Exception:
            self.connection.close()      # the next request begins anew
            raise

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, body, **headers):
        return self.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def say(self, user, text, **headers):
        """One chat message."""
        return self.post("/api/v1/messages", {"user": user, "text": text}, **headers)

    def expenses(self, user, query=""):
        """All expenses of a user, page by page, the newest first."""
        found, cursor = [], ""
        while True:
            answer = self.get(f"/api/v1/expenses?user={user}&limit=500{query}{cursor}")
            assert answer.status == 200, answer.body
            found += answer.json["expenses"]
            if answer.json["next_cursor"] is None:
                return found
            cursor = "&cursor=" + answer.json["next_cursor"]


def token(daemon, kind="service", *more):
    """A new token of the running daemon."""
    made = daemon.ctl("token", "add", kind, *more)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def service(daemon):
    return Client(daemon.port, token(daemon))
