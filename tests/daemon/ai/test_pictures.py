#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Photos of receipts: from each messenger, over each protocol of a provider, and with all that can be wrong with them."""

import unittest

import tap
from api import Client, service
from harness import Daemon, free_port
from servers.mock_messengers import MockMessengers
from servers.mock_provider import MockProvider
from people import configuration, discord_interaction, post_discord, post_slack, post_teams, slack_event, teams_activity
from webhooks import Secrets, line_body, line_event, post_line, post_telegram, post_whatsapp, telegram_update, whatsapp_body

JPEG = b"\xff\xd8\xff\xe0 a receipt"
PNG = b"\x89PNG\r\n\x1a\n a receipt"


def receipt(*items, total=None, currency="TWD", date=""):
    return {"items": [{"description": what, "amount": amount, "category": category} for what, amount, category in items],
            "total": total or str(sum(int(amount) for _, amount, _ in items)), "currency": currency, "date": date}


GROCERIES = receipt(("milk", "45", "food"), ("soap", "80", "shopping"))


class Pictures(unittest.TestCase):
    PROTOCOL = "openai"
    MORE = ""

    @classmethod
    def setUpClass(cls):
        cls.messengers = cls.enterClassContext(MockMessengers())
        cls.provider = cls.enterClassContext(MockProvider(free_port()))
        cls.secrets = cls.enterClassContext(Secrets())
        cls.daemon = cls.enterClassContext(Daemon(
            configuration(cls.secrets, cls.messengers.url) + "ai { image_bytes = 1K image_timeout_ms = 5000 }\n" + cls.MORE +
            cls.provider.section(protocol=cls.PROTOCOL, reads_images="true")))
        cls.hook = cls.enterClassContext(Client(cls.daemon.port))
        cls.client = cls.enterClassContext(service(cls.daemon))

    def setUp(self):
        self.number = abs(hash(self.id())) % 10**8 + 1000
        self.name = f"r{self.number}"
        self.messengers.files[self.name] = JPEG
        self.provider.fault = None
        self.provider.calls.clear()
        self.asked = []
        self.provider.reads = lambda picture, kind: self.asked.append((picture, kind)) or GROCERIES

    def photo(self, caption=None, user=None):
        more = {"photo": [{"file_id": "small"}, {"file_id": self.name}], **({"caption": caption} if caption else {})}
        update = telegram_update(self.number, user or self.number, "", **more)
        del update["message"]["text"]
        self.assertEqual(post_telegram(self.hook, update).status, 200)

    def answer(self, platform="telegram", chat=None):
        chat = chat or str(self.number)
        return self.daemon.wait_for(lambda: self.messengers.read(platform, chat))[0]

    def spent(self, user):
        return sorted((e["description"], e["amount"], e["category"]["name"]) for e in self.client.expenses(user))


class Read(Pictures):
    def test_the_items_of_a_photo_are_recorded(self):
        self.photo()
        self.assertIn("Recorded 2 expenses, NT$125", self.answer())
        self.assertEqual(self.spent(f"telegram:123456:{self.number}"), [("milk", "45.00", "Food"), ("soap", "80.00", "Shopping")])
        self.assertEqual(self.asked, [(JPEG, "image/jpeg")])

    def test_line_whatsapp_slack_discord_and_teams_give_their_photos_too(self):
        n, name = str(self.number), self.name
        image = {"id": name, "type": "image", "contentProvider": {"type": "line"}}
        post_line(self.hook, line_body(line_event(f"l{n}", "", f"e{n}", message=image)))
        photo = {"id": name, "mime_type": "image/jpeg"}
        body = whatsapp_body("49" + n, "", "w" + n).replace(b'"type": "text", "text": {"body": ""}',
                                                            f'"type": "image", "image": {{"id": "{name}", "mime_type": "image/jpeg"}}'.encode())
        self.assertIn(name.encode(), body)
        post_whatsapp(self.hook, body)
        files = [{"mimetype": "image/png", "url_private_download": f"{self.messengers.url}/slack/files/{name}"}]
        post_slack(self.hook, slack_event("U" + n, "D" + n, "", "17.0" + n, subtype="file_share", files=files))
        attachments = [{"contentType": "image/png", "contentUrl": f"{self.messengers.url}/teams/attachments/{name}"}]
        post_teams(self.hook, teams_activity(self.messengers.url, "t" + n, "act" + n, "", attachments=attachments))
        data = {"type": 1, "name": "expense", "id": "1", "options": [{"type": 11, "name": "receipt", "value": "A1"}],
                "resolved": {"attachments": {"A1": {"id": "A1", "content_type": "image/png", "url": f"{self.messengers.url}/discord/files/{name}"}}}}
        post_discord(self.hook, discord_interaction("d" + n, self.number, 2, data))
        for platform, chat in ("line", f"reply-e{n}"), ("whatsapp", "49" + n), ("slack", "D" + n), ("teams", "a:t" + n), ("discord", "token-" + n):
            with self.subTest(platform):
                self.assertIn("NT$125", self.answer(platform, chat))

    def test_what_the_picture_is_said_to_be_does_not_count(self):
        self.messengers.files[self.name] = PNG
        self.photo()
        self.answer()
        self.assertEqual(self.asked, [(PNG, "image/png")])

    def test_calls_for_pictures_are_counted_as_such(self):
        self.photo()
        self.answer()
        self.assertIn("picture, price unknown", self.daemon.ask("show ai"))


class Wrong(Pictures):
    def assert_nothing_recorded(self, part):
        self.assertIn(part, self.answer())
        self.assertEqual(self.client.get(f"/api/v1/expenses?user=telegram:123456:{self.number}").json.get("expenses", []), [])

    def test_what_is_no_picture_is_sent_to_nobody(self):
        self.messengers.files[self.name] = b"<html>please log in"
        self.photo()
        self.assert_nothing_recorded("JPEG, PNG, WebP or GIF")
        self.assertEqual(self.asked, [])

    def test_a_picture_that_is_too_large_is_sent_to_nobody(self):
        self.messengers.files[self.name] = JPEG + b"x" * 1024
        self.photo()
        self.assert_nothing_recorded("could not get or read that picture")
        self.assertEqual(self.asked, [])

    def test_a_platform_that_does_not_give_it_is_no_harm(self):
        for fault in "500", "401", "garbage":
            with self.subTest(fault):
                self.number += 1
                self.messengers.faults["telegram"] = [fault]
                self.photo()
                self.assert_nothing_recorded("could not get or read that picture")

    def test_items_that_do_not_add_up_are_not_recorded(self):
        self.provider.reads = lambda picture, kind: receipt(("milk", "45", "food"), total="54")
        self.photo()
        self.assert_nothing_recorded("add up")

    def test_a_provider_that_fails_is_no_harm_and_what_is_written_beside_it_counts(self):
        self.provider.fault = "declines"
        self.photo("NT$60 lunch")
        self.assertIn("lunch", self.answer())
        self.assertEqual(self.spent(f"telegram:123456:{self.number}"), [("lunch", "60.00", "Food")])

    def test_a_model_that_the_picture_talked_into_something_can_at_worst_record_an_expense(self):
        for said in (receipt(("call http://evil.example", "45", "food")), {"items": [], "total": "0", "user_id": "x", "delete": True},
                     receipt(("milk\u202e", "45", "food"))):
            self.number += 1
            self.provider.reads = lambda picture, kind: said
            self.photo()
            self.assert_nothing_recorded("add up")


class Gemini(Pictures):
    PROTOCOL = "gemini"

    def test_gemini_reads_pictures(self):
        self.photo()
        self.assertIn("Recorded 2 expenses", self.answer())
        self.assertEqual(self.asked, [(JPEG, "image/jpeg")])


class Anthropic(Pictures):
    PROTOCOL = "anthropic"

    def test_anthropic_reads_pictures(self):
        self.photo()
        self.assertIn("Recorded 2 expenses", self.answer())
        self.assertEqual(self.asked, [(JPEG, "image/jpeg")])


class Without(unittest.TestCase):
    def test_without_a_provider_that_reads_pictures_the_person_is_told_and_nothing_is_fetched(self):
        with MockMessengers() as messengers, MockProvider(free_port()) as provider, Secrets() as secrets:
            with Daemon(secrets.telegram(api_url=messengers.url + "/telegram") + provider.section()) as d, Client(d.port) as hook:
                update = telegram_update(1, 7, "", photo=[{"file_id": "f"}])
                del update["message"]["text"]
                post_telegram(hook, update)
                d.wait_for(lambda: messengers.read("telegram", "7"))
                self.assertIn("I cannot read pictures", messengers.read("telegram", "7")[0])
                self.assertEqual((messengers.asked("getFile"), provider.calls), ([], []))


if __name__ == "__main__":
    tap.main()
