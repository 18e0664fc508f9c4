#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Policies: versioned documents that anybody may read and an admin may replace."""

import unittest

import tap
from api import Client, token
from harness import Daemon

POLICIES = "/api/v1/policies"
TERMS = POLICIES + "/terms_of_use"


class Policies(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon("http { workers = 2 }")
        self.daemon.start()
        self.anyone = Client(self.daemon.port)
        self.admin = Client(self.daemon.port, token(self.daemon, "admin"))

    def tearDown(self):
        self.anyone.connection.close()
        self.admin.connection.close()
        self.daemon.__exit__(None, None, None)

    def put(self, text, tag='"1"', title="Terms", client=None):
        return (client or self.admin).request("PUT", TERMS, {"title": title, "text": text}, {"If-Match": tag} if tag else {})

    def refused(self, answer, status, kind, field=None):
        self.assertEqual((answer.status, answer.json["type"], answer.json.get("field")), (status, "/problems/" + kind, field))

    def test_without_any_stored_there_are_texts(self):
        answer = self.anyone.get(POLICIES)
        self.assertEqual([(p["key"], p["version"], p["created_at"]) for p in answer.json["policies"]],
                         [("privacy_policy", 1, None), ("terms_of_use", 1, None)])
        for head in answer.json["policies"]:
            policy = self.anyone.get(f"{POLICIES}/{head['key']}")
            self.assertEqual((policy.status, policy.headers["ETag"]), (200, '"1"'))
            self.assertEqual({**head, "text": policy.json["text"]}, policy.json)
            self.assertGreater(len(policy.json["text"]), 200)
        self.refused(self.anyone.get(POLICIES + "/cookies"), 404, "not-found")

    def test_a_new_version_leaves_the_older_ones(self):
        built_in = self.anyone.get(TERMS).json
        answer = self.put("Be kind.\nAlways.")
        self.assertEqual((answer.status, answer.headers["ETag"], answer.json["version"], answer.json["text"]), (200, '"2"', 2, "Be kind.\nAlways."))
        self.assertEqual(self.put("Be very kind.", '"2"').json["version"], 3)
        self.assertEqual(self.put("Be kindest.", "*").json["version"], 4)
        self.assertEqual(self.anyone.get(TERMS).json["text"], "Be kindest.")
        self.assertEqual(self.anyone.get(TERMS + "?version=2").json, answer.json)
        self.assertEqual(self.anyone.get(TERMS + "?version=1").json, built_in)
        self.refused(self.anyone.get(TERMS + "?version=5"), 404, "not-found")
        self.assertEqual([p["version"] for p in self.anyone.get(POLICIES).json["policies"]], [1, 4])

    def test_the_versions_come_in_pages(self):
        for version in range(1, 5):
            self.assertEqual(self.put(f"text {version}", f'"{version}"').status, 200)
        for limit in range(1, 7):
            found, cursor = [], ""
            while cursor is not None:
                page = self.anyone.get(f"{TERMS}/versions?limit={limit}" + (f"&cursor={cursor}" if cursor else "")).json
                self.assertLessEqual(len(page["versions"]), limit)
                found += [v["version"] for v in page["versions"]]
                cursor = page["next_cursor"]
            self.assertEqual(found, [5, 4, 3, 2, 1])

    def test_a_stored_one_is_there_after_a_start(self):
        self.put("Be kind.")
        self.anyone.connection.close()
        self.daemon.stop()
        self.daemon.start()
        self.assertEqual(self.anyone.get(TERMS).json["text"], "Be kind.")

    def test_what_is_wrong_is_named(self):
        self.refused(self.put("x", None), 428, "missing-version", "If-Match")
        self.refused(self.put("x", '"2"'), 412, "version-mismatch", "If-Match")
        self.refused(self.put(""), 422, "invalid-value", "text")
        self.refused(self.put("x", title="a\nb"), 422, "invalid-value", "title")
        self.refused(self.put("x" * 60001), 422, "text-too-long", "text")
        self.assertEqual(self.put("x" * 60000).status, 200)
        self.refused(self.put("x", '"2"', client=self.anyone), 401, "missing-token")
        with Client(self.daemon.port, token(self.daemon, "user", "--user", "line:A")) as user:
            self.refused(self.put("x", '"2"', client=user), 403, "forbidden")
        self.refused(self.anyone.get(TERMS + "?version=0"), 422, "out-of-range", "version")
        self.refused(self.anyone.get(TERMS + "/versions?cursor=x"), 400, "invalid-parameter", "cursor")


if __name__ == "__main__":
    tap.main()
