# SPDX-License-Identifier: MIT
"""A daemon that asks a provider, and what it tells of the calls: what they cost, how they ended, and each by itself."""

import json

from api import Client, token
from harness import Daemon

UNSURE = "zorbl 50"             # the rules do not know what that is
RESULTS = {None: "ok", "hang": "timeout", "drip": "timeout", "refuse": "no_connection", "dies": "no_connection", "429": "rate_limited",
           "500": "server_error", "529": "server_error", "404": "rejected", "declines": "declined", "garbage": "bad_answer",
           "huge": "bad_answer", "wrong_json": "bad_answer"}


def daemon_for(mock, *sections, ai="", more=""):
    """Most cases count calls, so that nothing is kept of earlier answers unless they say so."""
    return Daemon(f"http {{ workers = 1 }}\nai {{ cache_bytes = 0 {ai} }}\n" + "".join(sections or [mock.section()]) + more)


def costs(d):
    answer = Client(d.port, token(d, "admin")).get("/api/v1/metrics/ai-costs").json
    return {row["operation"]: (row["calls"], row["input_tokens"], row["output_tokens"], row["cost"]) for row in answer["by_operation"]}


def models(d):
    answer = Client(d.port, token(d, "admin")).get("/api/v1/metrics/ai-costs").json
    return {row["model"]: (row["calls"], row["cost"]) for row in answer["by_model"]}


def calls(d, *args):
    """The rows of "ai calls" without their times."""
    done = d.ctl("ai", "calls", *args)
    assert done.returncode == 0, done
    return [line.split()[1:] for line in done.stdout.splitlines()[1:]]


def counted(d, name="mock1"):
    """The calls of a provider by how they ended, as its counters have them."""
    counts = json.loads(d.ask("show stats json"))["providers"][name]
    return {result: counts[result] for result in set(RESULTS.values()) if counts[result]}


def listed(rows, name="mock1"):
    """The same of the rows."""
    results = [row[3] for row in rows if row[2].startswith(name + "/")]
    return {result: results.count(result) for result in results}
