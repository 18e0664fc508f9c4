/* SPDX-License-Identifier: MIT */
/* See uuid.h. */
#include "config.h"

#include "uuid.h"

#include <sys/random.h>

#include "log.h"

/*
 * Layout: 48 bits of milliseconds, version, a 12 bit counter within the
 * millisecond, variant, 62 random bits.  The counter makes ids ascend; when it
 * overflows, the time is taken one millisecond ahead.
 */
struct uuid
uuid7_next(int64_t wall_ms)
{
	static uint8_t pool[1024];
	static size_t pool_left;
	static int64_t last_ms;
	static unsigned counter;
	struct uuid id;

	if (pool_left < 8) {
		if (getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool)
			fatal(3, "the kernel gives no randomness");
		pool_left = sizeof pool;
	}
	pool_left -= 8;
	memcpy(id.bytes + 8, pool + pool_left, 8);
	if (wall_ms > last_ms) {
		last_ms = wall_ms;
		counter = 0;
	} else if (++counter > 0xfff) {
		last_ms++;
		counter = 0;
	}
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

static bool
has_hyphen(size_t at)
{
	return at == 8 || at == 13 || at == 18 || at == 23;
}

void
uuid_format(const struct uuid *id, char *out)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *byte = id->bytes;

	for (size_t at = 0; at < UUID_TEXT_LEN;) {
		if (has_hyphen(at)) {
			out[at++] = '-';
			continue;
		}
		out[at++] = hex[*byte >> 4];
		out[at++] = hex[*byte++ & 15];
	}
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
uuid_parse(struct slice text, struct uuid *out)
{
	uint8_t *byte = out->bytes;

	if (text.len != UUID_TEXT_LEN)
		return false;
	for (size_t at = 0; at < UUID_TEXT_LEN;) {
		int high, low;

		if (has_hyphen(at)) {
			if (text.ptr[at++] != '-')
				return false;
			continue;
		}
		high = hex_value(text.ptr[at++]);
		low = hex_value(text.ptr[at++]);
		if (high < 0 || low < 0)
			return false;
		*byte++ = (uint8_t)(high << 4 | low);
	}
	return true;
}
