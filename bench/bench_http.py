#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the daemon through HTTP next to other servers on the same machine in the same run.

usage: bench/bench_http.py [--rounds N] [--seconds S] [--connections C] [CASE ...]

Each round runs the case against the daemon and against its anchor, one right
after the other, and the ratio is taken within the round, since a machine's
speed drifts.  CPU is that of the server's processes, from /proc.

  healthz   GET /healthz                      anchor: nginx, return 200 with the same bytes
  list      GET of 100 expenses               anchor: nginx, the same bytes from a file
  filtered  the same, those that have a word  anchor: the same
  category  GET of the category with a name   anchor: the same
  create    POST of one expense, on disk      anchor: Redis, appendfsync always, SET of 120 bytes
  message   POST of a chat message, on disk   anchor: the same
"""

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "daemon"))

from api import Client, token                       # noqa: E402
from harness import Daemon, free_port, wait_for     # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
PATH = "/usr/sbin:/usr/bin:" + os.environ.get("PATH", "")
USERS = 1000


def need(program, package):
    found = shutil.which(program, path=PATH)
    if not found:
        sys.exit(f"{program} is needed: contrib/packages bench, or apt-get install {package}")
    return found


def tree(pid):
    """A process and all below it."""
    pids = [pid]
    for parent in pids:
        try:
            with open(f"/proc/{parent}/task/{parent}/children") as f:
                pids += [int(child) for child in f.read().split()]
        except FileNotFoundError:
            pass
    return pids


def cpu_seconds(pid):
    total = 0
    for each in tree(pid):
        try:
            with open(f"/proc/{each}/stat") as f:
                fields = f.read().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        except FileNotFoundError:
            pass
    return total / TICK


class Server:
    """A program started for the run; ended by its own pid."""

    def __init__(self, command, port):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.port = port
        wait_for(self.is_up, command[0])

    def is_up(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.terminate()
        self.process.wait()


def start_nginx(directory, body):
    port = free_port()
    with open(os.path.join(directory, "list.json"), "wb") as f:
        f.write(body)
    temp = "".join(f"{kind}_temp_path {directory}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = os.path.join(directory, "nginx.conf")
    user = "user root;\n" if os.getuid() == 0 else ""
    with open(conf, "w") as f:
        f.write(f"""{user}daemon off; worker_processes auto; pid {directory}/nginx.pid; error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
{temp}access_log off; sendfile on; open_file_cache max=10; keepalive_requests 100000000; default_type application/json;
server {{ listen 127.0.0.1:{port};
location = /healthz {{ return 200 '{{"status":"ok"}}'; }}
location = /list.json {{ root {directory}; }} }} }}
""")
    return Server([need("nginx", "nginx-light"), "-e", os.path.join(directory, "error.log"), "-c", conf], port)


def start_redis(directory):
    program = shutil.which("redis-server", path=PATH)
    if program is None:
        return None
    port = free_port()
    return Server([program, "--port", str(port), "--bind", "127.0.0.1", "--dir", directory, "--appendonly", "yes", "--appendfsync",
                   "always", "--save", ""], port)


class Bench:
    def __init__(self, args, daemon, nginx, redis, made):
        self.args, self.daemon, self.nginx, self.redis, self.token = args, daemon, nginx, redis, made

    def wrk(self, server_pid, url, script=None):
        """Requests a second, CPU microseconds a request, p50 and p99 in milliseconds."""
        command = [need("wrk", "wrk"), "-t1", f"-c{self.args.connections}", f"-d{self.args.seconds}s", "--latency",
                   "-H", f"Authorization: Bearer {self.token}"]
        if script:
            command += ["-s", script]
        before = cpu_seconds(server_pid)
        out = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
        used = cpu_seconds(server_pid) - before
        if "Non-2xx" in out or "Socket errors" in out:
            sys.exit(f"{url}: not every request succeeded\n{out}")
        requests = int(re.search(r"(\d+) requests in", out)[1])
        rate = float(re.search(r"Requests/sec:\s*([\d.]+)", out)[1])
        return {"rate": rate, "cpu": used / requests * 1e6, "p50": milliseconds(out, "50%"), "p99": milliseconds(out, "99%")}

    def ours(self, path, script=None):
        return self.wrk(self.daemon.process.pid, f"http://127.0.0.1:{self.daemon.port}{path}", script)

    def of_nginx(self, path):
        return self.wrk(self.nginx.pid, f"http://127.0.0.1:{self.nginx.port}{path}")

    def of_redis(self):
        if self.redis is None:
            return None
        out = subprocess.run([need("redis-benchmark", "redis-tools"), "-p", str(self.redis.port), "-t", "set", "-d", "120", "-r", "1000000",
                              "-c", str(self.args.connections), "-n", str(25000 * self.args.seconds), "--csv"],
                             capture_output=True, text=True, check=True).stdout
        name, *numbers = [field.strip('"') for field in out.splitlines()[-1].split(",")]
        return {"rate": float(numbers[0]), "cpu": 0.0, "p50": float(numbers[3]), "p99": float(numbers[5])}

    def script(self, path, body):
        """A wrk script that posts to path; body is Lua that makes the n-th body."""
        file = os.path.join(self.daemon.directory, re.sub(r"\W", "-", path) + ".lua")
        with open(file, "w") as f:
            f.write(f"""local n = 0
local headers = {{ ["Authorization"] = "Bearer {self.token}", ["Content-Type"] = "application/json" }}
function request()
	n = n + 1
	return wrk.format("POST", "{path}", headers, {body})
end
""")
        return file

    def case_healthz(self):
        return lambda: self.ours("/healthz"), lambda: self.of_nginx("/healthz")

    def case_list(self):
        return lambda: self.ours("/api/v1/expenses?user=bench:list&limit=100"), lambda: self.of_nginx("/list.json")

    def case_filtered(self):
        return lambda: self.ours("/api/v1/expenses?user=bench:list&limit=100&q=team&min_amount=1"), lambda: self.of_nginx("/list.json")

    def case_category(self):
        return lambda: self.ours("/api/v1/categories?user=bench:list&name=food"), lambda: self.of_nginx("/list.json")

    def case_create(self):
        script = self.script("/api/v1/expenses", f"""string.format('{{"user":"bench:u%d","description":"lunch","amount":"%d.50"}}',
		n % {USERS}, n % 500 + 1)""")
        return lambda: self.ours("/", script), self.of_redis

    def case_message(self):
        script = self.script("/api/v1/messages", f"""string.format('{{"user":"bench:u%d","text":"早餐$%d午餐$30"}}',
		n % {USERS}, n % 500 + 1)""")
        return lambda: self.ours("/", script), self.of_redis

    def run(self, name):
        ours, anchor = getattr(self, "case_" + name)()
        rounds = []
        for n in range(self.args.rounds):
            self.progress(f"{name}: round {n + 1} of {self.args.rounds}")
            rounds.append((ours(), anchor()))
        self.progress("")
        self.report(name, rounds)

    def progress(self, text):
        if sys.stderr.isatty():
            print(f"\r{text:40s}\r", end="", file=sys.stderr, flush=True)
        elif text:
            print(text, file=sys.stderr, flush=True)

    def report(self, name, rounds):
        mine = {key: statistics.median(a[key] for a, _ in rounds) for key in rounds[0][0]}
        line = f"{name:8s} {mine['rate']:9.0f}/s  {mine['cpu']:6.1f} us CPU  p50 {mine['p50']:6.2f} ms  p99 {mine['p99']:6.2f} ms"
        if rounds[0][1] is None:
            print(line + "   (no anchor: redis-server is not installed)")
            return
        other = statistics.median(b["rate"] for _, b in rounds)
        rates = sorted(a["rate"] / b["rate"] for a, b in rounds)
        line += f"   anchor {other:9.0f}/s  rate ratio {statistics.median(rates):.2f} ({rates[0]:.2f} to {rates[-1]:.2f})"
        if rounds[0][1]["cpu"]:
            line += f"  CPU ratio {statistics.median(a['cpu'] / b['cpu'] for a, b in rounds):.2f}"
        print(line, flush=True)


def milliseconds(out, percentile):
    number, unit = re.search(rf"\s{re.escape(percentile)}\s+([\d.]+)(us|ms|s)", out).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def fill(daemon, made):
    """The users of the POSTs, and one with 100 expenses; returns the bytes of that one's list."""
    with Client(daemon.port, made) as client:
        for n in range(USERS):
            assert client.say(f"bench:u{n}", "hello").status == 200
        for n in range(100):
            assert client.say("bench:list", f"lunch with the team {n + 1}").status == 200
        return client.get("/api/v1/expenses?user=bench:list&limit=100").body


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("cases", nargs="*", default=["healthz", "list", "filtered", "category", "create", "message"])
    args = parser.parse_args()
    need("wrk", "wrk")
    # On the file system of the build, since /tmp may be in memory, where a commit costs nothing.
    directory = tempfile.mkdtemp(prefix="bench-", dir=os.path.abspath(os.environ.get("AIEXPENSE_BUILDDIR", ".")))
    daemon = Daemon(directory=directory, args=["-o", "store.map_size_bytes=16G", "-o", "store.shards=4", "-o", "ai.workers=2"])
    nginx = redis = None
    try:
        daemon.start()
        made = token(daemon)
        nginx = start_nginx(directory, fill(daemon, made))
        redis = start_redis(directory)
        print(f"{args.connections} connections, {args.rounds} rounds of {args.seconds} s, medians; the client shares the machine")
        bench = Bench(args, daemon, nginx, redis, made)
        for case in args.cases:
            bench.run(case)
    finally:
        for server in nginx, redis:
            if server is not None:
                server.stop()
        if daemon.process is not None:
            daemon.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
