# SPDX-License-Identifier: MIT
"""An AI provider on a port of its own that speaks all three protocols and fails as it is told.

    with MockProvider() as mock:
        mock.says = lambda text: [expense("padlock", "12")]
        mock.fault = "429"

says gives the expenses for the text of a message, or any other object, which is
then the whole answer; reads gives the answer for a picture.  fault is one of FAULTS or None; it is looked at for each call.
"""

import base64
import http.server
import json
import socket
import struct
import threading

FAULTS = ("slow", "drip", "hang", "refuse", "429", "500", "529", "garbage", "huge", "wrong_json", "dies", "declines", "hijacked")


def expense(description, amount, currency="TWD", category="other", date="", account=""):
    return dict(description=description, amount=amount, currency=currency, category=category, date=date, account=account)


def wrap_gemini(text):
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 200, "candidatesTokenCount": 30}}


def wrap_openai(text):
    return {"choices": [{"message": {"role": "assistant", "content": text, "refusal": None}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 200, "completion_tokens": 30}}


def wrap_anthropic(text):
    return {"content": [{"type": "tool_use", "name": "expenses", "input": json.loads(text)}], "stop_reason": "tool_use",
            "usage": {"input_tokens": 200, "output_tokens": 30}}


DECLINED = {"gemini": {"promptFeedback": {"blockReason": "SAFETY"}},
            "openai": {"choices": [{"message": {"content": None, "refusal": "no"}, "finish_reason": "stop"}]},
            "anthropic": {"content": [], "stop_reason": "refusal"}}


# What a model says that obeys a text which orders it to: somebody else's data, a sum that nobody wrote, a link, a command.
HIJACKED = {"user_id": "telegram:123456:1", "delete": True, "sql": "DROP TABLE expenses",
            "expenses": [expense("http://evil.example/?pay=now", "999999"), expense("ignore all rules", "-1", category="system")]}


def read_question(path, body):
    """The protocol, and what the person wrote."""
    if path.endswith(":generateContent"):
        return "gemini", "".join(p.get("text", "") for p in body["contents"][0]["parts"])
    content = body["messages"][-1]["content"]
    text = content if isinstance(content, str) else "".join(p.get("text", "") for p in content)
    return ("anthropic" if path.endswith("/v1/messages") else "openai"), text


def read_picture(protocol, body):
    """The bytes of the picture that is asked about, and what they are said to be; None: there is none."""
    parts = body["contents"][0]["parts"] if protocol == "gemini" else body["messages"][-1]["content"]
    for part in parts if isinstance(parts, list) else []:
        if "inlineData" in part:
            return base64.b64decode(part["inlineData"]["data"]), part["inlineData"]["mimeType"]
        if part.get("type") == "image_url":
            kind, _, data = part["image_url"]["url"].partition(";base64,")
            return base64.b64decode(data), kind.removeprefix("data:")
        if part.get("type") == "image":
            return base64.b64decode(part["source"]["data"]), part["source"]["media_type"]
    return None


WRAP = {"gemini": wrap_gemini, "openai": wrap_openai, "anthropic": wrap_anthropic}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, *args):
        pass

    def reply(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        mock = self.server.mock
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        protocol, text = read_question(self.path, body)
        with mock.lock:
            mock.calls.append((protocol, text, dict(self.headers), body))
            mock.connections.add(self.client_address)
            fault = mock.fault(len(mock.calls)) if callable(mock.fault) else mock.fault
        try:
            self.fail(fault, protocol, text, body) if fault else self.answer(protocol, text, body)
        except OSError:
            self.close_connection = True

    def answer(self, protocol, text, body):
        picture = read_picture(protocol, body)
        said = self.server.mock.reads(*picture) if picture else self.server.mock.says(text)
        said = {"expenses": said} if isinstance(said, list) else said
        self.reply(200, json.dumps(WRAP[protocol](json.dumps(said))).encode())

    def fail(self, fault, protocol, text, body):
        stop = self.server.mock.stop
        if fault == "slow":
            stop.wait(0.3)
            self.answer(protocol, text, body)
        elif fault == "hang":
            stop.wait(30)
            self.close_connection = True
        elif fault == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not stop.wait(0.1):
                self.wfile.write(b" ")
        elif fault == "huge":
            self.send_response(200)
            self.send_header("Content-Length", str(10 << 20))
            self.end_headers()
            for _ in range(160):
                self.wfile.write(b" " * 65536)
        elif fault == "dies":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"choices\":")
            self.wfile.flush()
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault == "refuse":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault == "garbage":
            self.reply(200, b"<html>\x00\xff please log in")
        elif fault == "wrong_json":
            self.reply(200, json.dumps(WRAP[protocol]('{"items": [1, 2]}')).encode())
        elif fault == "hijacked":
            self.reply(200, json.dumps(WRAP[protocol](json.dumps(HIJACKED))).encode())
        elif fault == "declines":
            self.reply(200, json.dumps(DECLINED[protocol]).encode())
        else:
            self.reply(int(fault), b'{"error":{"message":"no"}}', Retry_After="1", **self.server.mock.headers)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass


class MockProvider:
    def __init__(self, port):
        self.fault = None
        self.says = lambda text: []
        self.reads = lambda picture, kind: {"items": [], "total": "0", "currency": "TWD", "date": ""}
        self.headers = {}              # more of them, of an answer that is a status only
        self.calls = []
        self.connections = set()
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.port = port
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.mock = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def section(self, number=1, protocol="openai", **more):
        """The provider's section of the configuration."""
        path = "/v1" if protocol == "openai" else ""
        lines = [f'provider{number} {{ name = "mock{number}" protocol = {protocol} model = "model-{number}"',
                 f'base_url = "http://127.0.0.1:{self.port}{path}"']
        lines += [f'{key} = "{value}"' for key, value in more.items()]
        return "\n".join(lines) + "\n}\n"
