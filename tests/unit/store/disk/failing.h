/* SPDX-License-Identifier: MIT */
/*
 * What the store's own sources call of LMDB, libevent, the cryptographic library and
 * the system, with one call that fails.  The program is linked
 * with $(failing_calls), so that these calls come here first.
 */
#ifndef FAILING_H
#define FAILING_H

#include <stdbool.h>
#include <stdint.h>

/* The functions that can be told to fail, by their names as the linker knows them. */
#define FAILING_CALLS(CALL) \
	CALL(mdb_env_create) CALL(mdb_env_set_assert) CALL(mdb_env_set_mapsize) CALL(mdb_env_set_maxreaders) CALL(mdb_env_set_maxdbs) \
	CALL(mdb_env_open) CALL(mdb_env_get_flags) CALL(mdb_env_get_fd) CALL(mdb_env_info) CALL(mdb_env_stat) CALL(mdb_env_copy2) \
	CALL(mdb_txn_begin) CALL(mdb_txn_renew) CALL(mdb_txn_commit) CALL(mdb_dbi_open) CALL(mdb_stat) CALL(mdb_get) CALL(mdb_put) CALL(mdb_del) \
	CALL(mdb_cursor_open) CALL(mdb_cursor_renew) CALL(mdb_cursor_get) CALL(mdb_reader_check) CALL(mdb_reader_list) \
	CALL(open64) CALL(fstat64) CALL(fsync) CALL(mkdir) CALL(unlink) CALL(fcntl64) CALL(posix_fallocate64) CALL(fopen64) CALL(scandir64) CALL(getrandom) CALL(statvfs64) \
	CALL(calloc) CALL(malloc) CALL(strdup) CALL(realloc) CALL(EVP_MAC_fetch) CALL(EVP_MAC_CTX_new) CALL(EVP_MAC_init) CALL(EVP_MAC_update) CALL(EVP_MAC_final) \
	CALL(event_new) CALL(event_add) CALL(event_priority_set) CALL(event_base_new) CALL(event_base_priority_init) CALL(madvise) CALL(mincore)

enum call {
#define CALL(name) CALL_##name,
	FAILING_CALLS(CALL)
#undef CALL
	CALLS,
	ANY_CALL = CALLS
};

/* The at-th call of this function from now on, 1 the next one, fails with this error: LMDB's or errno; no other one does. */
void failing_arm(enum call call, unsigned at, int error);

/* Beside what was armed so, another one. */
void failing_arm_also(enum call call, unsigned at, int error);

/* Nothing fails any more; whether it came to all of that. */
bool failing_disarm(void);

/* What mdb_env_get_flags tells beside what is so, and what it hides; what mdb_reader_check finds. */
extern unsigned failing_flags_more, failing_flags_less;
extern int failing_dead_readers;

/* Timers run out at once; of a map every other page is resident. */
extern bool failing_has_no_patience, failing_is_half_resident;

/* The disk tells that nothing is free; how many pages of memory the system tells, 0: so many as it has. */
extern bool failing_is_disk_full;
extern long failing_memory_pages;

/* The next channel that is closed brings this signal to the process first; 0: none does. */
extern int failing_signal_at_close;

/* A file to read in place of /proc/self/maps; NULL: that one. */
extern const char *failing_maps;

/* How much later it is than the clock says. */
extern int64_t failing_later_ms;

#endif
