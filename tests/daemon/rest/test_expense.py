#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One expense: reading, changing, deleting, restoring it, and its history."""


import tap
from api import Client, token
from ledger_case import LedgerCase

EXPENSES = "/api/v1/expenses"


class Expense(LedgerCase):
    def setUp(self):
        super().setUp()
        self.made = self.client.say(self.user, "lunch 100").json["expenses"][0]

    def path(self, rest="", user=None):
        return f"{EXPENSES}/{self.made['id']}{rest}?user={user or self.user}"

    def patch(self, body, tag='"1"'):
        return self.client.request("PATCH", self.path(), body, {"If-Match": tag} if tag else None)

    def delete(self, **headers):
        return self.client.request("DELETE", self.path(), headers=headers)

    def restore(self, body=None, **headers):
        return self.client.request("POST", self.path("/restore"), body, headers)

    def history(self, query=""):
        return self.client.get(self.path("/history") + query)

    def test_it_is_read_with_its_version_as_the_tag(self):
        answer = self.client.get(self.path())
        self.assertEqual((answer.status, answer.json, answer.headers["ETag"]), (200, self.made, '"1"'))

    def test_a_change_sets_what_is_named_and_leaves_the_rest(self):
        answer = self.patch({"amount": "12.5", "description": "dinner", "date": "2024-02-29", "account": "visa"})
        self.assertEqual((answer.status, answer.headers["ETag"]), (200, '"2"'))
        wanted = {**self.made, "amount": "12.50", "description": "dinner", "date": "2024-02-29", "account": "visa", "version": 2,
                  "updated_at": answer.json["updated_at"]}
        self.assertEqual(answer.json, wanted)
        self.assertEqual(self.client.get(self.path()).json, wanted)
        self.assertEqual(self.client.expenses(self.user), [wanted])

    def test_another_currency_keeps_the_number_or_is_refused(self):
        self.assertEqual(self.patch({"currency": "USD"}).json["amount"], "100.00")
        self.assertEqual(self.patch({"amount": "1.25"}, '"2"').json["currency"], "USD")
        self.refused(self.patch({"currency": "JPY"}, '"3"'), 422, "out-of-range", "currency")

    def test_a_category_is_changed_by_its_id(self):
        other = self.client.say(self.user, "taxi 5").json["expenses"][0]["category"]
        self.assertEqual(self.patch({"category_id": other["id"]}).json["category"], other)
        strange = self.client.say("line:stranger", "taxi 5").json["expenses"][0]["category"]["id"]
        self.refused(self.patch({"category_id": strange}, '"2"'), 422, "invalid-value", "category_id")

    def test_a_change_without_a_version_or_with_another_is_refused(self):
        self.refused(self.patch({"amount": "5"}, None), 428, "missing-version", "If-Match")
        for tag in '"2"', 'W/"1"', '"x"', '""':
            self.refused(self.patch({"amount": "5"}, tag), 412, "version-mismatch", "If-Match")
        self.assertEqual(self.client.get(self.path()).json, self.made)
        self.assertEqual(self.patch({"amount": "5"}, "*").json["version"], 2)

    def test_of_two_changes_to_one_version_one_is_made(self):
        self.assertEqual(self.patch({"amount": "5"}).status, 200)
        self.refused(self.patch({"amount": "6"}), 412, "version-mismatch", "If-Match")
        self.assertEqual(self.client.get(self.path()).json["amount"], "5.00")

    def test_a_change_of_nothing_changes_nothing(self):
        self.assertEqual(self.patch({}).json, self.made)

    def test_what_is_deleted_is_gone_and_comes_back_when_restored(self):
        self.refused(self.delete(**{"If-Match": '"2"'}), 412, "version-mismatch", "If-Match")
        answer = self.delete(**{"If-Match": '"1"'})
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertEqual(self.client.expenses(self.user), [])
        self.refused(self.client.get(self.path()), 404, "not-found")
        self.refused(self.delete(), 404, "not-found")
        self.refused(self.patch({"amount": "5"}), 404, "not-found")
        back = self.restore()
        self.assertEqual((back.status, back.headers["ETag"]), (200, '"3"'))
        self.assertEqual(back.json, {**self.made, "version": 3, "updated_at": back.json["updated_at"]})
        self.assertEqual(self.client.expenses(self.user), [back.json])
        self.assertEqual(self.restore({"user": self.user}).json, back.json)

    def test_restoring_with_a_key_is_done_once(self):
        self.delete()
        first = self.restore(**{"Idempotency-Key": "k"})
        self.assertEqual(self.restore(**{"Idempotency-Key": "k"}).json, first.json)
        self.made = self.client.say(self.user, "dinner 5").json["expenses"][0]
        self.refused(self.restore(**{"Idempotency-Key": "k"}), 422, "idempotency-key-reused", "Idempotency-Key")

    def test_history_tells_who_did_what_when(self):
        self.assertEqual(self.history().json, {"changes": [], "next_cursor": None})
        self.patch({"amount": "5"})
        self.delete()
        with Client(self.daemon.port, token(self.daemon, "user", "--user", self.user)) as own:
            self.assertEqual(own.post(f"{EXPENSES}/{self.made['id']}/restore", b"").status, 200)
        changes = self.history().json["changes"]
        self.assertEqual([(c["action"], c["by"], c["version"]) for c in changes],
                         [("changed", "service", 2), ("deleted", "service", 3), ("restored", "user", 4)])
        self.assertEqual(changes[0]["before"], self.made)
        self.assertEqual([c["before"] and c["before"]["amount"] for c in changes], ["100.00", "5.00", None])
        self.assertEqual([c["after"] and c["after"]["amount"] for c in changes], ["5.00", None, "5.00"])
        self.assertEqual(changes[2]["after"], self.client.get(self.path()).json)
        page = self.history("&limit=2").json
        self.assertEqual(page["changes"], changes[:2])
        self.assertEqual(self.history("&limit=2&cursor=" + page["next_cursor"]).json, {"changes": changes[2:], "next_cursor": None})

    def test_an_expense_of_somebody_else_is_not_there(self):
        self.client.say("line:other", "hello")
        requests = [("GET", "", None), ("PATCH", "", {"amount": "1"}), ("DELETE", "", None), ("POST", "/restore", None), ("GET", "/history", None)]
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:other")) as other:
            for method, rest, body in requests:
                with self.subTest(method + rest):
                    headers = {"If-Match": '"1"'} if method == "PATCH" else {}
                    self.refused(self.client.request(method, self.path(rest, "line:other"), body, headers), 404, "not-found")
                    self.refused(other.request(method, f"{EXPENSES}/{self.made['id']}{rest}", body, headers), 404, "not-found")
                    self.assertEqual(other.request(method, self.path(rest), body, headers).status, 403)
        self.assertEqual(self.client.get(self.path()).json, self.made)

    def test_a_message_tells_which_of_its_expenses_are_still_there(self):
        told = self.client.say(self.user, "早餐$20午餐$30").json
        self.made = told["expenses"][0]
        self.delete()
        self.assertEqual(self.client.get(f"/api/v1/messages/{told['id']}?user={self.user}").json["expenses"], told["expenses"][1:])

    def test_an_expense_stored_with_a_key_and_deleted_is_not_stored_again(self):
        body = {"user": self.user, "description": "x", "amount": 5}
        made = self.client.post(EXPENSES, body, Idempotency_Key="p")
        self.assertEqual((made.status, made.headers["ETag"]), (201, '"1"'))
        self.made = made.json
        self.delete()
        self.refused(self.client.post(EXPENSES, body, Idempotency_Key="p"), 404, "not-found")
        self.assertEqual(len(self.client.expenses(self.user)), 1)


if __name__ == "__main__":
    tap.main()
