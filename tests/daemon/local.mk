# SPDX-License-Identifier: MIT

# The reader alone, for the comparison with nginx on the same bytes.
noinst_PROGRAMS += tests/daemon/http_requests
TESTS += tests/daemon/http_against_nginx.py
EXTRA_DIST += tests/daemon/http_against_nginx.py
