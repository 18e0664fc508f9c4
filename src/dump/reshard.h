/* SPDX-License-Identifier: MIT */
/* A store in LMDB with another number of shards, beside the one that there is. */
#ifndef RESHARD_H
#define RESHARD_H

#include <stdbool.h>
#include <stdio.h>

struct options;

/*
 * Make a store with so many shards in the directory, where nothing may be, from
 * the one that the options name, which no daemon may use meanwhile and which is
 * only read.  The new one has its name when all of it is on disk and was
 * compared with the old one.  false after logging: there is no new one.
 */
bool reshard(const struct options *options, unsigned shards, const char *directory, FILE *progress);

#endif
