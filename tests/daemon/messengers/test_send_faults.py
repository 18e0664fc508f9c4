#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a messenger's service can do wrong with an answer, in each of the six: it arrives all the same, and once."""

import tap
from messenger_case import MessengerCase
from servers.mock_messengers import FAULTS
from people import discord_command, post_discord, post_slack, post_teams, slack_event, teams_activity
from webhooks import line_body, line_event, post_line, post_telegram, post_whatsapp, telegram_update, whatsapp_body


class Faults(MessengerCase):
    @classmethod
    def conf(cls):
        return "delivery { request_timeout_ms = 500 }\n" + super().conf()

    def arrives(self, platform, say, chat):
        """say and chat take a number, which makes a person; as many requests fail as there are faults, whoever they are for."""
        people = range(self.number, self.number + len(FAULTS))
        self.daemon.wait_for(lambda: say(self.number - 1).status == 200)             # keys and tokens are there then
        self.daemon.wait_for(lambda: self.mock.read(platform, chat(self.number - 1)))
        self.mock.faults[platform] = list(FAULTS)
        for n in people:
            self.assertEqual(say(n).status, 200)
        for n in people:
            read = self.daemon.wait_for(lambda: self.mock.read(platform, chat(n)), patience=90)
            self.assertEqual(len(read), 1, read)
            self.assertIn("tea", read[0])
        self.assertFalse(self.mock.faults[platform])

    def test_line(self):
        self.arrives("line", lambda n: post_line(self.hook, line_body(line_event(f"U{n}", "tea 5", f"U{n}#1"))), lambda n: f"U{n}")

    def test_telegram(self):
        self.arrives("telegram", lambda n: post_telegram(self.hook, telegram_update(n, n, "tea 5")), str)

    def test_slack(self):
        self.arrives("slack", lambda n: post_slack(self.hook, slack_event(f"U{n}", f"D{n}", "tea 5", f"{n}.1")), lambda n: f"D{n}")

    def test_discord(self):
        self.arrives("discord", lambda n: post_discord(self.hook, {**discord_command(str(n), n, "tea 5"), "channel_id": str(n)}), lambda n: f"token-{n}")

    def test_teams(self):
        self.arrives("teams", lambda n: post_teams(self.hook, teams_activity(self.mock.url, f"T{n}", f"a{n}", "tea 5")), lambda n: f"a:T{n}")

    def test_whatsapp(self):
        self.arrives("whatsapp", lambda n: post_whatsapp(self.hook, whatsapp_body(str(n), "tea 5", f"wamid.{n}")), str)


if __name__ == "__main__":
    tap.main()
