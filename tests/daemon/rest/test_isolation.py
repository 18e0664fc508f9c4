#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who may do what: every operation with every kind of token, each with the status that it must have.

The operations come from the route table by way of the OpenAPI document, the
requests from drivers.py.  A request is made for one user, whose things it is
about, and sent in turn with each of these:

    none      no token
    garbage   a token that is none
    expired   the user's own token, a moment after its time
    revoked   the user's own token, revoked
    own       the user's own token
    service   a service token that names the user
    unnamed   a service token that names nobody
    other     another user's token, which names nobody
    naming    another user's token, which names the user
    scope     the user's own token without the scope that the route needs
    admin     an admin token
"""

import itertools
import os
import struct
import unittest

import lmdb
import msgpack
import tap
import xxhash
from api import Client, token
from contract import Contract
from drivers import KEEPS_PICTURES, World, asks
from harness import Daemon

COLUMNS = ("none", "garbage", "expired", "revoked", "own", "service", "unnamed", "other", "naming", "scope", "admin")

# "ok" is any success that the document has.
OPEN = "ok ok ok ok ok ok ok ok ok ok ok"
LEDGER = "401 401 401 401 ok ok 422 ok 403 403 403"      # the user's own ledger: another one gets another ledger
OBJECT = "401 401 401 401 ok ok 422 404 403 403 403"     # one object of the user's
OPERATOR = "401 401 401 401 403 403 403 403 403 403 ok"  # figures over all users
TOKENS = "401 401 401 401 403 403 403 403 403 403 ok"    # a service token has not the scope unless it was given it
ANY = "401 401 401 401 ok ok ok ok ok ok ok"             # about the token that asks

ROWS = {
    "get_health": OPEN,
    "get_ready": OPEN,
    "get_openapi": OPEN,
    "post_user": "401 401 401 401 403 ok 422 403 403 403 403",       # with a service token only
    "get_user": LEDGER,
    "patch_user": LEDGER,
    "post_user_deletion": LEDGER,
    "delete_user": "401 401 401 401 ok ok 422 400 403 403 403",      # a confirmation is good for its user only
    "get_user_export": LEDGER,
    "post_message": LEDGER,
    "get_message": OBJECT,
    "get_message_picture": OBJECT,
    "delete_message_picture": OBJECT,
    "post_parse": LEDGER,
    "get_expenses": LEDGER,
    "get_expenses_export": LEDGER,
    "post_expense": LEDGER,
    "get_expense": OBJECT,
    "patch_expense": OBJECT,
    "delete_expense": OBJECT,
    "restore_expense": OBJECT,
    "get_expense_picture": OBJECT,
    "get_expense_history": OBJECT,
    "get_categories": LEDGER,
    "post_category": LEDGER,
    "patch_category": OBJECT,
    "delete_category": OBJECT,
    "get_keywords": OBJECT,
    "post_keyword": OBJECT,
    "patch_keyword": OBJECT,
    "delete_keyword": OBJECT,
    "get_summaries": LEDGER,
    "get_policies": OPEN,
    "get_policy": OPEN,
    "put_policy": OPERATOR,
    "get_policy_versions": OPEN,
    "get_metrics_active": OPERATOR,
    "get_metrics_growth": OPERATOR,
    "get_metrics_expenses": OPERATOR,
    "get_metrics_categories": OPERATOR,
    "get_metrics_ai_costs": OPERATOR,
    "get_metrics_ai_calls": OPERATOR,
    "get_metrics_ai_users": OPERATOR,
    "get_tokens": TOKENS,
    "post_token": TOKENS,
    "get_token": TOKENS,
    "delete_token": TOKENS,
    "get_own_token": ANY,
    "delete_own_token": ANY,
}


def key_id(text):
    return bytes.fromhex(text.split("_")[2])


def let_expire(daemon, text):
    """Set the end of a token to a time long ago.  The daemon must not run: doc/STORE.md has the record."""
    with lmdb.open(os.path.join(daemon.store, "index"), max_dbs=16, map_size=64 << 20) as env:
        with env.begin(write=True, db=env.open_db(b"tokens")) as txn:
            record = msgpack.unpackb(txn.get(key_id(text))[:-4])
            record[6] = 1
            body = msgpack.packb(record)
            txn.put(key_id(text), body + struct.pack(">I", xxhash.xxh3_64_intdigest(body) & 0xFFFFFFFF))


class Isolation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(KEEPS_PICTURES + "http { workers = 2 }")
        cls.daemon.start()
        cls.users = (f"line:I{n}" for n in itertools.count())
        gone = "line:gone"
        cls.dead = {"expired": cls.token_of(gone), "revoked": cls.token_of(gone)}
        assert cls.daemon.ctl("token", "revoke", cls.dead["revoked"].split("_")[2]).returncode == 0
        with Client(cls.daemon.port, cls.dead["expired"]) as client:
            assert client.post("/api/v1/parse", {"text": "lunch 5"}).status == 200
        cls.daemon.stop()
        let_expire(cls.daemon, cls.dead["expired"])
        cls.daemon.start()
        cls.service, cls.admin = token(cls.daemon), token(cls.daemon, "admin")
        cls.client = Client(cls.daemon.port, cls.service)
        cls.operator = Client(cls.daemon.port, cls.admin)
        cls.contract = Contract(cls.client.get("/api/v1/openapi.json").json)

    @classmethod
    def tearDownClass(cls):
        cls.client.connection.close()
        cls.operator.connection.close()
        cls.daemon.__exit__(None, None, None)

    @classmethod
    def token_of(cls, user):
        return token(cls.daemon, "user", "--user", user)

    @classmethod
    def token_without(cls, scope, user):
        scopes = {"read", "write", "messages", "account"} - {scope}
        return token(cls.daemon, "user", "--user", user, "--scopes", ",".join(sorted(scopes)))

    def stranger(self):
        """The token of another user, who is signed up."""
        user = next(self.users)
        self.client.say(user, "hello")
        return self.token_of(user)

    def sender(self, column, operation, world):
        """With which token, and whom to name."""
        if column in ("other", "naming"):
            return self.stranger(), world.user if column == "naming" else None
        return {
            "none": lambda: (None, world.user),
            "garbage": lambda: ("aiex_user_0000000000000000_" + "x" * 43, world.user),
            "expired": lambda: (self.dead["expired"], None),
            "revoked": lambda: (self.dead["revoked"], None),
            "own": lambda: (self.token_of(world.user), None),
            "service": lambda: (token(self.daemon), world.user),
            "unnamed": lambda: (self.service, None) if operation.name != "delete_own_token" else (token(self.daemon), None),
            "scope": lambda: (self.token_without(operation.scope, world.user), None),
            "admin": lambda: (token(self.daemon, "admin"), world.user),
        }[column]()

    def answer(self, operation, column):
        user = "line:gone" if column in self.dead else next(self.users)
        world = World(self.client, user, self.operator)
        ask = asks(world, operation.name)[0]
        sent, named = self.sender(column, operation, world)
        with Client(self.daemon.port, sent) as client:
            return world, ask.send(client, operation, named)

    def test_every_operation_has_a_row_of_its_own(self):
        self.assertEqual(sorted(ROWS), sorted(self.contract.operations))
        self.assertEqual({len(row.split()) for row in ROWS.values()}, {len(COLUMNS)})


def case_of(column):
    def case(self):
        for name, operation in self.contract.operations.items():
            with self.subTest(name):
                wanted = ROWS[name].split()[COLUMNS.index(column)]
                world, answer = self.answer(operation, column)
                self.assertIn(answer.status, operation.successes if wanted == "ok" else [int(wanted)], answer.body)
                self.assertIsNone(operation.fault(answer))
                if wanted != "ok" or column in ("none", "garbage", "other"):
                    self.assertNotIn(world.user.encode(), answer.body)
    return case


# A case for each column, so that a failure says with which token.
for column in COLUMNS:
    setattr(Isolation, f"test_with_the_token_{column}", case_of(column))


if __name__ == "__main__":
    tap.main()
