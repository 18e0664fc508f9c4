/* SPDX-License-Identifier: MIT */
/* The directories of a store, and the meta record in each that says what it is. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "kv/kv_lmdb.h"
#include "ledger/record/record.h"

struct options;

/*
 * Open one environment of the store: a shard, or with the number
 * options->store_shards the index.  Refused, with a line in the log, when its
 * meta record is missing, damaged, of a newer format, of another shard, or, if
 * expected is given, of another store.  *meta is set.
 */
struct lmdb_env *layout_open(const struct options *options, unsigned shard, enum lmdb_access access,
    const struct meta *expected, struct meta *meta);

/* Make the environments of a store that this says of itself, in options->store_path, a directory.  false after logging. */
bool layout_make(const struct options *options, const struct meta *meta);

#endif
