# SPDX-License-Identifier: MIT
# What holds for every engine.
store_suite =
store_suite += tests/unit/store/suite/ai_calls.c
store_suite += tests/unit/store/suite/categories.c
store_suite += tests/unit/store/suite/category_deletions.c
store_suite += tests/unit/store/suite/changes.c
store_suite += tests/unit/store/suite/confirmed.c
store_suite += tests/unit/store/suite/jobs.c
store_suite += tests/unit/store/suite/links.c
store_suite += tests/unit/store/suite/lists.c
store_suite += tests/unit/store/suite/metrics.c
store_suite += tests/unit/store/suite/metrics_rows.h
store_suite += tests/unit/store/suite/policies.c
store_suite += tests/unit/store/suite/queue.c
store_suite += tests/unit/store/suite/pictures.c
store_suite += tests/unit/store/suite/removal.c
store_suite += tests/unit/store/suite/store_suite.c
store_suite += tests/unit/store/suite/store_suite.h
store_suite += tests/unit/store/suite/summaries.c
store_suite += tests/unit/store/suite/tests.c
store_suite += tests/unit/store/suite/users.c
store_suite_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/src/store

check_PROGRAMS += tests/unit/store/test_store_memory
tests_unit_store_test_store_memory_SOURCES = tests/unit/store/test_store_memory.c $(store_suite)
tests_unit_store_test_store_memory_CPPFLAGS = $(store_suite_CPPFLAGS)

store_writers = tests/unit/store/writers.c tests/unit/store/writers.h

check_PROGRAMS += tests/unit/store/test_store_lmdb
tests_unit_store_test_store_lmdb_SOURCES = tests/unit/store/test_store_lmdb.c $(store_suite) $(store_writers)
tests_unit_store_test_store_lmdb_CPPFLAGS = $(store_suite_CPPFLAGS)

check_PROGRAMS += tests/unit/store/test_store_crash
tests_unit_store_test_store_crash_SOURCES = tests/unit/store/test_store_crash.c $(store_suite) $(store_writers)
tests_unit_store_test_store_crash_CPPFLAGS = $(store_suite_CPPFLAGS)

# With a writer that answers before it commits, in place of the library's.
check_PROGRAMS += tests/unit/store/test_store_crash_sabotaged
tests_unit_store_test_store_crash_sabotaged_SOURCES = tests/unit/store/test_store_crash.c src/store/writer/writer.c \
	$(store_suite) $(store_writers)
tests_unit_store_test_store_crash_sabotaged_CPPFLAGS = $(store_suite_CPPFLAGS) -USABOTAGE -DSABOTAGE=SABOTAGE_EARLY_ACK

check_PROGRAMS += tests/unit/store/test_store_prepare
tests_unit_store_test_store_prepare_SOURCES = tests/unit/store/test_store_prepare.c $(store_writers)
tests_unit_store_test_store_prepare_CPPFLAGS = $(store_suite_CPPFLAGS)

check_PROGRAMS += tests/unit/store/test_batch
tests_unit_store_test_batch_SOURCES = tests/unit/store/test_batch.c $(store_writers)
tests_unit_store_test_batch_CPPFLAGS = $(store_suite_CPPFLAGS)

check_PROGRAMS += tests/unit/store/test_kv
tests_unit_store_test_kv_SOURCES = tests/unit/store/test_kv.c $(store_writers)
tests_unit_store_test_kv_CPPFLAGS = $(store_suite_CPPFLAGS)

check_PROGRAMS += tests/unit/store/test_key
tests_unit_store_test_key_CPPFLAGS = $(store_suite_CPPFLAGS)

check_PROGRAMS += tests/unit/store/test_metrics
tests_unit_store_test_metrics_CPPFLAGS = $(store_suite_CPPFLAGS)

check_PROGRAMS += tests/unit/store/test_record
tests_unit_store_test_record_CPPFLAGS = $(store_suite_CPPFLAGS)

check_PROGRAMS += tests/unit/store/test_writer_link
tests_unit_store_test_writer_link_SOURCES = tests/unit/store/test_writer_link.c $(store_suite) $(store_writers)
tests_unit_store_test_writer_link_CPPFLAGS = $(store_suite_CPPFLAGS)

if HAVE_POSTGRESQL
noinst_PROGRAMS += tests/unit/store/store_on_postgresql
tests_unit_store_store_on_postgresql_SOURCES = tests/unit/store/store_on_postgresql.c $(store_suite)
tests_unit_store_store_on_postgresql_CPPFLAGS = $(store_suite_CPPFLAGS)
noinst_PROGRAMS += tests/unit/store/conn_on_postgresql
tests_unit_store_conn_on_postgresql_SOURCES = tests/unit/store/conn_on_postgresql.c
TESTS += tests/unit/store/test_conn_postgresql.py tests/unit/store/test_store_postgresql.py
endif
EXTRA_DIST += tests/unit/store/test_conn_postgresql.py tests/unit/store/test_store_postgresql.py

check_PROGRAMS += tests/unit/store/test_map_warmer
tests_unit_store_test_map_warmer_SOURCES = tests/unit/store/test_map_warmer.c $(store_failing)
tests_unit_store_test_map_warmer_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/store
tests_unit_store_test_map_warmer_LDFLAGS = $(AM_LDFLAGS) $(failing_calls)

# What goes wrong in memory: the store's own calls of these come to faulty.c first.
store_faults =
store_faults += tests/unit/store/faults/faulty.c
store_faults += tests/unit/store/faults/faulty.h
store_faults += tests/unit/store/faults/scene.h
store_faults += tests/unit/store/faults/scenes_ledger.c
store_faults += tests/unit/store/faults/scenes_message.c
store_faults += tests/unit/store/faults/scenes_read.c
store_faults += tests/unit/store/faults/world.c
store_faults += tests/unit/store/faults/world.h

store_faults_flags = $(store_suite_CPPFLAGS) -I$(top_srcdir)/tests/unit/store
failing_steps = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=arena_alloc,--wrap=arena_alloc_unset,--wrap=arena_copy,--wrap=kv_mem_begin

check_PROGRAMS += tests/unit/store/faults/test_store_faults
tests_unit_store_faults_test_store_faults_SOURCES = tests/unit/store/faults/test_store_faults.c $(store_faults) $(store_suite)
tests_unit_store_faults_test_store_faults_CPPFLAGS = $(store_faults_flags)
tests_unit_store_faults_test_store_faults_LDFLAGS = $(failing_steps)

check_PROGRAMS += tests/unit/store/faults/test_store_calls
tests_unit_store_faults_test_store_calls_SOURCES = tests/unit/store/faults/test_store_calls.c $(store_faults) $(store_suite)
tests_unit_store_faults_test_store_calls_CPPFLAGS = $(store_faults_flags)
tests_unit_store_faults_test_store_calls_LDFLAGS = $(failing_steps)

check_PROGRAMS += tests/unit/store/faults/test_store_rows
tests_unit_store_faults_test_store_rows_SOURCES = tests/unit/store/faults/test_store_rows.c $(store_faults) $(store_suite)
tests_unit_store_faults_test_store_rows_CPPFLAGS = $(store_faults_flags)
tests_unit_store_faults_test_store_rows_LDFLAGS = $(failing_steps)

# What is refused by its size or its value.
store_limits = tests/unit/store/limits/limits.c tests/unit/store/limits/limits.h
store_limits_CPPFLAGS = $(store_suite_CPPFLAGS) -I$(top_srcdir)/tests/unit/store

check_PROGRAMS += tests/unit/store/limits/test_texts
tests_unit_store_limits_test_texts_SOURCES = tests/unit/store/limits/test_texts.c $(store_limits) $(store_suite)
tests_unit_store_limits_test_texts_CPPFLAGS = $(store_limits_CPPFLAGS)

check_PROGRAMS += tests/unit/store/limits/test_values
tests_unit_store_limits_test_values_SOURCES = tests/unit/store/limits/test_values.c $(store_limits) $(store_suite)
tests_unit_store_limits_test_values_CPPFLAGS = $(store_limits_CPPFLAGS)

# What goes wrong on a disk: the store's own calls of these come to failing.c first.
store_failing = tests/unit/store/disk/failing.c tests/unit/store/disk/failing.h
failing_calls = \
	-Wl,--wrap=mdb_env_create -Wl,--wrap=mdb_env_set_assert -Wl,--wrap=mdb_env_set_mapsize \
	-Wl,--wrap=mdb_env_set_maxreaders -Wl,--wrap=mdb_env_set_maxdbs -Wl,--wrap=mdb_env_open \
	-Wl,--wrap=mdb_env_get_flags -Wl,--wrap=mdb_env_get_fd -Wl,--wrap=mdb_env_info -Wl,--wrap=mdb_env_stat \
	-Wl,--wrap=mdb_env_copy2 -Wl,--wrap=mdb_txn_begin -Wl,--wrap=mdb_txn_renew -Wl,--wrap=mdb_txn_commit \
	-Wl,--wrap=mdb_dbi_open -Wl,--wrap=mdb_stat -Wl,--wrap=mdb_get -Wl,--wrap=mdb_put -Wl,--wrap=mdb_del \
	-Wl,--wrap=mdb_cursor_open -Wl,--wrap=mdb_cursor_renew -Wl,--wrap=mdb_cursor_get -Wl,--wrap=mdb_reader_check \
	-Wl,--wrap=mdb_reader_list -Wl,--wrap=open64 -Wl,--wrap=fstat64 -Wl,--wrap=fsync -Wl,--wrap=mkdir -Wl,--wrap=unlink \
	-Wl,--wrap=fcntl64 -Wl,--wrap=posix_fallocate64 -Wl,--wrap=fopen64 -Wl,--wrap=scandir64 -Wl,--wrap=getrandom \
	-Wl,--wrap=calloc -Wl,--wrap=malloc -Wl,--wrap=strdup -Wl,--wrap=realloc -Wl,--wrap=EVP_MAC_fetch -Wl,--wrap=EVP_MAC_CTX_new \
	-Wl,--wrap=EVP_MAC_init -Wl,--wrap=EVP_MAC_update -Wl,--wrap=EVP_MAC_final -Wl,--wrap=clock_mono_ms \
	-Wl,--wrap=event_new -Wl,--wrap=event_add -Wl,--wrap=event_priority_set -Wl,--wrap=event_base_new \
	-Wl,--wrap=event_base_priority_init -Wl,--wrap=madvise -Wl,--wrap=mincore \
	-Wl,--wrap=statvfs64 -Wl,--wrap=sysconf -Wl,--wrap=channel_close

check_PROGRAMS += tests/unit/store/disk/test_lmdb_faults
tests_unit_store_disk_test_lmdb_faults_SOURCES = tests/unit/store/disk/test_lmdb_faults.c $(store_failing) $(store_writers)
tests_unit_store_disk_test_lmdb_faults_CPPFLAGS = $(store_suite_CPPFLAGS) -I$(top_srcdir)/tests/unit/store
tests_unit_store_disk_test_lmdb_faults_LDFLAGS = $(AM_LDFLAGS) $(failing_calls)

check_PROGRAMS += tests/unit/store/disk/test_store_open_faults
tests_unit_store_disk_test_store_open_faults_SOURCES = tests/unit/store/disk/test_store_open_faults.c $(store_failing) $(store_writers)
tests_unit_store_disk_test_store_open_faults_CPPFLAGS = $(store_suite_CPPFLAGS) -I$(top_srcdir)/tests/unit/store
tests_unit_store_disk_test_store_open_faults_LDFLAGS = $(AM_LDFLAGS) $(failing_calls)

store_writer_scene = tests/unit/store/disk/writer_scene.c tests/unit/store/disk/writer_scene.h $(store_failing) $(store_writers)

check_PROGRAMS += tests/unit/store/disk/test_batch_faults
tests_unit_store_disk_test_batch_faults_SOURCES = tests/unit/store/disk/test_batch_faults.c $(store_writer_scene)
tests_unit_store_disk_test_batch_faults_CPPFLAGS = $(store_suite_CPPFLAGS) -I$(top_srcdir)/tests/unit/store
tests_unit_store_disk_test_batch_faults_LDFLAGS = $(AM_LDFLAGS) $(failing_calls)

check_PROGRAMS += tests/unit/store/disk/test_writer_end
tests_unit_store_disk_test_writer_end_SOURCES = tests/unit/store/disk/test_writer_end.c $(store_writer_scene)
tests_unit_store_disk_test_writer_end_CPPFLAGS = $(store_suite_CPPFLAGS) -I$(top_srcdir)/tests/unit/store
tests_unit_store_disk_test_writer_end_LDFLAGS = $(AM_LDFLAGS) $(failing_calls)

check_PROGRAMS += tests/unit/store/disk/test_writer_faults
tests_unit_store_disk_test_writer_faults_SOURCES = tests/unit/store/disk/test_writer_faults.c $(store_writer_scene)
tests_unit_store_disk_test_writer_faults_CPPFLAGS = $(store_suite_CPPFLAGS) -I$(top_srcdir)/tests/unit/store
tests_unit_store_disk_test_writer_faults_LDFLAGS = $(AM_LDFLAGS) $(failing_calls)
