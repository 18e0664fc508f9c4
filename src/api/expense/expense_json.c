/* SPDX-License-Identifier: MIT */
/* See expense_json.h. */
#include "config.h"

#include "expense_json.h"

#include <string.h>

#include "access/auth.h"
#include "chat/reply.h"
#include "message/message.h"

#define UPDATED_AT "\",\"updated_at\":\""

static char *
put_two(char *out, int64_t n)
{
	out[0] = (char)('0' + n / 10);
	out[1] = (char)('0' + n % 10);
	return out + 2;
}

/* As day_format; a list asks for the same few days again and again. */
static char *
put_day(char *out, day_t day)
{
	enum { KEPT = 256 };
	static struct {
		day_t day;
		char  text[DAY_TEXT_LEN];
	} kept[KEPT];
	unsigned at = (unsigned)day % KEPT;

	if (kept[at].day != day || kept[at].text[0] == '\0') {
		day_format(day, kept[at].text);
		kept[at].day = day;
	}
	return json_put(out, kept[at].text, DAY_TEXT_LEN);
}

void
time_format(int64_t wall_ms, char *out)
{
	int64_t day = wall_ms / 86400000;
	int ms = (int)(wall_ms % 86400000), seconds = ms / 1000;

	out = json_put_literal(put_day(out, (day_t)day), "T");
	out = json_put_literal(put_two(out, seconds / 3600), ":");
	out = json_put_literal(put_two(out, seconds / 60 % 60), ":");
	out = json_put_literal(put_two(out, seconds % 60), ".");
	*out++ = (char)('0' + ms % 1000 / 100);
	*put_two(out, ms % 100) = 'Z';
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

/* Also one that is being deleted: it is still that of the expenses that were not moved yet. */
static const struct category *
find_category(const struct person *person, const struct uuid *id)
{
	for (size_t i = 0; person != NULL && i < person->category_count + person->leaving_count; i++)
		if (uuid_equal(&person->categories[i].id, id))
			return &person->categories[i];
	return NULL;
}

struct slice
category_shown_name(const struct category *category)
{
	return message_category_name(category, LANGUAGE_EN);
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

static char *
put_id(char *out, const struct uuid *id)
{
	uuid_format(id, out);
	return out + UUID_TEXT_LEN;
}

static char *
put_uint(char *out, uint64_t n)
{
	char digits[20];
	size_t count = 0;

	do {
		digits[sizeof digits - ++count] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	return json_put(out, digits + sizeof digits - count, count);
}

static char *
put_money(char *out, const struct expense *expense)
{
	char amount[MONEY_TEXT_MAX];

	out = json_put(out, amount, (size_t)money_format(expense->amount_minor, expense->currency, amount));
	out = json_put_literal(out, "\",\"currency\":\"");
	return json_put(out, expense->currency.code, strnlen(expense->currency.code, sizeof expense->currency.code));
}

static char *
put_times(char *out, const struct expense *expense)
{
	time_format(expense->created_ms, out);
	if (expense->updated_ms == expense->created_ms)
		memcpy(out + TIME_TEXT_LEN + strlen(UPDATED_AT), out, TIME_TEXT_LEN);
	else
		time_format(expense->updated_ms, out + TIME_TEXT_LEN + strlen(UPDATED_AT));
	json_put_literal(out + TIME_TEXT_LEN, UPDATED_AT);
	return out + 2 * TIME_TEXT_LEN + strlen(UPDATED_AT);
}

/* From where the id ends to the description. */
static char *
put_user(char *out, struct expense_list_json *list, const char *buffer, struct slice user)
{
	char *start = out;

	if (list->user.len > 0)
		return json_put(out, buffer + list->user.at, list->user.len);
	if (list->person != NULL)
		out = json_put_escaped(json_put_literal(out, "\",\"user\":\""), user);
	out = json_put_literal(out, "\",\"description\":\"");
	list->user = (struct written){ (size_t)(start - buffer), (size_t)(out - start) };
	return out;
}

/* From where the currency ends to the account. */
static char *
put_category(char *out, struct category_seen *seen, const char *buffer, const struct uuid *id, struct slice name)
{
	char *start = out;

	if (seen->text.len > 0)
		return json_put(out, buffer + seen->text.at, seen->text.len);
	out = put_id(json_put_literal(out, "\",\"category\":{\"id\":\""), id);
	out = json_put_escaped(json_put_literal(out, "\",\"name\":\""), name);
	out = json_put_literal(out, "\"},\"account\":\"");
	*seen = (struct category_seen){ *id, { (size_t)(start - buffer), (size_t)(out - start) } };
	return out;
}

static struct category_seen *
find_seen(struct expense_list_json *list, const struct uuid *id)
{
	struct category_seen *seen = &list->seen[id->bytes[sizeof id->bytes - 1] % CATEGORIES_SEEN];

	if (!uuid_equal(&seen->id, id))
		seen->text.len = 0;
	return seen;
}

/* Some 300 bytes each, in lists of hundreds: so not by one call a member. */
void
expense_list_write_json(struct expense_list_json *list, struct json_out *out, const struct expense *expense)
{
	enum { FIXED_MAX = 640 };            /* all but the texts */
	struct category_seen *seen = find_seen(list, &expense->category_id);
	const struct category *category = seen->text.len > 0 ? NULL : find_category(list->person, &expense->category_id);
	struct slice user = list->person != NULL && list->user.len == 0 ? list->person->user.id : SLICE_EMPTY;
	struct slice category_name = category != NULL ? category_shown_name(category) : SLICE_EMPTY;
	char *p = json_out_space(out, FIXED_MAX + seen->text.len + list->user.len
	    + JSON_ESCAPED_MAX * (user.len + expense->description.len + category_name.len + expense->account.len));

	if (p == NULL)
		return;
	p = put_id(json_put_literal(p, "{\"id\":\""), &expense->id);
	p = put_user(p, list, out->buf->data, user);
	p = json_put_escaped(p, expense->description);
	p = put_money(json_put_literal(p, "\",\"amount\":\""), expense);
	p = put_category(p, seen, out->buf->data, &expense->category_id, category_name);
	p = json_put_escaped(p, expense->account);
	p = put_day(json_put_literal(p, "\",\"date\":\""), expense->day);
	if (!uuid_is_nil(&expense->refund_of))
		p = put_id(json_put_literal(p, "\",\"refund_of\":\""), &expense->refund_of);
	p = put_uint(json_put_literal(p, "\",\"version\":"), expense->version);
	p = put_times(json_put_literal(p, ",\"created_at\":\""), expense);
	json_out_written(out, json_put_literal(p, "\"}"));
}

void
expense_write_json(struct json_out *out, const struct expense *expense, const struct person *person)
{
	struct expense_list_json alone = { .person = person };

	expense_list_write_json(&alone, out, expense);
}

void
category_write_json(struct json_out *out, const struct category *category)
{
	json_out_object_begin(out);
	json_member_id(out, "id", &category->id);
	if (category->key.len > 0)
		json_out_member_string(out, "key", category->key);
	else
		json_out_member_null(out, "key");
	json_out_member_string(out, "name", category_shown_name(category));
	json_out_member_int(out, "expense_count", category->expense_count);
	json_out_member_int(out, "version", category->version);
	json_out_object_end(out);
}

static void
write_image(struct json_out *out, const char *key, bool is_there, const struct expense *expense, const struct person *person)
{
	json_out_key(out, key);
	if (is_there)
		expense_write_json(out, expense, person);
	else
		json_out_null(out);
}

void
event_write_json(struct json_out *out, const struct expense_event *event, const struct person *person, bool has_id)
{
	static const char *const actions[] = {
		[EXPENSE_CHANGED] = "changed", [EXPENSE_DELETED] = "deleted", [EXPENSE_RESTORED] = "restored",
		[EXPENSE_REASSIGNED] = "reassigned",
	};

	json_out_object_begin(out);
	if (has_id)
		json_member_id(out, "expense_id", &event->expense_id);
	json_out_member_text(out, "action", actions[event->action]);
	json_out_member_text(out, "by", token_kind_text(event->by));
	json_member_time(out, "at", event->at_ms);
	json_out_member_int(out, "version", event->version);
	write_image(out, "before", event->has_before, &event->before, person);
	write_image(out, "after", event->has_after, &event->after, person);
	json_out_object_end(out);
}
