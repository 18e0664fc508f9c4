# SPDX-License-Identifier: MIT
"""Starts the real daemon in a directory and on a port of its own, and asks it how it is.

    with Daemon("http { workers = 2 }") as d:
        d.wait_for(lambda: len(d.pids("http")) == 2)

Nothing here sleeps for a fixed time in the hope that something has happened:
wait_for waits for a fact, and fails loudly when it does not come true.  When
a case fails the daemon's log is printed.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from unittest import mock

BUILD_DIR = os.environ.get("AIEXPENSE_BUILDDIR", os.path.join(os.path.dirname(__file__), "..", "..", "build"))
SOURCE_DIR = os.environ.get("AIEXPENSE_SRCDIR", os.path.join(os.path.dirname(__file__), "..", ".."))

# Generous: it only decides how long a failing case takes, and valgrind and busy machines are slow.
PATIENCE = 30


def program(name):
    return os.path.abspath(os.path.join(BUILD_DIR, name))


reserved_ports = []


def free_port():
    """A port that nobody listens on, and that no other test is given while this process lives.

    It is none of those that the kernel gives to outgoing connections: a daemon
    that starts again must find its port free, whatever the other tests connect to.
    """
    with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
        first_outgoing = int(f.read().split()[0])
    for port in random.sample(range(10000, max(first_outgoing, 20000)), 1000):
        reservation = socket.socket(socket.AF_UNIX)
        try:
            reservation.bind(f"\0aiexpense-test-port-{port}")
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            reservation.close()
            continue
        reserved_ports.append(reservation)
        return port
    raise AssertionError("no port is free")


def wait_for(fact, what="", patience=PATIENCE):
    """The first true value of fact(); an AssertionError when there is none in time."""
    until = time.monotonic() + patience
    while True:
        value = fact()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"waited {patience} s in vain for {what or fact}")
        time.sleep(0.01)


def comm(pid):
    """The name that the kernel knows a process by; "" of one that is gone."""
    try:
        with open(f"/proc/{pid}/comm") as f:
            return f.read().strip()
    except OSError:
        return ""


def is_alive(pid):
    """Whether the process runs; one that only waits to be reaped does not."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill(pids):
    """Kills them at once and gives those that were there: one that died is named until its parent has reaped it."""
    killed = []
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
    return killed


def kill_one(pids, rng=random):
    """Kills one of them, and gives it in a list; an empty one when there is none."""
    return kill(rng.sample(pids, min(1, len(pids))))


def is_sanitized():
    with open(program("aiexpensed"), "rb") as f:
        return b"__asan_init" in f.read()


class Preload:
    """What is started inside of it runs with a library of the build tree, and these variables.

    It is not confined, as the library has files of its own, unless is_confined.
    """

    def __init__(self, library, is_confined=False, **environment):
        preloads = [program(library), os.environ.get("LD_PRELOAD", "")]
        asan = [os.environ.get("ASAN_OPTIONS", ""), "verify_asan_link_order=0"]
        self.changes = mock.patch.dict(os.environ, environment, LD_PRELOAD=" ".join(filter(None, preloads)),
                                       AIEXPENSE_SANDBOX=str(is_confined).lower(),
                                       ASAN_OPTIONS=":".join(filter(None, asan)))

    def __enter__(self):
        self.changes.start()
        return self

    def __exit__(self, *error):
        self.changes.stop()


class Manager:
    """A service manager as systemd is one, for what is started inside of it."""

    def __init__(self, **environment):
        self.directory = tempfile.TemporaryDirectory(prefix="aiexpense-test-")
        path = os.path.join(self.directory.name, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.settimeout(PATIENCE)
        self.changes = mock.patch.dict(os.environ, environment, NOTIFY_SOCKET=path)

    def __enter__(self):
        self.changes.start()
        return self

    def __exit__(self, *error):
        self.changes.stop()
        self.socket.close()
        self.directory.cleanup()

    def heard(self):
        """The next that it is told."""
        return self.socket.recv(1000).decode()


class SlowDisk(Preload):
    """Every flush of what is started inside of it waits while it is held."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="aiexpense-test-")
        self.file = os.path.join(self.directory.name, "hold")
        super().__init__("bench/slow_disk.so", SLOW_DISK_HOLD=self.file)

    def __exit__(self, *error):
        super().__exit__(*error)
        self.directory.cleanup()          # which lets go of whoever still waits

    def hold(self):
        open(self.file, "w").close()

    def is_reached(self):
        return os.path.exists(self.file + ".reached")

    def release(self):
        os.unlink(self.file)


class MovedClock(Preload):
    """The wall clock of what is started inside of it goes forward as it is told; what waits is none the wiser."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="aiexpense-test-")
        self.file = os.path.join(self.directory.name, "ahead")
        self.ahead = 0
        self.forward(0)
        super().__init__("tests/daemon/support/moved_clock.so", MOVED_CLOCK=self.file)

    def __exit__(self, *error):
        super().__exit__(*error)
        self.directory.cleanup()

    def forward(self, seconds):
        self.ahead += seconds
        with open(os.open(self.file, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as f:
            f.write(self.ahead.to_bytes(8, sys.byteorder, signed=True))


class Daemon:
    """A running daemon.  conf is added to the configuration; port, directory and store are set for it.

    Limits on requests are for test_limits: tests say many messages for few users.

    With start=False nothing is run until start().  Set directory to take over
    that of another one.
    """

    def __init__(self, conf="", start=True, directory=None, port=None, args=()):
        self.owns_directory = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix="aiexpense-test-")
        self.run_dir = os.path.join(self.directory, "run")
        self.store = os.path.join(self.directory, "store")
        self.conf_file = os.path.join(self.directory, "aiexpense.conf")
        self.log_file = os.path.join(self.directory, "log")
        self.port = port or free_port()
        self.args = list(args)
        self.process = None
        self.is_wanted = start
        with open(self.conf_file, "w") as f:
            f.write(f'http {{ listen = {{"127.0.0.1:{self.port}"}} }}\n'
                    f'store {{ path = "{self.store}" map_size_bytes = 64M shards = 2 }}\n'
                    f'run {{ directory = "{self.run_dir}" user = "" }}\n'
                    f'ai {{ workers = 1 }}\n{conf}\n')
            if "limit {" not in conf:
                f.write("limit { per_user_messages = 0 }\n")

    def __enter__(self):
        if self.is_wanted:
            try:
                self.start()
            except BaseException:
                self._clean_up(is_failed=True)
                raise
        return self

    def __exit__(self, kind, error, trace):
        self._clean_up(is_failed=kind is not None)

    def _clean_up(self, is_failed):
        if self.process is not None:
            self._end()
        if is_failed and os.path.exists(self.log_file):
            print(*("# | " + line for line in self.log().splitlines()), sep="\n", flush=True)
        if self.owns_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _end(self):
        """What this daemon started ends with it, also when its master is already gone."""
        children = self.all_pids() if self.process.poll() is None else []
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        kill(filter(is_alive, children))

    def command(self):
        return [program(os.environ.get("AIEXPENSE_DAEMON", "aiexpensed")), "-c", self.conf_file,
                "-o", "run.sandbox=" + os.environ.get("AIEXPENSE_SANDBOX", "true"), *self.args]

    def launch(self):
        """Start it without waiting until it is ready."""
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def start(self):
        start_of_log = os.path.getsize(self.log_file) if os.path.exists(self.log_file) else 0
        self.launch()
        wait_for(lambda: "ready:" in self.log(start_of_log) or self.process.poll() is not None, "the daemon to start")
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended with code {self.process.returncode} at its start")
        return self

    def stop(self, sig=signal.SIGTERM):
        """Send the signal and give the exit code."""
        self.process.send_signal(sig)
        return self.process.wait(PATIENCE)

    def log(self, start=0):
        with open(self.log_file, "rb") as f:
            f.seek(start)
            return f.read().decode(errors="replace")

    def ask(self, line, sock="stats.sock"):
        """One command on one of the sockets, and its whole answer."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE)
            s.connect(os.path.join(self.run_dir, sock))
            s.sendall(line.encode() + b"\n")
            answer = b""
            while chunk := s.recv(65536):
                answer += chunk
        return answer.decode()

    def ctl(self, *args):
        """aiexpensectl with the arguments, completed."""
        return subprocess.run([program("aiexpensectl"), "-s", self.run_dir, *args], capture_output=True, text=True,
                              timeout=PATIENCE)

    def workers(self):
        """The rows of "show workers" as dictionaries; pid is None while a process is being replaced."""
        head, *rows = [line.split() for line in self.ask("show workers").splitlines()]
        workers = [dict(zip(head, row)) for row in rows]
        for worker in workers:
            worker.update(index=int(worker["index"]), restarts=int(worker["restarts"]),
                          pid=None if worker["pid"] == "-" else int(worker["pid"]))
        return workers

    def pids(self, role):
        return [w["pid"] for w in self.workers() if w["role"] == role and w["pid"] is not None]

    def children(self, *roles):
        """The pids of the children that live, or of those in these roles, as the kernel knows them: needs no answer from the daemon."""
        names = tuple("aiexp-" + role for role in roles) or ""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as f:
            pids = [int(pid) for pid in f.read().split()]
        return [pid for pid in pids if is_alive(pid) and comm(pid).startswith(names)]

    def all_pids(self):
        return [self.process.pid, *self.children()]

    def stats(self):
        """Every counter by its name."""
        return json.loads(self.ask("show stats json"))["counters"]

    def wait_for(self, fact, what="", patience=PATIENCE):
        """As wait_for; a daemon that does not answer for a moment, or not to the end, counts as not yet."""
        def tried():
            try:
                return fact()
            except (OSError, json.JSONDecodeError):
                return False
        return wait_for(tried, what, patience)
