# SPDX-License-Identifier: MIT
"""Webhooks as the platforms send them: bodies in their forms, signed with the secrets that the daemon was given."""

import base64
import hashlib
import hmac
import json
import os
import tempfile
import time

LINE_SECRET, TELEGRAM_SECRET, SLACK_SECRET, WHATSAPP_SECRET = "line-channel-secret", "telegram-webhook-secret", "slack-signing-secret", "whatsapp-app-secret"


class Secrets:
    """Files with secrets, and the sections of the configuration that name them."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="aiexpense-test-")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.directory.cleanup()

    def file(self, name, *secrets):
        path = os.path.join(self.directory.name, name)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as f:
            f.write("\n".join(secrets) + "\n")
        return path

    def line(self, *secrets, api_url="http://127.0.0.1:1"):
        return (f'line {{ channel_secret = "{self.file("line", *(secrets or [LINE_SECRET]))}"\n'
                f'access_token = "{self.file("line-token", "line-access-token")}"\napi_url = "{api_url}"\ndata_url = "{api_url}" }}\n')

    def telegram(self, api_url="http://127.0.0.1:1"):
        return (f'telegram {{ webhook_secret = "{self.file("telegram", TELEGRAM_SECRET)}"\n'
                f'bot_token = "{self.file("telegram-token", "123456:ABC")}"\nbot_name = "expense_bot"\napi_url = "{api_url}" }}\n')

    def whatsapp(self, api_url="http://127.0.0.1:1"):
        return (f'whatsapp {{ app_secret = "{self.file("whatsapp", WHATSAPP_SECRET)}"\n'
                f'verify_token = "{self.file("whatsapp-verify", "open sesame")}"\n'
                f'access_token = "{self.file("whatsapp-token", "whatsapp-access-token")}"\napi_url = "{api_url}"\nmedia_url = "{api_url}/media/" }}\n')


def line_event(user, text, event_id, **more):
    return {"type": "message", "mode": "active", "timestamp": int(time.time() * 1000), "source": {"type": "user", "userId": user},
            "webhookEventId": event_id, "deliveryContext": {"isRedelivery": False}, "replyToken": "reply-" + event_id,
            "message": {"id": "m-" + event_id, "type": "text", "text": text}, **more}


def line_body(*events):
    return json.dumps({"destination": "Ubot", "events": list(events)}, ensure_ascii=False).encode()


def post_line(client, body, secret=LINE_SECRET):
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return client.request("POST", "/webhook/line", body, {"X-Line-Signature": signature})


def telegram_update(update_id, user, text, message_id=None, **more):
    return {"update_id": update_id, "message": {"message_id": message_id or update_id, "date": int(time.time()),
            "chat": {"id": user, "type": "private"}, "from": {"id": user, "is_bot": False, "first_name": "A", "language_code": "en"}, "text": text, **more}}


def post_telegram(client, update, secret=TELEGRAM_SECRET):
    return client.request("POST", "/webhook/telegram", json.dumps(update).encode(), {"X-Telegram-Bot-Api-Secret-Token": secret})


def whatsapp_body(number, text, message_id):
    message = {"from": number, "id": message_id, "timestamp": str(int(time.time())), "type": "text", "text": {"body": text}}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "106540352242922"}, "contacts": [{"wa_id": number}],
             "messages": [message]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"value": value, "field": "messages"}]}]}).encode()


def post_whatsapp(client, body, secret=WHATSAPP_SECRET):
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return client.request("POST", "/webhook/whatsapp", body, {"X-Hub-Signature-256": signature})
