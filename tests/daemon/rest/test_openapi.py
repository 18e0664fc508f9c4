#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The OpenAPI document and the daemon say the same, both ways: every operation is driven and every answer judged by it."""

import copy
import json
import os
import re
import unittest

import tap
import test_bad_input
from api import Client, token
from contract import CheckedClient, Contract
from drivers import DRIVERS, KEEPS_PICTURES, World, asks
from harness import Daemon, SOURCE_DIR

DOCUMENT = "/api/v1/openapi.json"

# Documented successes that take more than a request to bring about; who brings them about.
DRIVEN_ELSEWHERE = {
    ("post_message", 202): "test_kill.py: no AI worker answers in time",
    ("delete_category", 202): "test_category.py: the writer is held up for longer than a client waits",
}


def references(part):
    """Every $ref in it."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    if isinstance(part, list):
        for inner in part:
            yield from references(inner)


def values_that_break(schema):
    """For a member's schema (value, type of the problem) that it refuses."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "anyOf" in schema or "array" in kinds:
        yield 5, "wrong-type"
    if "array" in kinds:
        yield [None], "wrong-type"
        yield [[]] * (schema["maxItems"] + 1), "out-of-range"
    if "boolean" in kinds:
        yield "true", "wrong-type"
    if "integer" in kinds:
        yield "5", "wrong-type"
        for beyond in schema["minimum"] - 1, schema["maximum"] + 1:
            yield beyond, "out-of-range" if beyond >= 0 else ("out-of-range", "invalid-value")
    if "string" in kinds:
        yield True, "wrong-type"
        yield {}, "wrong-type"
        if "number" not in kinds:
            yield 5, "wrong-type"
        if "maxLength" in schema:
            yield "9" * (schema["maxLength"] + 1), "text-too-long"
        if schema.get("minLength", 0) > 0:
            yield "", ("invalid-value", "missing-field")
        if "enum" in schema or schema.get("format") == "uuid":
            yield "no such", "invalid-value"
        if schema.get("format") in ("date", "date-time"):
            yield "no such", "invalid-date"
        if schema.get("pattern", "").startswith(("^-?[0-9]+", "^[^")):
            yield "\u0001", "invalid-value"


def parameters_that_break(operation):
    """(parameter, value, type of the problem) that its schema refuses."""
    for name, parameter in operation.query.items():
        schema = parameter["schema"]
        if schema["type"] == "integer":
            yield name, "x", "invalid-parameter"
            yield name, "", "invalid-parameter"
            yield name, str(schema["maximum"] + 1), "out-of-range"
            yield name, "9" * 30, "out-of-range"
            yield name, str(schema["minimum"] - 1), "out-of-range" if schema["minimum"] > 0 else "invalid-parameter"
        if schema["type"] == "boolean":
            yield name, "1", "invalid-parameter"
        if "enum" in schema or schema.get("format") == "uuid" or "[A-Z" in schema.get("pattern", ""):
            yield name, "-", "invalid-parameter"
        if schema.get("format") in ("date", "date-time"):
            yield name, "no such", "invalid-date"
        if "maxLength" in schema:
            yield name, "9" * (schema["maxLength"] + 1), "text-too-long"


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(KEEPS_PICTURES)
        cls.daemon.start()
        with Client(cls.daemon.port) as anyone:
            cls.answer = anyone.get(DOCUMENT)
        cls.document = cls.answer.json
        cls.contract = Contract(cls.document)
        cls.service = CheckedClient(cls.contract, cls.daemon.port, token(cls.daemon))
        cls.admin = CheckedClient(cls.contract, cls.daemon.port, token(cls.daemon, "admin"))

    @classmethod
    def tearDownClass(cls):
        cls.service.connection.close()
        cls.admin.connection.close()
        cls.daemon.__exit__(None, None, None)

    def for_each_operation(self, case):
        for name, operation in self.contract.operations.items():
            with self.subTest(name):
                case(operation)

    def client_for(self, operation):
        if operation.name == "delete_own_token":
            return CheckedClient(self.contract, self.daemon.port, token(self.daemon))
        return self.admin if "adminToken" in operation.needs else self.service

    def good_requests(self, operation):
        """The world and each request that its driver makes."""
        world = World(self.service, admin=self.admin)
        return world, asks(world, operation.name)

    def test_the_document_needs_no_token_and_has_an_etag(self):
        self.assertEqual((self.answer.status, self.answer.headers["Cache-Control"]), (200, "no-cache"))
        with Client(self.daemon.port) as anyone:
            again = anyone.request("GET", DOCUMENT, headers={"If-None-Match": self.answer.headers["ETag"]})
            self.assertEqual((again.status, again.body), (304, b""))
            self.assertEqual(anyone.request("GET", DOCUMENT, headers={"If-None-Match": '"x"'}).status, 200)

    def test_every_reference_leads_somewhere_and_every_component_is_used(self):
        used = set(references(self.document))
        there = {f"#/components/{folder}/{name}" for folder, parts in self.document["components"].items()
                 if folder != "securitySchemes" for name in parts}
        self.assertEqual(used, there)

    def test_every_operation_has_a_driver_and_every_driver_an_operation(self):
        self.assertEqual(sorted(DRIVERS), sorted(self.contract.operations))

    def test_every_operation_succeeds_as_documented(self):
        def case(operation):
            world, requests = self.good_requests(operation)
            seen = {ask.send(self.client_for(operation), operation, world.user).status for ask in requests}
            elsewhere = {code for name, code in DRIVEN_ELSEWHERE if name == operation.name}
            self.assertEqual(seen, set(operation.successes) - elsewhere)
        self.for_each_operation(case)

    def test_good_bodies_keep_their_schema(self):
        def case(operation):
            for ask in self.good_requests(operation)[1]:
                faults = [self.contract.schema_fault(schema, ask.body) for schema in operation.body_schemas]
                self.assertTrue(ask.body is None or isinstance(ask.body, bytes) or None in faults, faults)
        self.for_each_operation(case)

    def test_every_example_keeps_its_schema(self):
        for name, schema in self.document["components"]["schemas"].items():
            for example in schema["examples"]:
                with self.subTest(name):
                    self.assertIsNone(self.contract.schema_fault(schema, example))

        def case(operation):
            for parameter in operation.parameters:
                if "example" in parameter:
                    self.assertIsNone(self.contract.schema_fault(parameter["schema"], parameter["example"]), parameter["name"])
        self.for_each_operation(case)

    def test_every_object_is_closed(self):
        for name, schema in self.document["components"]["schemas"].items():
            self.assertIs(schema["additionalProperties"], False, name)

    def refused(self, answer, kinds, field):
        problem = answer.json
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        self.assertIn(problem["type"].removeprefix("/problems/"), kinds, problem)
        self.assertEqual(problem.get("field"), field, problem)

    def breakages(self, schema, body):
        """(body, problem, field): what the schema refuses, one fault each."""
        schema = self.contract.resolve(schema)
        yield {**body, "colour": "red"}, "unknown-field", "colour"
        for name in schema["required"]:
            yield {key: value for key, value in body.items() if key != name}, "missing-field", name
            yield {**body, name: None}, "missing-field", name
        for name, member in schema["properties"].items():
            for value, kind in values_that_break(member):
                yield {**body, name: value}, kind, name
            inner = self.contract.resolve(member["items"]) if "items" in member else {}
            if "properties" in inner and isinstance(body.get(name), list) and body[name]:
                for item, kind, field in self.breakages(inner, body[name][0]):
                    yield {**body, name: [body[name][0], item]}, kind, f"{name}[1].{field}"

    def test_what_the_schema_of_a_body_refuses_the_daemon_refuses_by_name(self):
        def case(operation):
            world, requests = self.good_requests(operation)
            for ask in requests:
                schema = next((s for s in operation.body_schemas if self.contract.schema_fault(s, ask.body) is None), None)
                if ask.body is None or schema is None:
                    continue
                for body, kind, field in self.breakages(schema, ask.body):
                    if schema != operation.body_schemas[0] and (kind, field) == ("missing-field", next(iter(schema["properties"]))):
                        continue             # without its first member it is a body of the other schema
                    self.assertIsNotNone(self.contract.schema_fault(schema, body), body)
                    broken = copy.copy(ask)
                    broken.body = body
                    self.refused(broken.send(self.client_for(operation), operation, world.user), kind, field)
        self.for_each_operation(case)

    def test_what_the_schema_of_a_parameter_refuses_the_daemon_refuses_by_name(self):
        def case(operation):
            world, (ask, *_) = self.good_requests(operation)
            for name, value, kind in [("colour", "red", "invalid-parameter"), *parameters_that_break(operation)]:
                broken = copy.copy(ask)
                broken.query = {**ask.query, name: value}
                self.refused(broken.send(self.client_for(operation), operation, world.user), kind, name)
        self.for_each_operation(case)

    def test_bad_input_is_answered_as_documented(self):
        self.service.say("line:U1", "hello")
        expense = self.service.say("line:U2", "lunch 5").json["expenses"][0]
        for method, path, body, status, kind, _, *headers in test_bad_input.CASES:
            with self.subTest(f"{method} {path} {str(body)[:60]}"):
                answer = self.service.request(method, path.replace("{id}", expense["id"]), body, *headers)
                self.assertEqual((answer.status, answer.json["type"]), (status, "/problems/" + kind))

    def test_wrong_tokens_are_answered_as_documented(self):
        def case(operation):
            world, (ask, *_) = self.good_requests(operation)
            if operation.needs and operation.scope is None:
                return                                # any token will do
            wrong = self.service if "adminToken" in operation.needs else self.admin
            with CheckedClient(self.contract, self.daemon.port) as nobody, \
                    CheckedClient(self.contract, self.daemon.port, "x") as garbage:
                statuses = [ask.send(client, operation, world.user).status for client in (nobody, garbage, wrong)]
            self.assertEqual(statuses, [401, 401, 403] if operation.needs else statuses)
        self.for_each_operation(case)

    def test_the_guide_lists_every_route(self):
        with open(os.path.join(SOURCE_DIR, "doc", "API.md"), encoding="utf-8") as f:
            listed = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^` ]*)`", f.read()))
        self.assertEqual({f"{o.method} {o.path}" for o in self.contract.operations.values()} - listed, set())
        self.assertEqual(listed - {f"{o.method} {o.path}" for o in self.contract.operations.values()}, set())

    def test_it_is_json_that_reads_the_same_by_anybody(self):
        self.assertEqual(json.loads(self.answer.body, object_pairs_hook=lambda pairs: self.unique(pairs)), self.document)

    def unique(self, pairs):
        self.assertEqual(len(dict(pairs)), len(pairs), pairs)
        return dict(pairs)


if __name__ == "__main__":
    tap.main()
