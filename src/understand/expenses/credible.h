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

/* The clause's k-th amount together with a thing. */
bool credible_with(const struct assembly *a, const struct clause *clause, size_t k, const struct thing *thing);

/* An amount without a thing is worth a question only when it is one beyond doubt. */
bool credible_alone(const struct assembly *a, const struct clause *clause, size_t k);

#endif
