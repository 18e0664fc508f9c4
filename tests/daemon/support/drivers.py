# SPDX-License-Identifier: MIT
"""For every operation of the REST API a request that succeeds: a row each.

A row is a function of a World, which makes what the request is about, and
gives an Ask or several.  The user is named where the operation has room for
it, in the query or in the body; method and path are the document's.

    "get_paint": lambda w: Ask(id=w.paint["id"]),
    "post_paint": lambda w: [Ask(body={"colour": "red"}), Ask(body={"paints": [{"colour": "red"}]})],
"""

import itertools
import urllib.parse
from functools import cached_property


class Ask:
    """One request but for the method, the path and the user.  path: what stands for its {names}."""

    def __init__(self, query=None, body=None, headers=None, **path):
        self.query, self.body, self.headers, self.path = dict(query or {}), body, dict(headers or {}), path

    def send(self, client, operation, user=None):
        """The answer.  user: whom to name, or None to name nobody."""
        query, body = dict(self.query), self.body
        in_body = any("user" in schema.get("properties", {}) for schema in operation.body_schemas)
        if user is not None and "user" in operation.query:
            query.setdefault("user", user)
        elif user is not None and in_body and isinstance(body, dict):
            body = {"user": user, **body}
        path = operation.path.format(**self.path)
        return client.request(operation.method, path + ("?" + urllib.parse.urlencode(query) if query else ""), body, self.headers)


class World:
    """What requests are about: a user of its own with what is asked for.  client has a service token, admin an admin token."""

    numbers = itertools.count(1)

    def __init__(self, client, user=None, admin=None):
        self.client, self.admin = client, admin
        self.number = next(self.numbers)
        self.user = user or f"line:W{self.number}"

    @cached_property
    def message(self):
        return self.client.say(self.user, "lunch 100").json

    @cached_property
    def expense(self):
        return self.message["expenses"][0]

    @cached_property
    def photo(self):
        """A message that came with a picture, which is kept: KEEPS_PICTURES."""
        query = urllib.parse.urlencode({"user": self.user, "text": "lunch 100"})
        return self.client.post("/api/v1/messages?" + query, b"\xff\xd8\xff a picture", Content_Type="image/jpeg").json

    @cached_property
    def trashed(self):
        """An expense in the trash."""
        expense = self.client.say(self.user, "taxi 50").json["expenses"][0]
        assert self.client.request("DELETE", f"/api/v1/expenses/{expense['id']}?user={self.user}").status == 204
        return expense

    @cached_property
    def changed(self):
        """An expense that was changed and put into the trash and taken out again."""
        expense = self.client.say(self.user, "tea 5").json["expenses"][0]
        path, of_user = f"/api/v1/expenses/{expense['id']}", f"?user={self.user}"
        self.client.request("PATCH", path + of_user, {"description": "coffee"}, {"If-Match": "*"})
        self.client.request("DELETE", path + of_user)
        self.client.post(path + "/restore" + of_user, None)
        return expense

    @cached_property
    def confirmation(self):
        """Of the user's deletion."""
        self.message                     # signs the user up
        return self.client.post("/api/v1/user/deletion", {"user": self.user}).json["confirmation"]

    @cached_property
    def category(self):
        self.message                     # signs the user up
        return self.client.post("/api/v1/categories", {"user": self.user, "name": f"Pets {self.number}"}).json

    @cached_property
    def place(self):
        """A category that expenses can go to."""
        self.message                     # signs the user up
        return self.client.get(f"/api/v1/categories?user={self.user}&name=other").json["categories"][0]

    @cached_property
    def keyword(self):
        """A keyword of the category."""
        path = f"/api/v1/categories/{self.category['id']}/keywords"
        return self.client.post(path, {"user": self.user, "keyword": f"bone {self.number}"}).json

    @cached_property
    def token(self):
        """A token of the user's that nobody uses."""
        return self.admin.post("/api/v1/tokens", {"kind": "user", "user": self.user}).json


NEW = {"description": "lunch", "amount": "20.50", "currency": "USD", "account": "visa", "date": "2026-11-23"}

# What the daemon's configuration must have.
KEEPS_PICTURES = "ai { keep_pictures_days = 1 }\n"

DRIVERS = {
    "get_health": lambda w: Ask(),
    "get_ready": lambda w: Ask(),
    "get_openapi": lambda w: [Ask(), Ask(headers={"If-None-Match": w.client.get("/api/v1/openapi.json").headers["ETag"]})],
    "post_user": lambda w: [Ask(body={"locale": "de-CH", "time_zone": "Europe/Zurich", "home_currency": "CHF", "display_name": "Ming"}), Ask(body={})],
    "get_user": lambda w: w.message and Ask(),
    "patch_user": lambda w: w.message and Ask(body={"locale": "ja", "time_zone": "Asia/Tokyo", "home_currency": "JPY", "display_name": "Ming"},
                                              headers={"If-Match": '"1"'}),
    "post_user_deletion": lambda w: w.message and Ask(),
    "delete_user": lambda w: Ask({"confirmation": w.confirmation}),
    "get_user_export": lambda w: w.message and Ask(),
    "post_message": lambda w: [Ask(body={"text": "lunch 5"}), Ask({"text": "lunch 5"}, b"\xff\xd8\xff a picture", {"Content-Type": "image/jpeg"})],
    "get_message": lambda w: Ask(id=w.message["id"]),
    "get_message_picture": lambda w: Ask(id=w.photo["id"]),
    "delete_message_picture": lambda w: Ask(id=w.photo["id"]),
    "post_parse": lambda w: Ask(body={"text": "lunch 5 and coffee 3 yesterday"}),
    "get_expenses": lambda w: [Ask(), Ask({"limit": 1, "from": w.expense["date"], "to": w.expense["date"]}),
                               Ask({"category": w.expense["category"]["id"], "account": w.expense["account"], "q": "lunch", "sort": "-amount",
                                    "currency": w.expense["currency"], "min_amount": "1", "max_amount": "1000.5"})],
    "get_expenses_export": lambda w: [Ask({"from": w.expense["date"]}), Ask({"format": "jsonl", "account": "visa", "currency": "USD"}),
                                      Ask({"bom": "true", "category": w.expense["category"]["id"]})],
    "post_expense": lambda w: w.message and [Ask(body=NEW, headers={"Idempotency-Key": "k"}), Ask(body={"expenses": [NEW, NEW]})],
    "get_expense": lambda w: Ask(id=w.expense["id"]),
    "patch_expense": lambda w: Ask(id=w.expense["id"], body={**NEW, "category_id": w.category["id"]}, headers={"If-Match": '"1"'}),
    "delete_expense": lambda w: Ask(id=w.expense["id"]),
    "restore_expense": lambda w: Ask(id=w.trashed["id"]),
    "get_expense_picture": lambda w: Ask(id=w.photo["expenses"][0]["id"]),
    "get_expense_history": lambda w: Ask(id=w.changed["id"]),
    "get_categories": lambda w: [Ask(), Ask({"name": w.category["name"]})],
    "post_category": lambda w: w.message and Ask(body={"name": "Plants"}),
    "get_tokens": lambda w: [Ask(), Ask({"limit": 1})],
    "post_token": lambda w: Ask(body={"kind": "user", "label": "phone", "scopes": ["read"], "expires_in_days": 5}),
    "get_own_token": lambda w: Ask(),
    "delete_own_token": lambda w: Ask(),
    "get_token": lambda w: Ask(id=w.token["id"]),
    "delete_token": lambda w: Ask(id=w.token["id"]),
    "patch_category": lambda w: Ask(id=w.category["id"], body={"name": "Cats"}, headers={"If-Match": '"1"'}),
    "delete_category": lambda w: Ask({"reassign_to": w.place["id"]}, id=w.category["id"], headers={"If-Match": '"1"'}),
    "get_keywords": lambda w: w.keyword and Ask(id=w.category["id"]),
    "post_keyword": lambda w: Ask(id=w.category["id"], body={"keyword": "leash", "priority": 7}),
    "patch_keyword": lambda w: Ask(id=w.category["id"], keyword_id=w.keyword["id"], body={"priority": 8}, headers={"If-Match": '"1"'}),
    "delete_keyword": lambda w: Ask(id=w.category["id"], keyword_id=w.keyword["id"]),
    "get_policies": lambda w: Ask(),
    "get_policy": lambda w: [Ask(key="privacy_policy"), Ask({"version": 1}, key="terms_of_use")],
    "put_policy": lambda w: Ask(body={"title": "Terms", "text": "Be kind."}, headers={"If-Match": "*"}, key="terms_of_use"),
    "get_policy_versions": lambda w: [Ask(key="terms_of_use"), Ask({"limit": 1}, key="privacy_policy")],
    "get_summaries": lambda w: [w.message and Ask({"group_by": "account,week,category", "limit": 1}), Ask({"group_by": "day"})],
    "get_metrics_active": lambda w: w.message and Ask({"from": "2026-11-01", "to": "2026-11-30"}),
    "get_metrics_growth": lambda w: w.message and Ask(),
    "get_metrics_expenses": lambda w: w.message and Ask({"period": "week"}),
    "get_metrics_categories": lambda w: w.message and Ask(),
    "get_metrics_ai_costs": lambda w: Ask({"currency": "USD"}),
    "get_metrics_ai_calls": lambda w: Ask({"date": "2026-11-23", "model": "m", "limit": 5}),
    "get_metrics_ai_users": lambda w: Ask({"month": "2026-11", "limit": 5}),
}


def asks(world, name):
    """What the row of an operation gives, as a list."""
    made = DRIVERS[name](world)
    return made if isinstance(made, list) else [made]
