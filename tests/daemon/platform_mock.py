# SPDX-License-Identifier: MIT
"""A Telegram that takes messages, but for chats to which it says something else."""

import http.server
import json
import threading


class Platform(http.server.ThreadingHTTPServer):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            chat = body["chat_id"]
            code, text = self.server.refusals.get(chat, (200, ""))
            self.server.asked.append(chat)
            if code == 200:
                self.server.sent.append((chat, body["text"]))
            self.send_response(code)
            self.end_headers()
            answer = {"ok": True, "result": {"message_id": len(self.server.sent)}}
            self.wfile.write(json.dumps(answer if code == 200 else {"ok": False, "error_code": code, "description": text}).encode())

        def log_message(self, *args):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.refusals, self.asked, self.sent = {}, [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def texts(self, chat):
        return [text for to, text in self.sent if to == chat]
