/* SPDX-License-Identifier: MIT */
/*
 * Whether a number that could be an expense is meant as one: a bare number
 * beside a noun is often a count, a year or part of a name.
 */
#ifndef CREDIBLE_H
#define CREDIBLE_H

#include "assembly.h"

/* Few enough words to be the name of a thing and no sentence. */
bool credible_is_short(const struct thing *thing);

/* Why the clause's k-th amount together with a thing is no expense, for a person; NULL when it is one. */
const char *credible_objection(const struct assembly *a, const struct clause *clause, size_t k, const struct thing *thing);

/* The same for an amount without a thing, worth a question only when it is one beyond doubt. */
const char *credible_objection_alone(const struct assembly *a, const struct clause *clause, size_t k);

#endif
