# SPDX-License-Identifier: MIT
"""What the benchmarks over HTTP share: wrk and what it says, scripts for it, users and expenses to work on."""

import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "daemon", "support"))

from api import Client, token                       # noqa: E402

PATH = "/usr/sbin:/usr/bin:" + os.environ.get("PATH", "")
USERS = 1000
LIST = "/api/v1/expenses?user=bench:list&limit=100"
CREATE = "/api/v1/expenses", f"""string.format('{{"user":"bench:u%d","description":"lunch","amount":"%d.50"}}',
		n % {USERS}, n % 500 + 1)"""
MESSAGE = "/api/v1/messages", f"""string.format('{{"user":"bench:u%d","text":"早餐$%d午餐$30"}}', n % {USERS}, n % 500 + 1)"""


def need(program, package):
    found = shutil.which(program, path=PATH)
    if not found:
        sys.exit(f"{program} is needed: contrib/packages bench, or apt-get install {package}")
    return found


def milliseconds(out, percentile):
    number, unit = re.search(rf"\s{re.escape(percentile)}\s+([\d.]+)(us|ms|s)", out).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def command(url, made, connections, seconds, script=None):
    return [need("wrk", "wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", f"Authorization: Bearer {made}",
            *(["-s", script] if script else []), url]


def read(url, out):
    """Requests a second, how many there were, p50 and p99 in milliseconds; every request must have succeeded."""
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"{url}: not every request succeeded\n{out}")
    return {"rate": float(re.search(r"Requests/sec:\s*([\d.]+)", out)[1]), "count": int(re.search(r"(\d+) requests in", out)[1]),
            "p50": milliseconds(out, "50%"), "p99": milliseconds(out, "99%")}


def run(url, made, connections, seconds, script=None):
    return read(url, subprocess.run(command(url, made, connections, seconds, script), capture_output=True, text=True, check=True).stdout)


def script(directory, made, path, body):
    """A script that posts to path; body is Lua that makes the n-th body."""
    file = os.path.join(directory, re.sub(r"\W", "-", path) + ".lua")
    with open(file, "w") as f:
        f.write(f"""local n = 0
local headers = {{ ["Authorization"] = "Bearer {made}", ["Content-Type"] = "application/json" }}
function request()
	n = n + 1
	return wrk.format("POST", "{path}", headers, {body})
end
""")
    return file


def fill(daemon):
    """A service token, the users of the POSTs, one user with 100 expenses; returns the token and that one's list."""
    made = token(daemon)
    with Client(daemon.port, made) as client:
        for n in range(USERS):
            assert client.say(f"bench:u{n}", "hello").status == 200
        for n in range(100):
            assert client.say("bench:list", f"lunch with the team {n + 1}").status == 200
        return made, client.get(LIST).body


def progress(text):
    if sys.stderr.isatty():
        print(f"\r{text:60s}\r", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)
