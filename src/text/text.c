/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "text.h"

#include <stdint.h>
#include <strings.h>

#include <unistr.h>

static const char *const tags[LANGUAGES] = { "en", "zh-Hant", "zh-Hans", "ja" };

const char *
language_tag(enum language language)
{
	return tags[language];
}

const char *
language_currency(enum language language)
{
	static const char *const codes[LANGUAGES] = { "", "TWD", "CNY", "JPY" };

	return codes[language];
}

/* The subtag that begins at *rest, which moves behind it and its hyphen. */
static struct slice
next_subtag(struct slice *rest)
{
	struct slice subtag = { rest->ptr, 0 };

	while (subtag.len < rest->len && rest->ptr[subtag.len] != '-' && rest->ptr[subtag.len] != '_')
		subtag.len++;
	rest->ptr += subtag.len;
	rest->len -= subtag.len;
	if (rest->len > 0) {
		rest->ptr++;
		rest->len--;
	}
	return subtag;
}

static bool
is_subtag(struct slice subtag, const char *name)
{
	return subtag.len == strlen(name) && strncasecmp(subtag.ptr, name, subtag.len) == 0;
}

/* A script decides over a region: "zh-Hans-TW" is Hans. */
static enum language
chinese_from_subtags(struct slice rest)
{
	static const char *const traditional[] = { "Hant", "TW", "HK", "MO" };
	enum language language = LANGUAGE_ZH_HANS;

	while (rest.len > 0) {
		struct slice subtag = next_subtag(&rest);

		if (is_subtag(subtag, "Hans"))
			return LANGUAGE_ZH_HANS;
		for (size_t i = 0; i < sizeof traditional / sizeof traditional[0]; i++)
			if (is_subtag(subtag, traditional[i]))
				language = LANGUAGE_ZH_HANT;
	}
	return language;
}

enum language
language_from_tag(struct slice tag)
{
	struct slice first;

	if (tag.len == 0)
		return LANGUAGE_EN;
	first = next_subtag(&tag);
	if (is_subtag(first, "zh"))
		return chinese_from_subtags(tag);
	return is_subtag(first, "ja") ? LANGUAGE_JA : LANGUAGE_EN;
}

bool
text_is_utf8(struct slice s)
{
	return s.len == 0 || u8_check((const uint8_t *)s.ptr, s.len) == NULL;
}

size_t
text_length(struct slice s)
{
	size_t length = 0;

	for (size_t i = 0; i < s.len; i++)
		length += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return length;
}

struct slice
text_first(struct slice s, size_t count)
{
	size_t len = 0;

	while (len < s.len && (((unsigned char)s.ptr[len] & 0xC0) == 0x80 || count-- > 0))
		len++;
	return (struct slice){ s.ptr, len };
}

/* The bytes of the character that is taken out, or 0. */
static size_t
disturbing(const unsigned char *s, size_t len)
{
	if (s[0] == 0x7F || (s[0] < 0x20 && s[0] != '\t' && s[0] != '\n' && s[0] != '\r'))
		return 1;
	if (len >= 2 && s[0] == 0xC2 && s[1] < 0xA0)                                     /* U+0080 to U+009F */
		return 2;
	if (len < 3 || s[0] != 0xE2)
		return 0;
	return (s[1] == 0x80 && s[2] >= 0xAA && s[2] <= 0xAE) || (s[1] == 0x81 && s[2] >= 0xA6 && s[2] <= 0xA9) ? 3 : 0;
}

size_t
text_clean(char *text, size_t len)
{
	size_t kept = 0, skip;

	for (size_t i = 0; i < len; i += skip > 0 ? skip : 1) {
		skip = disturbing((const unsigned char *)text + i, len - i);
		if (skip == 0)
			text[kept++] = text[i];
	}
	return kept;
}
