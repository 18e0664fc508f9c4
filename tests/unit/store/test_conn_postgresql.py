#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A connection to PostgreSQL where something goes wrong, on a server that is started for it."""
import sys

from servers.postgres import run_on_server

sys.exit(run_on_server("conn_on_postgresql"))
