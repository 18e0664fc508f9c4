/* SPDX-License-Identifier: MIT */
/* One value by its member's row: see fields.h. */
#include "config.h"

#include "fields.h"

#include <inttypes.h>
#include <stdio.h>

#include "buf.h"
#include "http/ascii.h"
#include "language_tag.h"
#include "text.h"

static bool
fail(struct fault *fault, enum status st, const char *detail)
{
	*fault = (struct fault){ st, detail };
	return false;
}

static bool
fail_range(struct arena *arena, const struct member *member, enum status st, struct fault *fault)
{
	char text[80];
	int len = snprintf(text, sizeof text, "Must be %" PRId64 " to %" PRId64 ".", member->min, member->max);

	return fail(fault, st, arena_copy(arena, (struct slice){ text, (size_t)len }).ptr);
}

static bool
has_control(struct slice s, bool allows_lines)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if ((c < 0x20 || c == 0x7f) && !(allows_lines && (c == '\n' || c == '\r' || c == '\t')))
			return true;
	}
	return false;
}

static size_t
skip_digits(struct slice s, size_t at)
{
	while (at < s.len && ascii_is_digit(s.ptr[at]))
		at++;
	return at;
}

/* An optional minus, digits, optionally a point and digits. */
static bool
is_decimal(struct slice s)
{
	size_t start = s.len > 0 && s.ptr[0] == '-', at = skip_digits(s, start);

	if (at == start || at == s.len)
		return at > start;
	start = at + 1;
	return s.ptr[at] == '.' && skip_digits(s, start) == s.len && s.len > start;
}

/* What is too large for 64 bits is as far out of range as one can be. */
static bool
read_integer(struct arena *arena, const struct member *member, struct slice s, int64_t *number, struct fault *fault)
{
	bool is_negative = s.len > 0 && s.ptr[0] == '-' && member->min < 0;
	int64_t n = 0;

	if (s.len == (size_t)is_negative || skip_digits(s, is_negative) != s.len)
		return fail(fault, ST_BAD_VALUE, "Must be a whole number.");
	for (size_t i = is_negative; i < s.len; i++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, s.ptr[i] - '0', &n))
			return fail_range(arena, member, ST_OUT_OF_RANGE, fault);
	*number = is_negative ? -n : n;
	return (*number >= member->min && *number <= member->max) || fail_range(arena, member, ST_OUT_OF_RANGE, fault);
}

static bool
read_choice(struct arena *arena, const struct member *member, struct slice s, int64_t *number, struct fault *fault)
{
	struct buf detail = BUF_INIT;
	int64_t place = 0;

	for (const char *word = member->choices; word != NULL; place++) {
		const char *bar = strchr(word, '|');

		if (slice_equal(s, (struct slice){ word, bar != NULL ? (size_t)(bar - word) : strlen(word) })) {
			*number = place;
			return true;
		}
		word = bar != NULL ? bar + 1 : NULL;
	}
	buf_printf(&detail, "Must be one of %s.", member->choices);
	fail(fault, ST_BAD_VALUE, detail.has_failed ? NULL : arena_copy(arena, buf_slice(&detail)).ptr);
	buf_fini(&detail);
	return false;
}

/* The number in digits at..at+count-1, or -1. */
static int
take_digits(struct slice s, size_t at, size_t count)
{
	int n = 0;

	if (s.len < at + count)
		return -1;
	for (size_t i = at; i < at + count; i++) {
		if (!ascii_is_digit(s.ptr[i]))
			return -1;
		n = n * 10 + (s.ptr[i] - '0');
	}
	return n;
}

/* "Z" or "+08:00", in minutes; false for anything else. */
static bool
parse_offset(struct slice s, int *minutes)
{
	int hour, minute;

	*minutes = 0;
	if (s.len == 1 && (s.ptr[0] == 'Z' || s.ptr[0] == 'z'))
		return true;
	hour = take_digits(s, 1, 2);
	minute = take_digits(s, 4, 2);
	if (s.len != 6 || (s.ptr[0] != '+' && s.ptr[0] != '-') || s.ptr[3] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	*minutes = (hour * 60 + minute) * (s.ptr[0] == '-' ? -1 : 1);
	return true;
}

/* RFC 3339 in any zone, with or without a fraction of a second. */
static bool
parse_time(struct slice s, int64_t *wall_ms)
{
	int hour = take_digits(s, 11, 2), minute = take_digits(s, 14, 2), second = take_digits(s, 17, 2), offset, ms = 0;
	size_t at = 19;
	day_t day;

	if (s.len < 20 || (s.ptr[10] != 'T' && s.ptr[10] != 't') || s.ptr[13] != ':' || s.ptr[16] != ':' ||
	    hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
	    !day_parse((struct slice){ s.ptr, DAY_TEXT_LEN }, &day))
		return false;
	if (s.ptr[at] == '.') {
		for (int unit = 100; ++at < s.len && ascii_is_digit(s.ptr[at]); unit /= 10)
			ms += (s.ptr[at] - '0') * unit;
		if (s.ptr[at - 1] == '.')
			return false;
	}
	if (!parse_offset((struct slice){ s.ptr + at, s.len - at }, &offset))
		return false;
	*wall_ms = (((int64_t)day * 24 + hour) * 60 + minute - offset) * 60000 + second * 1000 + ms;
	return true;
}

/* Letters, digits and the others, and nothing else. */
static bool
has_only(struct slice s, const char *others)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is_alnum(s.ptr[i]) && (s.ptr[i] == '\0' || strchr(others, s.ptr[i]) == NULL))
			return false;
	return true;
}

static bool
check_length(const struct member *member, struct slice s, struct fault *fault)
{
	size_t length = text_length(s);

	if (has_control(s, member->type == TYPE_TEXT))
		return fail(fault, ST_BAD_VALUE, "Control characters are not allowed.");
	if (length > (size_t)member->max)
		return fail(fault, ST_TEXT_TOO_LONG, NULL);
	if (length >= (size_t)member->min || member->type == TYPE_USER)      /* auth_user looks at its form */
		return true;
	if (member->type == TYPE_DATE)
		return fail(fault, ST_BAD_DATE, "Must be a day that exists, as YYYY-MM-DD.");
	return fail(fault, ST_BAD_VALUE, length == 0 ? "Is empty." : "Is too short.");
}

bool
value_read(struct arena *arena, const struct member *member, struct slice text, struct value *value, struct fault *fault)
{
	if (member->type == TYPE_INTEGER)
		return read_integer(arena, member, text, &value->number, fault);
	if (member->type == TYPE_CHOICE)
		return read_choice(arena, member, text, &value->number, fault);
	if (!check_length(member, text, fault))
		return false;
	switch (member->type) {
	case TYPE_AMOUNT:
		value->text = text;
		return is_decimal(text) || fail(fault, ST_BAD_VALUE, "Must be a decimal number.");
	case TYPE_DATE:
		return day_parse(text, &value->day) || fail(fault, ST_BAD_DATE, "Must be a day that exists, as YYYY-MM-DD.");
	case TYPE_TIME:
		return parse_time(text, &value->number) || fail(fault, ST_BAD_DATE, "Must be a time as in RFC 3339.");
	case TYPE_UUID:
		return uuid_parse(text, &value->id) || fail(fault, ST_BAD_VALUE, "Is not an id.");
	case TYPE_CURRENCY:
		return currency_parse(text, &value->currency) || fail(fault, ST_BAD_VALUE, "Must be an ISO 4217 code.");
	case TYPE_LOCALE:
		value->text = text;
		return language_tag_is_well_formed(text) || fail(fault, ST_BAD_VALUE, "Must be a BCP 47 tag, for example zh-TW.");
	case TYPE_ZONE:
		value->text = text;
		return has_only(text, "/_+-") || fail(fault, ST_BAD_VALUE, "Must be the name of a time zone.");
	default:
		value->text = text;
		return true;
	}
}
