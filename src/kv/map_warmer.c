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

enum { PIECE = 4 << 20, PAUSE_US = 2000, PAGE_MIN = 4096 };

/* Page tables take a 512th of it, in each process. */
static const size_t MOST = (size_t)16 << 30;

struct map_warmer {
	struct event *timer;
	char         *next, *end;
	size_t        done, page;
	unsigned char resident[PIECE / PAGE_MIN];
};

/* Neighbours that are resident go in one call.  false: this system cannot. */
static bool
enter_piece(struct map_warmer *w, size_t len)
{
	size_t pages = (len + w->page - 1) / w->page;

	if (mincore(w->next, len, w->resident) == -1)
		return false;
	for (size_t i = 0, n; i < pages; i += n) {
		n = 1;
		if ((w->resident[i] & 1) == 0)
			continue;
		while (i + n < pages && (w->resident[i + n] & 1) != 0)
			n++;
		if (madvise(w->next + i * w->page, n * w->page, MADV_POPULATE_READ) == -1)
			return false;
	}
	return true;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct map_warmer *w = arg;
	size_t left = (size_t)(w->end - w->next), len = left < PIECE ? left : PIECE;

	(void)fd;
	(void)what;
	if (!enter_piece(w, len))
		return;
	w->next += len;
	w->done += len;
	if (w->next < w->end)
		event_add(w->timer, &(struct timeval){ .tv_usec = PAUSE_US });
}

struct map_warmer *
map_warmer_new(struct event_base *base, struct slice map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = map.len < MOST ? map.len : MOST;
	struct map_warmer *w;

	if (len == 0 || page < PAGE_MIN || (w = calloc(1, sizeof *w)) == NULL)
		return NULL;
	w->page = page;
	w->next = (char *)(uintptr_t)map.ptr;
	w->end = w->next + len;
	w->timer = evtimer_new(base, on_timer, w);
	if (w->timer != NULL && event_add(w->timer, &(struct timeval){ .tv_usec = PAUSE_US }) == 0)
		return w;
	map_warmer_free(w);
	return NULL;
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
	return warmer->done;
}
