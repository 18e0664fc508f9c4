/* SPDX-License-Identifier: MIT */
/* Users and their categories; see op.h. */
#include "config.h"

#include "ledger/metrics.h"
#include "ledger/op/op.h"

static const struct slice default_keys[DEFAULT_CATEGORIES] = {
	{ "food", 4 }, { "transport", 9 }, { "shopping", 8 }, { "entertainment", 13 }, { "other", 5 }
};

enum status
user_get(struct op *op, struct user *user)
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

	*category = (struct category){ .version = 0 };
	if (value.ptr == NULL)
		return ST_FAILED;
	if (!key_read_id(cursor->key, &category->id))
		return ST_BAD_RECORD;
	return category_unpack(value, category);
}

/* Those that are being deleted behind the others. */
static void
put_leaving_last(struct op *op, struct person *person, struct category *categories)
{
	struct category *leaving = arena_alloc_unset(op->arena, CATEGORIES_MAX * sizeof *leaving);
	size_t count = person->category_count, present = 0;

	if (leaving == NULL) {
		kv_fail(op->kv, ST_FAILED);
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (uuid_is_nil(&categories[i].moves_to))
			categories[present++] = categories[i];
		else
			leaving[person->leaving_count++] = categories[i];
	memcpy(categories + present, leaving, person->leaving_count * sizeof *leaving);
	person->category_count = present;
}

/* All categories of the ledger, in the order of their ids. */
static enum status
get_categories(struct op *op, struct person *person, struct category *categories)
{
	struct key prefix = key_kind(op->ledger, ROW_CATEGORY);
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there, is_any_leaving = false;

	person->categories = categories;
	person->category_count = person->leaving_count = 0;
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&prefix));
	while (st == ST_OK && is_there && key_starts_with(cursor.key, &prefix) && person->category_count < CATEGORIES_MAX) {
		struct category *category = &categories[person->category_count++];

		st = read_category(op, &cursor, category);
		is_any_leaving |= st == ST_OK && !uuid_is_nil(&category->moves_to);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	if (is_any_leaving)
		put_leaving_last(op, person, categories);
	return kv_status(op->kv, st);
}

static enum status
take_name(struct op *op, const struct kv_cursor *cursor, const struct person *person, struct category *categories)
{
	struct slice rest = key_rest(cursor->key);
	struct uuid id;
	enum status st = name_unpack(cursor->value, &id);

	for (size_t i = 0; st == ST_OK && i < person->category_count; i++)
		if (uuid_equal(&categories[i].id, &id)) {
			categories[i].folded = arena_copy(op->arena, (struct slice){ rest.ptr + 1, rest.len - 1 });
			return categories[i].folded.ptr != NULL ? ST_OK : ST_FAILED;
		}
	return st;
}

/* The folded names are in the keys of their rows: nothing is folded here. */
static enum status
get_names(struct op *op, const struct person *person, struct category *categories)
{
	struct key prefix = key_category_name(op->ledger, SLICE_EMPTY);
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&prefix));
	while (st == ST_OK && is_there && key_starts_with(cursor.key, &prefix)) {
		st = take_name(op, &cursor, person, categories);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

enum status
op_get_person(struct op *op, struct person *person)
{
	struct category *categories = arena_alloc_unset(op->arena, CATEGORIES_MAX * sizeof *categories);
	enum status st = categories != NULL ? user_get(op, &person->user) : ST_FAILED;

	if (st == ST_OK)
		st = get_categories(op, person, categories);
	if (st == ST_OK)
		st = get_names(op, person, categories);
	return st == ST_OK ? keywords_get(op, person) : st;
}

static enum status
check_settings(struct slice locale, struct slice zone, struct slice display_name)
{
	return locale.len > LOCALE_MAX || zone.len > ZONE_MAX || display_name.len > DISPLAY_NAME_MAX ? ST_TEXT_TOO_LONG : ST_OK;
}

static enum status
check_sign_up(const struct sign_up *sign_up)
{
	if (sign_up->user_id.len == 0)
		return ST_NO_USER;
	if (sign_up->user_id.len > USER_ID_MAX)
		return ST_TEXT_TOO_LONG;
	return check_settings(sign_up->locale, sign_up->zone, sign_up->display_name);
}

static void
plan_new_user(const struct sign_up *sign_up, int64_t now_ms, struct user_plan *plan)
{
	plan->is_new = true;
	plan->user = (struct user){ .id = sign_up->user_id, .locale = sign_up->locale, .zone = sign_up->zone,
		.home = sign_up->home, .created_ms = now_ms, .version = 1, .display_name = sign_up->display_name,
		.updated_ms = now_ms };
	/* Of the millisecond before, for they stand before all that another process adds within this one. */
	for (size_t i = 0; i < DEFAULT_CATEGORIES; i++)
		plan->categories[i] = (struct category){ .id = uuid7_next(now_ms - 1), .key = default_keys[i], .version = 1 };
}

enum status
user_plan(struct op *op, const struct sign_up *sign_up, int64_t now_ms, struct user_plan *plan)
{
	enum status st = user_get(op, &plan->user);

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
user_put(struct op *op, const struct user *user)
{
	struct key key = key_kind(op->ledger, ROW_USER);

	user_pack(op->scratch, user);
	op_put_scratch(op, TABLE_LEDGER, &key);
}

void
user_apply(struct op *op, const struct user_plan *plan)
{
	if (!plan->is_new)
		return;
	user_put(op, &plan->user);
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

enum status
category_get_present(struct op *op, const struct uuid *id, struct category *category)
{
	enum status st = category_get(op, id, category);

	return st == ST_OK && !uuid_is_nil(&category->moves_to) ? ST_BAD_VALUE : st;
}

/* One with its key; one that is about to be deleted too. */
static enum status
get_by_key(struct op *op, struct slice key, struct category *category)
{
	struct key row = key_default_category(op->ledger, key);
	struct slice value;
	struct uuid id;
	enum status st;

	if (!kv_get(op->kv, TABLE_LEDGER, key_slice(&row), &value))
		return kv_status(op->kv, ST_BAD_VALUE);
	st = name_unpack(value, &id);
	return st == ST_OK ? category_get(op, &id, category) : st;
}

static enum status
find_by_key(struct op *op, struct slice key, struct category *category)
{
	static const struct slice other = { "other", 5 };
	bool is_default = false;
	enum status st;

	for (size_t i = 0; i < DEFAULT_CATEGORIES; i++)
		is_default |= slice_equal(default_keys[i], key);
	if (!is_default)
		return ST_BAD_VALUE;
	st = get_by_key(op, key, category);
	if (st == ST_BAD_VALUE || (st == ST_OK && !uuid_is_nil(&category->moves_to)))
		st = get_by_key(op, other, category);
	return st;
}

/* Follow an expense's category to the one that has its place; deletions after one another make a chain. */
static enum status
find_by_id(struct op *op, const struct uuid *id, struct category *category)
{
	enum { LINKS_MAX = CATEGORIES_MAX };
	struct uuid next = *id;

	for (int i = 0; i < LINKS_MAX; i++) {
		enum status st = category_get(op, &next, category);
		struct redirect redirect;

		if (st == ST_OK && uuid_is_nil(&category->moves_to))
			return ST_OK;
		if (st == ST_OK) {
			next = category->moves_to;
			continue;
		}
		if (st == ST_BAD_VALUE)
			st = redirect_get(op, &next, &redirect);
		if (st != ST_OK)
			return st == ST_NOT_FOUND ? ST_BAD_VALUE : st;
		next = redirect.target;
	}
	return find_by_key(op, SLICE_LITERAL("other"), category);
}

enum status
category_find(struct op *op, const struct user_plan *plan, const struct uuid *id, struct slice key, struct category *category)
{
	if (!uuid_is_nil(id))
		return find_by_id(op, id, category);
	return plan->is_new ? find_planned(plan, key, category) : find_by_key(op, key, category);
}

void
category_put(struct op *op, const struct category *category)
{
	struct key key = key_id(op->ledger, ROW_CATEGORY, &category->id);

	category_pack(op->scratch, category);
	op_put_scratch(op, TABLE_LEDGER, &key);
}

/* Nothing is left to do; is_new_user tells what the first one with this key was told. */
static enum status
answer_signed_up(struct op *op, const struct dedupe *dedupe, struct write_answer *answer)
{
	struct user user;
	enum status st = user_get(op, &user);

	if (st != ST_OK)
		return st;
	answer->is_new_user = user.created_ms == dedupe->created_ms;
	answer->is_replay = true;
	return ST_OK;
}

enum status
op_sign_up(struct op *op, const struct sign_up_entry *entry, struct write_answer *answer)
{
	struct dedupe dedupe = { .created_ms = entry->now_ms };
	struct user_plan plan;
	enum status st;

	if (entry->idempotency_key.len > IDEMPOTENCY_KEY_MAX)
		return ST_TEXT_TOO_LONG;
	st = dedupe_find(op, entry->idempotency_key, entry->request_hash, &dedupe);
	if (st != ST_NOT_FOUND)
		return st == ST_OK ? answer_signed_up(op, &dedupe, answer) : st;
	st = user_plan(op, &entry->sign_up, entry->now_ms, &plan);
	if (st != ST_OK)
		return st;
	user_apply(op, &plan);
	if (plan.is_new)
		metrics_note(op, entry->now_ms, true, 0);
	memcpy(dedupe.request_hash, entry->request_hash, sizeof dedupe.request_hash);
	dedupe_put(op, entry->idempotency_key, &dedupe);
	answer->is_new_user = plan.is_new;
	answer->is_replay = !plan.is_new;
	return kv_status(op->kv, ST_OK);
}

static bool
has_settings(const struct user *user, const struct user *wanted)
{
	return slice_equal(user->locale, wanted->locale) && slice_equal(user->zone, wanted->zone)
	    && memcmp(user->home.code, wanted->home.code, sizeof user->home.code) == 0
	    && slice_equal(user->display_name, wanted->display_name)
	    && user->is_language_fixed == wanted->is_language_fixed
	    && slice_equal(user->default_account, wanted->default_account);
}

enum status
op_change_user(struct op *op, const struct user_change *change, struct write_answer *answer)
{
	const struct user *wanted = &change->user;
	struct user user;
	enum status st = wanted->default_account.len > ACCOUNT_MAX ? ST_TEXT_TOO_LONG :
	    check_settings(wanted->locale, wanted->zone, wanted->display_name);

	if (st == ST_OK)
		st = user_get(op, &user);
	if (st != ST_OK)
		return st;
	answer->is_replay = has_settings(&user, wanted);
	if (answer->is_replay)
		return ST_OK;
	if (change->if_version != 0 && change->if_version != user.version)
		return ST_VERSION_MISMATCH;
	user.locale = wanted->locale;
	user.zone = wanted->zone;
	user.home = wanted->home;
	user.display_name = wanted->display_name;
	user.is_language_fixed = wanted->is_language_fixed;
	user.default_account = wanted->default_account;
	user.updated_ms = change->now_ms;
	user.version++;
	user_put(op, &user);
	metrics_note(op, change->now_ms, false, 0);
	return kv_status(op->kv, ST_OK);
}
