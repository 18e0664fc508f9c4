/* SPDX-License-Identifier: MIT */
/* Bytes as lower-case hexadecimal text. */
#ifndef HEX_H
#define HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2 * size characters and no NUL. */
void hex_encode(const uint8_t *bytes, size_t size, char *out);

/* Reads 2 * size characters of either case; false when one is no digit. */
bool hex_decode(const char *text, size_t size, uint8_t *out);

#endif
