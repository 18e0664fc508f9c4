#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From what a person writes in a messenger to the answer that arrives there, over each of the six, as their services see it."""

import tempfile
import time
import unittest

import tap
from api import Client
from servers.certificates import Certificates
from harness import Daemon, MovedClock
from messenger_case import MessengerCase, user_of_token
from servers.mock_messengers import MockMessengers
from people import configuration, discord_command, discord_interaction, post_discord, post_slack, post_teams, slack_command, slack_event, teams_activity
from webhooks import Secrets, line_body, line_event, post_line, post_telegram, post_whatsapp, telegram_update, whatsapp_body


class Messengers(MessengerCase):
    def one_answer(self, platform, chat, part="tea"):
        """The only text in a chat, which has this."""
        texts = self.daemon.wait_for(lambda: self.mock.read(platform, chat))
        self.assertEqual(len(texts), 1, texts)
        self.assertIn(part, texts[0])
        return self.mock.sent(platform, chat)


class Line(Messengers):
    def say(self, text, event):
        return post_line(self.hook, line_body(line_event(self.name, text, f"{self.name}#{event}")))

    def test_a_message_is_answered_by_its_reply_token(self):
        self.assertEqual(self.say("tea 5", 1).status, 200)
        self.one_answer("line", self.name)
        self.assertEqual([call.path for call in self.mock.asked("/line/") if call.body.get("replyToken") == f"reply-{self.name}#1"],
                         ["/line/v2/bot/message/reply"])
        self.assertEqual(self.spent("line:Ubot:" + self.name), [("tea", "5.00")])

    def test_an_answer_is_pushed_when_the_reply_token_has_ended(self):
        self.mock.expired_tokens.add(f"reply-{self.name}#1")
        self.say("tea 5", 1)
        self.one_answer("line", self.name)
        self.assertEqual([call.body["to"] for call in self.mock.asked("/line/v2/bot/message/push") if call.body["to"] == self.name], [self.name])

    def test_what_comes_again_is_answered_once(self):
        for _ in range(3):
            self.assertEqual(self.say("tea 5", 1).status, 200)
        self.one_answer("line", self.name)
        self.say("tea 5", 1)
        self.say("bun 7", 2)
        self.daemon.wait_for(lambda: any("bun" in text for text in self.mock.read("line", self.name)))
        self.assertEqual(len(self.mock.read("line", self.name)), 2)

    def test_an_answer_survives_a_service_in_trouble(self):
        self.mock.faults["line"] = ["500"]
        self.say("tea 5", 1)
        self.one_answer("line", self.name)


class Telegram(Messengers):
    def test_an_answer_replies_to_the_message(self):
        self.assertEqual(post_telegram(self.hook, telegram_update(self.number, self.number, "tea 5", message_id=41)).status, 200)
        sent = self.one_answer("telegram", str(self.number))
        self.assertEqual(sent["reply_parameters"], {"message_id": 41, "allow_sending_without_reply": True})
        self.assertEqual(sent["chat_id"], self.number)

    def test_a_mention_in_a_group_is_answered_there(self):
        update = telegram_update(self.number, self.number, "@expense_bot tea 5", message_id=42)
        update["message"]["chat"] = {"id": -self.number, "type": "supergroup"}
        update["message"]["entities"] = [{"type": "mention", "offset": 0, "length": 12}]
        post_telegram(self.hook, update)
        self.one_answer("telegram", str(-self.number))

    def test_a_group_that_does_not_speak_to_the_bot_is_not_answered(self):
        update = telegram_update(self.number, self.number, "tea 5")
        update["message"]["chat"] = {"id": -self.number, "type": "supergroup"}
        before = self.daemon.stats()["webhook_ignored"]
        self.assertEqual(post_telegram(self.hook, update).status, 200)
        self.assertEqual(self.daemon.stats()["webhook_ignored"], before + 1)


class Slack(Messengers):
    def test_the_address_is_verified(self):
        answer = post_slack(self.hook, b'{"type":"url_verification","token":"x","challenge":"3eZbrw1aB"}')
        self.assertEqual((answer.status, answer.body), (200, b"3eZbrw1aB"))
        self.assertEqual(post_slack(self.hook, b'{"type":"url_verification","challenge":"x"}', secret="another").status, 401)

    def test_a_direct_message_is_answered_in_its_channel(self):
        self.assertEqual(post_slack(self.hook, slack_event("U" + self.name, "D" + self.name, "tea 5", "1596183880.0042")).status, 200)
        sent = self.one_answer("slack", "D" + self.name)
        self.assertNotIn("thread_ts", sent)
        self.assertEqual(self.spent(f"slack:T1:U{self.name}"), [("tea", "5.00")])

    def test_a_mention_is_answered_in_the_messages_thread(self):
        post_slack(self.hook, slack_event("U" + self.name, "C" + self.name, "<@UBOT> tea 5", "1596183880.0043", type="app_mention"))
        self.assertEqual(self.one_answer("slack", "C" + self.name)["thread_ts"], "1596183880.0043")

    def test_a_command_is_answered_at_its_address(self):
        path = "/slack/hooks/" + self.name
        body = slack_command("U" + self.name, "C1", "tea 5", self.name, self.mock.url + path)
        self.assertEqual(post_slack(self.hook, body, "application/x-www-form-urlencoded").status, 200)
        self.one_answer("slack", path)

    def test_a_command_without_a_text_is_answered_with_what_to_write(self):
        path = "/slack/hooks/" + self.name
        body = slack_command("U" + self.name, "C1", " ", self.name, self.mock.url + path)
        self.assertEqual(post_slack(self.hook, body, "application/x-www-form-urlencoded").status, 200)
        self.one_answer("slack", path, "早餐$20")             # in the language of the place, where nobody has said a word


class Discord(Messengers):
    def test_a_ping_is_answered_and_a_forged_one_refused(self):
        answer = post_discord(self.hook, {"type": 1, "id": "1", "application_id": "app-1"})
        self.assertEqual((answer.status, answer.json), (200, {"type": 1}))
        self.assertEqual(post_discord(self.hook, {"type": 1}, forged=True).status, 401)

    def promised(self, interaction):
        answer = post_discord(self.hook, interaction)
        self.assertEqual((answer.status, answer.json["type"]), (200, 5))
        self.one_answer("discord", interaction["token"])
        edits = [call for call in self.mock.asked(interaction["token"])]
        self.assertEqual([(call.method, call.path.rsplit("/", 2)[1:]) for call in edits], [("PATCH", ["messages", "@original"])])

    def test_a_command_is_promised_an_answer_that_is_edited_in(self):
        self.promised(discord_command(self.name, self.number, "tea 5"))
        self.assertEqual(self.spent(f"discord:app-1:{self.name}"), [("tea", "5.00")])

    def test_a_command_without_a_text_asks_by_a_form_whose_answer_is_handled(self):
        answer = post_discord(self.hook, discord_command(self.name, self.number)).json
        self.assertEqual((answer["type"], answer["data"]["custom_id"]), (9, "expense"))
        field = {"type": 1, "components": [{"type": 4, "custom_id": "text", "value": "tea 5"}]}
        self.promised(discord_interaction(self.name, self.number + 1, 5, {"custom_id": "expense", "components": [field]}))

    def test_the_command_on_a_message_reads_that(self):
        data = {"type": 3, "name": "Add as expense", "target_id": "9", "resolved": {"messages": {"9": {"id": "9", "content": "tea 5"}}}}
        self.promised(discord_interaction(self.name, self.number, 2, data))


class Teams(Messengers):
    def test_a_message_is_answered_at_its_service(self):
        self.assertEqual(post_teams(self.hook, teams_activity(self.mock.url, self.name, "act1", "tea 5")).status, 200)
        sent = self.one_answer("teams", "a:" + self.name)
        self.assertEqual((sent["replyToId"], sent["recipient"], sent["from"]), ("act1", {"id": self.name}, {"id": "28:bot"}))
        self.assertEqual(self.spent(f"teams:teams-app:{self.name}"), [("tea", "5.00")])

    def test_a_token_for_another_app_or_by_an_unknown_key_is_refused(self):
        activity = teams_activity(self.mock.url, self.name, "act1", "tea 5")
        self.assertEqual(post_teams(self.hook, activity, aud="another-app").status, 401)
        self.assertIn(post_teams(self.hook, activity, kid="key-9").status, (401, 503))
        self.assertEqual(self.spent(f"teams:teams-app:{self.name}"), [])

    def test_a_token_that_was_withdrawn_is_replaced(self):
        post_teams(self.hook, teams_activity(self.mock.url, self.name + "0", "act0", "tea 5"))     # the keys are fetched for
        self.one_answer("teams", f"a:{self.name}0")
        self.mock.faults["teams"] = ["401"]
        post_teams(self.hook, teams_activity(self.mock.url, self.name, "act1", "tea 5"))
        self.one_answer("teams", "a:" + self.name)


class TeamsKeys(Messengers):
    """Keys that are asked for at most once a minute, and are believed for a day."""

    @classmethod
    def setUpClass(cls):
        cls.clock = cls.enterClassContext(MovedClock())
        super().setUpClass()

    def taken(self, kid, event):
        activity = teams_activity(self.mock.url, self.name, f"{self.name}-{event}", f"tea {event}")
        now = int(time.time()) + self.clock.ahead
        return post_teams(self.hook, activity, kid=kid, nbf=now - 10, exp=now + 3600).status

    def fetches(self):
        return len(self.mock.asked("/teams/keys"))

    def test_keys_roll_over_and_a_withdrawn_one_is_believed_for_a_day_at_most(self):
        self.assertEqual([self.taken("key-1", 1), self.taken("key-1", 2), self.fetches()], [200, 200, 1])
        self.mock.teams_kids = ["key-1", "key-2"]
        self.assertEqual([self.taken("key-2", 3), self.fetches()], [401, 1])       # not more often, whoever signs with what
        self.clock.forward(61)
        self.assertEqual([self.taken("key-2", 3), self.taken("key-1", 4), self.fetches()], [200, 200, 2])
        self.mock.teams_kids = ["key-2"]
        self.clock.forward(86400 - 120)
        self.assertEqual([self.taken("key-1", 5), self.fetches()], [200, 2])
        self.clock.forward(120)
        self.mock.teams_kids = []
        self.assertEqual([self.taken("key-2", 6), self.fetches()], [200, 3])       # nobody gives them: the old ones do
        self.clock.forward(61)
        self.mock.teams_kids = ["key-2"]
        self.assertEqual([self.taken("key-2", 7), self.taken("key-1", 8), self.fetches()], [200, 401, 4])
        self.daemon.wait_for(lambda: len(self.spent(f"teams:teams-app:{self.name}")) == 7)


class WhatsApp(Messengers):
    def test_an_answer_quotes_the_message(self):
        number = str(self.number)
        self.assertEqual(post_whatsapp(self.hook, whatsapp_body(number, "tea 5", "wamid." + number)).status, 200)
        sent = self.one_answer("whatsapp", number)
        self.assertEqual((sent["context"], sent["messaging_product"]), ({"message_id": "wamid." + number}, "whatsapp"))


class Authorities(unittest.TestCase):
    """Services that speak TLS with certificates that no system trusts."""

    def setUp(self):
        certificates = Certificates(self.enterContext(tempfile.TemporaryDirectory(prefix="aiexpense-test-")))
        self.ca_file = certificates.path("ca.crt")
        self.secrets = self.enterContext(Secrets())
        self.mock = self.enterContext(MockMessengers(certificates))
        self.mock.chat_of_token = user_of_token

    def daemon(self, more=""):
        daemon = self.enterContext(Daemon(configuration(self.secrets, self.mock.url) + more))
        return daemon, self.enterContext(Client(daemon.port))

    def test_messages_keys_and_tokens_go_to_services_whose_authority_is_named(self):
        daemon, hook = self.daemon(f'delivery {{ ca_file = "{self.ca_file}" }}\n')
        self.assertEqual(post_line(hook, line_body(line_event("ca", "tea 5", "ca#1"))).status, 200)
        self.assertEqual(post_teams(hook, teams_activity(self.mock.url, "ca", "act1", "tea 5")).status, 200)
        self.assertIn("tea", daemon.wait_for(lambda: self.mock.read("line", "ca"))[0])
        daemon.wait_for(lambda: self.mock.asked("/oauth2/"))         # its hosts are allowed without a port only, so that no answer comes here

    def test_nobody_else_is_told_anything(self):
        daemon, hook = self.daemon()
        self.assertEqual(post_line(hook, line_body(line_event("ca", "tea 5", "ca#1"))).status, 200)
        daemon.wait_for(lambda: daemon.stats()["line_put_off"])
        self.assertEqual(self.mock.calls, [])


if __name__ == "__main__":
    tap.main()
