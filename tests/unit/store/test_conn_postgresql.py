#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A connection to PostgreSQL where something goes wrong, on a server that is started for it."""
import os
import subprocess
import sys

BUILD = os.environ.get("AIEXPENSE_BUILDDIR", ".")
SOURCE = os.environ.get("AIEXPENSE_SRCDIR", ".")

from postgres import Postgres, programs


def main():
    if programs() is None:
        print("1..1\nok 1 # SKIP PostgreSQL is not installed")
        return 0
    # What a crash of the machine would do is no matter here.
    with Postgres(fsync="off", full_page_writes="off") as server:
        program = os.path.join(BUILD, "tests", "unit", "store", "conn_on_postgresql")
        return subprocess.run([program], env={**os.environ, "AIEXPENSE_POSTGRESQL_URL": server.url}, check=False).returncode


sys.exit(main())
