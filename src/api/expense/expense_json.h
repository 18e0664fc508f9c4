/* SPDX-License-Identifier: MIT */
/* Records as the REST API writes them. */
#ifndef EXPENSE_JSON_H
#define EXPENSE_JSON_H

#include "json_out.h"
#include "records.h"
#include "store.h"

enum { TIME_TEXT_LEN = 24 };

/* RFC 3339 in UTC with milliseconds ("2026-11-23T18:30:00.000Z"); writes TIME_TEXT_LEN bytes. */
void time_format(int64_t wall_ms, char *out);

/* A member that is an id. */
void json_member_id(struct json_out *out, const char *key, const struct uuid *id);

/* Members "amount" and "currency". */
void json_member_money(struct json_out *out, int64_t minor, struct currency currency);

/* A member that is a day, YYYY-MM-DD. */
void json_member_day(struct json_out *out, const char *key, day_t day);

/* A member that is a time. */
void json_member_time(struct json_out *out, const char *key, int64_t wall_ms);

/* Member "category": id and name; the name is empty when the person has none such. */
void json_member_category(struct json_out *out, const struct uuid *id, const struct person *person);

/* The name that programs are told: the user's own, else the English one, whatever language its user reads. */
struct slice category_shown_name(const struct category *category);

/* A user as a JSON object: http_user.c. */
void user_write_json(struct json_out *out, const struct user *user);

/* One expense as a JSON object.  person: its owner, for the category's name; may be NULL. */
void expense_write_json(struct json_out *out, const struct expense *expense, const struct person *person);

/*
 * Many expenses of one person, into a buffer that only grows meanwhile: what
 * stands in it already, the user and the categories, is copied from there.
 * Begins as { .person = ... }.
 */
enum { CATEGORIES_SEEN = 16 };

struct written {
	size_t at, len;                      /* in the buffer; len 0: not yet */
};

struct category_seen {
	struct uuid    id;
	struct written text;
};

struct expense_list_json {
	const struct person *person;
	struct written       user;
	struct category_seen seen[CATEGORIES_SEEN];      /* by the last byte of the id */
};

void expense_list_write_json(struct expense_list_json *list, struct json_out *out, const struct expense *expense);

/* One category, with its count. */
void category_write_json(struct json_out *out, const struct category *category);

/* What happened to an expense.  has_id: with the expense's id, where it does not stand before. */
void event_write_json(struct json_out *out, const struct expense_event *event, const struct person *person, bool has_id);

#endif
