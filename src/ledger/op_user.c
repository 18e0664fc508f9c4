/* SPDX-License-Identifier: MIT */
/* Users and their categories; see op.h. */
#include "config.h"

#include "metrics.h"
#include "op.h"

static const struct slice default_keys[DEFAULT_CATEGORIES] = {
	{ "food", 4 }, { "transport", 9 }, { "shopping", 8 }, { "entertainment", 13 }, { "other", 5 }
};

static enum status
get_user(struct op *op, struct user *user)
{
	struct key key = key_kind(op->ledger, ROW_USER);
	struct slice value;

	if (!op_get(op, TABLE_LEDGER, &key, &value))
		return kv_status(op->kv, ST_NO_USER);
	return user_unpack(value, user);
}

static enum status
read_category(struct op *op, const struct kv_cursor *cursor, struct category *category)
{
	struct slice value = arena_copy(op->arena, cursor->value);

	if (value.ptr == NULL)
		return ST_FAILED;
	if (!key_read_id(cursor->key, &category->id))
		return ST_BAD_RECORD;
	return category_unpack(value, category);
}

/* All categories of the ledger, in the order of their ids. */
static enum status
get_categories(struct op *op, struct person *person)
{
	struct key prefix = key_kind(op->ledger, ROW_CATEGORY);
	struct category *categories = arena_alloc(op->arena, CATEGORIES_MAX * sizeof *categories);
	enum status st = categories != NULL ? ST_OK : ST_FAILED;
	struct kv_cursor cursor;
	bool is_there;

	person->categories = categories;
	person->category_count = 0;
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&prefix));
	while (st == ST_OK && is_there && key_starts_with(cursor.key, &prefix) && person->category_count < CATEGORIES_MAX) {
		st = read_category(op, &cursor, &categories[person->category_count++]);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

enum status
op_get_person(struct op *op, struct person *person)
{
	enum status st = get_user(op, &person->user);

	return st == ST_OK ? get_categories(op, person) : st;
}

static enum status
check_sign_up(const struct sign_up *sign_up)
{
	if (sign_up->user_id.len == 0)
		return ST_NO_USER;
	if (sign_up->user_id.len > USER_ID_MAX || sign_up->locale.len > LOCALE_MAX || sign_up->zone.len > ZONE_MAX)
		return ST_TEXT_TOO_LONG;
	return ST_OK;
}

static void
plan_new_user(const struct sign_up *sign_up, int64_t now_ms, struct user_plan *plan)
{
	plan->is_new = true;
	plan->user = (struct user){ .id = sign_up->user_id, .locale = sign_up->locale, .zone = sign_up->zone,
		.home = sign_up->home, .created_ms = now_ms, .version = 1 };
	for (size_t i = 0; i < DEFAULT_CATEGORIES; i++)
		plan->categories[i] = (struct category){ .id = uuid7_next(now_ms), .key = default_keys[i], .version = 1 };
}

enum status
user_plan(struct op *op, const struct sign_up *sign_up, int64_t now_ms, struct user_plan *plan)
{
	enum status st = get_user(op, &plan->user);

	plan->is_new = false;
	if (st == ST_NO_USER) {
		st = check_sign_up(sign_up);
		if (st == ST_OK)
			plan_new_user(sign_up, now_ms, plan);
		return st;
	}
	/* Two ids with the same 128 bit hash, or a row that is not where it belongs. */
	if (st == ST_OK && sign_up->user_id.len > 0 && !slice_equal(sign_up->user_id, plan->user.id))
		return ST_BAD_RECORD;
	return st;
}

static void
put_default_name(struct op *op, const struct category *category)
{
	struct key key = key_default_category(op->ledger, category->key);

	name_pack(op->scratch, &category->id);
	op_put_scratch(op, TABLE_LEDGER, &key);
}

void
user_apply(struct op *op, const struct user_plan *plan)
{
	struct key key = key_kind(op->ledger, ROW_USER);

	if (!plan->is_new)
		return;
	user_pack(op->scratch, &plan->user);
	op_put_scratch(op, TABLE_LEDGER, &key);
	for (size_t i = 0; i < DEFAULT_CATEGORIES; i++) {
		category_put(op, &plan->categories[i]);
		put_default_name(op, &plan->categories[i]);
	}
}

/* Among those that are about to be made. */
static enum status
find_planned(const struct user_plan *plan, struct slice key, struct category *category)
{
	for (size_t i = 0; i < DEFAULT_CATEGORIES; i++)
		if (slice_equal(plan->categories[i].key, key)) {
			*category = plan->categories[i];
			return ST_OK;
		}
	return ST_BAD_VALUE;
}

enum status
category_get(struct op *op, const struct uuid *id, struct category *category)
{
	struct key row = key_id(op->ledger, ROW_CATEGORY, id);
	struct slice value;

	if (!op_get(op, TABLE_LEDGER, &row, &value))
		return kv_status(op->kv, ST_BAD_VALUE);
	category->id = *id;
	return category_unpack(value, category);
}

static enum status
find_by_key(struct op *op, struct slice key, struct category *category)
{
	struct key row = key_default_category(op->ledger, key);
	struct slice value;
	struct uuid id;
	enum status st;

	if (key.len == 0 || key.len > CATEGORY_NAME_MAX)
		return ST_BAD_VALUE;
	if (!kv_get(op->kv, TABLE_LEDGER, key_slice(&row), &value))
		return kv_status(op->kv, ST_BAD_VALUE);
	st = name_unpack(value, &id);
	return st == ST_OK ? category_get(op, &id, category) : st;
}

enum status
category_find(struct op *op, const struct user_plan *plan, const struct uuid *id, struct slice key, struct category *category)
{
	if (!uuid_is_nil(id))
		return category_get(op, id, category);
	return plan->is_new ? find_planned(plan, key, category) : find_by_key(op, key, category);
}

void
category_put(struct op *op, const struct category *category)
{
	struct key key = key_id(op->ledger, ROW_CATEGORY, &category->id);

	category_pack(op->scratch, category);
	op_put_scratch(op, TABLE_LEDGER, &key);
}

enum status
op_sign_up(struct op *op, const struct sign_up *sign_up, int64_t now_ms, struct write_answer *answer)
{
	struct user_plan plan;
	enum status st = user_plan(op, sign_up, now_ms, &plan);

	if (st != ST_OK)
		return st;
	user_apply(op, &plan);
	if (plan.is_new)
		metrics_note(op, now_ms, true, 0);
	answer->is_new_user = plan.is_new;
	answer->is_replay = !plan.is_new;
	return kv_status(op->kv, ST_OK);
}
