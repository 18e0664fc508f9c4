/* SPDX-License-Identifier: MIT */
/* The number that the linker gave a program or library, by which it and its symbols are known to belong together. */
#ifndef BUILD_ID_H
#define BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

#include "slice.h"

enum { BUILD_ID_MAX = 32 };

/* Among notes of an ELF file, which may be anything; a view into them, or empty. */
struct slice build_id_find(const uint8_t *notes, size_t size);

/* As hexadecimal digits with a NUL; "-" for none. */
void build_id_text(struct slice id, char text[2 * BUILD_ID_MAX + 1]);

#endif
