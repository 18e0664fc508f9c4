/* SPDX-License-Identifier: MIT */
/*
 * A zone keeps the 64-bit block of its file as it is and reads the big-endian
 * numbers where they lie.  All counts are checked against the file's size when
 * it is read, so the look-ups need no checks.
 */
#include "config.h"

#include "zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "zone_rule.h"

#ifndef ZONE_DIR
#define ZONE_DIR "/usr/share/zoneinfo"
#endif

enum { HEADER_SIZE = 44, TYPE_SIZE = 6, FILE_MAX = 64 * 1024, DAY_MS = 86400000 };

struct zone {
	char             name[ZONE_NAME_MAX];
	uint8_t         *file;
	size_t           transition_count, type_count;
	const uint8_t   *times;        /* 8 bytes each */
	const uint8_t   *type_of;      /* 1 byte each: the type from that transition on */
	const uint8_t   *types;        /* 4 bytes of offset, then two of no interest */
	bool             has_rule;
	struct zone_rule rule;         /* after the last transition */
};

struct header {
	size_t ut_count, standard_count, leap_count, transition_count, type_count, name_bytes;
};

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t
be64(const uint8_t *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("_+-/", c) != NULL);
}

/* Without a dot in it a name cannot leave the directory. */
static bool
is_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len >= ZONE_NAME_MAX || name[0] == '/' || name[len - 1] == '/')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_name_char(name[i]))
			return false;
	return true;
}

/* False when there is no such file; a message only when it should have been readable. */
static bool
read_file(const char *name, uint8_t *data, size_t *size)
{
	char path[sizeof ZONE_DIR + ZONE_NAME_MAX];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "%s/%s", ZONE_DIR, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return false;
	n = read(fd, data, FILE_MAX);
	if (n == -1 && errno != EISDIR)
		log_errno("time zone %s", name);
	close(fd);
	if (n <= 0)
		return false;
	*size = (size_t)n;
	return true;
}

static bool
read_header(const uint8_t *p, size_t size, struct header *h)
{
	if (size < HEADER_SIZE || memcmp(p, "TZif", 4) != 0)
		return false;
	h->ut_count = be32(p + 20);
	h->standard_count = be32(p + 24);
	h->leap_count = be32(p + 28);
	h->transition_count = be32(p + 32);
	h->type_count = be32(p + 36);
	h->name_bytes = be32(p + 40);
	return h->ut_count < FILE_MAX && h->standard_count < FILE_MAX && h->leap_count < FILE_MAX &&
	    h->transition_count < FILE_MAX && h->type_count > 0 && h->type_count <= 256 && h->name_bytes < FILE_MAX;
}

static size_t
block_size(const struct header *h, size_t time_size)
{
	return h->transition_count * (time_size + 1) + h->type_count * TYPE_SIZE + h->name_bytes +
	    h->leap_count * (time_size + 4) + h->standard_count + h->ut_count;
}

static bool
read_rule(const uint8_t *p, size_t size, struct zone *zone)
{
	const uint8_t *end;

	if (size < 2 || p[0] != '\n')
		return false;
	end = memchr(p + 1, '\n', size - 1);
	if (end == NULL)
		return false;
	zone->has_rule = end > p + 1;
	return !zone->has_rule || zone_rule_parse((struct slice){ (const char *)p + 1, (size_t)(end - p - 1) }, &zone->rule);
}

static bool
types_are_known(const struct zone *zone)
{
	for (size_t i = 0; i < zone->transition_count; i++)
		if (zone->type_of[i] >= zone->type_count)
			return false;
	return true;
}

/* Version 2 and later: a block with 32-bit times to pass over, one with 64-bit times, the rule. */
static bool
parse(struct zone *zone, const uint8_t *p, size_t size)
{
	struct header h;
	size_t block;

	if (!read_header(p, size, &h) || p[4] < '2')
		return false;
	block = HEADER_SIZE + block_size(&h, 4);
	if (size < block || !read_header(p + block, size - block, &h) || h.leap_count != 0)
		return false;
	p += block + HEADER_SIZE;
	size -= block + HEADER_SIZE;
	block = block_size(&h, 8);
	if (size < block)
		return false;
	zone->transition_count = h.transition_count;
	zone->type_count = h.type_count;
	zone->times = p;
	zone->type_of = p + h.transition_count * 8;
	zone->types = zone->type_of + h.transition_count;
	return types_are_known(zone) && read_rule(p + block, size - block, zone);
}

static bool
load(struct zone *zone, const char *name)
{
	uint8_t data[FILE_MAX];
	size_t size;

	if (!read_file(name, data, &size))
		return false;
	zone->file = malloc(size);
	if (zone->file == NULL)
		return false;
	memcpy(zone->file, data, size);
	if (!parse(zone, zone->file, size)) {
		free(zone->file);
		return false;
	}
	memcpy(zone->name, name, strlen(name) + 1);
	return true;
}

/* The oldest one read makes room; NULL when there is no such zone. */
static const struct zone *
find(const char *name)
{
	static struct zone cache[ZONES_CACHED];
	static size_t next;
	struct zone fresh = { .file = NULL };
	size_t slot;

	for (size_t i = 0; i < ZONES_CACHED; i++)
		if (strcmp(cache[i].name, name) == 0 && cache[i].file != NULL)
			return &cache[i];
	if (!is_name(name) || !load(&fresh, name))
		return NULL;
	slot = next++ % ZONES_CACHED;
	free(cache[slot].file);
	cache[slot] = fresh;
	return &cache[slot];
}

static int32_t
type_offset(const struct zone *zone, size_t type)
{
	return (int32_t)be32(zone->types + type * TYPE_SIZE);
}

static int32_t
offset_at(const struct zone *zone, int64_t unix_s)
{
	size_t low = 0, high = zone->transition_count;      /* low: transitions at or before the instant */

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (be64(zone->times + middle * 8) <= unix_s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->transition_count && zone->has_rule)
		return zone_rule_offset(&zone->rule, unix_s);
	return type_offset(zone, low == 0 ? 0 : zone->type_of[low - 1]);
}

static int64_t
floor_divide(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

bool
zone_exists(const char *name)
{
	return find(name) != NULL;
}

bool
zone_offset(const char *name, int64_t unix_ms, int32_t *offset_s)
{
	const struct zone *zone = find(name);

	if (zone == NULL)
		return false;
	*offset_s = offset_at(zone, floor_divide(unix_ms, 1000));
	return true;
}

bool
zone_local_day(const char *name, int64_t unix_ms, day_t *day)
{
	int32_t offset_s;

	if (!zone_offset(name, unix_ms, &offset_s))
		return false;
	*day = (day_t)floor_divide(unix_ms + (int64_t)offset_s * 1000, DAY_MS);
	return true;
}
