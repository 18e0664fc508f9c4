/* SPDX-License-Identifier: MIT */
/* See hex.h. */
#include "config.h"

#include "hex.h"

#include <endian.h>
#include <string.h>

#define EACH_BYTE(n) (UINT64_C(0x0101010101010101) * (n))

/* Four bytes at once: their digits are spread over eight bytes, and become letters where they are more than 9. */
static void
encode_four(const uint8_t *bytes, char *out)
{
	uint32_t four;
	uint64_t digits, is_letter;

	memcpy(&four, bytes, sizeof four);
	digits = be32toh(four);
	digits = (digits | digits << 16) & UINT64_C(0x0000ffff0000ffff);
	digits = (digits | digits << 8) & UINT64_C(0x00ff00ff00ff00ff);
	digits = (digits | digits << 4) & EACH_BYTE(0x0f);
	is_letter = (digits + EACH_BYTE(6)) >> 4 & EACH_BYTE(1);
	digits = htobe64(digits + EACH_BYTE('0') + is_letter * ('a' - '0' - 10));
	memcpy(out, &digits, sizeof digits);
}

void
hex_encode(const uint8_t *bytes, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (; size >= 4; size -= 4, bytes += 4, out += 8)
		encode_four(bytes, out);
	for (; size > 0; size--, bytes++, out += 2) {
		out[0] = digits[*bytes >> 4];
		out[1] = digits[*bytes & 15];
	}
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
