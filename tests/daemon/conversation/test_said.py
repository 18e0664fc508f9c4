#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What people say in a first message, and what is recorded of it: sentences from the promises of such bots in four languages."""

import datetime
import unittest

import tap
from ledger_case import LedgerCase

CASH = "Cash"
# text, expenses: description, amount, currency, category, account, days before the day of the message
RECORDED = [
    ("早餐$20", [("早餐", "20.00", "TWD", "Food", CASH, 0)]),
    ("早餐$20午餐$30加油$200", [("早餐", "20.00", "TWD", "Food", CASH, 0), ("午餐", "30.00", "TWD", "Food", CASH, 0),
                                ("加油", "200.00", "TWD", "Transport", CASH, 0)]),
    ("早餐$20午餐$30.50", [("早餐", "20.00", "TWD", "Food", CASH, 0), ("午餐", "30.50", "TWD", "Food", CASH, 0)]),
    ("早餐20，午餐30，加油200", [("早餐", "20.00", "TWD", "Food", CASH, 0), ("午餐", "30.00", "TWD", "Food", CASH, 0),
                                  ("加油", "200.00", "TWD", "Transport", CASH, 0)]),
    ("早餐 20 午餐 30 晚餐 50", [(thing, amount, "TWD", "Food", CASH, 0) for thing, amount in
                                  (("早餐", "20.00"), ("午餐", "30.00"), ("晚餐", "50.00"))]),
    ("買了早餐花了$50", [("早餐", "50.00", "TWD", "Food", CASH, 0)]),
    ("咖啡$3.50", [("咖啡", "3.50", "TWD", "Food", CASH, 0)]),
    ("昨天買水果$300", [("水果", "300.00", "TWD", "Food", CASH, 1)]),
    ("上週買的衣服$500", [("衣服", "500.00", "TWD", "Shopping", CASH, 7)]),
    ("上禮拜去度假，住宿5000、餐費2000", [("住宿", "5000.00", "TWD", "Other", CASH, 7), ("餐費", "2000.00", "TWD", "Food", CASH, 7)]),
    ("昨天 早餐 20 午餐 30", [("早餐", "20.00", "TWD", "Food", CASH, 1), ("午餐", "30.00", "TWD", "Food", CASH, 1)]),
    ("前天 lunch $15", [("lunch", "15.00", "TWD", "Food", CASH, 2)]),
    ("明天 lunch $15", [("lunch", "15.00", "TWD", "Food", CASH, -1)]),
    ("退貨-$50", [("退貨", "-50.00", "TWD", "Shopping", CASH, 0)]),
    ("refund -50", [("refund", "-50.00", "TWD", "Other", CASH, 0)]),
    ("買衣服$500", [("衣服", "500.00", "TWD", "Shopping", CASH, 0)]),
    ("電影票$350", [("電影票", "350.00", "TWD", "Entertainment", CASH, 0)]),
    ("其他東西$100", [("其他東西", "100.00", "TWD", "Other", CASH, 0)]),
    ("$20 breakfast $30 lunch", [("breakfast", "20.00", "TWD", "Food", CASH, 0), ("lunch", "30.00", "TWD", "Food", CASH, 0)]),
    ("coffee 5 uber 15 groceries 100", [("coffee", "5.00", "TWD", "Food", CASH, 0), ("uber", "15.00", "TWD", "Transport", CASH, 0),
                                        ("groceries", "100.00", "TWD", "Shopping", CASH, 0)]),
    ("coffee $5, lunch $12, dinner $25", [(thing, amount, "TWD", "Food", CASH, 0) for thing, amount in
                                          (("coffee", "5.00"), ("lunch", "12.00"), ("dinner", "25.00"))]),
    ("breakfast $8 uber 15", [("breakfast", "8.00", "TWD", "Food", CASH, 0), ("uber", "15.00", "TWD", "Transport", CASH, 0)]),
    ("@AIExpense spent $50 on groceries", [("groceries", "50.00", "TWD", "Shopping", CASH, 0)]),
    ("朝食20円昼食30円", [("朝食", "20", "JPY", "Food", CASH, 0), ("昼食", "30", "JPY", "Food", CASH, 0)]),
    ("petit-déjeuner 20€ déjeuner 30€", [("petit-déjeuner", "20.00", "EUR", "Food", CASH, 0), ("déjeuner", "30.00", "EUR", "Food", CASH, 0)]),
    ("午餐 100 元", [("午餐", "100.00", "TWD", "Food", CASH, 0)]),
    ("Breakfast cash 200", [("Breakfast", "200.00", "TWD", "Food", "cash", 0)]),
    ("Gas Taishin Credit Card 1599", [("Gas", "1599.00", "TWD", "Transport", "Taishin Credit Card", 0)]),
    ("1599 Taishin Credit Card Gas", [("Gas", "1599.00", "TWD", "Transport", "Taishin Credit Card", 0)]),
    ("Lunch 100 Taishin", [("Lunch", "100.00", "TWD", "Food", "Taishin", 0)]),
    ("Run 1599", [("Run", "1599.00", "TWD", "Other", CASH, 0)]),
    ("lunch us$10", [("lunch", "10.00", "USD", "Food", CASH, 0)]),
    ("日幣 拉麵 1000", [("拉麵", "1000", "JPY", "Food", CASH, 0)]),
    ("拉麵 1000 日幣", [("拉麵", "1000", "JPY", "Food", CASH, 0)]),
    ("筆電$35,000", [("筆電", "35000.00", "TWD", "Shopping", CASH, 0)]),
    ("lunch 1,200", [("lunch", "1200.00", "TWD", "Food", CASH, 0)]),
    ("lunch $20.5", [("lunch", "20.50", "TWD", "Food", CASH, 0)]),
    ("amateur game ticket $10", [("amateur game ticket", "10.00", "TWD", "Entertainment", CASH, 0)]),
    ("charter bus $20", [("charter bus", "20.00", "TWD", "Transport", CASH, 0)]),
    ("summary of lunch $5", [("summary of lunch", "5.00", "TWD", "Food", CASH, 0)]),
]
ASKED = [("$100", "這NT$100是什麼消費？"), ("買菜", "買菜花了多少錢？"), ("剛才買咖啡，花了不少", "咖啡花了多少錢？"),
         ("Apple", "How much was Apple?"), ("買Starbucks咖啡", "Starbucks咖啡花了多少錢？")]
NOTHING = ["random text", "abc def", "see you at 10", "my number is 0912345678", "看不懂嗎", "今天好累", "明日10時に会議", "😀"]


def days_before(expense):
    """How long before it was said it was, by the clock of Taipei, where users without a time zone of their own are."""
    said = datetime.datetime.fromisoformat(expense["created_at"].replace("Z", "+00:00")) + datetime.timedelta(hours=8)
    return (said.date() - datetime.date.fromisoformat(expense["date"])).days


class Said(LedgerCase):
    def test_what_is_said_is_recorded(self):
        for text, wanted in RECORDED:
            with self.subTest(text):
                self.user = next(self.users)
                answer = self.client.say(self.user, text).json
                self.assertEqual(answer["status"], "recorded")
                self.assertEqual([(e["description"], e["amount"], e["currency"], e["category"]["name"], e["account"], days_before(e))
                                  for e in answer["expenses"]], wanted)

    def test_what_is_missing_is_asked_for(self):
        for text, reply in ASKED:
            with self.subTest(text):
                self.user = next(self.users)
                answer = self.client.say(self.user, text).json
                self.assertEqual((answer["status"], answer["reply"]), ("question", reply))
                self.assertEqual(self.client.expenses(self.user), [])

    def test_what_is_no_expense_is_not_recorded(self):
        for text in NOTHING:
            with self.subTest(text):
                self.user = next(self.users)
                self.assertEqual(self.client.say(self.user, text).json["status"], "nothing")
                self.assertEqual(self.client.expenses(self.user), [])

    def test_a_category_of_ones_own_takes_what_its_name_tells(self):
        for made, text in (("新增分類 醫療", "看醫生$1000"), ("add category Bills", "electricity 60")):
            self.client.say(self.user, made)
            expense = self.client.say(self.user, text).json["expenses"][0]
            self.assertIn(expense["category"]["name"], made)


if __name__ == "__main__":
    tap.main()
