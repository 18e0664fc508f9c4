/* SPDX-License-Identifier: MIT */
/* See records.h. */
#include "config.h"

#include "records.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

void
records_fini(struct records *records)
{
	free(records->items);
	*records = (struct records){ 0 };
}

static struct record *
new_record(struct records *records)
{
	if (records->count == records->capacity) {
		size_t capacity = records->capacity > 0 ? 2 * records->capacity : 1024;
		struct record *items = realloc(records->items, capacity * sizeof *items);

		if (items == NULL) {
			records->has_failed = true;
			return NULL;
		}
		records->items = items;
		records->capacity = capacity;
	}
	records->is_sorted = false;
	return &records->items[records->count++];
}

bool
records_acknowledge(struct records *records, unsigned user, unsigned worker, unsigned number, struct slice body)
{
	static const char key[] = "\"id\":\"";
	const char *at = memmem(body.ptr, body.len, key, sizeof key - 1);
	struct record *record;
	struct uuid id;

	if (at == NULL)
		return false;
	at += sizeof key - 1;
	if (body.ptr + body.len - at < UUID_TEXT_LEN || !uuid_parse((struct slice){ at, UUID_TEXT_LEN }, &id))
		return false;
	record = new_record(records);
	if (record != NULL)
		*record = (struct record){ .id = id, .user = user, .worker = worker, .number = number };
	return true;
}

static int
compare(const void *a, const void *b)
{
	const struct record *left = a, *right = b;

	return memcmp(&left->id, &right->id, sizeof left->id);
}

static struct record *
find(struct records *records, const char *text)
{
	struct record wanted = { .user = 0 };

	if (records->count == 0 || text == NULL || !uuid_parse(slice_of(text), &wanted.id))
		return NULL;
	if (!records->is_sorted)
		qsort(records->items, records->count, sizeof *records->items, compare);
	records->is_sorted = true;
	return bsearch(&wanted, records->items, records->count, sizeof *records->items, compare);
}

static bool
has_text(const json_t *object, const char *key, const char *text)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL && strcmp(value, text) == 0;
}

static void
see(struct records *records, const struct scenario *scenario, unsigned user, const json_t *expense)
{
	struct record *record = find(records, json_string_value(json_object_get(expense, "id")));
	struct expense_text text;

	if (record == NULL) {
		records->strangers++;
		return;
	}
	record->seen++;
	scenario_expense(scenario, record->worker, record->number, &text);
	if (record->user != user || !has_text(expense, "description", text.description) || !has_text(expense, "amount", text.amount))
		records->changed++;
}

int
records_see_page(struct records *records, const struct scenario *scenario, unsigned user, struct slice body,
    char *cursor, size_t cursor_size)
{
	json_t *page = json_loadb(body.ptr, body.len, 0, NULL), *expenses = json_object_get(page, "expenses");
	const char *next = json_string_value(json_object_get(page, "next_cursor"));
	int rows = json_is_array(expenses) ? (int)json_array_size(expenses) : -1;
	json_t *expense;
	size_t i;

	json_array_foreach(expenses, i, expense)
		see(records, scenario, user, expense);
	snprintf(cursor, cursor_size, "%s", next != NULL ? next : "");
	json_decref(page);
	return rows;
}

void
records_judge(const struct records *records, uint64_t unanswered, struct outcome *outcome)
{
	size_t lost = 0, doubled = 0;

	for (size_t i = 0; i < records->count; i++) {
		lost += records->items[i].seen == 0;
		doubled += records->items[i].seen > 1;
	}
	outcome->checked = records->count;
	if (lost > 0)
		outcome_fault(outcome, "%zu of %zu acknowledged expenses are not there", lost, records->count);
	if (doubled > 0)
		outcome_fault(outcome, "%zu acknowledged expenses are there more than once", doubled);
	if (records->changed > 0)
		outcome_fault(outcome, "%zu expenses are not what was acknowledged", records->changed);
	if (records->strangers > unanswered)
		outcome_fault(outcome, "%zu expenses are there that nobody acknowledged, and %llu creates had no answer",
		    records->strangers, (unsigned long long)unanswered);
	if (records->has_failed)
		outcome_fault(outcome, "no memory to remember what was acknowledged");
}
