# SPDX-License-Identifier: MIT
"""A PostgreSQL server of a test's own: in a directory of its own, on a Unix socket, ended by its own pid."""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

PATIENCE = 60


def programs():
    """The directory of initdb and postgres, the newest version; None when the package is not there."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    return os.path.dirname(found[-1]) if found else None


class Postgres:
    def __init__(self, **settings):
        self.settings = {"fsync": "on", "listen_addresses": "", "max_connections": "100", "shared_buffers": "32MB", **settings}
        self.directory = tempfile.mkdtemp(prefix="aiexpense-pg-")
        self.process = None
        # It refuses to run as root.
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user is not None:
            account = pwd.getpwnam(self.user)
            os.chown(self.directory, account.pw_uid, account.pw_gid)
        os.chmod(self.directory, 0o755)

    @property
    def url(self):
        return f"postgresql:///postgres?host={self.directory}&user=aiexpense"

    def _run(self, program, *args, **more):
        return subprocess.run([os.path.join(programs(), program), *args], check=True, user=self.user, cwd=self.directory,
                              env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, stdout=subprocess.DEVNULL, timeout=PATIENCE, **more)

    def start(self):
        data = os.path.join(self.directory, "data")
        if not os.path.exists(data):
            self._run("initdb", "-D", data, "-U", "aiexpense", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions")
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        self.log = open(os.path.join(self.directory, "log"), "ab")
        self.process = subprocess.Popen([os.path.join(programs(), "postgres"), "-D", data, "-k", self.directory, *options], user=self.user,
                                        cwd=self.directory, env={"LC_ALL": "C"}, stdout=self.log, stderr=self.log, start_new_session=True)
        self._wait_until_ready()

    def _wait_until_ready(self):
        end = time.monotonic() + PATIENCE
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("PostgreSQL did not start:\n" + self.text_of_log())
            time.sleep(0.02)

    def is_ready(self):
        return subprocess.run([os.path.join(programs(), "pg_isready"), "-q", "-h", self.directory, "-U", "aiexpense"],
                              stdin=subprocess.DEVNULL, check=False).returncode == 0

    def text_of_log(self):
        with open(os.path.join(self.directory, "log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self, sig=signal.SIGINT):
        """SIGINT is a fast end; SIGQUIT one without a checkpoint, as after a crash."""
        if self.process is None:
            return
        self.process.send_signal(sig)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.log.close()

    def query(self, text):
        """The rows as lists of texts."""
        done = subprocess.run([os.path.join(programs(), "psql"), "-h", self.directory, "-U", "aiexpense", "-d", "postgres", "-AtX",
                               "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", text], check=True, capture_output=True, text=True, timeout=PATIENCE)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop(signal.SIGINT)
        shutil.rmtree(self.directory, ignore_errors=True)


def run_on_server(name):
    """The exit code of a C test that finds a server of its own in AIEXPENSE_POSTGRESQL_URL; where none is installed it is skipped."""
    if programs() is None:
        print("1..1\nok 1 # SKIP PostgreSQL is not installed")
        return 0
    # What a crash of the machine would do is no matter here.
    with Postgres(fsync="off", full_page_writes="off") as server:
        program = os.path.join(os.environ.get("AIEXPENSE_BUILDDIR", "."), "tests", "unit", "store", name)
        return subprocess.run([program], env={**os.environ, "AIEXPENSE_POSTGRESQL_URL": server.url}, check=False).returncode
