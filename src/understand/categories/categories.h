/* SPDX-License-Identifier: MIT */
#ifndef CATEGORIES_H
#define CATEGORIES_H

#include <stdbool.h>
#include <stddef.h>

#include "understand/text/chars.h"

/* The kind of what the characters [begin, end) name; is_known is false when no word of the tables is in them. */
enum category_kind categories_find(const struct chars *chars, size_t begin, size_t end, bool *is_known);

#endif
