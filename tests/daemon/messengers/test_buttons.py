#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The button under an answer, pressed in each messenger, and pressed again: from what the person sent to what arrives."""

import json
import re
import time
import urllib.parse

import tap
from messenger_case import MessengerCase
from people import discord_command, discord_interaction, post_discord, post_slack, post_teams, slack_event, teams_activity
from webhooks import line_body, line_event, post_line, post_telegram, post_whatsapp, telegram_update, whatsapp_body

OLD = "That button is of an earlier message"


class Buttons(MessengerCase):
    """say() and press() are a messenger's; a press has a number, by which its platform knows it again."""

    platform = user = None

    def chat(self):
        return self.name

    def texts(self):
        return self.mock.read(self.platform, self.chat())

    def next_text(self, count):
        texts = self.daemon.wait_for(lambda: self.texts()[count:] and self.texts())
        self.assertEqual(len(texts), count + 1, texts)
        return texts[-1]

    def there(self):
        return self.spent(self.user())

    def test_undo_is_pressed_and_pressed_again_and_comes_twice(self):
        self.assertEqual(self.say("tea 5").status, 200)
        self.next_text(0)
        sent = json.dumps(self.mock.sent(self.platform, self.chat()))
        data = re.search("b[0-9a-f]{32}:u", sent).group()
        self.assertEqual(self.there(), [("tea", "5.00")])
        self.assertEqual(self.press(data, 1, is_forged=True).status, 401)
        self.assertEqual(self.there(), [("tea", "5.00")])
        self.assertEqual(self.press(data, 1).status, 200)
        self.assertIn("tea", self.next_text(1))
        self.assertEqual(self.there(), [])
        self.assertEqual(self.press(data, 1).status, 200)        # the platform delivers it again
        self.assertEqual(self.press(data, 2).status, 200)        # the person presses it again
        self.assertIn(OLD, self.next_text(2))
        self.assertEqual(self.there(), [])


class Line(Buttons):
    platform = "line"

    def user(self):
        return "line:Ubot:" + self.name

    def say(self, text):
        return post_line(self.hook, line_body(line_event(self.name, text, f"{self.name}#say")))

    def press(self, data, number, is_forged=False):
        event = line_event(self.name, "", f"{self.name}#press{number}", type="postback", postback={"data": data})
        del event["message"]
        return post_line(self.hook, line_body(event), *["forged"] * is_forged)


class Telegram(Buttons):
    platform = "telegram"

    def chat(self):
        return str(self.number)

    def user(self):
        return f"telegram:123456:{self.number}"

    def say(self, text):
        return post_telegram(self.hook, telegram_update(self.number, self.number, text))

    def press(self, data, number, is_forged=False):
        update = telegram_update(self.number + number, self.number, "")
        message = update.pop("message")
        update["callback_query"] = {"id": f"{self.number}-{number}", "from": message["from"], "message": message, "data": data}
        return post_telegram(self.hook, update, *["forged"] * is_forged)

    def test_undo_is_pressed_and_pressed_again_and_comes_twice(self):
        super().test_undo_is_pressed_and_pressed_again_and_comes_twice()
        self.assertEqual(self.mock.pressed, [f"{self.number}-1", f"{self.number}-2"])       # the client's clock stops


class Slack(Buttons):
    platform = "slack"

    def chat(self):
        return "D" + self.name

    def user(self):
        return "slack:T1:U" + self.name

    def say(self, text):
        return post_slack(self.hook, slack_event("U" + self.name, self.chat(), text, f"{self.number}.1"))

    def press(self, data, number, is_forged=False):
        pressed = {"type": "block_actions", "user": {"id": "U" + self.name}, "team": {"id": "T1"}, "channel": {"id": self.chat()},
                   "container": {"type": "message", "message_ts": "1.2", "channel_id": self.chat()},
                   "actions": [{"type": "button", "value": data, "action_ts": f"{self.number}.{number}"}]}
        body = urllib.parse.urlencode({"payload": json.dumps(pressed)}).encode()
        return post_slack(self.hook, body, "application/x-www-form-urlencoded", *["forged"] * is_forged)


class Discord(Buttons):
    platform = "discord"

    def texts(self):
        """Each interaction is answered by its own token."""
        return [text for number in range(3) for text in self.mock.read("discord", f"token-{self.number + number}")]

    def chat(self):
        return f"token-{self.number}"

    def user(self):
        return "discord:app-1:" + self.name

    def say(self, text):
        return post_discord(self.hook, discord_command(self.name, self.number, text))

    def press(self, data, number, is_forged=False):
        pressed = discord_interaction(self.name, self.number + number, 3, {"component_type": 2, "custom_id": data}, message={"id": "9"})
        return post_discord(self.hook, pressed, forged=is_forged)


class Teams(Buttons):
    platform = "teams"

    def chat(self):
        return "a:" + self.name

    def user(self):
        return "teams:teams-app:" + self.name

    def say(self, text):
        return self.daemon.wait_for(lambda: self.post(teams_activity(self.mock.url, self.name, f"{self.name}-say", text)))

    def post(self, activity, **claims):
        """Keys that were never asked for are fetched first, and the platform tries again."""
        answer = post_teams(self.hook, activity, **claims)
        return answer if answer.status != 503 else None

    def press(self, data, number, is_forged=False):
        activity = teams_activity(self.mock.url, self.name, f"{self.name}-press{number}", "", value={"data": data}, replyToId="1")
        return self.post(activity, **({"aud": "another-app"} if is_forged else {}))


class WhatsApp(Buttons):
    platform = "whatsapp"

    def chat(self):
        return str(self.number)

    def user(self):
        return f"whatsapp:106540352242922:{self.number}"

    def say(self, text):
        return post_whatsapp(self.hook, whatsapp_body(self.chat(), text, f"wamid.{self.number}"))

    def press(self, data, number, is_forged=False):
        body = json.loads(whatsapp_body(self.chat(), "", f"wamid.{self.number}-{number}"))
        message = body["entry"][0]["changes"][0]["value"]["messages"][0]
        del message["text"]
        message.update(type="interactive", timestamp=str(int(time.time())),
                       interactive={"type": "button_reply", "button_reply": {"id": data, "title": "Undo"}})
        return post_whatsapp(self.hook, json.dumps(body).encode(), *["forged"] * is_forged)


del Buttons                    # alone it is no messenger


if __name__ == "__main__":
    tap.main()
