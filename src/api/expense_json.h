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

/* Read such a time, in any zone, with or without a fraction of a second; false when it is none. */
bool time_parse(struct slice text, int64_t *wall_ms);

/* A member that is an id. */
void json_member_id(struct json_out *out, const char *key, const struct uuid *id);

/* Members "amount" and "currency". */
void json_member_money(struct json_out *out, int64_t minor, struct currency currency);

/* A member that is a day, YYYY-MM-DD. */
void json_member_day(struct json_out *out, const char *key, day_t day);

/* A member that is a time. */
void json_member_time(struct json_out *out, const char *key, int64_t wall_ms);

/* The name that programs are told: the user's own, else the English one, whatever language its user reads. */
struct slice category_shown_name(const struct category *category);

/* One expense as a JSON object.  person: its owner, for the category's name; may be NULL. */
void expense_write_json(struct json_out *out, const struct expense *expense, const struct person *person);

#endif
