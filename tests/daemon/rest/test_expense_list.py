#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Many expenses: storing them together, and the list with its filters and orders."""

import urllib.parse

import tap
from api import Client, token
from ledger_case import LedgerCase

EXPENSES = "/api/v1/expenses"


class Lists(LedgerCase):
    def setUp(self):
        super().setUp()
        self.client.say(self.user, "hello")

    def post(self, *expenses, **headers):
        return self.client.post(EXPENSES, {"user": self.user, "expenses": list(expenses)}, **headers)

    def store(self, *rows):
        """(description, amount, more) each; what was stored."""
        answer = self.post(*[{"description": row[0], "amount": row[1], **(row[2] if row[2:] else {})} for row in rows])
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json["expenses"]

    def ask(self, **query):
        return self.client.get(f"{EXPENSES}?" + urllib.parse.urlencode({"user": self.user, **query}))

    def listed(self, **query):
        """The descriptions, page by page."""
        found, cursor = [], {}
        while True:
            answer = self.ask(**query, **cursor)
            self.assertEqual(answer.status, 200, answer.body)
            found += [e["description"] for e in answer.json["expenses"]]
            if answer.json["next_cursor"] is None:
                return found
            cursor = {"cursor": answer.json["next_cursor"]}

    # --- storing many

    def test_many_are_stored_together_in_their_order(self):
        made = self.store(("lunch", "12.5"), ("taxi", 30, {"currency": "USD", "date": "2026-02-03", "account": "visa"}))
        self.assertEqual([(e["description"], e["amount"], e["currency"], e["category"]["name"]) for e in made],
                         [("lunch", "12.50", "TWD", "Food"), ("taxi", "30.00", "USD", "Transport")])
        self.assertEqual(made, [self.client.get(f"{EXPENSES}/{e['id']}?user={self.user}").json for e in made])
        self.assertEqual(len(self.store(*[("thing", n) for n in range(100)])), 100)

    def test_all_are_stored_or_none(self):
        good = {"description": "lunch", "amount": 5}
        for bad, status, kind, field in (
                ({"description": "x", "amount": "1.234"}, 422, "out-of-range", "expenses[1].amount"),
                ({"description": "x"}, 422, "missing-field", "expenses[1].amount"),
                ({"description": "", "amount": 1}, 422, "invalid-value", "expenses[1].description"),
                ({"description": "x", "amount": 1, "user": self.user}, 422, "unknown-field", "expenses[1].user"),
                ({"description": "x", "amount": 1, "date": "2026-02-30"}, 422, "invalid-date", "expenses[1].date"),
                ({"description": "x", "amount": 1, "category_id": "00000000-0000-7000-8000-000000000000"}, 422, "invalid-value",
                 "expenses[1].category_id")):
            with self.subTest(field):
                self.refused(self.post(good, bad), status, kind, field)
        for wrong in [], [good] * 101:
            self.refused(self.post(*wrong), 422, "out-of-range", "expenses")
        self.refused(self.post(good, 7), 422, "wrong-type", "expenses")
        self.assertEqual(self.listed(), [])

    def test_the_same_key_stores_them_once(self):
        two = [{"description": "a", "amount": 1}, {"description": "b", "amount": 2}]
        first, again = self.post(*two, Idempotency_Key="k"), self.post(*two, Idempotency_Key="k")
        self.assertEqual((again.status, again.json), (201, first.json))
        self.refused(self.post(two[0], Idempotency_Key="k"), 422, "idempotency-key-reused", "Idempotency-Key")
        self.assertEqual(len(self.listed()), 2)

    # --- filters

    def test_it_is_filtered_by_days_category_account_and_currency(self):
        made = self.store(("lunch", 1, {"date": "2026-01-01"}), ("taxi", 2, {"date": "2026-01-02", "account": "visa"}),
                          ("dinner", 3, {"date": "2026-01-03", "currency": "JPY"}), ("book", 4, {"date": "2026-01-04"}))
        food = made[0]["category"]["id"]
        self.assertEqual(self.listed(), ["book", "dinner", "taxi", "lunch"])
        self.assertEqual(self.listed(**{"from": "2026-01-02", "to": "2026-01-03"}), ["dinner", "taxi"])
        self.assertEqual(self.listed(category=food), ["dinner", "lunch"])
        self.assertEqual(self.listed(category=food, to="2026-01-02"), ["lunch"])
        self.assertEqual(self.listed(account="visa"), ["taxi"])
        self.assertEqual(self.listed(currency="jpy", category=food), ["dinner"])
        self.assertEqual(self.listed(sort="date", limit=1), ["lunch", "taxi", "dinner", "book"])

    def test_amounts_are_compared_as_numbers(self):
        self.store(("yen", 20, {"currency": "JPY"}), ("dollars", "20.01", {"currency": "USD"}), ("dinars", "19.999", {"currency": "KWD"}),
                   ("back", "-20", {"currency": "USD"}))
        self.assertEqual(self.listed(sort="amount"), ["back", "dinars", "yen", "dollars"])
        self.assertEqual(self.listed(sort="-amount", limit=1), ["dollars", "yen", "dinars", "back"])
        self.assertEqual(self.listed(sort="amount", min_amount="20"), ["yen", "dollars"])
        self.assertEqual(self.listed(sort="amount", max_amount="20", min_amount="-19.9999"), ["dinars", "yen"])
        self.assertEqual(self.listed(sort="amount", max_amount="0"), ["back"])

    def test_words_are_found_in_any_script(self):
        self.store(("Lunch with Ann", 1), ("豚骨拉麵", 2), ("ＬＵＮＣＨ bob", 3), ("Café crème", 4), ("สวัสดีกาแฟ", 5))
        for q, found in (("lunch", 2), ("LUNCH ann", 1), ("ann　lunch", 1), ("拉麵", 1), ("CAFÉ", 1), ("กาแฟ", 1), ("bobb", 0), ("lunch 拉麵", 0)):
            self.assertEqual(len(self.listed(q=q, limit=1)), found, q)
        self.refused(self.ask(q=" "), 400, "invalid-parameter", "q")
        self.refused(self.ask(q=" ".join("abcdefghijklmnopqrstu")), 400, "invalid-parameter", "q")

    def test_a_parameter_that_makes_no_sense_is_refused(self):
        strange = self.client.say("line:stranger", "taxi 5").json["expenses"][0]["category"]["id"]
        for query, status, kind, field in (({"category": strange}, 400, "invalid-parameter", "category"),
                                           ({"category": "x"}, 400, "invalid-parameter", "category"),
                                           ({"currency": "XYZ"}, 400, "invalid-parameter", "currency"),
                                           ({"min_amount": "1e3"}, 400, "invalid-parameter", "min_amount"),
                                           ({"min_amount": "1.23456"}, 422, "out-of-range", "min_amount"),
                                           ({"min_amount": "2", "max_amount": "1"}, 400, "invalid-parameter", "max_amount"),
                                           ({"sort": "size"}, 400, "invalid-parameter", "sort"),
                                           ({"cursor": "zz"}, 400, "invalid-parameter", "cursor")):
            with self.subTest(query):
                self.refused(self.ask(**query), status, kind, field)

    # --- cursors

    def test_a_cursor_goes_on_in_its_own_list_only(self):
        self.store(*[(f"lunch {n}", n + 1) for n in range(5)])
        for sort in "-date", "amount":
            page = self.ask(limit=2, sort=sort, q="lunch").json
            cursor = page["next_cursor"]
            self.assertEqual(len(self.ask(limit=3, q="lunch", sort=sort, cursor=cursor).json["expenses"]), 3)
            for other in {"sort": "date"}, {"sort": sort, "q": "lunc"}, {"sort": sort, "q": "lunch", "to": "2030-01-01"}:
                self.refused(self.ask(limit=2, cursor=cursor, **other), 400, "invalid-parameter", "cursor")
        self.client.say("line:stranger", "hello")
        self.refused(self.client.get(f"{EXPENSES}?user=line:stranger&limit=2&sort=amount&q=lunch&cursor={cursor}"),
                     400, "invalid-parameter", "cursor")

    def test_what_is_stored_meanwhile_neither_repeats_nor_hides_one(self):
        made = self.store(*[(f"lunch {n}", 2 * n) for n in range(20)])
        for sort in "-date", "date", "-amount", "amount":
            seen, cursor = [], {}
            while cursor is not None:
                page = self.ask(limit=3, sort=sort, **cursor).json
                seen += [e["id"] for e in page["expenses"]]
                self.store((f"meanwhile {sort}", 11, {"date": "2020-01-01"}))
                self.store((f"meanwhile {sort}", 13, {"date": "2030-01-01"}))
                cursor = page["next_cursor"] and {"cursor": page["next_cursor"]}
            self.assertEqual(len(seen), len(set(seen)))
            self.assertLessEqual({e["id"] for e in made}, set(seen))

    def test_a_user_lists_the_own_expenses_only(self):
        self.store(("secret", 1))
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:stranger")) as other:
            self.client.say("line:stranger", "hello")
            self.assertEqual(other.get(f"{EXPENSES}?q=secret").json["expenses"], [])
            self.assertEqual(other.get(f"{EXPENSES}?q=secret&user={self.user}").status, 403)
            self.assertEqual(other.post(EXPENSES, {"user": self.user, "expenses": [{"description": "x", "amount": 1}]}).status, 403)


if __name__ == "__main__":
    tap.main()
