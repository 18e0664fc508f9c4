# SPDX-License-Identifier: MIT
"""The six messengers' services, on one port, as far as a bot sees them: they keep what they were sent, and fail as they are told.

    with MockMessengers() as mock, Daemon(secrets.line(api_url=mock.url + "/line")) as d:
        mock.faults["line"] = ["500", None]          # of its next requests; then there is none

What a person can read is in mock.read(chat): repeats that a platform knows are there once.
Pictures that people sent are in mock.files by their name, and are given to who has the bot's token.
"""

import http.server
import json
import ssl
import threading
import urllib.parse

import signing

FAULTS = ("429", "500", "401", "hang", "close", "garbage", "other_json")       # and "silence": it is taken, and nobody is told


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(status)
        self.status, self.body = status, body


class Call:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers = method, path, headers
        form = headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
        self.body = dict(urllib.parse.parse_qsl(body.decode())) if form else json.loads(body) if body else None

    def __repr__(self):
        return f"{self.method} {self.path} {self.body}"


def line(mock, call):
    """A reply token is good once, and a retry key is known again."""
    if call.headers["Authorization"] != "Bearer line-access-token":
        raise Refused(401, {"message": "Authentication failed"})
    if call.path.endswith("/content"):
        return mock.files[call.path.split("/")[-2]]
    if call.path.endswith("/reply"):
        token = call.body["replyToken"]
        if token in mock.used_tokens or token in mock.expired_tokens:
            raise Refused(400, {"message": "Invalid reply token"})
        mock.used_tokens.add(token)
        chat = mock.chat_of_token(token)
    else:
        chat, key = call.body["to"], call.headers["X-Line-Retry-Key"]
        if key in mock.used_tokens:
            raise Refused(409, {"message": "The retry key is already accepted"})
        mock.used_tokens.add(key)
    return {"sentMessages": [{"id": mock.keep("line", chat, message["text"], message)} for message in call.body["messages"]]}


def telegram(mock, call):
    if call.path.startswith("/telegram/file/bot123456:ABC/photos/"):
        return mock.files[call.path.rpartition("/")[2]]
    if not call.path.startswith("/telegram/bot123456:ABC/"):
        raise Refused(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    if call.path.endswith("/answerCallbackQuery"):
        mock.pressed.append(call.body["callback_query_id"])
        return {"ok": True, "result": True}
    if "/getFile?" in call.path:
        return {"ok": True, "result": {"file_path": "photos/" + call.path.rpartition("file_id=")[2]}}
    if refusal := mock.refusals.get(str(call.body["chat_id"])):
        raise Refused(refusal[0], {"ok": False, "error_code": refusal[0], "description": refusal[1]})
    if call.body["reply_parameters"]["message_id"] < 1:
        raise Refused(400, {"ok": False, "error_code": 400, "description": "Bad Request: message to be replied not found"})
    return {"ok": True, "result": {"message_id": int(mock.keep("telegram", str(call.body["chat_id"]), call.body["text"], call.body))}}


def slack(mock, call):
    if call.path.startswith("/slack/hooks/"):
        mock.keep("slack", call.path, call.body["text"], call.body)
        return None
    if call.headers["Authorization"] != "Bearer xoxb-slack":
        return {"ok": False, "error": "invalid_auth"}
    if call.path.startswith("/slack/files/"):
        return mock.files[call.path.rpartition("/")[2]]
    return {"ok": True, "channel": call.body["channel"], "ts": mock.keep("slack", call.body["channel"], call.body["text"], call.body)}


def discord(mock, call):
    """An interaction's token edits its promise in; the channel knows a nonce again."""
    parts = call.path.partition("?")[0].split("/")
    if parts[2] == "files":
        return mock.files[parts[3]]
    if call.body["allowed_mentions"] != {"parse": []}:
        raise Refused(400, {"message": "it could mention everybody"})
    if parts[2] == "channels":
        if call.headers["Authorization"] != "Bot discord-bot-token":
            raise Refused(401, {"message": "401: Unauthorized"})
        if call.body["nonce"] not in mock.nonces:
            mock.nonces[call.body["nonce"]] = mock.keep("discord", parts[3], call.body["content"], call.body)
        return {"id": mock.nonces[call.body["nonce"]]}
    if call.headers.get("Authorization") or parts[3] != "app-1":
        raise Refused(400, {"message": "a webhook has no bot token"})
    if call.method == "PATCH":
        mock.messages["discord", parts[4]] = []          # what is edited is there once
    return {"id": mock.keep("discord", parts[4], call.body["content"], call.body)}


def teams(mock, call):
    if call.path == "/teams/openid":
        return {"issuer": "https://api.botframework.com", "jwks_uri": mock.url + "/teams/keys"}
    if call.path == "/teams/keys" and not mock.teams_kids:
        raise Refused(500, {})
    if call.path == "/teams/keys":
        return {"keys": [signing.jwk(kid, endorsements=["msteams"]) for kid in mock.teams_kids]}
    if call.path.endswith("/oauth2/v2.0/token"):
        if (call.body["client_id"], call.body["client_secret"]) != ("teams-app", "teams-secret"):
            raise Refused(401, {"error": "invalid_client"})
        mock.teams_tokens.append(f"teams-token-{len(mock.teams_tokens)}")
        return {"token_type": "Bearer", "expires_in": 3599, "access_token": mock.teams_tokens[-1]}
    if call.headers["Authorization"] != "Bearer " + mock.teams_tokens[-1]:
        raise Refused(401, {"message": "Authorization has been denied for this request."})
    if call.path.startswith("/teams/attachments/"):
        return mock.files[call.path.rpartition("/")[2]]
    chat = urllib.parse.unquote(call.path.split("/")[4])
    text = call.body.get("text") or call.body["attachments"][0]["content"]["body"][0]["text"]
    return {"id": mock.keep("teams", chat, text, call.body)}


def whatsapp(mock, call):
    if call.headers["Authorization"] != "Bearer whatsapp-access-token":
        raise Refused(401, {"error": {"code": 190, "message": "Invalid OAuth access token"}})
    if call.path.startswith("/whatsapp/media/"):
        return mock.files[call.path.rpartition("/")[2]]
    if call.method == "GET":
        return {"url": mock.url + "/whatsapp/media/" + call.path.rpartition("/")[2], "mime_type": "image/jpeg"}
    text = (call.body.get("text") or call.body["interactive"]["body"]).get("body") or call.body["interactive"]["body"]["text"]
    return {"messages": [{"id": "wamid." + mock.keep("whatsapp", call.body["to"], text, call.body)}]}


PLATFORMS = {"line": line, "telegram": telegram, "slack": slack, "discord": discord, "teams": teams, "whatsapp": whatsapp}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True           # else each answer's body waits 40 ms behind its head
    timeout = 60

    def log_message(self, *args):
        pass

    def reply(self, status, body, **headers):
        data = b"ok" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def serve(self):
        mock = self.server.mock
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = Call(self.command, self.path, self.headers, body)
        platform = self.path.split("/")[1]
        try:
            with mock.lock:
                mock.calls.append(call)
                faults = mock.faults.get(platform)
                fault = faults.pop(0) if faults else None
                answer = PLATFORMS[platform](mock, call) if fault in (None, "silence") else None
            self.fail(fault) if fault else self.reply(200, answer)
        except Refused as refused:
            self.reply(refused.status, refused.body)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PATCH = serve

    def fail(self, fault):
        if fault in ("hang", "silence"):
            self.server.mock.stop.wait(30)
            self.close_connection = True
        elif fault == "close":
            self.close_connection = True
        elif fault == "garbage":
            self.reply(200, b"<html>\x00\xff please log in")
        elif fault == "other_json":
            self.reply(200, [{"welcome": "to the hotel's network"}])
        elif fault == "429":
            self.reply(429, {"ok": False, "message": "slow down"}, Retry_After="1")
        else:
            self.reply(int(fault), {"ok": False, "message": "no"})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        self.mock.errors.append(request)


class MockMessengers:
    """certificates: it speaks TLS with these."""

    def __init__(self, certificates=None):
        self.certificates = certificates
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.calls, self.errors, self.pressed = [], [], []
        self.faults = {}
        self.files = {}
        self.refusals = {}                   # chats of Telegram to the status and the words with which it refuses them
        self.messages = {}                   # (platform, chat) to what was sent there
        self.used_tokens, self.expired_tokens = set(), set()
        self.nonces = {}
        self.teams_tokens, self.teams_kids = [], ["key-1"]
        self.last_id = 1000
        self.chat_of_token = lambda token: token

    def keep(self, platform, chat, text, body):
        self.last_id += 1
        self.messages.setdefault((platform, chat), []).append((text, body))
        return str(self.last_id)

    def read(self, platform, chat):
        """The texts in a chat."""
        with self.lock:
            return [text for text, body in self.messages.get((platform, chat), [])]

    def sent(self, platform, chat):
        """The last message in a chat, as it was sent."""
        with self.lock:
            return self.messages[platform, chat][-1][1]

    def asked(self, part):
        """The requests whose path has this."""
        with self.lock:
            return [call for call in self.calls if part in call.path]

    def __enter__(self):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.mock = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        if self.certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificates.path("server.crt"), self.certificates.path("server.key"))
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.url = self.url.replace("http:", "https:")
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
