/* SPDX-License-Identifier: MIT */
/*
 * Keeps the map of the words that many users share (keyword_map.h): once an hour
 * all shards are walked by reading, a bounded part at a time, and the map is
 * replaced when the walk is through, so that who was deleted or has changed his
 * mind counts no longer.  Of several instances with Redis one counts and the
 * others take what it found; whatever is lost there, each can count itself.
 */
#ifndef KEYWORD_REFRESH_H
#define KEYWORD_REFRESH_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

struct counters;
struct keyword_map;
struct keyword_refresh;
struct options;
struct shared;
struct store;

/* shared may be NULL.  NULL without memory. */
struct keyword_refresh *keyword_refresh_open(struct store *store, struct shared *shared, const struct options *options,
    struct keyword_map *map, struct counters *counters);

/* After the store and shared are closed, which end what is under way. */
void keyword_refresh_close(struct keyword_refresh *refresh);

/* Do the next part, if anything is to be done. */
void keyword_refresh_look(struct keyword_refresh *refresh, int64_t wall_ms, int64_t mono_ms);

/* is_over: with ST_OK, whether the map is the new one; else it takes longer than anybody should wait. */
typedef void keyword_refreshed_fn(enum status st, bool is_over, void *arg);

/*
 * Count anew from the beginning, now.  fn is called once, within half a minute, or not at all
 * when the keeper ends before.  false: it is asked for too often, or keywords.share is off.
 */
bool keyword_refresh_now(struct keyword_refresh *refresh, keyword_refreshed_fn *fn, void *arg);

#endif
