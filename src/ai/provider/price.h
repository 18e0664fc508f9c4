/* SPDX-License-Identifier: MIT */
/* What a provider's tokens cost, in exact decimals. */
#ifndef PRICE_H
#define PRICE_H

#include "day.h"
#include "money.h"

struct option_list;

struct price {
	day_t           from;              /* the first UTC day that it counts on */
	struct currency currency;
	int64_t         input_micros;      /* of a million tokens, in millionths of the unit */
	int64_t         output_micros;
};

/* A plain decimal with at most six places, in millionths. */
bool price_read_micros(struct slice text, int64_t *micros);

/* "2026-11-01 USD 0.15 0.60": day, currency, a million tokens of input and of output. */
bool price_parse(const char *text, struct price *price);

/* The newest of the list that counts on this day; false: none does. */
bool price_on(const struct option_list *prices, day_t day, struct price *price);

/* In millionths of the price's currency, rounded half to even. */
int64_t price_of(const struct price *price, int64_t input_tokens, int64_t output_tokens);

#endif
