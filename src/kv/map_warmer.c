/* SPDX-License-Identifier: MIT */
/* See map_warmer.h. */
#include "config.h"

#include "map_warmer.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

/* After a look that missed pages comes another, each time twice as much later. */
enum { PIECE = 4 << 20, PAUSE_US = 2000, PAGE_MIN = 4096, LOOKS = 6 };

/* Page tables take a 512th of it, in each process. */
static const size_t MOST = (size_t)16 << 30;

struct map_warmer {
	struct event   *timer;
	struct slice    map;
	char           *next;
	size_t          page;
	unsigned        looks;
	enum map_warmth warmth;
	bool            has_missed;
	unsigned char   resident[PIECE / PAGE_MIN];
};

/* MADV_WILLNEED reads single pages; a fault would read huge ones, which cost each write of one of their pages more. */
static bool
read_piece(struct map_warmer *w, size_t len)
{
	return madvise(w->next, len, MADV_WILLNEED) == 0 && madvise(w->next, len, MADV_POPULATE_READ) == 0;
}

/* Neighbours that are resident go in one call.  false: this system cannot. */
static bool
enter_piece(struct map_warmer *w, size_t len)
{
	size_t pages = (len + w->page - 1) / w->page;

	if (mincore(w->next, len, w->resident) == -1)
		return false;
	for (size_t i = 0, n; i < pages; i += n) {
		n = 1;
		if ((w->resident[i] & 1) == 0) {
			w->has_missed = true;
			continue;
		}
		while (i + n < pages && (w->resident[i + n] & 1) != 0)
			n++;
		if (madvise(w->next + i * w->page, n * w->page, MADV_POPULATE_READ) == -1)
			return false;
	}
	return true;
}

static void
begin_look(struct map_warmer *w)
{
	w->next = (char *)(uintptr_t)w->map.ptr;
	w->has_missed = false;
	w->looks++;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval pause = { .tv_usec = PAUSE_US };
	struct map_warmer *w = arg;
	size_t left, len;

	(void)fd;
	(void)what;
	if (map_warmer_done(w) == w->map.len)
		begin_look(w);
	left = w->map.len - map_warmer_done(w);
	len = left < PIECE ? left : PIECE;
	if (w->warmth == WARM_ALL ? !read_piece(w, len) : !enter_piece(w, len))
		return;
	w->next += len;
	if (len < left)
		event_add(w->timer, &pause);
	else if (w->has_missed && w->looks < LOOKS)
		event_add(w->timer, &(struct timeval){ .tv_sec = 1 << w->looks });
}

struct map_warmer *
map_warmer_new(struct event_base *base, struct slice map, enum map_warmth warmth)
{
	struct map_warmer *w;

	if (map.len == 0 || (w = calloc(1, sizeof *w)) == NULL)
		return NULL;
	w->map = (struct slice){ map.ptr, map.len < MOST ? map.len : MOST };
	w->page = (size_t)sysconf(_SC_PAGESIZE);
	w->warmth = warmth;
	w->timer = evtimer_new(base, on_timer, w);
	if (w->timer == NULL) {
		map_warmer_free(w);
		return NULL;
	}
	begin_look(w);
	event_add(w->timer, &(struct timeval){ .tv_usec = PAUSE_US });
	return w;
}

void
map_warmer_free(struct map_warmer *warmer)
{
	if (warmer == NULL)
		return;
	if (warmer->timer != NULL)
		event_free(warmer->timer);
	free(warmer);
}

size_t
map_warmer_done(const struct map_warmer *warmer)
{
	return (size_t)(warmer->next - warmer->map.ptr);
}
