/* SPDX-License-Identifier: MIT */
/*
 * Categories that are being deleted: who was asked has stopped waiting, or has
 * died.  Their expenses are moved from here, in steps, until none is left.
 */
#ifndef CATEGORY_MOVES_H
#define CATEGORY_MOVES_H

#include "store.h"

struct category_moves;

/* store must outlive it.  NULL when there is no memory. */
struct category_moves *category_moves_open(struct store *store);

/* Behind store_close, which ends what is under way. */
void category_moves_close(struct category_moves *category_moves);

/* Look for unfinished ones and take them on; does nothing while those of the last look are under way. */
void category_moves_look(struct category_moves *category_moves);

#endif
