/* SPDX-License-Identifier: MIT */
/* See failing.h. */
#include "config.h"

#include "failing.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

unsigned failing_flags_more, failing_flags_less;
int failing_dead_readers;
int64_t failing_later_ms;
const char *failing_maps;
bool failing_has_no_patience, failing_is_half_resident, failing_is_disk_full;
long failing_memory_pages;
int failing_signal_at_close;

enum { FAULTS = 2 };

static struct fault {
	enum call call;
	unsigned  left;                    /* 0: it has come, or is none */
	int       error;
} faults[FAULTS];

static int error;                          /* of the last that has come */

void
failing_arm(enum call call, unsigned at, int code)
{
	faults[0] = (struct fault){ call, at, code };
	faults[1].left = 0;
}

void
failing_arm_also(enum call call, unsigned at, int code)
{
	faults[1] = (struct fault){ call, at, code };
}

bool
failing_disarm(void)
{
	bool has_come = faults[0].left == 0 && faults[1].left == 0;

	faults[0].left = faults[1].left = 0;
	return has_come;
}

static bool
fails(enum call call)
{
	for (int i = 0; i < FAULTS; i++) {
		struct fault *fault = &faults[i];

		if (fault->left > 0 && (fault->call == call || fault->call == ANY_CALL) && --fault->left == 0) {
			errno = error = fault->error;
			return true;
		}
	}
	return false;
}

/* RESULT: what the function gives when it fails. */
#define WRAP(result_type, name, RESULT, parameters, arguments) \
	extern result_type __real_##name parameters; \
	result_type __wrap_##name parameters; \
	result_type __wrap_##name parameters { return fails(CALL_##name) ? (RESULT) : __real_##name arguments; }
#define WRAP_MDB(name, parameters, arguments) WRAP(int, name, error, parameters, arguments)

WRAP_MDB(mdb_env_create, (MDB_env **env), (env))
WRAP_MDB(mdb_env_set_assert, (MDB_env *env, MDB_assert_func *func), (env, func))
WRAP_MDB(mdb_env_set_mapsize, (MDB_env *env, size_t size), (env, size))
WRAP_MDB(mdb_env_set_maxreaders, (MDB_env *env, unsigned readers), (env, readers))
WRAP_MDB(mdb_env_set_maxdbs, (MDB_env *env, MDB_dbi dbs), (env, dbs))
WRAP_MDB(mdb_env_open, (MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode), (env, path, flags, mode))
WRAP_MDB(mdb_env_get_fd, (MDB_env *env, mdb_filehandle_t *fd), (env, fd))
WRAP_MDB(mdb_env_info, (MDB_env *env, MDB_envinfo *info), (env, info))
WRAP_MDB(mdb_env_stat, (MDB_env *env, MDB_stat *stat), (env, stat))
WRAP_MDB(mdb_env_copy2, (MDB_env *env, const char *path, unsigned flags), (env, path, flags))
WRAP_MDB(mdb_txn_begin, (MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn), (env, parent, flags, txn))
WRAP_MDB(mdb_txn_renew, (MDB_txn *txn), (txn))
WRAP_MDB(mdb_dbi_open, (MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *dbi), (txn, name, flags, dbi))
WRAP_MDB(mdb_stat, (MDB_txn *txn, MDB_dbi dbi, MDB_stat *stat), (txn, dbi, stat))
WRAP_MDB(mdb_get, (MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value), (txn, dbi, key, value))
WRAP_MDB(mdb_put, (MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags), (txn, dbi, key, value, flags))
WRAP_MDB(mdb_del, (MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value), (txn, dbi, key, value))
WRAP_MDB(mdb_cursor_open, (MDB_txn *txn, MDB_dbi dbi, MDB_cursor **cursor), (txn, dbi, cursor))
WRAP_MDB(mdb_cursor_renew, (MDB_txn *txn, MDB_cursor *cursor), (txn, cursor))
WRAP_MDB(mdb_cursor_get, (MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op), (cursor, key, value, op))
WRAP(int, mdb_reader_list, -1, (MDB_env *env, MDB_msg_func *func, void *arg), (env, func, arg))
WRAP(int, fstat64, -1, (int fd, struct stat *st), (fd, st))
WRAP(int, fsync, -1, (int fd), (fd))
WRAP(int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
WRAP(int, unlink, -1, (const char *path), (path))
WRAP(int, posix_fallocate64, error, (int fd, off_t at, off_t len), (fd, at, len))
WRAP(int, scandir64, -1, (const char *path, struct dirent ***names, int (*filter)(const struct dirent *),
    int (*compare)(const struct dirent **, const struct dirent **)), (path, names, filter, compare))
WRAP(ssize_t, getrandom, -1, (void *buffer, size_t size, unsigned flags), (buffer, size, flags))
WRAP(void *, calloc, NULL, (size_t count, size_t size), (count, size))
WRAP(void *, malloc, NULL, (size_t size), (size))
WRAP(void *, realloc, NULL, (void *p, size_t size), (p, size))
WRAP(char *, strdup, NULL, (const char *s), (s))
WRAP(EVP_MAC *, EVP_MAC_fetch, NULL, (OSSL_LIB_CTX *library, const char *name, const char *properties), (library, name, properties))
WRAP(EVP_MAC_CTX *, EVP_MAC_CTX_new, NULL, (EVP_MAC *mac), (mac))
WRAP(int, EVP_MAC_init, 0, (EVP_MAC_CTX *context, const unsigned char *key, size_t len, const OSSL_PARAM *params), (context, key, len, params))
WRAP(int, EVP_MAC_update, 0, (EVP_MAC_CTX *context, const unsigned char *data, size_t len), (context, data, len))
WRAP(int, EVP_MAC_final, 0, (EVP_MAC_CTX *context, unsigned char *out, size_t *len, size_t size), (context, out, len, size))

WRAP(struct event *, event_new, NULL, (struct event_base *base, evutil_socket_t fd, short what, event_callback_fn fn, void *arg), (base, fd, what, fn, arg))
WRAP(int, event_priority_set, -1, (struct event *event, int priority), (event, priority))
WRAP(struct event_base *, event_base_new, NULL, (void), ())
WRAP(int, event_base_priority_init, -1, (struct event_base *base, int count), (base, count))
WRAP(int, madvise, -1, (void *p, size_t len, int advice), (p, len, advice))

extern int __real_statvfs64(const char *path, struct statvfs *fs);
int __wrap_statvfs64(const char *path, struct statvfs *fs);

int
__wrap_statvfs64(const char *path, struct statvfs *fs)
{
	int result = fails(CALL_statvfs64) ? -1 : __real_statvfs64(path, fs);

	if (failing_is_disk_full)
		fs->f_bavail = 0;
	return result;
}

extern long __real_sysconf(int name);
long __wrap_sysconf(int name);

long
__wrap_sysconf(int name)
{
	return name == _SC_PHYS_PAGES && failing_memory_pages != 0 ? failing_memory_pages : __real_sysconf(name);
}

struct channel;
extern void __real_channel_close(struct channel *ch);
void __wrap_channel_close(struct channel *ch);

void
__wrap_channel_close(struct channel *ch)
{
	int sig = failing_signal_at_close;

	failing_signal_at_close = 0;
	if (sig != 0)
		raise(sig);
	__real_channel_close(ch);
}

extern int __real_event_add(struct event *event, const struct timeval *timeout);
int __wrap_event_add(struct event *event, const struct timeval *timeout);

int
__wrap_event_add(struct event *event, const struct timeval *timeout)
{
	static const struct timeval now;

	if (fails(CALL_event_add))
		return -1;
	return __real_event_add(event, failing_has_no_patience && timeout != NULL ? &now : timeout);
}

extern int __real_mincore(void *p, size_t len, unsigned char *resident);
int __wrap_mincore(void *p, size_t len, unsigned char *resident);

int
__wrap_mincore(void *p, size_t len, unsigned char *resident)
{
	if (fails(CALL_mincore))
		return -1;
	if (!failing_is_half_resident)
		return __real_mincore(p, len, resident);
	for (size_t i = 0; i < len / 4096; i++)
		resident[i] = i % 2;
	return 0;
}

extern FILE *__real_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);

FILE *
__wrap_fopen64(const char *path, const char *mode)
{
	if (fails(CALL_fopen64))
		return NULL;
	return __real_fopen64(failing_maps != NULL && strcmp(path, "/proc/self/maps") == 0 ? failing_maps : path, mode);
}

/* A transaction that was not committed is gone all the same. */
extern int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
	if (!fails(CALL_mdb_txn_commit))
		return __real_mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return error;
}

extern int __real_mdb_env_get_flags(MDB_env *env, unsigned *flags);
int __wrap_mdb_env_get_flags(MDB_env *env, unsigned *flags);

int
__wrap_mdb_env_get_flags(MDB_env *env, unsigned *flags)
{
	int rc = fails(CALL_mdb_env_get_flags) ? error : __real_mdb_env_get_flags(env, flags);

	*flags = (*flags | failing_flags_more) & ~failing_flags_less;
	return rc;
}

extern int __real_mdb_reader_check(MDB_env *env, int *dead);
int __wrap_mdb_reader_check(MDB_env *env, int *dead);

int
__wrap_mdb_reader_check(MDB_env *env, int *dead)
{
	int rc = fails(CALL_mdb_reader_check) ? error : __real_mdb_reader_check(env, dead);

	*dead += failing_dead_readers;
	return rc;
}

extern int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);

int
__wrap_open64(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
	va_end(args);
	return fails(CALL_open64) ? -1 : __real_open64(path, flags, mode);
}

extern int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);

int
__wrap_fcntl64(int fd, int command, ...)
{
	va_list args;
	long arg;

	va_start(args, command);
	arg = va_arg(args, long);
	va_end(args);
	return fails(CALL_fcntl64) ? -1 : __real_fcntl64(fd, command, arg);
}

extern int64_t __real_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void);

int64_t
__wrap_clock_mono_ms(void)
{
	return __real_clock_mono_ms() + failing_later_ms;
}
