/* SPDX-License-Identifier: MIT */
/* Numbers as they are written: 1,200 and 1.249,00 and 20.5; 三百五 and 一万二. */
#ifndef NUMBERS_H
#define NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "understand/text/chars.h"

#define NUMBER_MAX INT64_C(1000000000000000)

struct number {
	size_t  end;             /* behind its last character */
	int64_t value;           /* without the decimal point */
	uint8_t decimals;
	bool    is_in_words;
	bool    is_scaled;       /* holds a ten, hundred, thousand ... */
};

/* Digits at a position; false when they are too many.  The locale says what 1.234 is. */
bool numbers_read_digits(const struct chars *chars, size_t at, struct slice locale, struct number *out);

/* Chinese digits at a position; false when there are none. */
bool numbers_read_han(const struct chars *chars, size_t at, struct number *out);

/* Multiply by a power of ten, decimals first; false when it gets too large. */
bool number_scale(int64_t *value, uint8_t *decimals, int power);

#endif
