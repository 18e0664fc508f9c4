# SPDX-License-Identifier: MIT
TESTS += tests/daemon/test_ai.py
TESTS += tests/daemon/test_api_doc.py
TESTS += tests/daemon/test_backup.py
TESTS += tests/daemon/test_bad_input.py
TESTS += tests/daemon/test_category.py
TESTS += tests/daemon/test_dialogue.py
TESTS += tests/daemon/test_expense.py
TESTS += tests/daemon/test_expense_list.py
TESTS += tests/daemon/test_export.py
TESTS += tests/daemon/test_isolation.py
TESTS += tests/daemon/test_kill.py
TESTS += tests/daemon/test_limits.py
TESTS += tests/daemon/test_load.py
TESTS += tests/daemon/test_master.py
TESTS += tests/daemon/test_message.py
TESTS += tests/daemon/test_metrics.py
TESTS += tests/daemon/test_monitoring.py
TESTS += tests/daemon/test_nginx.py
TESTS += tests/daemon/test_openapi.py
TESTS += tests/daemon/test_ops.py
TESTS += tests/daemon/test_policy.py
if HAVE_POSTGRESQL
TESTS += tests/daemon/test_postgresql.py
endif
TESTS += tests/daemon/test_slow_disk.py
TESTS += tests/daemon/test_summary.py
TESTS += tests/daemon/test_tokens.py
TESTS += tests/daemon/test_user.py
TESTS += tests/daemon/test_user_deletion.py
EXTRA_DIST += tests/daemon/api.py
EXTRA_DIST += tests/daemon/contract.py
EXTRA_DIST += tests/daemon/drivers.py
EXTRA_DIST += tests/daemon/harness.py
EXTRA_DIST += tests/daemon/ledger_case.py
EXTRA_DIST += tests/daemon/mock_provider.py
EXTRA_DIST += tests/daemon/openmetrics.py
EXTRA_DIST += tests/daemon/store_reader.py
EXTRA_DIST += tests/daemon/tap.py
EXTRA_DIST += tests/daemon/test_ai.py
EXTRA_DIST += tests/daemon/test_api_doc.py
EXTRA_DIST += tests/daemon/test_backup.py
EXTRA_DIST += tests/daemon/test_bad_input.py
EXTRA_DIST += tests/daemon/test_category.py
EXTRA_DIST += tests/daemon/test_dialogue.py
EXTRA_DIST += tests/daemon/test_expense.py
EXTRA_DIST += tests/daemon/test_expense_list.py
EXTRA_DIST += tests/daemon/test_export.py
EXTRA_DIST += tests/daemon/test_isolation.py
EXTRA_DIST += tests/daemon/test_kill.py
EXTRA_DIST += tests/daemon/test_limits.py
EXTRA_DIST += tests/daemon/test_load.py
EXTRA_DIST += tests/daemon/test_master.py
EXTRA_DIST += tests/daemon/test_message.py
EXTRA_DIST += tests/daemon/test_metrics.py
EXTRA_DIST += tests/daemon/test_monitoring.py
EXTRA_DIST += tests/daemon/test_nginx.py
EXTRA_DIST += tests/daemon/test_openapi.py
EXTRA_DIST += tests/daemon/test_ops.py
EXTRA_DIST += tests/daemon/test_policy.py
EXTRA_DIST += tests/daemon/test_postgresql.py
EXTRA_DIST += tests/daemon/test_slow_disk.py
EXTRA_DIST += tests/daemon/test_summary.py
EXTRA_DIST += tests/daemon/test_tokens.py
EXTRA_DIST += tests/daemon/test_user.py
EXTRA_DIST += tests/daemon/test_user_deletion.py

# The reader alone, for the comparison with nginx on the same bytes.
noinst_PROGRAMS += tests/daemon/http_requests
TESTS += tests/daemon/http_against_nginx.py
EXTRA_DIST += tests/daemon/http_against_nginx.py

# A daemon that answers before its commit: the proof that nothing is lost must see it.
noinst_PROGRAMS += tests/daemon/aiexpensed-early-ack
tests_daemon_aiexpensed_early_ack_SOURCES = src/master/main.c src/store/writer.c
tests_daemon_aiexpensed_early_ack_CPPFLAGS = $(AM_CPPFLAGS) -DSABOTAGE_EARLY_ACK
tests_daemon_aiexpensed_early_ack_LDADD = $(LIBS_ALL)
