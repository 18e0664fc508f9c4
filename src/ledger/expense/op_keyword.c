/* SPDX-License-Identifier: MIT */
/*
 * Keywords: words of the user's own that say where an expense is filed; see
 * op.h.  The folded text is the key of the row, so that no two categories of a
 * ledger have the same one.
 */
#include "config.h"

#include <stdlib.h>

#include "fold.h"
#include "ledger/metrics.h"
#include "ledger/op/op.h"

/* The highest priority first, then the longest, then in the order of their rows. */
static int
compare(const void *a, const void *b)
{
	const struct keyword *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? 1 : -1;
	if (x->folded.len != y->folded.len)
		return x->folded.len < y->folded.len ? 1 : -1;
	return memcmp(x->folded.ptr, y->folded.ptr, x->folded.len);
}

static enum status
read_keyword(struct op *op, const struct kv_cursor *cursor, struct keyword *keyword)
{
	struct slice value = arena_copy(op->arena, cursor->value);

	keyword->folded = arena_copy(op->arena, key_rest(cursor->key));
	if (value.ptr == NULL || keyword->folded.ptr == NULL)
		return ST_FAILED;
	return keyword_unpack(value, keyword);
}

enum status
keywords_get(struct op *op, struct person *person)
{
	struct key prefix = key_kind(op->ledger, ROW_KEYWORD);
	struct keyword *keywords = NULL;
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	person->keyword_count = 0;
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&prefix)) && key_starts_with(cursor.key, &prefix);
	if (is_there) {
		keywords = arena_alloc_unset(op->arena, KEYWORDS_MAX * sizeof *keywords);
		st = keywords != NULL ? ST_OK : ST_FAILED;
	}
	while (st == ST_OK && is_there && person->keyword_count < KEYWORDS_MAX) {
		st = read_keyword(op, &cursor, &keywords[person->keyword_count++]);
		is_there = kv_cursor_next(&cursor) && key_starts_with(cursor.key, &prefix);
	}
	kv_cursor_end(&cursor);
	if (st == ST_OK && person->keyword_count > 1)
		qsort(keywords, person->keyword_count, sizeof *keywords, compare);
	person->keywords = keywords;
	return kv_status(op->kv, st);
}

static void
keyword_put(struct op *op, const struct keyword *keyword)
{
	struct key row = key_keyword(op->ledger, keyword->folded);

	keyword_pack(op->scratch, keyword);
	op_put_scratch(op, TABLE_LEDGER, &row);
}

static void
keyword_del(struct op *op, const struct keyword *keyword)
{
	struct key row = key_keyword(op->ledger, keyword->folded);

	kv_del(op->kv, TABLE_LEDGER, key_slice(&row));
}

void
keywords_move(struct op *op, const struct uuid *from, const struct uuid *to)
{
	struct person person;
	enum status st = keywords_get(op, &person);

	if (st != ST_OK)
		kv_fail(op->kv, st);
	for (size_t i = 0; st == ST_OK && i < person.keyword_count; i++) {
		struct keyword keyword = person.keywords[i];

		if (!uuid_equal(&keyword.category_id, from))
			continue;
		keyword.category_id = *to;
		if (uuid_is_nil(to))
			keyword_del(op, &keyword);
		else
			keyword_put(op, &keyword);
	}
}

/* --- one of them ------------------------------------------------------------------ */

/* By id; NULL when there is none. */
static const struct keyword *
find(const struct person *person, const struct keyword_change *change)
{
	for (size_t i = 0; i < person->keyword_count; i++)
		if (uuid_equal(&person->keywords[i].id, &change->id))
			return &person->keywords[i];
	return NULL;
}

static const struct keyword *
find_folded(const struct person *person, struct slice folded)
{
	for (size_t i = 0; i < person->keyword_count; i++)
		if (slice_equal(person->keywords[i].folded, folded))
			return &person->keywords[i];
	return NULL;
}

static enum status
check(const struct keyword_change *change)
{
	if (uuid_is_nil(&change->id) || (change->action == KEYWORD_ADDED && change->text.len == 0))
		return ST_BAD_VALUE;
	if (change->text.len > KEYWORD_MAX || change->idempotency_key.len > IDEMPOTENCY_KEY_MAX)
		return ST_TEXT_TOO_LONG;
	return change->priority <= KEYWORD_PRIORITY_MAX ? ST_OK : ST_OUT_OF_RANGE;
}

static enum status
add(struct op *op, const struct keyword_change *change, const struct person *person)
{
	struct keyword keyword = { .id = change->id, .category_id = change->category_id, .text = change->text,
		.folded = text_fold(op->arena, change->text), .priority = change->priority, .version = 1 };
	struct dedupe dedupe = { .created_ms = change->now_ms, .expense_count = 1, .expense_ids = &change->id };

	if (keyword.folded.ptr == NULL)
		return ST_FAILED;
	if (keyword.folded.len > KEY_NAME_MAX)
		return ST_TEXT_TOO_LONG;
	if (find_folded(person, keyword.folded) != NULL)
		return ST_CONFLICT;
	if (person->keyword_count >= KEYWORDS_MAX)
		return ST_LIMIT_REACHED;
	keyword_put(op, &keyword);
	memcpy(dedupe.request_hash, change->request_hash, sizeof dedupe.request_hash);
	dedupe_put(op, change->idempotency_key, &dedupe);
	return ST_OK;
}

static enum status
change_present(struct op *op, const struct keyword_change *change, const struct keyword *present, struct write_answer *answer)
{
	struct keyword keyword = *present;

	if (change->action == KEYWORD_ADDED || (change->action == KEYWORD_CHANGED && keyword.priority == change->priority)) {
		answer->is_replay = true;              /* it is so already: the command was sent again */
		return ST_OK;
	}
	if (change->if_version != 0 && change->if_version != keyword.version)
		return ST_VERSION_MISMATCH;
	keyword.priority = change->priority;
	keyword.version++;
	if (change->action == KEYWORD_REMOVED)
		keyword_del(op, &keyword);
	else
		keyword_put(op, &keyword);
	return ST_OK;
}

/* Nothing with this id is there. */
static enum status
change_absent(struct op *op, const struct keyword_change *change, const struct person *person, struct write_answer *answer)
{
	answer->is_replay = change->action == KEYWORD_REMOVED;
	if (change->action == KEYWORD_ADDED)
		return add(op, change, person);
	return change->action == KEYWORD_REMOVED ? ST_OK : ST_NOT_FOUND;
}

static enum status
answer_replay(const struct dedupe *dedupe, struct write_answer *answer)
{
	answer->is_replay = true;
	if (dedupe->expense_count == 1)
		answer->category_id = dedupe->expense_ids[0];
	return ST_OK;
}

enum status
op_set_keyword(struct op *op, const struct keyword_change *change, struct write_answer *answer)
{
	const struct keyword *present;
	struct category category;
	struct dedupe dedupe;
	struct person person;
	enum status st = check(change);

	if (st != ST_OK)
		return st;
	st = dedupe_find(op, change->idempotency_key, change->request_hash, &dedupe);
	if (st != ST_NOT_FOUND)
		return st == ST_OK ? answer_replay(&dedupe, answer) : st;
	st = category_get_present(op, &change->category_id, &category);
	if (st == ST_OK)
		st = keywords_get(op, &person);
	if (st != ST_OK)
		return st == ST_BAD_VALUE ? ST_NOT_FOUND : st;
	answer->category_id = change->id;
	present = find(&person, change);
	if (present != NULL && !uuid_equal(&present->category_id, &change->category_id))
		return ST_NOT_FOUND;
	st = present != NULL ? change_present(op, change, present, answer) : change_absent(op, change, &person, answer);
	if (st == ST_OK && !answer->is_replay)
		metrics_note(op, change->now_ms, false, 0);
	return kv_status(op->kv, st);
}
