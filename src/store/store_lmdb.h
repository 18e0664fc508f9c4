/* SPDX-License-Identifier: MIT */
/* The store in LMDB; each function as its namesake in store.h. */
#ifndef STORE_LMDB_H
#define STORE_LMDB_H

struct counters;
struct event_base;
struct meta;
struct options;
struct store;

void store_lmdb_adopt(struct options *options);
int store_lmdb_prepare(const struct options *options, struct meta *meta);
struct store *store_lmdb_open(const struct options *options, struct event_base *base, struct counters *slot_counters);

#endif
