/* SPDX-License-Identifier: MIT */
/* See uuid.h. */
#include "config.h"

#include "uuid.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "hex.h"
#include "log.h"
#include "uuid_shared.h"

/* Processes are that much apart in what they take for the present, not more: what was received waits for its writer. */
enum { SET_BACK_MS = 10000 };

static uint8_t pool[1024];
static size_t pool_left;

/* In a child: what is left of the pool is its parent's, and its brothers' too. */
static void
forget_pool(void)
{
	explicit_bzero(pool, sizeof pool);
	pool_left = 0;
}

static void
fill_pool(void)
{
	static bool is_fork_watched;

	if (!is_fork_watched && pthread_atfork(NULL, NULL, forget_pool) != 0)
		fatal(3, "there is no memory");
	is_fork_watched = true;
	if (getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool)
		fatal(3, "the kernel gives no randomness");
	pool_left = sizeof pool;
}

/* The latest time of an id of any process; NULL: this one is alone. */
static _Atomic int64_t *latest_ms;

bool
uuid7_share(void)
{
	void *at = mmap(NULL, sizeof *latest_ms, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		log_errno("memory for the ids of all processes");
		return false;
	}
	latest_ms = at;
	return true;
}

int64_t
uuid7_latest_ms(void)
{
	return latest_ms != NULL ? atomic_load_explicit(latest_ms, memory_order_relaxed) : 0;
}

bool
uuid7_is_set_back(int64_t ms, int64_t wall_ms)
{
	return wall_ms < ms - SET_BACK_MS;
}

/* The present time, or when the clock was set back that of the latest id: behind it, unless this process has made it. */
static int64_t
time_to_go_on_from(int64_t wall_ms, int64_t own_ms)
{
	int64_t latest = uuid7_latest_ms();

	if (!uuid7_is_set_back(latest, wall_ms))
		return wall_ms;
	return latest > own_ms ? latest + 1 : latest;
}

void
uuid7_go_on_behind(int64_t ms)
{
	int64_t latest = latest_ms != NULL ? atomic_load_explicit(latest_ms, memory_order_relaxed) : ms;

	while (latest < ms && !atomic_compare_exchange_weak_explicit(latest_ms, &latest, ms, memory_order_relaxed, memory_order_relaxed))
		continue;
}

/*
 * Layout: 48 bits of milliseconds, version, a 12 bit counter within the
 * millisecond, variant, 62 random bits.  The counter makes ids ascend; when it
 * overflows, the time is taken one millisecond ahead.
 */
struct uuid
uuid7_next(int64_t wall_ms)
{
	static int64_t last_ms;
	static unsigned counter;
	struct uuid id;

	if (pool_left < 8)
		fill_pool();
	pool_left -= 8;
	memcpy(id.bytes + 8, pool + pool_left, 8);
	wall_ms = time_to_go_on_from(wall_ms, last_ms);
	if (wall_ms > last_ms) {
		last_ms = wall_ms;
		counter = 0;
	} else if (++counter > 0xfff) {
		last_ms++;
		counter = 0;
	}
	uuid7_go_on_behind(last_ms);
	for (int i = 0; i < 6; i++)
		id.bytes[i] = (uint8_t)((uint64_t)last_ms >> (40 - 8 * i));
	id.bytes[6] = (uint8_t)(0x70 | counter >> 8);
	id.bytes[7] = (uint8_t)counter;
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
	return id;
}

int64_t
uuid7_time_ms(const struct uuid *id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id->bytes[i];
	return ms;
}

/* The five groups of the text form: where each begins, and its bytes. */
static const struct {
	size_t at, byte, size;
} groups[] = { { 0, 0, 4 }, { 9, 4, 2 }, { 14, 6, 2 }, { 19, 8, 2 }, { 24, 10, 6 } };

enum { GROUPS = sizeof groups / sizeof groups[0] };

void
uuid_format(const struct uuid *id, char *out)
{
	char digits[2 * sizeof id->bytes];

	hex_encode(id->bytes, sizeof id->bytes, digits);
	memcpy(out, digits, 8);
	out[8] = '-';
	memcpy(out + 9, digits + 8, 4);
	out[13] = '-';
	memcpy(out + 14, digits + 12, 4);
	out[18] = '-';
	memcpy(out + 19, digits + 16, 4);
	out[23] = '-';
	memcpy(out + 24, digits + 20, 12);
}

bool
uuid_parse(struct slice text, struct uuid *out)
{
	if (text.len != UUID_TEXT_LEN)
		return false;
	for (size_t i = 0; i < GROUPS; i++) {
		if (i > 0 && text.ptr[groups[i].at - 1] != '-')
			return false;
		if (!hex_decode(text.ptr + groups[i].at, groups[i].size, out->bytes + groups[i].byte))
			return false;
	}
	return true;
}
