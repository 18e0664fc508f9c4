# SPDX-License-Identifier: MIT
#
# How much of the sources the tests run: in a folder of its own, build-coverage/, whatever this one was configured for.
coverage:
	@MAKEFLAGS= $(top_srcdir)/contrib/coverage
.PHONY: coverage

TESTS += tests/coverage/test_summary.py
EXTRA_DIST += tests/coverage/summary.py tests/coverage/test_summary.py
