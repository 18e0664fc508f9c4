/* SPDX-License-Identifier: MIT */
/* The store in PostgreSQL; see store.h for what it does and kv_pg.h for how. */
#ifndef STORE_PG_H
#define STORE_PG_H

struct counters;
struct event_base;
struct meta;
struct options;
struct store;

/* NULL when there is no memory; a server that is away makes operations answer ST_UNAVAILABLE. */
struct store *store_pg_open(const struct options *options, const struct meta *meta, struct event_base *base, struct counters *counters);

#endif
