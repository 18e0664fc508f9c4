/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store about pictures that are kept. */
#include "config.h"

#include "store_suite.h"

#include "arena.h"
#include "store_picture.h"

#define DAY_MS INT64_C(86400000)

enum { TODAY = 20780, PARTS = 3, SIZE = 2 * PICTURE_PART_MAX + 1000, KEPT = 400 };

/* Byte i of a picture. */
static char
byte_of(char which, size_t i)
{
	return (char)(which + (char)(i * 7 + i / 1000));
}

static enum status
put_part(struct suite *s, const char *user, const struct uuid *id, char which, uint32_t number)
{
	static char bytes[PICTURE_PART_MAX];
	size_t at = (size_t)number * PICTURE_PART_MAX, len = number + 1 < PARTS ? (size_t)PICTURE_PART_MAX : SIZE - at;
	struct picture_part part = { .message_id = *id, .type = slice_of("image/png"), .size_bytes = SIZE, .number = number,
		.now_ms = suite_now_ms(), .bytes = { bytes, len } };
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome w = { .is_done = false };

	for (size_t i = 0; i < len; i++)
		bytes[i] = byte_of(which, at + i);
	store_put_picture_part(s->store, &ledger, &part, suite_done, &w);
	suite_wait(s, &w.is_done);
	return w.st;
}

static void
put_all(struct suite *s, const char *user, const struct uuid *id, char which)
{
	for (uint32_t number = 0; number < PARTS; number++)
		assert_int_equal(put_part(s, user, id, which, number), ST_OK);
}

struct told {
	enum status         st;
	struct kept_picture picture;
	char                type[PICTURE_TYPE_MAX];
	struct slice        expected;          /* of a part */
	char                which;
	size_t              at;
};

static void
on_picture(enum status st, const struct kept_picture *picture, void *arg)
{
	struct told *told = arg;

	told->st = st;
	if (st != ST_OK)
		return;
	told->picture = *picture;
	assert_true(picture->type.len < sizeof told->type);
	memcpy(told->type, picture->type.ptr, picture->type.len);
	told->type[picture->type.len] = '\0';
}

static struct told
get(struct suite *s, const char *user, const struct uuid *id)
{
	struct ledger ledger = suite_ledger(s, user);
	struct told told = { .st = ST_FAILED };

	store_get_picture(s->store, &ledger, id, on_picture, &told);
	return told;
}

static bool
is_next(struct suite *s, const char *user, const struct uuid *after, const struct uuid *id)
{
	struct ledger ledger = suite_ledger(s, user);
	struct told told = { .st = ST_FAILED };

	store_next_picture(s->store, &ledger, after, on_picture, &told);
	assert_true(told.st == ST_OK || told.st == ST_NOT_FOUND);
	return told.st == ST_OK && uuid_equal(&told.picture.message_id, id);
}

static void
on_part(enum status st, struct slice bytes, void *arg)
{
	struct told *told = arg;

	told->st = st;
	for (size_t i = 0; st == ST_OK && i < bytes.len; i++)
		if (bytes.ptr[i] != byte_of(told->which, told->at + i))
			fail_msg("byte %zu is another one", told->at + i);
	told->at += bytes.len;
}

/* Whether all of its bytes are there. */
static void
check_bytes(struct suite *s, const char *user, const struct uuid *id, char which)
{
	struct ledger ledger = suite_ledger(s, user);
	struct told told = { .which = which };

	for (uint32_t number = 0; number < PARTS; number++) {
		store_get_picture_part(s->store, &ledger, id, number, on_part, &told);
		assert_int_equal(told.st, ST_OK);
	}
	assert_int_equal(told.at, SIZE);
}

/* How many of its parts there are. */
static unsigned
count_parts(struct suite *s, const char *user, const struct uuid *id)
{
	struct ledger ledger = suite_ledger(s, user);
	unsigned count = 0;

	for (uint32_t number = 0; number < PARTS; number++) {
		struct told told = { .which = 'a', .at = (size_t)number * PICTURE_PART_MAX };

		store_get_picture_part(s->store, &ledger, id, number, on_part, &told);
		count += told.st == ST_OK;
	}
	return count;
}

static void
on_any_part(enum status st, struct slice bytes, void *arg)
{
	(void)bytes;
	*(unsigned *)arg += st == ST_OK;
}

/* Those behind the first one, whatever is in them. */
static unsigned
count_other_parts(struct suite *s, const char *user, const struct uuid *id)
{
	struct ledger ledger = suite_ledger(s, user);
	unsigned count = 0;

	for (uint32_t number = 1; number < PARTS; number++)
		store_get_picture_part(s->store, &ledger, id, number, on_any_part, &count);
	return count;
}

/* A message with one expense and a whole picture. */
static struct message_entry
record_with_picture(struct suite *s, const char *user, struct new_expense *new)
{
	struct message_entry entry;

	*new = suite_new_expense(TODAY, 500);
	entry = suite_entry(user, new, 1);
	entry.keeps_picture = true;
	put_all(s, user, &entry.id, 'a');
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	return entry;
}

/* --- keeping ------------------------------------------------------------------------------ */

static void
a_picture_is_there_once_its_message_is(void **state)
{
	struct suite *s = *state;
	struct new_expense new = suite_new_expense(TODAY, 500);
	struct message_entry entry = suite_entry("line:U1", &new, 1);
	struct told told;

	entry.keeps_picture = true;
	put_all(s, "line:U1", &entry.id, 'a');
	assert_int_equal(get(s, "line:U1", &entry.id).st, ST_NOT_FOUND);
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	told = get(s, "line:U1", &entry.id);
	assert_int_equal(told.st, ST_OK);
	assert_string_equal(told.type, "image/png");
	assert_int_equal(told.picture.size_bytes, SIZE);
	assert_int_equal(told.picture.part_count, PARTS);
	check_bytes(s, "line:U1", &entry.id, 'a');
	assert_int_equal(get(s, "line:U2", &entry.id).st, ST_NOT_FOUND);
}

static void
parts_that_come_again_change_nothing(void **state)
{
	struct suite *s = *state;
	struct new_expense new = suite_new_expense(TODAY, 500);
	struct message_entry entry = suite_entry("line:U1", &new, 1);

	entry.keeps_picture = true;
	put_all(s, "line:U1", &entry.id, 'a');
	put_all(s, "line:U1", &entry.id, 'a');
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	put_all(s, "line:U1", &entry.id, 'b');          /* by somebody who has not heard that it is recorded */
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	check_bytes(s, "line:U1", &entry.id, 'a');
}

static void
what_is_not_whole_is_not_kept(void **state)
{
	struct suite *s = *state;
	struct new_expense new = suite_new_expense(TODAY, 500), other = suite_new_expense(TODAY, 500);
	struct message_entry entry = suite_entry("line:U1", &new, 1), without = suite_entry("line:U1", &other, 1);

	entry.keeps_picture = without.keeps_picture = true;
	assert_int_equal(put_part(s, "line:U1", &entry.id, 'a', 1), ST_NOT_FOUND);
	assert_int_equal(put_part(s, "line:U1", &entry.id, 'a', 0), ST_OK);
	assert_int_equal(put_part(s, "line:U1", &entry.id, 'a', 2), ST_NOT_FOUND);
	assert_int_equal(put_part(s, "line:U1", &entry.id, 'a', 1), ST_OK);
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	assert_int_equal(suite_record(s, &without, NULL), ST_OK);
	assert_int_equal(get(s, "line:U1", &entry.id).st, ST_NOT_FOUND);
	assert_int_equal(get(s, "line:U1", &without.id).st, ST_NOT_FOUND);
	assert_int_equal(count_parts(s, "line:U1", &entry.id), 0);
}

static enum status
put(struct suite *s, const char *user, const struct picture_part *part)
{
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome w = { .is_done = false };

	store_put_picture_part(s->store, &ledger, part, suite_done, &w);
	suite_wait(s, &w.is_done);
	return w.st;
}

/* As when the platform gives other bytes the second time. */
static void
another_picture_of_the_message_takes_the_place_of_what_was_there_of_the_first(void **state)
{
	static const char *const types[] = { "image/webp", "image/png" };         /* the first of the same size */
	static const uint32_t sizes[] = { SIZE, 10 };
	struct suite *s = *state;

	for (size_t i = 0; i < 2; i++) {
		static char bytes[PICTURE_PART_MAX];
		struct new_expense new = suite_new_expense(TODAY, 500);
		struct message_entry entry = suite_entry("line:U1", &new, 1);
		struct picture_part other = { .message_id = entry.id, .type = slice_of(types[i]), .size_bytes = sizes[i], .number = PARTS - 1,
			.now_ms = suite_now_ms(), .bytes = { bytes, SIZE - (PARTS - 1) * PICTURE_PART_MAX } };

		assert_int_equal(put_part(s, "line:U1", &entry.id, 'a', 0), ST_OK);
		assert_int_equal(put_part(s, "line:U1", &entry.id, 'a', 1), ST_OK);
		if (i == 0)
			assert_int_equal(put(s, "line:U1", &other), ST_NOT_FOUND);        /* it has no beginning */
		other.number = 0;
		other.bytes.len = sizes[i] < PICTURE_PART_MAX ? sizes[i] : PICTURE_PART_MAX;
		assert_int_equal(put(s, "line:U1", &other), ST_OK);
		assert_int_equal(put_part(s, "line:U1", &entry.id, 'a', 2), ST_NOT_FOUND);
		entry.keeps_picture = true;
		assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
		assert_int_equal(get(s, "line:U1", &entry.id).st, i == 0 ? ST_NOT_FOUND : ST_OK);          /* parts of it are missing */
		if (i == 1)
			assert_int_equal(get(s, "line:U1", &entry.id).picture.size_bytes, sizes[i]);
		assert_int_equal(count_other_parts(s, "line:U1", &entry.id), 0);
	}
}

static void
a_picture_of_which_nothing_was_recorded_is_not_kept(void **state)
{
	struct suite *s = *state;
	struct message_entry entry = suite_entry("line:U1", NULL, 0);

	put_all(s, "line:U1", &entry.id, 'a');
	entry.keeps_picture = true;
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	assert_int_equal(get(s, "line:U1", &entry.id).st, ST_NOT_FOUND);
	assert_int_equal(count_parts(s, "line:U1", &entry.id), 0);
}

static void
what_is_no_part_is_refused(void **state)
{
	struct suite *s = *state;
	static char bytes[PICTURE_PART_MAX];
	struct picture_part good = { .message_id = uuid7_next(suite_now_ms()), .type = slice_of("image/png"), .size_bytes = 10,
		.now_ms = suite_now_ms(), .bytes = { bytes, 10 } }, parts[7];

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		parts[i] = good;
	parts[0].size_bytes = 0;
	parts[1].bytes.len = 9;
	parts[2].number = 1;
	parts[3].type = SLICE_EMPTY;
	parts[4].size_bytes = PICTURE_PARTS_MAX * PICTURE_PART_MAX + 1;
	parts[5].message_id = (struct uuid){ { 0 } };
	parts[6].type = (struct slice){ bytes, PICTURE_TYPE_MAX + 1 };
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		assert_int_equal(put(s, "line:U1", &parts[i]), ST_BAD_VALUE);
}

static void
pictures_are_listed_by_their_messages(void **state)
{
	struct suite *s = *state;
	struct new_expense new[3], unfinished = suite_new_expense(TODAY, 1);
	struct message_entry one = record_with_picture(s, "line:U1", &new[0]), open = suite_entry("line:U1", &unfinished, 1);
	struct message_entry two, other;
	struct uuid none = { { 0 } };

	put_all(s, "line:U1", &open.id, 'a');
	two = record_with_picture(s, "line:U1", &new[1]);
	other = record_with_picture(s, "line:U2", &new[2]);
	assert_true(is_next(s, "line:U1", &none, &one.id));
	assert_true(is_next(s, "line:U1", &one.id, &two.id));
	assert_false(is_next(s, "line:U1", &two.id, &open.id));
	assert_true(is_next(s, "line:U2", &none, &other.id));
}

/* --- removing ------------------------------------------------------------------------------- */

static void
a_picture_is_removed_with_all_its_parts(void **state)
{
	struct suite *s = *state;
	struct new_expense new;
	struct message_entry entry = record_with_picture(s, "line:U1", &new);
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct expense expense;

	for (int twice = 0; twice < 2; twice++) {
		struct suite_outcome w = { .is_done = false };

		store_remove_picture(s->store, &ledger, &entry.id, suite_done, &w);
		suite_wait(s, &w.is_done);
		assert_int_equal(w.st, ST_OK);
	}
	assert_int_equal(get(s, "line:U1", &entry.id).st, ST_NOT_FOUND);
	assert_int_equal(count_parts(s, "line:U1", &entry.id), 0);
	assert_int_equal(suite_expense(s, "line:U1", &new.expense.id, &expense), ST_OK);
}

static void
a_user_who_is_deleted_takes_the_pictures_along(void **state)
{
	struct suite *s = *state;
	struct new_expense new[3];
	struct message_entry one = record_with_picture(s, "line:U1", &new[0]), two = record_with_picture(s, "line:U1", &new[1]);
	struct message_entry other = record_with_picture(s, "line:U2", &new[2]), open = suite_entry("line:U1", NULL, 0);
	struct deletion deletion = { .user_id = slice_of("line:U1"), .created_ms = suite_now_ms(), .now_ms = suite_now_ms() };
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct suite_outcome w = { .is_done = false };
	unsigned steps = 0;

	assert_int_equal(put_part(s, "line:U1", &open.id, 'a', 0), ST_OK);
	store_begin_deletion(s->store, &ledger, &deletion, suite_done, &w);
	suite_wait(s, &w.is_done);
	assert_int_equal(w.st, ST_OK);
	assert_int_equal(get(s, "line:U1", &one.id).st, ST_NOT_FOUND);
	assert_int_equal(put_part(s, "line:U1", &open.id, 'a', 1), ST_BEING_DELETED);
	do {
		struct suite_outcome before = w;

		w = (struct suite_outcome){ .is_done = false };
		store_delete_step(s->store, &ledger, (struct slice){ before.next, before.next_len }, suite_now_ms(), suite_written, &w);
		suite_wait(s, &w.is_done);
		assert_int_equal(w.st, ST_OK);
	} while (w.next_len > 0 && ++steps < 100);
	assert_int_equal(count_parts(s, "line:U1", &one.id) + count_parts(s, "line:U1", &two.id) + count_parts(s, "line:U1", &open.id), 0);
	check_bytes(s, "line:U2", &other.id, 'a');
	assert_int_equal(put_part(s, "line:U1", &open.id, 'a', 0), ST_GONE);
}

struct rows {
	struct arena *arena;
	size_t        count;
	struct slice  rows[EXPIRED_MAX];
};

static void
on_row(struct slice row, void *arg)
{
	struct rows *rows = arg;

	rows->rows[rows->count++] = arena_copy(rows->arena, row);
}

static void
on_rows_end(enum status st, struct slice next, void *arg)
{
	(void)next, (void)arg;
	assert_int_equal(st, ST_OK);
}

/* How many pictures are past their time, which are removed. */
static uint32_t
sweep(struct suite *s, const char *user, int64_t now_ms, uint32_t days)
{
	static const struct expired_list_callbacks callbacks = { on_row, on_rows_end };
	struct expired_query query = { .now_ms = now_ms, .picture_days = days, .looks = 1000, .limit = EXPIRED_MAX };
	struct ledger ledger = suite_ledger(s, user);
	struct rows rows = { .arena = s->arena };
	struct suite_outcome w = { .is_done = false };

	store_list_expired(s->store, ledger.shard, &query, &callbacks, &rows);
	store_remove_expired(s->store, ledger.shard, &query, rows.rows, rows.count, suite_written, &w);
	suite_wait(s, &w.is_done);
	assert_int_equal(w.st, ST_OK);
	return w.answer.removed[REMOVED_PICTURE];
}

static void
a_picture_goes_when_its_days_are_over(void **state)
{
	struct suite *s = *state;
	struct new_expense new;
	struct message_entry entry = record_with_picture(s, "line:U1", &new);

	assert_int_equal(sweep(s, "line:U1", suite_now_ms() + (KEPT - 1) * DAY_MS, KEPT), 0);
	assert_int_equal(get(s, "line:U1", &entry.id).st, ST_OK);
	assert_int_equal(sweep(s, "line:U1", suite_now_ms() + KEPT * DAY_MS + 1, KEPT), 1);
	assert_int_equal(get(s, "line:U1", &entry.id).st, ST_NOT_FOUND);
	assert_int_equal(count_parts(s, "line:U1", &entry.id), 0);
}

static void
with_no_days_none_is_kept(void **state)
{
	struct suite *s = *state;
	struct new_expense new;

	record_with_picture(s, "line:U1", &new);
	assert_int_equal(sweep(s, "line:U1", suite_now_ms() + 1, 0), 1);
}

static void
what_came_no_further_goes_after_a_day(void **state)
{
	struct suite *s = *state;
	struct uuid id = uuid7_next(suite_now_ms());

	assert_int_equal(put_part(s, "line:U1", &id, 'a', 0), ST_OK);
	assert_int_equal(put_part(s, "line:U1", &id, 'a', 1), ST_OK);
	assert_int_equal(sweep(s, "line:U1", suite_now_ms() + DAY_MS - 1000, KEPT), 0);
	assert_int_equal(sweep(s, "line:U1", suite_now_ms() + DAY_MS + 1, KEPT), 1);
	assert_int_equal(count_parts(s, "line:U1", &id), 0);
}

static void
a_picture_goes_with_the_last_of_its_expenses_out_of_the_trash(void **state)
{
	struct suite *s = *state;
	struct new_expense new;
	struct message_entry entry = record_with_picture(s, "line:U1", &new);
	struct expense_change change = { .change_id = uuid7_next(suite_now_ms()), .action = EXPENSE_DELETED, .now_ms = suite_now_ms(),
		.expense = { .id = new.expense.id } };

	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	assert_int_equal(sweep(s, "line:U1", suite_now_ms() + (TRASH_DAYS - 1) * DAY_MS, KEPT), 0);
	assert_int_equal(get(s, "line:U1", &entry.id).st, ST_OK);
	sweep(s, "line:U1", suite_now_ms() + (TRASH_DAYS + 2) * DAY_MS, KEPT);          /* the trash, if not the picture at once */
	sweep(s, "line:U1", suite_now_ms() + (TRASH_DAYS + 2) * DAY_MS, KEPT);
	assert_int_equal(get(s, "line:U1", &entry.id).st, ST_NOT_FOUND);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_picture_tests[] = {
	CASE(a_picture_is_there_once_its_message_is),
	CASE(parts_that_come_again_change_nothing),
	CASE(what_is_not_whole_is_not_kept),
	CASE(another_picture_of_the_message_takes_the_place_of_what_was_there_of_the_first),
	CASE(a_picture_of_which_nothing_was_recorded_is_not_kept),
	CASE(what_is_no_part_is_refused),
	CASE(pictures_are_listed_by_their_messages),
	CASE(a_picture_is_removed_with_all_its_parts),
	CASE(a_user_who_is_deleted_takes_the_pictures_along),
	CASE(a_picture_goes_when_its_days_are_over),
	CASE(with_no_days_none_is_kept),
	CASE(what_came_no_further_goes_after_a_day),
	CASE(a_picture_goes_with_the_last_of_its_expenses_out_of_the_trash),
};

const size_t suite_picture_test_count = sizeof suite_picture_tests / sizeof suite_picture_tests[0];
