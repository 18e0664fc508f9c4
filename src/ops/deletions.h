/* SPDX-License-Identifier: MIT */
/*
 * Categories that are being deleted: who was asked has stopped waiting, or has
 * died.  Their expenses are moved from here, in steps, until none is left.
 */
#ifndef DELETIONS_H
#define DELETIONS_H

#include "store.h"

struct deletions;

/* store must outlive it.  NULL when there is no memory. */
struct deletions *deletions_open(struct store *store);

/* Behind store_close, which ends what is under way. */
void deletions_close(struct deletions *deletions);

/* Look for unfinished ones and take them on; does nothing while those of the last look are under way. */
void deletions_look(struct deletions *deletions);

#endif
