/* SPDX-License-Identifier: MIT */
/* Keeping a person or an expense beyond the callback that was given one. */
#ifndef PERSON_H
#define PERSON_H

#include "arena.h"
#include "store.h"

/* Copy a person with everything it points to into the arena; false when there is no memory. */
bool person_copy(struct arena *arena, const struct person *person, struct person *copy);

/* The same of an expense. */
bool expense_copy(struct arena *arena, const struct expense *expense, struct expense *copy);

/* The category with this id; NULL when there is none, or when it is being deleted. */
const struct category *person_category(const struct person *person, const struct uuid *id);

/* The default category with this key, or NULL when the user has it no more. */
const struct category *person_default_category(const struct person *person, struct slice key);

#endif
