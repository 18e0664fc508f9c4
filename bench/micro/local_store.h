/* SPDX-License-Identifier: MIT */
/*
 * A store in LMDB that is written by the process that uses it: commands are
 * packed, batched and committed as in a writer process, without the socket
 * between.  For benchmarks, and for loading much at once.
 */
#ifndef LOCAL_STORE_H
#define LOCAL_STORE_H

#include <stdbool.h>
#include <stddef.h>

struct options;
struct store;

/*
 * Open the store of these options, made by store_prepare.  batch: how many
 * commands one commit takes; with more than 1 an asker is told only when its
 * batch is full or local_store_flush was called.  NULL after logging.
 */
struct store *local_store_open(const struct options *options, size_t batch);

/* Commit what waits. */
void local_store_flush(struct store *store);

#endif
