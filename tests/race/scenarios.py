#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The load scenarios over a daemon that is built with ThreadSanitizer: no fault, and no report.

usage: tests/race/scenarios.py BUILD-FOLDER [SCENARIO ...]

The sources are configured and built in that folder, which is kept for the next time; the compiler is that of
AIEXPENSE_BUILDDIR.  Reports go to files, so that one counts whichever process made it and whatever became of it.
The processes are not confined here, as they could not write them.
"""

import glob
import os
import re
import subprocess
import sys
import tempfile

SOURCE_DIR = os.path.abspath(os.environ.get("AIEXPENSE_SRCDIR", os.path.join(os.path.dirname(__file__), "..", "..")))
TARGETS = ["aiexpensed", "aiexpensectl", "bench/load/load"]
SANITIZE = "-fsanitize=thread"


def compiler():
    with open(os.path.join(os.environ["AIEXPENSE_BUILDDIR"], "Makefile")) as f:
        return re.search(r"^CC = (.*)$", f.read(), re.MULTILINE)[1]


def build(folder):
    # A make above has flags and a job server that are none of this one's.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    os.makedirs(folder, exist_ok=True)
    configure = [os.path.join(SOURCE_DIR, "configure"), f"CC={compiler()}", f"CFLAGS=-O1 -g {SANITIZE}", f"LDFLAGS={SANITIZE}"]
    if not os.path.exists(os.path.join(folder, "config.status")):
        subprocess.run(configure, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["make", "-s", f"-j{os.cpu_count()}", *TARGETS], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def run(folder, directory, scenarios):
    """The exit code, and all reports."""
    environment = dict(os.environ, AIEXPENSE_BUILDDIR=folder, AIEXPENSE_SANDBOX="false",
                       TSAN_OPTIONS=f"log_path={directory}/report second_deadlock_stack=1 " + os.environ.get("TSAN_OPTIONS", ""))
    command = [os.path.join(SOURCE_DIR, "contrib", "load", "run"), "--short", *scenarios]
    code = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode
    reports = []
    for path in sorted(glob.glob(os.path.join(directory, "report*"))):
        with open(path, errors="replace") as f:
            reports.append(f.read())
    return code, [report for report in reports if report]


def main():
    folder, *scenarios = sys.argv[1:]
    folder = os.path.abspath(folder)
    build(folder)
    with open(os.path.join(folder, "aiexpensed"), "rb") as f:
        if b"__tsan_init" not in f.read():
            sys.exit("the daemon was built without ThreadSanitizer")
    with tempfile.TemporaryDirectory(prefix="aiexpense-race-") as directory:
        code, reports = run(folder, directory, scenarios)
    print(*reports, sep="\n")
    print(f"load scenarios under ThreadSanitizer: exit code {code}, {len(reports)} processes with reports")
    sys.exit(0 if code == 0 and not reports else 1)


if __name__ == "__main__":
    main()
