# SPDX-License-Identifier: MIT
#
# Every program and script here speaks TAP, so that the summary counts cases,
# not files.  A unit test is one line in the local.mk of its folder: its source
# has its name, and it is linked with the daemon's library and cmocka.

TEST_EXTENSIONS = .py
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
PY_LOG_DRIVER = $(LOG_DRIVER)
# A test that hangs fails, rather than whoever waits for all of them.
LOG_COMPILER = timeout --kill-after=10 $(TEST_SECONDS)
PY_LOG_COMPILER = timeout --kill-after=10 $(TEST_SECONDS) $(PYTHON3)
TEST_SECONDS = 300
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	AIEXPENSE_SRCDIR='$(abs_top_srcdir)'; export AIEXPENSE_SRCDIR; \
	AIEXPENSE_BUILDDIR='$(abs_top_builddir)'; export AIEXPENSE_BUILDDIR; \
	AIEXPENSE_ALLOCATIONS=$(AIEXPENSE_ALLOCATIONS); export AIEXPENSE_ALLOCATIONS; \
	AIEXPENSE_EVENTS=$(AIEXPENSE_EVENTS); export AIEXPENSE_EVENTS; \
	AIEXPENSE_KILLS=$(AIEXPENSE_KILLS); export AIEXPENSE_KILLS; \
	AIEXPENSE_IMAGES=$(AIEXPENSE_IMAGES); export AIEXPENSE_IMAGES; \
	AIEXPENSE_SCENARIOS='$(AIEXPENSE_SCENARIOS)'; export AIEXPENSE_SCENARIOS; \
	AIEXPENSE_TIMES=$(AIEXPENSE_TIMES); export AIEXPENSE_TIMES; \
	AIEXPENSE_SLOW_CLIENTS=$(AIEXPENSE_SLOW_CLIENTS); export AIEXPENSE_SLOW_CLIENTS; \
	AIEXPENSE_SOAK_SECONDS=$(AIEXPENSE_SOAK_SECONDS); export AIEXPENSE_SOAK_SECONDS; \
	AIEXPENSE_TURNS_PER_KILL=$(AIEXPENSE_TURNS_PER_KILL); export AIEXPENSE_TURNS_PER_KILL; \
	AIEXPENSE_UPGRADES=$(AIEXPENSE_UPGRADES); export AIEXPENSE_UPGRADES; \
	PYTHONPATH='$(abs_top_srcdir)/tests/daemon/support'; export PYTHONPATH; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE;
AIEXPENSE_ALLOCATIONS = 5
AIEXPENSE_EVENTS = 50
AIEXPENSE_KILLS = 100
AIEXPENSE_IMAGES = 10000
AIEXPENSE_SCENARIOS = mixed
AIEXPENSE_TIMES = 10
AIEXPENSE_SLOW_CLIENTS = 100
AIEXPENSE_SOAK_SECONDS = 5
AIEXPENSE_TURNS_PER_KILL = 25
AIEXPENSE_UPGRADES = 3
LDADD = $(LIBS_ALL) $(CMOCKA_LIBS)
EXTRA_DIST += tests/unit/unit.h tests/unit/no_memory.h
# Of a unit test that includes no_memory.h.
NO_MEMORY = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup

if HAVE_CMOCKA
include tests/unit/base/local.mk
include tests/unit/understand/local.mk
include tests/unit/store/local.mk
include tests/unit/api/local.mk
include tests/unit/http/local.mk
include tests/unit/ops/local.mk
include tests/unit/ai/local.mk
include tests/unit/keeper/local.mk
include tests/unit/master/local.mk
include tests/unit/message/local.mk
include tests/unit/messenger/local.mk
include tests/unit/sender/local.mk
include tests/unit/chat/local.mk
include tests/unit/load/local.mk
TESTS += $(check_PROGRAMS)
else
check-local:
	@echo "make check needs cmocka (Debian: libcmocka-dev); then run configure again." >&2; exit 1
endif

include tests/daemon/local.mk
include tests/faults/local.mk
include tests/bench/local.mk
include tests/coverage/local.mk
include tests/fuzz/local.mk

# The long form of the proofs that check has in short.
LONG_TESTS =
LONG_TESTS += tests/daemon/http/test_slow_clients.py
LONG_TESTS += tests/daemon/conversation/test_dialogues_at_once.py
LONG_TESTS += tests/daemon/messengers/test_linking.py
LONG_TESTS += tests/daemon/messengers/test_storm.py
LONG_TESTS += tests/daemon/messengers/test_webhook.py
LONG_TESTS += tests/daemon/messengers/test_webhook_faults.py
LONG_TESTS += tests/daemon/operations/test_kill.py
LONG_TESTS += tests/daemon/operations/test_logs.py
LONG_TESTS += tests/daemon/operations/test_reload.py
LONG_TESTS += tests/daemon/operations/test_soak.py
LONG_TESTS += tests/daemon/operations/test_upgrade.py
LONG_TESTS += tests/daemon/scale/test_proof.py
LONG_TESTS += tests/faults/test_memory.py
LONG_TESTS += tests/faults/test_power_loss.py
LONG_SIZES =
LONG_SIZES += AIEXPENSE_ALLOCATIONS=1
LONG_SIZES += AIEXPENSE_EVENTS=1000
LONG_SIZES += AIEXPENSE_KILLS=1000
LONG_SIZES += AIEXPENSE_SCENARIOS='signups creation retrieval mixed stress ramp-up sustained'
LONG_SIZES += AIEXPENSE_FAULT_SECONDS=10
LONG_SIZES += AIEXPENSE_FAULT_RATE=200
LONG_SIZES += AIEXPENSE_FAULT_LIMITS=1
LONG_SIZES += AIEXPENSE_IMAGES=100000
LONG_SIZES += AIEXPENSE_TIMES=100
LONG_SIZES += AIEXPENSE_UPGRADES=20
LONG_SIZES += AIEXPENSE_SLOW_CLIENTS=1000
LONG_SIZES += AIEXPENSE_SOAK_SECONDS=600
LONG_SIZES += AIEXPENSE_TURNS_PER_KILL=2
LONG_SIZES += TEST_SECONDS=3600
check-long: all check
	$(MAKE) check TESTS="$(LONG_TESTS)" $(LONG_SIZES)
	$(MAKE) check-sabotage
	$(MAKE) fuzz

# All of the sources built with each fault of include/sabotage.h: the test that is there for it must fail.
check-sabotage: all
	AIEXPENSE_SABOTAGE_TREES='$(abs_builddir)/sabotage' $(MAKE) check TESTS=tests/daemon/operations/test_sabotage.py TEST_SECONDS=3600
mostlyclean-local:
	rm -rf sabotage race
# What the processes hold under a minute of load, kills and reloads, and ten more of load and kills, round by round.
SOAK_SECONDS = 600
soak: all
	$(AM_TESTS_ENVIRONMENT) AIEXPENSE_SOAK_SECONDS=$(SOAK_SECONDS) $(PYTHON3) $(srcdir)/tests/daemon/operations/test_soak.py
.PHONY: check-long check-sabotage soak mostlyclean-local

# What processes share by memory, shared by threads under ThreadSanitizer: with all that it uses, built for that.  Then the
# load scenarios over a daemon that is built for it as a whole.
EXTRA_PROGRAMS += tests/race/threads
tests_race_threads_SOURCES = tests/race/threads.c src/ai/answer/answer_cache.c src/base/buf.c src/base/counters.c \
	src/text/json_out.c src/base/log.c src/base/rate_limit.c src/crypto/siphash.c src/base/syslog_line.c src/text/text.c \
	src/time/clock.c src/understand/keywords/keyword_map.c src/understand/text/chars.c
tests_race_threads_CFLAGS = -std=gnu11 $(WARN_CFLAGS) -fsanitize=thread
tests_race_threads_LDFLAGS = -fsanitize=thread
CLEANFILES += tests/race/threads
check-race: tests/race/threads
	TSAN_OPTIONS=halt_on_error=1 tests/race/threads
	$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/tests/race/scenarios.py race
EXTRA_DIST += tests/race/scenarios.py
.PHONY: check-race
