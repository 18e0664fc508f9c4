/* SPDX-License-Identifier: MIT */
/* See hex.h. */
#include "config.h"

#include "hex.h"

#include <string.h>

void
hex_encode(const uint8_t *bytes, size_t size, char *out)
{
#define ROW(d) #d "0" #d "1" #d "2" #d "3" #d "4" #d "5" #d "6" #d "7" #d "8" #d "9" #d "a" #d "b" #d "c" #d "d" #d "e" #d "f"
	static const char pairs[] = ROW(0) ROW(1) ROW(2) ROW(3) ROW(4) ROW(5) ROW(6) ROW(7) ROW(8) ROW(9)
	    ROW(a) ROW(b) ROW(c) ROW(d) ROW(e) ROW(f);
#undef ROW

	for (size_t i = 0; i < size; i++)
		memcpy(out + 2 * i, pairs + 2 * bytes[i], 2);
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
hex_decode(const char *text, size_t size, uint8_t *out)
{
	for (size_t i = 0; i < size; i++) {
		int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
