/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>
#include <xxhash.h>

#include "ledger/record/record.h"
#include "ledger/record/record_parts.h"
#include "store_picture.h"

static const struct expense sample = { .amount_minor = -1234567890123, .currency = { "TWD" }, .category_id = { { 1 } },
	.description = SLICE_LITERAL("早餐"), .account = SLICE_LITERAL("cash"), .zone = SLICE_LITERAL("Asia/Taipei"),
	.message_id = { { 7 } }, .created_ms = 5, .updated_ms = 6, .version = 3 };

static void
an_expense_is_read_as_it_was_written(void **state)
{
	struct buf b = BUF_INIT;
	struct expense back;

	(void)state;
	expense_pack(&b, &sample);
	assert_int_equal(expense_unpack(buf_slice(&b), &back), ST_OK);
	assert_true(back.amount_minor == sample.amount_minor);
	assert_string_equal(back.currency.code, "TWD");
	assert_true(slice_equal(back.description, sample.description));
	assert_true(slice_equal(back.zone, sample.zone));
	assert_true(uuid_equal(&back.message_id, &sample.message_id));
	assert_true(uuid_is_nil(&back.refund_of));
	assert_int_equal(back.version, 3);
	buf_fini(&b);
}

/* Every kind of record, packed, with a function that reads it. */
static enum status
read_expense(struct slice v)
{
	struct expense e;

	return expense_unpack(v, &e);
}

static enum status
read_user(struct slice v)
{
	struct user u;

	return user_unpack(v, &u);
}

static enum status
read_category(struct slice v)
{
	struct category c;

	return category_unpack(v, &c);
}

static enum status
read_keyword(struct slice v)
{
	struct keyword k;

	return keyword_unpack(v, &k);
}

static enum status
read_redirect(struct slice v)
{
	struct redirect r;

	return redirect_unpack(v, &r);
}

static enum status
read_chore(struct slice v)
{
	struct chore c;

	return chore_unpack(v, &c);
}

static enum status
read_name(struct slice v)
{
	struct uuid id;

	return name_unpack(v, &id);
}

static enum status
read_day(struct slice v)
{
	day_t day;

	return expense_day_unpack(v, &day);
}

static enum status
read_sum(struct slice v)
{
	struct sum sum;

	return sum_unpack(v, &sum);
}

static enum status
read_message(struct slice v)
{
	struct uuid ids[MESSAGE_EXPENSES_MAX];
	struct message m;
	bool is_sign_up;

	return message_unpack(v, &m, &is_sign_up, ids);
}

static enum status
read_dedupe(struct slice v)
{
	struct uuid ids[BATCH_EXPENSES_MAX];
	struct dedupe d;

	return dedupe_unpack(v, &d, ids);
}

static enum status
read_inbox(struct slice v)
{
	struct inbox_entry e;

	return inbox_unpack(v, &e);
}

static enum status
read_outbox(struct slice v)
{
	struct outbox_entry e;

	return outbox_unpack(v, &e);
}

static enum status
read_dead_letter(struct slice v)
{
	struct dead_letter l;

	return dead_letter_unpack(v, &l);
}

static enum status
read_job(struct slice v)
{
	struct queued_job j;

	return job_record_unpack(v, &j);
}

static enum status
read_reference(struct slice v)
{
	struct reference r;

	return reference_unpack(v, &r);
}

static enum status
read_token(struct slice v)
{
	struct token t;

	return token_unpack(v, &t);
}

static enum status
read_event(struct slice v)
{
	struct expense_event e = { 0 };

	return event_unpack(v, &e);
}

static enum status
read_meta(struct slice v)
{
	struct meta m;

	return meta_unpack(v, &m);
}

static void
pack_kind(struct buf *b, int kind)
{
	static const struct uuid ids[2] = { { { 1 } }, { { 2 } } };
	static const struct inbox_entry inbox = { .user_id = SLICE_LITERAL("line:U1"), .text = SLICE_LITERAL("lunch 12") };
	static const struct outbox_entry outbox = { .user_id = SLICE_LITERAL("line:U1"), .text = SLICE_LITERAL("ok") };
	static const struct token token = { .kind = TOKEN_SERVICE, .label = SLICE_LITERAL("gateway"), .is_revoked = true };
	struct expense_event event = { .change_id = { { 5 } }, .action = EXPENSE_CHANGED, .by = TOKEN_USER, .at_ms = 7,
		.has_before = true, .before = sample, .has_after = true, .after = sample };

	buf_clear(b);
	switch (kind) {
	case 0: expense_pack(b, &sample); break;
	case 1: user_pack(b, &(struct user){ .id = SLICE_LITERAL("line:U1"), .home = { "TWD" } }); break;
	case 2: category_pack(b, &(struct category){ .key = SLICE_LITERAL("food"), .expense_count = 70000 }); break;
	case 3: name_pack(b, &ids[0]); break;
	case 4: expense_day_pack(b, -5); break;
	case 5: sum_pack(b, (struct sum){ INT64_MIN, INT64_MAX }); break;
	case 6: message_pack(b, &(struct message){ .reply = SLICE_LITERAL("ok"), .expense_count = 2, .expense_ids = ids }, true); break;
	case 7: dedupe_pack(b, &(struct dedupe){ .expense_count = 2, .expense_ids = ids }); break;
	case 8: inbox_pack(b, &inbox); break;
	case 9: outbox_pack(b, &outbox); break;
	case 10: token_pack(b, &token); break;
	case 11: event_pack(b, &event); break;
	case 12: keyword_pack(b, &(struct keyword){ .id = { { 3 } }, .text = SLICE_LITERAL("bento"), .priority = 9 }); break;
	case 13: redirect_pack(b, &(struct redirect){ .target = { { 3 } }, .at_ms = 8 }); break;
	case 15: dead_letter_pack(b, &(struct dead_letter){ .kind = LETTER_REPLY, .why = SLICE_LITERAL("x"), .reply = outbox }); break;
	case 17: job_record_pack(b, &(struct queued_job){ .user_id = SLICE_LITERAL("line:U1"), .text = SLICE_LITERAL("zorbl 50") }); break;
	case 18: dead_letter_pack(b, &(struct dead_letter){ .kind = LETTER_JOB, .job = { .text = SLICE_LITERAL("zorbl 50") } }); break;
	case 16: reference_pack(b, &(struct reference){ .message_id = { { 3 } }, .created_ms = 8 }); break;
	case 14: chore_pack(b, &(struct chore){ .deletion_id = { { 3 } }, .by = TOKEN_USER, .started_ms = 8 }); break;
	default: meta_pack(b, &(struct meta){ .format = STORE_FORMAT, .shard_count = 4 }); break;
	}
}

static enum status (*const readers[])(struct slice v) = { read_expense, read_user, read_category, read_name, read_day, read_sum,
	read_message, read_dedupe, read_inbox, read_outbox, read_token, read_event,
	read_keyword, read_redirect, read_chore, read_dead_letter, read_reference, read_job, read_dead_letter, read_meta };
enum { KINDS = sizeof readers / sizeof readers[0] };

static void
any_flipped_bit_is_refused(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		pack_kind(&b, kind);
		assert_int_equal(readers[kind](buf_slice(&b)), ST_OK);
		for (size_t bit = 0; bit < b.len * 8; bit++) {
			b.data[bit / 8] = (char)(b.data[bit / 8] ^ 1 << bit % 8);
			assert_int_equal(readers[kind](buf_slice(&b)), ST_BAD_RECORD);
			b.data[bit / 8] = (char)(b.data[bit / 8] ^ 1 << bit % 8);
		}
		for (size_t len = 0; len < b.len; len++)
			assert_int_equal(readers[kind]((struct slice){ b.data, len }), ST_BAD_RECORD);
	}
	buf_fini(&b);
}

/* Pack these bytes as a record with a right checksum. */
static void
seal(struct buf *b)
{
	uint32_t sum = (uint32_t)XXH3_64bits(b->data, b->len);
	char bytes[4] = { (char)(sum >> 24), (char)(sum >> 16), (char)(sum >> 8), (char)sum };

	buf_append(b, bytes, sizeof bytes);
}

static void
elements_that_a_later_version_adds_are_skipped(void **state)
{
	struct buf b = BUF_INIT;
	struct sum sum;

	(void)state;
	buf_append_literal(&b, "\x95\x01\x07\x02\xa3" "new\x92\x01\xc0");
	seal(&b);
	assert_int_equal(sum_unpack(buf_slice(&b), &sum), ST_OK);
	assert_int_equal(sum.sum_minor, 7);
	assert_int_equal(sum.count, 2);
	buf_fini(&b);
}

static void
a_category_written_before_it_had_a_version_has_the_first(void **state)
{
	struct category category;
	struct buf b = BUF_INIT;

	(void)state;
	buf_append_literal(&b, "\x94\x01\xa4" "food\xa0\x07");
	seal(&b);
	assert_int_equal(category_unpack(buf_slice(&b), &category), ST_OK);
	assert_int_equal(category.expense_count, 7);
	assert_int_equal(category.version, 1);
	buf_clear(&b);
	buf_append_literal(&b, "\x95\x01\xa4" "food\xa0\x07\x02");
	seal(&b);
	assert_int_equal(category_unpack(buf_slice(&b), &category), ST_OK);
	assert_int_equal(category.version, 2);
	assert_true(uuid_is_nil(&category.moves_to));
	buf_fini(&b);
}

static void
a_cost_written_before_it_told_calls_of_unknown_price_has_none(void **state)
{
	struct ai_user_cost cost;
	struct ai_usage usage;
	struct buf b = BUF_INIT;

	(void)state;
	buf_append_literal(&b, "\x95\x01\x07\x06\x05\x04");
	seal(&b);
	assert_int_equal(ai_usage_unpack(buf_slice(&b), &usage), ST_OK);
	assert_int_equal(usage.cost_micros, 4);
	assert_int_equal(usage.unpriced, 0);
	buf_clear(&b);
	buf_append_literal(&b, "\x96\x01\xa1" "x\x07\x06\x05\x04");
	seal(&b);
	assert_int_equal(ai_user_cost_unpack(buf_slice(&b), &cost), ST_OK);
	assert_int_equal(cost.usage.unpriced, 0);
	buf_clear(&b);
	cost = (struct ai_user_cost){ SLICE_LITERAL("x"), { 7, 6, 5, 4, 3 } };
	ai_user_cost_pack(&b, &cost);
	assert_int_equal(ai_user_cost_unpack(buf_slice(&b), &cost), ST_OK);
	assert_int_equal(cost.usage.unpriced, 3);
	buf_fini(&b);
}

static void
a_call_that_ended_in_a_way_without_a_name_is_refused(void **state)
{
	static const struct { const char *result; enum status st; } ends[] = { { "ok", ST_OK }, { "by a miracle", ST_BAD_RECORD } };
	struct ai_call call;
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		ai_call_pack(&b, &(struct ai_call){ .cost = { .operation = SLICE_LITERAL("parse"), .currency = { "USD" }, .result = ends[i].result } });
		assert_int_equal(ai_call_unpack(buf_slice(&b), &call), ends[i].st);
		buf_clear(&b);
	}
	buf_fini(&b);
}

static void
a_message_written_before_it_said_who_understood_it_says_nothing(void **state)
{
	struct uuid ids[MESSAGE_EXPENSES_MAX];
	struct message message = { .understood_by = SLICE_LITERAL("x") };
	bool is_sign_up;
	struct buf b = BUF_INIT;

	(void)state;
	buf_append_literal(&b, "\x99\x01\x00\xa0\xa2" "ok\x05\x06\x90\xc2\x90");
	seal(&b);
	assert_int_equal(message_unpack(buf_slice(&b), &message, &is_sign_up, ids), ST_OK);
	assert_true(slice_equal(message.reply, slice_of("ok")));
	assert_int_equal(message.understood_by.len, 0);
	buf_clear(&b);
	message.understood_by = slice_of("local");
	message_pack(&b, &message, false);
	assert_int_equal(message_unpack(buf_slice(&b), &message, &is_sign_up, ids), ST_OK);
	assert_true(slice_equal(message.understood_by, slice_of("local")));
	buf_fini(&b);
}

static void
a_token_written_before_it_had_scopes_has_those_of_its_kind(void **state)
{
	struct token token;
	struct buf b = BUF_INIT;

	(void)state;
	buf_append_literal(&b, "\x98\x01\xc4\x20" "0123456789abcdef0123456789abcdef" "\x01\xa0\xa1" "x\x05\x00\xc2");
	seal(&b);
	assert_int_equal(token_unpack(buf_slice(&b), &token), ST_OK);
	assert_int_equal(token.kind, TOKEN_SERVICE);
	assert_int_equal(token.created_ms, 5);
	assert_int_equal(token.scopes, 0);
	assert_int_equal(token.last_used, 0);
	buf_fini(&b);
}

static void
a_record_of_another_version_or_with_fields_missing_is_refused(void **state)
{
	struct buf b = BUF_INIT;
	struct sum sum;

	(void)state;
	buf_append_literal(&b, "\x93\x02\x07\x02");
	seal(&b);
	assert_int_equal(sum_unpack(buf_slice(&b), &sum), ST_BAD_RECORD);
	buf_clear(&b);
	buf_append_literal(&b, "\x92\x01\x07");
	seal(&b);
	assert_int_equal(sum_unpack(buf_slice(&b), &sum), ST_BAD_RECORD);
	buf_fini(&b);
}

static void
a_sum_over_all_users_is_read_as_it_was_written(void **state)
{
	const money_wide_t most = ((money_wide_t)1 << 126) - 1 + ((money_wide_t)1 << 126);
	const money_wide_t sums[] = { 0, 1, -1, INT64_MAX, INT64_MIN, (money_wide_t)1 << 64, -((money_wide_t)1 << 64), most, -most - 1 };
	struct buf b = BUF_INIT;
	struct metric metric;

	(void)state;
	for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
		buf_clear(&b);
		metric_pack(&b, 'E', &(struct metric){ .sum = sums[i], .n = { 3 } });
		assert_int_equal(metric_unpack(buf_slice(&b), 'E', &metric), ST_OK);
		assert_true(metric.sum == sums[i]);
		assert_int_equal(metric.n[0], 3);
	}
	buf_fini(&b);
}

static void
lists_longer_than_allowed_are_refused(void **state)
{
	static const struct uuid ids[MESSAGE_EXPENSES_MAX + 1];
	struct buf b = BUF_INIT;

	(void)state;
	message_pack(&b, &(struct message){ .expense_count = MESSAGE_EXPENSES_MAX, .expense_ids = ids }, false);
	assert_int_equal(read_message(buf_slice(&b)), ST_OK);
	buf_clear(&b);
	message_pack(&b, &(struct message){ .expense_count = MESSAGE_EXPENSES_MAX + 1, .expense_ids = ids }, false);
	assert_int_equal(read_message(buf_slice(&b)), ST_BAD_RECORD);
	buf_fini(&b);
}

static void
a_picture_has_no_more_bytes_or_parts_than_one_may_have(void **state)
{
	static const struct { uint32_t size_bytes, parts_there; enum status st; } heads[] = {
		{ PICTURE_PARTS_MAX * PICTURE_PART_MAX, PICTURE_PARTS_MAX, ST_OK }, { PICTURE_PARTS_MAX * PICTURE_PART_MAX + 1, 1, ST_BAD_RECORD },
		{ PICTURE_PART_MAX, 1, ST_OK }, { PICTURE_PART_MAX, 2, ST_BAD_RECORD } };
	struct uuid ids[MESSAGE_EXPENSES_MAX];
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		struct picture_head head = { .type = SLICE_LITERAL("image/png"), .size_bytes = heads[i].size_bytes, .parts_there = heads[i].parts_there };

		picture_head_pack(&b, &head);
		assert_int_equal(picture_head_unpack(buf_slice(&b), &head, ids), heads[i].st);
		buf_clear(&b);
	}
	buf_fini(&b);
}

static void
check_refused(struct buf *b, enum status (*read)(struct slice v))
{
	assert_int_equal(read(buf_slice(b)), ST_BAD_RECORD);
	buf_clear(b);
}

static void
numbers_that_stand_for_nothing_are_refused(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	message_pack(&b, &(struct message){ .status = MESSAGE_WAITING + 1 }, false);
	check_refused(&b, read_message);
	token_pack(&b, &(struct token){ .kind = TOKEN_USER + 1 });
	check_refused(&b, read_token);
	event_pack(&b, &(struct expense_event){ .action = EXPENSE_EVENTS });
	check_refused(&b, read_event);
	event_pack(&b, &(struct expense_event){ .by = TOKEN_USER + 1 });
	check_refused(&b, read_event);
	event_pack(&b, &(struct expense_event){ .action = EXPENSE_RESTORED });
	assert_int_equal(read_event(buf_slice(&b)), ST_OK);
	buf_fini(&b);
}

/* An event whose expense has a day and nothing else. */
static void
an_expense_of_an_event_that_lacks_fields_is_refused(void **state)
{
	static const struct uuid id;
	struct buf b = BUF_INIT;
	struct packing p = record_begin(&b, 6);

	(void)state;
	mp_put_uuid(&p.pk, &id);
	msgpack_pack_uint32(&p.pk, EXPENSE_CHANGED);
	msgpack_pack_uint32(&p.pk, TOKEN_USER);
	msgpack_pack_int64(&p.pk, 1);
	msgpack_pack_array(&p.pk, 1);
	msgpack_pack_int32(&p.pk, 20780);
	msgpack_pack_array(&p.pk, 0);
	record_end(&p);
	check_refused(&b, read_event);
	buf_fini(&b);
}

static void
buttons_and_ids_that_are_none_are_refused(void **state)
{
	struct reply_button buttons[REPLY_BUTTONS_MAX];
	struct mp odd = mp_of(SLICE_LITERAL("\x91\xa0")), many = mp_of(SLICE_LITERAL("\x9a\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0"));
	struct mp id = mp_of(SLICE_LITERAL("\xc4\x03" "abc"));

	(void)state;
	assert_int_equal(buttons_read(&odd, buttons), 0);
	assert_true(odd.is_bad);
	assert_int_equal(buttons_read(&many, buttons), 0);
	assert_true(many.is_bad);
	read_optional_uuid(&id);
	assert_true(id.is_bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expense_is_read_as_it_was_written),
		cmocka_unit_test(any_flipped_bit_is_refused),
		cmocka_unit_test(elements_that_a_later_version_adds_are_skipped),
		cmocka_unit_test(a_category_written_before_it_had_a_version_has_the_first),
		cmocka_unit_test(a_cost_written_before_it_told_calls_of_unknown_price_has_none),
		cmocka_unit_test(a_call_that_ended_in_a_way_without_a_name_is_refused),
		cmocka_unit_test(a_message_written_before_it_said_who_understood_it_says_nothing),
		cmocka_unit_test(a_token_written_before_it_had_scopes_has_those_of_its_kind),
		cmocka_unit_test(a_record_of_another_version_or_with_fields_missing_is_refused),
		cmocka_unit_test(a_sum_over_all_users_is_read_as_it_was_written),
		cmocka_unit_test(numbers_that_stand_for_nothing_are_refused),
		cmocka_unit_test(an_expense_of_an_event_that_lacks_fields_is_refused),
		cmocka_unit_test(buttons_and_ids_that_are_none_are_refused),
		cmocka_unit_test(lists_longer_than_allowed_are_refused),
		cmocka_unit_test(a_picture_has_no_more_bytes_or_parts_than_one_may_have),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
