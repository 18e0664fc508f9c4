/* SPDX-License-Identifier: MIT */
#ifndef PHRASES_H
#define PHRASES_H

#include "understand/text/tokens.h"

/* Put the raw tokens together that mean one thing: a day, a time, an amount, a count, an account. */
void phrases_reduce(struct reading *r);

#endif
