# SPDX-License-Identifier: MIT
#
# The modules that the cases share are in support/, which PYTHONPATH names.

DAEMON_TESTS = tests/daemon/http/http_against_nginx.py
DAEMON_TESTS += tests/daemon/ai/test_ai.py
DAEMON_TESTS += tests/daemon/ai/test_ai_calls.py
DAEMON_TESTS += tests/daemon/ai/test_ai_on_postgresql.py
DAEMON_TESTS += tests/daemon/ai/test_interaction_log.py
DAEMON_TESTS += tests/daemon/ai/test_kept_pictures.py
DAEMON_TESTS += tests/daemon/ai/test_keywords.py
DAEMON_TESTS += tests/daemon/ai/test_picture_posts.py
DAEMON_TESTS += tests/daemon/ai/test_pictures.py
DAEMON_TESTS += tests/daemon/ai/test_provider_connections.py
DAEMON_TESTS += tests/daemon/ai/test_suggestions.py
DAEMON_TESTS += tests/daemon/conversation/test_dialogue.py
DAEMON_TESTS += tests/daemon/conversation/test_dialogue_time.py
DAEMON_TESTS += tests/daemon/conversation/test_dialogues.py
DAEMON_TESTS += tests/daemon/conversation/test_dialogues_at_once.py
DAEMON_TESTS += tests/daemon/conversation/test_hostile_text.py
DAEMON_TESTS += tests/daemon/conversation/test_message.py
DAEMON_TESTS += tests/daemon/conversation/test_phrasings.py
DAEMON_TESTS += tests/daemon/conversation/test_said.py
DAEMON_TESTS += tests/daemon/conversation/test_terminal.py
DAEMON_TESTS += tests/daemon/http/test_hostile_http.py
DAEMON_TESTS += tests/daemon/http/test_nginx.py
DAEMON_TESTS += tests/daemon/http/test_slow_clients.py
DAEMON_TESTS += tests/daemon/messengers/test_buttons.py
DAEMON_TESTS += tests/daemon/messengers/test_linking.py
DAEMON_TESTS += tests/daemon/messengers/test_messenger_doc.py
DAEMON_TESTS += tests/daemon/messengers/test_messengers.py
DAEMON_TESTS += tests/daemon/messengers/test_queue.py
DAEMON_TESTS += tests/daemon/messengers/test_send_faults.py
DAEMON_TESTS += tests/daemon/messengers/test_storm.py
DAEMON_TESTS += tests/daemon/messengers/test_telegram_emulator.py
DAEMON_TESTS += tests/daemon/messengers/test_webhook.py
DAEMON_TESTS += tests/daemon/messengers/test_webhook_faults.py
DAEMON_TESTS += tests/daemon/operations/test_alerts.py
DAEMON_TESTS += tests/daemon/operations/test_backup.py
DAEMON_TESTS += tests/daemon/operations/test_backup_schedule.py
DAEMON_TESTS += tests/daemon/operations/test_clock.py
DAEMON_TESTS += tests/daemon/operations/test_dump.py
DAEMON_TESTS += tests/daemon/operations/test_kill.py
DAEMON_TESTS += tests/daemon/operations/test_load.py
DAEMON_TESTS += tests/daemon/operations/test_logs.py
DAEMON_TESTS += tests/daemon/operations/test_master.py
DAEMON_TESTS += tests/daemon/operations/test_monitoring.py
DAEMON_TESTS += tests/daemon/operations/test_ops.py
DAEMON_TESTS += tests/daemon/operations/test_profile.py
DAEMON_TESTS += tests/daemon/operations/test_reload.py
DAEMON_TESTS += tests/daemon/operations/test_reshard.py
DAEMON_TESTS += tests/daemon/operations/test_sabotage.py
DAEMON_TESTS += tests/daemon/operations/test_sandbox.py
DAEMON_TESTS += tests/daemon/operations/test_slow_disk.py
DAEMON_TESTS += tests/daemon/operations/test_soak.py
DAEMON_TESTS += tests/daemon/operations/test_systemd.py
DAEMON_TESTS += tests/daemon/operations/test_top.py
DAEMON_TESTS += tests/daemon/operations/test_upgrade.py
DAEMON_TESTS += tests/daemon/rest/test_api_doc.py
DAEMON_TESTS += tests/daemon/rest/test_bad_input.py
DAEMON_TESTS += tests/daemon/rest/test_category.py
DAEMON_TESTS += tests/daemon/rest/test_expense.py
DAEMON_TESTS += tests/daemon/rest/test_expense_list.py
DAEMON_TESTS += tests/daemon/rest/test_export.py
DAEMON_TESTS += tests/daemon/rest/test_isolation.py
DAEMON_TESTS += tests/daemon/rest/test_limits.py
DAEMON_TESTS += tests/daemon/rest/test_metrics.py
DAEMON_TESTS += tests/daemon/rest/test_openapi.py
DAEMON_TESTS += tests/daemon/rest/test_policy.py
DAEMON_TESTS += tests/daemon/rest/test_summary.py
DAEMON_TESTS += tests/daemon/rest/test_tokens.py
DAEMON_TESTS += tests/daemon/rest/test_user.py
DAEMON_TESTS += tests/daemon/rest/test_user_deletion.py
TESTS += $(DAEMON_TESTS)
EXTRA_DIST += $(DAEMON_TESTS)

if HAVE_POSTGRESQL
TESTS += tests/daemon/operations/test_postgresql.py
TESTS += tests/daemon/scale/test_instances.py
if HAVE_REDIS
TESTS += tests/daemon/scale/test_proof.py
TESTS += tests/daemon/scale/test_keywords_shared.py
TESTS += tests/daemon/scale/test_redis.py
endif
endif
EXTRA_DIST += tests/daemon/operations/test_postgresql.py
EXTRA_DIST += tests/daemon/scale/test_instances.py
EXTRA_DIST += tests/daemon/scale/test_proof.py
EXTRA_DIST += tests/daemon/scale/test_keywords_shared.py
EXTRA_DIST += tests/daemon/scale/test_redis.py

EXTRA_DIST += tests/daemon/http/hostile_requests.txt
EXTRA_DIST += tests/daemon/conversation/dialogues.txt
EXTRA_DIST += tests/daemon/conversation/phrasings.txt
EXTRA_DIST += tests/daemon/emulator/package.json
EXTRA_DIST += tests/daemon/emulator/package-lock.json
EXTRA_DIST += tests/daemon/emulator/telegram.js
EXTRA_DIST += tests/daemon/support/api.py
EXTRA_DIST += tests/daemon/support/asked_ai.py
EXTRA_DIST += tests/daemon/support/contract.py
EXTRA_DIST += tests/daemon/support/conversations.py
EXTRA_DIST += tests/daemon/support/drivers.py
EXTRA_DIST += tests/daemon/support/dump_reader.py
EXTRA_DIST += tests/daemon/support/harness.py
EXTRA_DIST += tests/daemon/support/instances.py
EXTRA_DIST += tests/daemon/support/ledger_case.py
EXTRA_DIST += tests/daemon/support/messenger_case.py
EXTRA_DIST += tests/daemon/support/openmetrics.py
EXTRA_DIST += tests/daemon/support/people.py
EXTRA_DIST += tests/daemon/support/signing.py
EXTRA_DIST += tests/daemon/support/store_reader.py
EXTRA_DIST += tests/daemon/support/tap.py
EXTRA_DIST += tests/daemon/support/webhooks.py
EXTRA_DIST += tests/daemon/support/load/footprint.py
EXTRA_DIST += tests/daemon/support/load/paced_load.py
EXTRA_DIST += tests/daemon/support/load/soak_load.py
EXTRA_DIST += tests/daemon/support/load/steady_load.py
EXTRA_DIST += tests/daemon/support/servers/behind_nginx.py
EXTRA_DIST += tests/daemon/support/servers/certificates.py
EXTRA_DIST += tests/daemon/support/servers/mock_messengers.py
EXTRA_DIST += tests/daemon/support/servers/mock_provider.py
EXTRA_DIST += tests/daemon/support/servers/nginx.py
EXTRA_DIST += tests/daemon/support/servers/postgres.py
EXTRA_DIST += tests/daemon/support/servers/redis_server.py

# The wall clock of a daemon, moved by tests.
noinst_DATA += tests/daemon/support/moved_clock.so
CLEANFILES += tests/daemon/support/moved_clock.so
EXTRA_DIST += tests/daemon/support/moved_clock.c
tests/daemon/support/moved_clock.so: $(srcdir)/tests/daemon/support/moved_clock.c
	@$(MKDIR_P) tests/daemon/support
	$(AM_V_CCLD)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN_CFLAGS) $(CFLAGS) -fPIC -shared $(srcdir)/tests/daemon/support/moved_clock.c -o $@

# The reader alone, for the comparison with nginx on the same bytes.
noinst_PROGRAMS += tests/daemon/http/http_requests

# Daemons with a fault, each with the file that has it in place of the library's.
sabotaged = -USABOTAGE -DSABOTAGE=SABOTAGE_
noinst_PROGRAMS += tests/daemon/aiexpensed-early-ack
tests_daemon_aiexpensed_early_ack_SOURCES = src/master/main.c src/store/writer/writer.c
tests_daemon_aiexpensed_early_ack_CPPFLAGS = $(AM_CPPFLAGS) $(sabotaged)EARLY_ACK
tests_daemon_aiexpensed_early_ack_LDADD = $(LIBS_ALL)
noinst_PROGRAMS += tests/daemon/aiexpensed-no-fsync
tests_daemon_aiexpensed_no_fsync_SOURCES = src/master/main.c src/kv/kv_lmdb.c
tests_daemon_aiexpensed_no_fsync_CPPFLAGS = $(AM_CPPFLAGS) $(sabotaged)NO_FSYNC
tests_daemon_aiexpensed_no_fsync_LDADD = $(LIBS_ALL)
noinst_PROGRAMS += tests/daemon/aiexpensed-no-dedupe
tests_daemon_aiexpensed_no_dedupe_SOURCES = src/master/main.c src/ledger/message/op_dedupe.c
tests_daemon_aiexpensed_no_dedupe_CPPFLAGS = $(AM_CPPFLAGS) $(sabotaged)NO_DEDUPE
tests_daemon_aiexpensed_no_dedupe_LDADD = $(LIBS_ALL)
noinst_PROGRAMS += tests/daemon/aiexpensed-no-owner-check
tests_daemon_aiexpensed_no_owner_check_SOURCES = src/master/main.c src/access/auth.c
tests_daemon_aiexpensed_no_owner_check_CPPFLAGS = $(AM_CPPFLAGS) $(sabotaged)NO_OWNER_CHECK
tests_daemon_aiexpensed_no_owner_check_LDADD = $(LIBS_ALL)
noinst_PROGRAMS += tests/daemon/aiexpensed-leak-reader
tests_daemon_aiexpensed_leak_reader_SOURCES = src/master/main.c src/kv/kv_lmdb.c
tests_daemon_aiexpensed_leak_reader_CPPFLAGS = $(AM_CPPFLAGS) $(sabotaged)LEAK_READER
tests_daemon_aiexpensed_leak_reader_LDADD = $(LIBS_ALL)
noinst_PROGRAMS += tests/daemon/aiexpensed-leak-memory
tests_daemon_aiexpensed_leak_memory_SOURCES = src/master/main.c src/http/conn.c
tests_daemon_aiexpensed_leak_memory_CPPFLAGS = $(AM_CPPFLAGS) $(sabotaged)LEAK_MEMORY
tests_daemon_aiexpensed_leak_memory_LDADD = $(LIBS_ALL)
noinst_PROGRAMS += tests/daemon/aiexpensed-leak-descriptor
tests_daemon_aiexpensed_leak_descriptor_SOURCES = src/master/main.c src/http/conn.c
tests_daemon_aiexpensed_leak_descriptor_CPPFLAGS = $(AM_CPPFLAGS) $(sabotaged)LEAK_DESCRIPTOR
tests_daemon_aiexpensed_leak_descriptor_LDADD = $(LIBS_ALL)
