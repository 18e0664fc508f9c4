/* SPDX-License-Identifier: MIT */
/*
 * Text: the languages the daemon answers in, and the little of Unicode that
 * several modules need.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "slice.h"

enum language { LANGUAGE_EN, LANGUAGE_ZH_HANT, LANGUAGE_ZH_HANS, LANGUAGE_JA, LANGUAGES };

/* "en", "zh-Hant", "zh-Hans", "ja" (BCP 47). */
const char *language_tag(enum language language);

/* The code of the currency of most who write it; "" when it is of many countries. */
const char *language_currency(enum language language);

/* The nearest one to a BCP 47 tag: "zh-TW" and "zh-HK" are Hant, "zh" and "zh-CN" are Hans, any other is English. */
enum language language_from_tag(struct slice tag);

/* Whether all of it is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool text_is_utf8(struct slice s);

/* Code points in valid UTF-8. */
size_t text_length(struct slice s);

/*
 * Take out of valid UTF-8, in place, what shows nothing and disturbs how others
 * are shown: controls but tabs and line ends, and all that embeds or overrides
 * directions.  Returns the length that is left.
 */
size_t text_clean(char *text, size_t len);

/* The first code points of valid UTF-8, at most so many. */
struct slice text_first(struct slice s, size_t count);

#endif
