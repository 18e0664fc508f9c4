/* SPDX-License-Identifier: MIT */
/*
 * power_loss TRACE IMAGES [--forget-flushes]
 *
 * What may be on a disk after the power was lost, for every point of a trace:
 * all that was flushed, and of what was written since then nothing, all, or
 * some, in whole or torn at sectors.  Each image is opened with LMDB and read
 * with a decoding of its own: whatever had been acknowledged is there, once,
 * every record is whole, the indexes and totals are those of the expenses, and
 * the store takes a new commit.
 *
 * With --forget-flushes nothing counts as flushed, as on a disk that lies:
 * then images must be found bad.  Ends with 1 when there are bad ones.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include "trace.h"

enum { DISK_SIZE = 64 << 20, COMMIT_MAX = 1 << 17, PENDING_MAX = 100000, SECTOR = 512, LEDGER_KEY = 16, CHECKSUM = 4 };

enum verdict { GOOD, LOST, TWICE, TORN, UNUSABLE, CRASHED, VERDICTS };
static const char *const verdict_names[VERDICTS] = { "good", "lost", "twice", "torn", "unusable", "crashed" };

/* Seen by the process that reads images, which may die of one. */
struct shared {
	unsigned next, per_point;
	unsigned counts[VERDICTS];
};

struct disk {
	uint8_t *bytes;
	size_t   len;
};

static struct shared *shared;
static struct disk flushed, image;
static const struct trace_record *pending[PENDING_MAX];
static size_t pending_count;
static size_t highest;                /* end of the last write of the trace */
static uint64_t sent, acknowledged;
static int image_fd;
static char image_path[64];
static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static unsigned
random_below(unsigned n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % n;
}

static void
apply(struct disk *disk, const struct trace_record *r, size_t from, size_t size)
{
	const uint8_t *data = (const uint8_t *)(r + 1);

	memcpy(disk->bytes + r->offset + from, data + from, size);
	if (r->offset + from + size > disk->len)
		disk->len = r->offset + from + size;
}

static void
apply_torn(struct disk *disk, const struct trace_record *r)
{
	for (size_t at = 0; at < r->len; at += SECTOR)
		if (random_below(2) != 0)
			apply(disk, r, at, r->len - at < SECTOR ? r->len - at : SECTOR);
}

/* The first has nothing of what is pending, the second all of it. */
static void
make_image(unsigned number)
{
	memcpy(image.bytes, flushed.bytes, flushed.len);
	memset(image.bytes + flushed.len, 0, highest + COMMIT_MAX - flushed.len);
	image.len = flushed.len;
	for (size_t i = 0; i < pending_count; i++) {
		unsigned part = number < 2 ? number : random_below(3);

		if (part == 1)
			apply(&image, pending[i], 0, pending[i]->len);
		else if (part == 2)
			apply_torn(&image, pending[i]);
	}
}

/* --- reading an image --------------------------------------------------------------- */

/* What the rows of all ledgers come to. */
struct found {
	uint64_t expenses, by_id, in_category, counted;
	int64_t  sum, totals;
};

/* A msgpack integer. */
static const uint8_t *
read_int(const uint8_t *p, int64_t *n)
{
	unsigned size = 1u << (*p & 3);
	uint64_t value = 0;

	if (*p < 0x80 || *p >= 0xe0) {
		*n = (int8_t)*p;
		return p + 1;
	}
	for (unsigned i = 0; i < size; i++)
		value = value << 8 | p[1 + i];
	if (*p >= 0xd0 && size < 8 && value >> (8 * size - 1) != 0)
		value |= UINT64_MAX << 8 * size;
	*n = (int64_t)value;
	return p + 1 + size;
}

static bool
is_whole(MDB_val value)
{
	const uint8_t *p = value.mv_data, *end;

	if (value.mv_size <= CHECKSUM)
		return false;
	end = p + value.mv_size - CHECKSUM;
	return (uint32_t)XXH3_64bits(p, value.mv_size - CHECKSUM) ==
	    ((uint32_t)end[0] << 24 | (uint32_t)end[1] << 16 | (uint32_t)end[2] << 8 | end[3]);
}

static bool
take_row(struct found *found, MDB_val key, MDB_val value)
{
	char kind = key.mv_size > LEDGER_KEY ? ((const char *)key.mv_data)[LEDGER_KEY] : '\0';
	const uint8_t *fields = (const uint8_t *)value.mv_data + 2;       /* behind the array's head and the record version */
	int64_t amount, count;

	if (kind == 'K') {
		found->in_category++;
		return value.mv_size == 0;
	}
	if (!is_whole(value))
		return false;
	if (kind == 'I')
		found->by_id++;
	if (kind != 'E' && kind != 'T')
		return true;
	fields = read_int(fields, &amount);
	if (kind == 'E') {
		found->expenses++;
		found->sum += amount;
	} else {
		read_int(fields, &count);
		found->totals += amount;
		found->counted += (uint64_t)count;
	}
	return true;
}

static enum verdict
read_ledgers(MDB_txn *txn, MDB_dbi table)
{
	struct found found = { 0 };
	MDB_val key, value;
	MDB_cursor *cursor;
	int rc;

	if (mdb_cursor_open(txn, table, &cursor) != 0)
		return UNUSABLE;
	while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0)
		if (!take_row(&found, key, value))
			return TORN;
	if (rc != MDB_NOTFOUND)
		return UNUSABLE;
	mdb_cursor_close(cursor);
	if (found.expenses != found.by_id || found.expenses != found.in_category || found.expenses != found.counted ||
	    found.sum != found.totals)
		return TORN;
	if (found.expenses < acknowledged)
		return LOST;
	return found.expenses > sent ? TWICE : GOOD;
}

static enum verdict
read_and_commit(MDB_env *env)
{
	MDB_val key = { 5, "power" }, value = { 4, "lost" };
	enum verdict verdict;
	MDB_dbi table;
	MDB_txn *txn;

	if (mdb_env_set_maxdbs(env, 8) != 0 || mdb_env_set_mapsize(env, DISK_SIZE) != 0 ||
	    mdb_env_open(env, image_path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600) != 0 ||
	    mdb_txn_begin(env, NULL, 0, &txn) != 0)
		return UNUSABLE;
	if (mdb_dbi_open(txn, "ledger", 0, &table) != 0)
		return LOST;
	verdict = read_ledgers(txn, table);
	if (verdict == GOOD && (mdb_put(txn, table, &key, &value, 0) != 0 || mdb_txn_commit(txn) != 0))
		return UNUSABLE;
	return verdict;
}

/* A bad one is left open: the process that reads it does not live long. */
static enum verdict
judge_image(void)
{
	enum verdict verdict;
	MDB_env *env;

	if (mdb_env_create(&env) != 0)
		errx(2, "mdb_env_create");
	verdict = read_and_commit(env);
	if (verdict == GOOD)
		mdb_env_close(env);
	return verdict;
}

static void
judge_rest_of_point(void)
{
	enum verdict verdict;

	for (; shared->next < shared->per_point; shared->next++) {
		random_state = (uint64_t)shared->next * UINT64_C(0x9e3779b97f4a7c15) + sent * 2654435761 + pending_count + 1;
		make_image(shared->next);
		verdict = judge_image();
		shared->counts[verdict]++;
		if (pending_count == 0)
			shared->next = shared->per_point;
		if (verdict != GOOD)
			break;
	}
	if (shared->next < shared->per_point)
		shared->next++;
}

/* Each in a process that an image may kill. */
static void
judge_point(void)
{
	for (shared->next = 0; shared->next < shared->per_point;) {
		pid_t pid = fork();
		int status;

		if (pid == -1)
			err(2, "fork");
		if (pid == 0) {
			judge_rest_of_point();
			_exit(0);
		}
		if (waitpid(pid, &status, 0) == -1)
			err(2, "waitpid");
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		shared->counts[CRASHED]++;
		shared->next++;
	}
}

/* --- the trace ------------------------------------------------------------------------ */

static const uint8_t *
map_trace(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes;

	if (fd == -1 || fstat(fd, &st) == -1 || st.st_size == 0)
		err(2, "%s", path);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		err(2, "%s", path);
	*size = (size_t)st.st_size;
	return bytes;
}

static void
flush_pending(void)
{
	for (size_t i = 0; i < pending_count; i++)
		apply(&flushed, pending[i], 0, pending[i]->len);
	pending_count = 0;
}

static void
take_record(const struct trace_record *r, bool forgets)
{
	switch (r->kind) {
	case TRACE_SENT:
		sent = r->offset;
		break;
	case TRACE_ACKNOWLEDGED:
		acknowledged = r->offset;
		break;
	case TRACE_FLUSH:
		if (!forgets || sent == 0)
			flush_pending();
		break;
	case TRACE_DURABLE:
		if (!forgets || sent == 0) {
			apply(&flushed, r, 0, r->len);
			break;
		}
		/* fall through */
	default:
		if (pending_count == PENDING_MAX)
			errx(2, "too much is never flushed");
		pending[pending_count++] = r;
	}
	if (r->len > 0 && r->offset + r->len > highest)
		highest = r->offset + r->len;
	if (highest > DISK_SIZE - COMMIT_MAX)
		errx(2, "the trace has a write beyond %d bytes", DISK_SIZE - COMMIT_MAX);
}

/* Points are what comes behind the first message: before it a store may be in the making. */
static unsigned
walk(const uint8_t *trace, size_t size, bool forgets, bool judges)
{
	unsigned points = 0;                      /* where there is more than one possible disk */

	pending_count = sent = acknowledged = flushed.len = 0;
	for (size_t at = 0; at + sizeof(struct trace_record) <= size;) {
		const struct trace_record *r = (const void *)(trace + at);

		at += sizeof *r + (r->len + TRACE_ALIGN - 1) / TRACE_ALIGN * TRACE_ALIGN;
		take_record(r, forgets);
		if (sent == 0)
			continue;
		points += pending_count > 0;
		if (judges)
			judge_point();
	}
	return points;
}

static void *
shared_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(2, "mmap");
	return p;
}

int
main(int argc, char **argv)
{
	bool forgets = argc == 4 && strcmp(argv[3], "--forget-flushes") == 0;
	unsigned points, images = 0;
	const uint8_t *trace;
	size_t size;

	if (argc < 3 || (argc > 3 && !forgets))
		errx(2, "usage: power_loss TRACE IMAGES [--forget-flushes]");
	trace = map_trace(argv[1], &size);
	shared = shared_memory(sizeof *shared);
	flushed.bytes = shared_memory(DISK_SIZE);
	image_fd = memfd_create("image", MFD_CLOEXEC);
	if (image_fd == -1 || ftruncate(image_fd, DISK_SIZE) == -1)
		err(2, "memfd_create");
	image.bytes = mmap(NULL, DISK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, image_fd, 0);
	if (image.bytes == MAP_FAILED)
		err(2, "mmap");
	snprintf(image_path, sizeof image_path, "/proc/self/fd/%d", image_fd);
	points = walk(trace, size, forgets, false);
	if (points == 0)
		errx(2, "nothing was traced");
	shared->per_point = (unsigned)atoi(argv[2]) / points + 1;
	walk(trace, size, forgets, true);
	for (int i = 0; i < VERDICTS; i++)
		images += shared->counts[i];
	printf("%u images of %u points, %llu messages acknowledged:", images, points, (unsigned long long)acknowledged);
	for (int i = 0; i < VERDICTS; i++)
		printf(" %u %s", shared->counts[i], verdict_names[i]);
	printf("\n");
	return shared->counts[GOOD] == images ? 0 : 1;
}
