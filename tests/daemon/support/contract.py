# SPDX-License-Identifier: MIT
"""The OpenAPI document as a judge: whether an answer is one that the document has for its operation.

    contract = Contract(client.get("/api/v1/openapi.json").json)
    client = CheckedClient(contract, daemon.port, token)      # every answer of it is judged

An answer fails by a status, a media type, a header field or a member that the
document lacks for it.
"""

import re
import urllib.parse
import warnings

warnings.simplefilter("ignore", DeprecationWarning)

import jsonschema  # noqa: E402

from api import Client  # noqa: E402

METHODS = ("get", "put", "post", "delete", "patch")

# Answers to what is no request of any operation's, or is answered before one is found.
UNROUTED = (400, 404, 405, 408, 413, 414, 417, 429, 431, 501, 503, 505)

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date")
def is_date(value):
    return not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


@FORMATS.checks("date-time")
def is_time(value):
    return not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value) is not None


@FORMATS.checks("uuid")
def is_uuid(value):
    return not isinstance(value, str) or re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None


class Operation:
    def __init__(self, contract, path, method, description):
        self.contract, self.path, self.method, self.description = contract, path, method.upper(), description
        self.name = description["operationId"]
        self.pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path))
        self.parameters = [contract.resolve(p) for p in description["parameters"]]
        self.query = {p["name"]: p for p in self.parameters if p["in"] == "query"}
        self.needs = [name for scheme in description["security"] for name in scheme]      # "token", "adminToken" or nothing

    @property
    def scope(self):
        """The scope that a token needs for it, or None."""
        return next((scope for scheme in self.description["security"] for scopes in scheme.values() for scope in scopes), None)

    @property
    def body_schemas(self):
        """The schemas that a body may have, resolved."""
        if "requestBody" not in self.description:
            return []
        schema = self.description["requestBody"]["content"].get("application/json", {}).get("schema", {})
        return [self.contract.resolve(one) for one in schema.get("oneOf", [schema])]

    @property
    def successes(self):
        return [int(code) for code in self.description["responses"] if int(code) < 400]

    def fault(self, answer):
        """What is wrong with an answer, or None."""
        response = self.description["responses"].get(str(answer.status))
        if response is None:
            return f"status {answer.status} is not documented"
        return self.contract.fault(self.contract.resolve(response), answer)


class Contract:
    def __init__(self, document):
        self.document = document
        self.operations = {}
        for path, methods in document["paths"].items():
            for method in METHODS:
                if method in methods:
                    operation = Operation(self, path, method, methods[method])
                    assert operation.name not in self.operations, operation.name
                    self.operations[operation.name] = operation
        self.validators = {}

    def resolve(self, part):
        """What a $ref means."""
        while "$ref" in part:
            found = self.document
            for word in part["$ref"].removeprefix("#/").split("/"):
                found = found[word]
            part = found
        return part

    def validator(self, schema):
        key = repr(schema)
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft202012Validator(
                {**schema, "components": self.document["components"]}, format_checker=FORMATS)
        return self.validators[key]

    def schema_fault(self, schema, value):
        for error in self.validator(schema).iter_errors(value):
            return f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        return None

    def fault(self, response, answer):
        for name, header in response.get("headers", {}).items():
            if self.resolve(header).get("required") and name not in answer.headers:
                return f"the header field {name} is missing"
        media = answer.headers.get("Content-Type", "").split(";")[0]
        if "content" not in response:
            return None if answer.body == b"" else "there shall be no body"
        if media not in response["content"]:
            return f"media type {media} is not documented"
        schema = response["content"][media].get("schema")
        return self.schema_fault(schema, answer.json) if schema else None

    def operation(self, method, path):
        path = urllib.parse.unquote(path.partition("?")[0])
        found = [o for o in self.operations.values() if o.method == method and o.pattern.fullmatch(path)]
        return max(found, key=lambda o: o.path.count("/") * 10 - o.path.count("{"), default=None)

    def check(self, method, path, answer):
        """AssertionError when the document has no such answer."""
        operation = self.operation(method, path)
        if operation is None:
            fault = None if answer.status in UNROUTED else f"status {answer.status} without an operation"
            fault = fault or self.schema_fault({"$ref": "#/components/schemas/Problem"}, answer.json)
        else:
            fault = operation.fault(answer)
        assert fault is None, f"{method} {path}: {answer.status}: {fault}\n{answer.body[:2000]}"


class CheckedClient(Client):
    def __init__(self, contract, *args, **more):
        super().__init__(*args, **more)
        self.contract = contract

    def request(self, method, path, body=None, headers=None):
        answer = super().request(method, path, body, headers)
        if method != "HEAD":
            self.contract.check(method, path, answer)
        return answer
