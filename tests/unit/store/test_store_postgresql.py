#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tests of the store that hold for every engine, on a PostgreSQL server that is started for them."""
import sys

from servers.postgres import run_on_server

sys.exit(run_on_server("store_on_postgresql"))
