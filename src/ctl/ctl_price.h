/* SPDX-License-Identifier: MIT */
/* "price list|set|import": what the tokens of AI providers cost; needs no daemon, and counts for one that runs at once. */
#ifndef CTL_PRICE_H
#define CTL_PRICE_H

#include <stdbool.h>

struct options;

/* argv: the verb and what follows.  false after saying why; *is_usage_wrong: it is none of the three. */
bool ctl_price(const struct options *options, int argc, char **argv, bool *is_usage_wrong);

#endif
