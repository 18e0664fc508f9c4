/* SPDX-License-Identifier: MIT */
/* The catalogue of sentences, and amounts and days as each language writes them. */
#ifndef SAY_H
#define SAY_H

#include "buf.h"
#include "day.h"
#include "money.h"
#include "text.h"
#include "understand.h"

/* Every sentence of texts.def. */
enum text_name {
#define TEXT(name, en, zh_hant, zh_hans, ja) TEXT_##name,
#include "texts.def"
#undef TEXT
	TEXTS
};

enum { VALUES_MAX = 4 };

/* The sentence as it stands in the table. */
const char *say_text(enum language language, enum text_name name);

/* Append a sentence with its {1} to {4} filled in. */
void say(struct buf *out, enum language language, enum text_name name, const struct slice *values);

/* One with {1} only. */
void say_with(struct buf *out, enum language language, enum text_name name, struct slice value);

/* A default category's name in a language. */
struct slice category_kind_name(enum category_kind kind, enum language language);

/* An amount as people write it: without decimals when they are all zero. */
void say_amount(struct buf *out, enum language language, int64_t minor, struct currency currency);

/* A day, with its year when that is not today's. */
void say_day(struct buf *out, enum language language, day_t day, day_t today);

#endif
