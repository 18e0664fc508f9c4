#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The phrasings of phrasings.txt, each said by somebody new."""

import tap
from conversations import PHRASINGS, conversations, fault
from ledger_case import LedgerCase


class Phrasings(LedgerCase):
    def say(self, text):
        answer = self.client.say(self.user, text)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json


def case(before, lines):
    def run(self):
        for number, line in lines:
            with self.subTest(line=number):
                self.user = next(self.users)
                if before:
                    self.say(before)
                self.assertIsNone(fault(line, self.say, None))
    return run


for name, lines in conversations(PHRASINGS):
    kind, _, before = name.partition("]")
    setattr(Phrasings, "test_what_people_type_is_understood_" + kind.replace(" ", "_"), case(before.strip(), lines))


if __name__ == "__main__":
    tap.main()
