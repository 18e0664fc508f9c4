#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One person in several messengers: a code sent from one to the other makes them share a ledger, until that is ended."""

import io
import json
import os
import re
import zipfile

import tap
from harness import Daemon, kill_one, wait_for
from messenger_case import MessengerCase
from webhooks import line_body, line_event, post_line, post_telegram, post_whatsapp, telegram_update, whatsapp_body


class Linking(MessengerCase):
    def setUp(self):
        super().setUp()
        self.events = 0
        self.read = {}
        self.line, self.telegram, self.whatsapp = f"line:Ubot:{self.name}", f"telegram:123456:{self.number}", f"whatsapp:106540352242922:{self.number}"

    def post(self, platform, text):
        self.events += 1
        if platform == "line":
            return post_line(self.hook, line_body(line_event(self.name, text, f"{self.name}#{self.events}")))
        if platform == "telegram":
            return post_telegram(self.hook, telegram_update(self.number * 100 + self.events, self.number, text))
        return post_whatsapp(self.hook, whatsapp_body(str(self.number), text, f"wamid.{self.name}{self.events}"))

    def say(self, platform, text):
        """Say something and read the one answer, in the same chat."""
        chat = self.name if platform == "line" else str(self.number)
        seen = self.read.get(platform, 0)
        self.assertEqual(self.post(platform, text).status, 200)
        texts = self.daemon.wait_for(lambda: (texts := self.mock.read(platform, chat)) and len(texts) > seen and texts)
        self.assertEqual(len(texts), seen + 1, texts[seen:])
        self.read[platform] = seen + 1
        return texts[-1]

    def code(self, platform="telegram", word="link"):
        answer = self.say(platform, word)
        found = re.search(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", answer)
        self.assertTrue(found, answer)
        return found.group()

    def link(self, main="telegram", alias="line"):
        self.assertIn("Linked", self.say(alias, "link " + self.code(main)))


class Linked(Linking):
    def test_both_chats_read_and_write_one_ledger(self):
        self.say("telegram", "tea 5")
        self.link()
        self.assertIn("bun", self.say("line", "bun 7"))
        self.assertIn("rice", self.say("telegram", "rice 9"))
        for user in (self.telegram, self.line):
            self.assertEqual(sorted(self.spent(user)), [("bun", "7.00"), ("rice", "9.00"), ("tea", "5.00")])
        self.assertIn("21", self.say("line", "how much today?"))

    def test_the_rest_api_takes_either_id(self):
        self.link()
        made = self.client.post("/api/v1/expenses", {"user": self.line, "expenses": [{"description": "bun", "amount": "7.00"}]})
        self.assertIn(made.status, (200, 201), made.json)
        self.assertEqual(self.client.post("/api/v1/messages", {"user": self.line, "text": "rice 9"}).json["status"], "recorded")
        self.assertEqual(sorted(self.spent(self.telegram)), [("bun", "7.00"), ("rice", "9.00")])
        self.assertEqual(self.client.get(f"/api/v1/user?user={self.line}").json["id"], self.telegram)

    def test_a_request_made_before_the_link_is_known_behind_it(self):
        key = {"Idempotency-Key": "k" + self.name}
        first = self.client.request("POST", "/api/v1/messages", {"user": self.line, "text": "hello"}, key).json
        self.link()
        self.assertEqual(self.client.request("POST", "/api/v1/messages", {"user": self.line, "text": "hello"}, key).json["id"], first["id"])

    def test_what_was_said_in_either_chat_before_the_link_is_found_by_both_and_not_behind_its_end(self):
        said = {user: self.client.post("/api/v1/messages", {"user": user, "text": "hello"}).json["id"] for user in (self.line, self.telegram)}

        def found(user, whose):
            return self.client.get(f"/api/v1/messages/{said[whose]}?user={user}").status
        self.assertEqual((found(self.telegram, self.line), found(self.line, self.telegram)), (404, 404))
        self.link()
        self.assertEqual([found(user, whose) for user in said for whose in said], [200] * 4)
        self.assertEqual(self.client.get(f"/api/v1/messages/{said[self.line][:-4]}0000?user={self.telegram}").status, 404)
        self.say("line", "unlink")
        self.assertEqual((found(self.telegram, self.line), found(self.line, self.telegram)), (404, 404))
        self.assertEqual((found(self.telegram, self.telegram), found(self.line, self.line)), (200, 200))

    def test_an_event_that_comes_again_is_booked_once_on_either_side_of_link_and_unlink(self):
        self.link()
        event = line_body(line_event(self.name, "bun 7", self.name + "#again"))
        post_line(self.hook, event)
        self.daemon.wait_for(lambda: self.spent(self.telegram))
        self.daemon.wait_for(lambda: len(self.mock.read("line", self.name)) == 2)
        self.read["line"] = 2
        self.assertEqual(post_line(self.hook, event).status, 200)
        self.say("line", "unlink")
        self.assertEqual(post_line(self.hook, event).status, 200)
        self.say("line", "tea 5")
        self.assertEqual((self.spent(self.telegram), self.spent(self.line)), ([("bun", "7.00")], [("tea", "5.00")]))

    def test_what_waits_behind_the_code_goes_to_the_linked_ledger(self):
        code = self.code()
        self.post("line", "link " + code)
        for thing in "bun 7", "rice 9":
            self.post("line", thing)
        self.daemon.wait_for(lambda: len(self.mock.read("line", self.name)) == 3)
        self.assertEqual(sorted(self.spent(self.telegram)), [("bun", "7.00"), ("rice", "9.00")])
        self.assertIn("Linked", self.mock.read("line", self.name)[0])

    def test_an_open_question_and_an_undo_belong_to_their_chat_and_the_ledger(self):
        self.link()
        self.assertIn("for?", self.say("line", "25"))
        self.assertIn("rice", self.say("telegram", "rice 9"))
        self.assertIn("bun", self.say("line", "bun"))
        self.say("line", "undo")
        self.assertEqual(self.spent(self.telegram), [("rice", "9.00")])

    def test_an_edited_message_is_edited_in_the_linked_ledger(self):
        self.link("line", "telegram")
        self.say("telegram", "bun 7")
        update = telegram_update(self.number * 100 + self.events, self.number, "bun 8")
        update["edited_message"] = update.pop("message")
        update["update_id"] += 1000
        post_telegram(self.hook, update)
        self.daemon.wait_for(lambda: self.spent(self.line) == [("bun", "8.00")])

    def test_any_number_of_chats_share_it_and_a_code_of_an_alias_opens_the_same(self):
        self.link("telegram", "line")
        self.link("line", "whatsapp")
        self.say("whatsapp", "bun 7")
        self.assertEqual(self.spent(self.telegram), [("bun", "7.00")])
        self.say("line", "unlink")
        self.say("whatsapp", "rice 9")
        self.assertEqual(sorted(self.spent(self.telegram)), [("bun", "7.00"), ("rice", "9.00")])

    def test_it_is_asked_for_in_four_languages(self):
        for word, use, done, end in (("連結", "連結 {}", "已連結", "取消連結"), ("关联", "关联{}", "已关联", "取消关联"),
                                     ("連携", "連携　{}", "連携しました", "連携解除"), ("link", "link {}", "Linked", "unlink")):
            code = self.code("telegram", word)
            self.assertIn(done, self.say("line", use.format(code)), word)
            self.assertNotIn(code, self.say("line", end))

    def test_it_is_typed_as_people_type(self):
        self.assertIn("Linked", self.say("line", "Link " + self.code().lower().replace("-", " ")))
        self.say("line", "unlink")
        wide = "".join(chr(ord(c) + 0xfee0) for c in self.code())
        self.assertIn("Linked", self.say("line", "link " + wide))


class Refused(Linking):
    def test_a_code_is_good_once(self):
        code = self.code()
        self.assertIn("Linked", self.say("line", "link " + code))
        self.assertIn("wrong, used", self.say("whatsapp", "link " + code))
        self.assertIn("linked already", self.say("line", "link " + self.code()))
        self.say("line", "unlink")
        self.assertIn("wrong, used", self.say("line", "link " + code))

    def test_a_newer_code_ends_the_one_before(self):
        code = self.code()
        newer = self.code()
        self.assertIn("wrong, used", self.say("line", "link " + code))
        self.assertIn("Linked", self.say("line", "link " + newer))

    def test_the_own_code_is_not_used_up(self):
        code = self.code()
        self.assertIn("from this chat", self.say("telegram", "link " + code))
        self.assertIn("Linked", self.say("line", "link " + code))

    def test_who_guesses_is_not_listened_to(self):
        code = self.code()
        for n in range(5):
            self.assertIn("wrong, used", self.say("line", f"link 0000-000{n}"))
        self.assertIn("too many", self.say("line", "link " + code))
        self.assertIn("Linked", self.say("whatsapp", "link " + code))

    def test_a_chat_with_expenses_is_not_linked_and_keeps_them(self):
        self.say("line", "tea 5")
        code = self.code()
        self.assertIn("Nothing was linked", self.say("line", "link " + code))
        self.assertEqual((self.spent(self.line), self.spent(self.telegram)), ([("tea", "5.00")], []))
        self.assertIn("Linked", self.say("telegram", "link " + self.code("line")))
        self.assertEqual(self.spent(self.telegram), [("tea", "5.00")])
        self.assertIn("Linked", self.say("whatsapp", "link " + self.code("line")))

    def test_a_ledger_that_others_share_becomes_no_alias(self):
        self.link("telegram", "line")
        self.assertIn("Nothing was linked", self.say("telegram", "link " + self.code("whatsapp")))
        self.say("telegram", "unlink")
        self.assertIn("Linked", self.say("telegram", "link " + self.code("whatsapp")))

    def test_nobody_in_a_group_gets_to_see_a_code(self):
        update = telegram_update(self.number, self.number, "@expense_bot link")
        update["message"]["chat"] = {"id": -self.number, "type": "supergroup"}
        update["message"]["entities"] = [{"type": "mention", "offset": 0, "length": 12}]
        post_telegram(self.hook, update)
        texts = self.daemon.wait_for(lambda: self.mock.read("telegram", str(-self.number)))
        self.assertIn("with me alone", texts[0])

    def test_other_sentences_with_the_word_are_none(self):
        for text in "link soup 5", "link ps5 1200", "連結線 30":
            self.assertIn("Recorded" if text.isascii() else "已記", self.say("line", text))
        self.assertEqual(sorted(amount for description, amount in self.spent(self.line)), ["1200.00", "30.00", "5.00"])

    def test_what_is_no_code_is_told_what_one_looks_like(self):
        for text, part in (("link hello", "eight letters and digits"), ("link 7KQ2-M9X", "eight letters"),
                           ("link 1234-567", "eight letters"), ("link 7kq2m9xd9", "eight letters"), ("連結 hello", "八個英數字"),
                           ("关联 hello", "八个英文字母"), ("連携 hello", "8文字")):
            self.assertIn(part, self.say("line", text), text)
        self.assertEqual(self.spent(self.line), [])


class Ended(Linking):
    def test_unlink_ends_it_and_what_was_recorded_stays(self):
        self.link()
        self.say("line", "bun 7")
        self.assertIn("ended", self.say("line", "unlink"))
        self.say("line", "tea 5")
        self.assertEqual((self.spent(self.telegram), self.spent(self.line)), ([("bun", "7.00")], [("tea", "5.00")]))
        self.assertIn("not linked", self.say("line", "unlink"))
        self.assertIn("not linked", self.say("telegram", "unlink"))

    def test_the_main_chat_ends_all_of_them(self):
        self.link("telegram", "line")
        self.link("telegram", "whatsapp")
        answer = self.say("telegram", "unlink")
        self.assertIn("LINE", answer)
        self.assertIn("WhatsApp", answer)
        self.say("line", "tea 5")
        self.say("whatsapp", "bun 7")
        self.assertEqual((self.spent(self.telegram), self.spent(self.line), self.spent(self.whatsapp)), ([], [("tea", "5.00")], [("bun", "7.00")]))

    def test_deleting_the_user_deletes_every_identity(self):
        self.link()
        self.say("line", "bun 7")
        self.say("line", "delete my data")
        self.assertIn("being deleted", self.say("line", "yes, delete everything"))
        for user in (self.telegram, self.line):
            self.daemon.wait_for(lambda: self.client.get(f"/api/v1/user?user={user}").status == 404)
        self.daemon.wait_for(lambda: self.daemon.stats()["users_deleted"] >= 2)
        self.daemon.wait_for(lambda: self.post("line", "tea 5").status == 200 and self.spent(self.line))
        self.assertEqual(self.client.get(f"/api/v1/user?user={self.line}").json["id"], self.line)
        self.assertEqual(self.spent(self.telegram), [])

    def test_an_export_names_the_other_identities(self):
        self.link()
        with zipfile.ZipFile(io.BytesIO(self.client.get(f"/api/v1/user/export?user={self.line}").body)) as archive:
            aliases = [json.loads(line) for line in archive.read("aliases.jsonl").splitlines()]
            self.assertEqual(json.loads(archive.read("user.json"))["id"], self.telegram)
        self.assertEqual([alias["id"] for alias in aliases], [self.line])


class Killed(Linking):
    """Whatever dies between two of its steps: it is linked in the end, once, and nothing is lost."""

    ROUNDS = int(os.environ.get("AIEXPENSE_KILLS", "100")) // 33

    def kill_something(self):
        kill_one(self.daemon.children())

    def test_processes_that_die_meanwhile_change_nothing(self):
        for n in range(self.ROUNDS):
            self.name, self.number, self.events, self.read = f"kill{n}x{self.number % 1000}", self.number + 1, 0, {}
            self.line, self.telegram = f"line:Ubot:{self.name}", f"telegram:123456:{self.number}"
            code = self.daemon.wait_for(self.code)
            self.daemon.wait_for(lambda: self.post("line", "link " + code).status == 200)
            self.kill_something()
            self.daemon.wait_for(lambda: self.post("line", "bun 7").status == 200)
            self.daemon.wait_for(lambda: self.spent(self.telegram) == [("bun", "7.00")])
            self.kill_something()
            self.daemon.wait_for(lambda: self.post("line", "unlink").status == 200)
            self.daemon.wait_for(lambda: any("ended" in text for text in self.mock.read("line", self.name)))
            self.daemon.wait_for(lambda: self.post("line", "tea 5").status == 200)
            self.daemon.wait_for(lambda: self.spent(self.line) == [("tea", "5.00")])
            self.assertEqual(self.spent(self.telegram), [("bun", "7.00")])


if __name__ == "__main__":
    tap.main()
