# SPDX-License-Identifier: MIT
#
# Disks that fail and lose power, and what must hold then.
noinst_PROGRAMS += tests/faults/power_loss
tests_faults_power_loss_SOURCES = tests/faults/power_loss.c tests/faults/trace.h
tests_faults_power_loss_LDADD = $(LMDB_LIBS) $(XXHASH_LIBS)

# For LD_PRELOAD.  Never with sanitizers, whose own library must come first.
preloads = tests/faults/trace.so tests/faults/faults.so tests/faults/intruder.so tests/faults/names.so tests/faults/memory.so tests/faults/kill_at.so
noinst_DATA += $(preloads)
CLEANFILES += $(preloads)
EXTRA_DIST += tests/faults/trace.c tests/faults/faults.c tests/faults/intruder.c tests/faults/names.c tests/faults/memory.c tests/faults/kill_at.c
tests/faults/%.so: $(srcdir)/tests/faults/%.c
	@$(MKDIR_P) tests/faults
	$(AM_V_CCLD)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN_CFLAGS) $(CFLAGS) -fPIC -shared $< -o $@

TESTS += tests/faults/test_bad_disk.py tests/faults/test_power_loss.py
EXTRA_DIST += tests/faults/test_bad_disk.py tests/faults/test_memory.py tests/faults/test_power_loss.py
