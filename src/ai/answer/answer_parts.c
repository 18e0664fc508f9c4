/* SPDX-License-Identifier: MIT */
/* See answer_parts.h. */
#include "config.h"

#include "answer_parts.h"

#include <string.h>

#include <unictype.h>
#include <unistr.h>

#include "prompt.h"

enum { PROVIDER_CATEGORY_CONFIDENCE = 85 };

struct slice
answer_text_at(const json_t *item, const char *key)
{
	const json_t *text = json_object_get(item, key);

	return json_is_string(text) ? (struct slice){ json_string_value(text), json_string_length(text) } : SLICE_EMPTY;
}

struct slice
answer_trimmed(struct slice text)
{
	for (; text.len > 0 && (unsigned char)text.ptr[0] <= ' '; text.len--)
		text.ptr++;
	while (text.len > 0 && (unsigned char)text.ptr[text.len - 1] <= ' ')
		text.len--;
	return text;
}

bool
answer_is_plain(struct slice text)
{
	ucs4_t c;

	for (size_t at = 0; at < text.len;) {
		at += (size_t)u8_mbtouc(&c, (const uint8_t *)text.ptr + at, text.len - at);
		if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Co |
		    UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp))
			return false;
	}
	return true;
}

bool
answer_is_harmless(struct slice text)
{
	return answer_is_plain(text) && memmem(text.ptr, text.len, "://", 3) == NULL && memmem(text.ptr, text.len, "www.", 4) == NULL &&
	    memchr(text.ptr, '[', text.len) == NULL && memchr(text.ptr, '<', text.len) == NULL;
}

void
answer_take_category(const struct understand_input *input, struct slice name, struct understood_expense *out)
{
	struct slice candidate;

	for (size_t i = 0; (candidate = prompt_category(input, i)).len > 0; i++) {
		if (!slice_equal(candidate, name))
			continue;
		out->category = prompt_category_kind(i);
		out->own_category = prompt_own_category(input, i);
		out->category_confidence = PROVIDER_CATEGORY_CONFIDENCE;
		return;
	}
}
