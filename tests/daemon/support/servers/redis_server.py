# SPDX-License-Identifier: MIT
"""A Redis of a test's own: on a port and in a directory of its own, with nothing on a disk, ended by its own pid."""

import shutil
import signal
import subprocess
import tempfile

from harness import PATIENCE, free_port, wait_for

SERVER = shutil.which("redis-server")


class Redis:
    """options as redis-server takes them without their dashes, as requirepass="x"."""

    def __init__(self, **options):
        self.port = free_port()
        self._made = tempfile.TemporaryDirectory(prefix="aiexpense-redis-", ignore_cleanup_errors=True)
        self.directory = self._made.name
        self.options = {"port": self.port, "bind": "127.0.0.1", "dir": self.directory, "save": "", "appendonly": "no", **options}
        self.process = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self, *more):
        words = [word for name, value in self.options.items() for word in ("--" + name.replace("_", "-"), *str(value).split(" "))]
        self.log = open(self.directory + "/log", "ab")
        self.process = subprocess.Popen([SERVER, *more, *words], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        wait_for(lambda: self.process.poll() is not None or self.is_up(), "Redis")
        assert self.process.poll() is None, open(self.directory + "/log", encoding="utf-8").read()
        return self

    def is_up(self):
        return self.ask("ping").startswith(("PONG", "NOAUTH")) if self.options.get("port") else True

    def ask(self, *words):
        """One command by redis-cli, and what it says."""
        done = subprocess.run(["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), *words], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        return done.stdout.strip()

    def kill(self, sig=signal.SIGKILL):
        self.process.send_signal(sig)
        self.process.wait(PATIENCE)
        self.log.close()
        self.process = None

    def hang(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        if self.process is not None:
            self.kill()
        self._made.cleanup()
