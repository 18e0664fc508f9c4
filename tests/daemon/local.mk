# SPDX-License-Identifier: MIT
TESTS += tests/daemon/test_bad_input.py tests/daemon/test_category.py tests/daemon/test_expense.py tests/daemon/test_isolation.py tests/daemon/test_kill.py tests/daemon/test_limits.py tests/daemon/test_master.py \
	tests/daemon/test_message.py tests/daemon/test_nginx.py tests/daemon/test_openapi.py tests/daemon/test_ops.py \
	tests/daemon/test_slow_disk.py tests/daemon/test_tokens.py
EXTRA_DIST += \
	tests/daemon/api.py \
	tests/daemon/contract.py \
	tests/daemon/drivers.py \
	tests/daemon/harness.py \
	tests/daemon/openmetrics.py \
	tests/daemon/tap.py \
	tests/daemon/store_reader.py \
	tests/daemon/test_bad_input.py \
	tests/daemon/test_category.py \
	tests/daemon/test_expense.py \
	tests/daemon/test_isolation.py \
	tests/daemon/test_kill.py \
	tests/daemon/test_limits.py \
	tests/daemon/test_master.py \
	tests/daemon/test_message.py \
	tests/daemon/test_nginx.py \
	tests/daemon/test_openapi.py \
	tests/daemon/test_ops.py \
	tests/daemon/test_slow_disk.py \
	tests/daemon/test_tokens.py

# The reader alone, for the comparison with nginx on the same bytes.
noinst_PROGRAMS += tests/daemon/http_requests
TESTS += tests/daemon/http_against_nginx.py
EXTRA_DIST += tests/daemon/http_against_nginx.py

# A daemon that answers before its commit: the proof that nothing is lost must see it.
noinst_PROGRAMS += tests/daemon/aiexpensed-early-ack
tests_daemon_aiexpensed_early_ack_SOURCES = src/master/main.c src/store/writer.c
tests_daemon_aiexpensed_early_ack_CPPFLAGS = $(AM_CPPFLAGS) -DSABOTAGE_EARLY_ACK
tests_daemon_aiexpensed_early_ack_LDADD = $(LIBS_ALL)
