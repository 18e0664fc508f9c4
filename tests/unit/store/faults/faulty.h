/* SPDX-License-Identifier: MIT */
/*
 * A store in memory one of whose steps goes wrong.  A step is whatever may
 * fail on the way of an operation: memory that is asked for, the beginning of a
 * transaction, a look-up, a put, the move of a cursor.  The program is linked
 * so that the store's own calls of these come here first (local.mk).
 */
#ifndef FAULTY_H
#define FAULTY_H

#include <stdbool.h>

#include "store.h"

enum fault {
	FAULT_STEP,                /* the step fails, there is no memory or no disk */
	FAULT_VALUE,               /* the value of the row that is found has a bit flipped */
	FAULT_KEY_CUT,             /* the key that a cursor stands on lacks its last byte, ... */
	FAULT_KEY_BARE,            /* ... all behind the ledger, ... */
	FAULT_KEY_TINY,            /* ... all but its first byte */
	FAULTS
};

/* Reads of this store fail from here on as they are told to. */
void faulty_watch(struct store *store);

/* The at-th step from now on that this fault can befall, 1 the next one, goes wrong; no other one does. */
void faulty_arm(enum fault fault, unsigned at);

/* Nothing goes wrong any more; whether it came to that. */
bool faulty_disarm(void);

#endif
