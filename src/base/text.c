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
