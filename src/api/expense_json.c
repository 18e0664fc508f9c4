/* SPDX-License-Identifier: MIT */
/* See expense_json.h. */
#include "config.h"

#include "expense_json.h"

#include <string.h>

#include "chat/reply.h"

static void
put_digits(char *out, int count, int64_t n)
{
	for (; count > 0; n /= 10)
		out[--count] = (char)('0' + n % 10);
}

void
time_format(int64_t wall_ms, char *out)
{
	int64_t day = wall_ms / 86400000, ms = wall_ms % 86400000;

	day_format((day_t)day, out);
	memcpy(out + DAY_TEXT_LEN, "T00:00:00.000Z", TIME_TEXT_LEN - DAY_TEXT_LEN);
	put_digits(out + 11, 2, ms / 3600000);
	put_digits(out + 14, 2, ms / 60000 % 60);
	put_digits(out + 17, 2, ms / 1000 % 60);
	put_digits(out + 20, 3, ms % 1000);
}

void
json_member_id(struct json_out *out, const char *key, const struct uuid *id)
{
	char text[UUID_TEXT_LEN];

	uuid_format(id, text);
	json_out_member_plain(out, key, (struct slice){ text, sizeof text });
}

void
json_member_money(struct json_out *out, int64_t minor, struct currency currency)
{
	char amount[MONEY_TEXT_MAX];
	size_t len = (size_t)money_format(minor, currency, amount);

	json_out_member_plain(out, "amount", (struct slice){ amount, len });
	json_out_member_plain(out, "currency", slice_of(currency.code));
}

void
json_member_day(struct json_out *out, const char *key, day_t day)
{
	char text[DAY_TEXT_LEN];

	day_format(day, text);
	json_out_member_plain(out, key, (struct slice){ text, sizeof text });
}

void
json_member_time(struct json_out *out, const char *key, int64_t wall_ms)
{
	char text[TIME_TEXT_LEN];

	time_format(wall_ms, text);
	json_out_member_plain(out, key, (struct slice){ text, sizeof text });
}

static const struct category *
find_category(const struct person *person, const struct uuid *id)
{
	for (size_t i = 0; person != NULL && i < person->category_count; i++)
		if (uuid_equal(&person->categories[i].id, id))
			return &person->categories[i];
	return NULL;
}

struct slice
category_shown_name(const struct category *category)
{
	if (category->name.len > 0)
		return category->name;
	for (int kind = 0; kind < CATEGORY_KINDS; kind++)
		if (slice_equal(category->key, slice_of(category_kind_key((enum category_kind)kind))))
			return category_kind_name((enum category_kind)kind, LANGUAGE_EN);
	return category->key;
}

void
json_member_category(struct json_out *out, const struct uuid *id, const struct person *person)
{
	const struct category *category = find_category(person, id);

	json_out_key(out, "category");
	json_out_object_begin(out);
	json_member_id(out, "id", id);
	json_out_member_string(out, "name", category != NULL ? category_shown_name(category) : SLICE_EMPTY);
	json_out_object_end(out);
}

void
expense_write_json(struct json_out *out, const struct expense *expense, const struct person *person)
{
	json_out_object_begin(out);
	json_member_id(out, "id", &expense->id);
	if (person != NULL)
		json_out_member_string(out, "user", person->user.id);
	json_out_member_string(out, "description", expense->description);
	json_member_money(out, expense->amount_minor, expense->currency);
	json_member_category(out, &expense->category_id, person);
	json_out_member_string(out, "account", expense->account);
	json_member_day(out, "date", expense->day);
	if (!uuid_is_nil(&expense->refund_of))
		json_member_id(out, "refund_of", &expense->refund_of);
	json_out_member_int(out, "version", expense->version);
	json_member_time(out, "created_at", expense->created_ms);
	json_member_time(out, "updated_at", expense->updated_ms);
	json_out_object_end(out);
}
