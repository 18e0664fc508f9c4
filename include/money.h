/* SPDX-License-Identifier: MIT */
/*
 * Money: a signed 64-bit count of a currency's minor units.  No floating point
 * anywhere.  The currencies are ISO 4217, in include/tables/currency.def with their
 * number of decimals.
 */
#ifndef MONEY_H
#define MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"
#include "status.h"

/* The largest amount that is taken, either sign: 10^15 minor units. */
#define MONEY_MINOR_MAX INT64_C(1000000000000000)

/* For sums over many people, which do not fit 64 bits whatever the amounts. */
__extension__ typedef __int128 money_wide_t;

enum {
	MONEY_TEXT_MAX = 32,       /* bytes that money_format may write, with the NUL */
	MONEY_WIDE_TEXT_MAX = 48   /* the same of those that take a money_wide_t */
};

/* An ISO 4217 code with its NUL; "" is none. */
struct currency {
	char code[4];
};

/* How many decimals the currency has, or -1 for a code that is not in the table. */
int currency_digits(struct currency c);

/* The amount in ten-thousandths of the unit, whatever the currency: 20 TWD and 20.00 USD are the same number. */
enum { MONEY_DIGITS_MAX = 4 };
__int128 money_ten_thousandths(int64_t minor, int digits);

/* Reads exactly three ASCII letters of either case; false when there is no such currency. */
bool currency_parse(struct slice code, struct currency *out);

/*
 * Read a plain decimal ("-12.5", "1000"): an optional minus, digits, optionally
 * a point and digits; ASCII only, no exponent, no separators, no plus.
 *   ST_BAD_VALUE     it is not such a text, or the currency is unknown
 *   ST_OUT_OF_RANGE  more decimals than the currency has (trailing zeros are
 *                    fine), or more than MONEY_MINOR_MAX
 */
enum status money_parse(struct slice text, struct currency c, int64_t *minor);

/* Write the amount with all decimals of its currency ("20.50", "-1000"); returns the length without the NUL. */
int money_format(int64_t minor, struct currency c, char out[static MONEY_TEXT_MAX]);
int money_format_wide(money_wide_t minor, struct currency c, char out[static MONEY_WIDE_TEXT_MAX]);

/* Any number with so many decimals: 1234 with 2 of them is "12.34". */
int decimal_format(money_wide_t n, int decimals, char out[static MONEY_WIDE_TEXT_MAX]);

/* n / by, rounded half to even; by must be above 0. */
money_wide_t decimal_divide(money_wide_t n, money_wide_t by);

#endif
