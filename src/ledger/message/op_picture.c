/* SPDX-License-Identifier: MIT */
/* See op_picture.h. */
#include "config.h"

#include "op_picture.h"

enum { MS_PER_DAY = 86400000, UNFINISHED_MS = MS_PER_DAY };

uint32_t
picture_part_count(uint32_t size_bytes)
{
	return (size_bytes + PICTURE_PART_MAX - 1) / PICTURE_PART_MAX;
}

static struct key
key_part(const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *message_id, uint32_t number)
{
	struct key key = { .len = 0 };

	key_add(&key, ledger, LEDGER_KEY_SIZE);
	key_add(&key, message_id->bytes, sizeof message_id->bytes);
	key_add_number(&key, (int32_t)number);
	return key;
}

/* ids: room for those of its expenses. */
static enum status
get_head(struct op *op, const struct uuid *message_id, struct picture_head *head, struct uuid ids[static MESSAGE_EXPENSES_MAX])
{
	struct key row = key_id(op->ledger, ROW_PICTURE, message_id);
	struct slice value;

	if (!op_get(op, TABLE_LEDGER, &row, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	return picture_head_unpack(value, head, ids);
}

static void
put_head(struct op *op, const struct uuid *message_id, const struct picture_head *head)
{
	struct key row = key_id(op->ledger, ROW_PICTURE, message_id);

	picture_head_pack(op->scratch, head);
	op_put_scratch(op, TABLE_LEDGER, &row);
}

static void
remove_parts(struct op *op, const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *message_id, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct key part = key_part(ledger, message_id, i);

		kv_del(op->kv, TABLE_PICTURES, key_slice(&part));
	}
}

/* --- putting it ----------------------------------------------------------------------------- */

static bool
is_part(const struct picture_part *part)
{
	uint32_t count = picture_part_count(part->size_bytes);
	uint32_t rest = part->size_bytes - (count - 1) * PICTURE_PART_MAX;

	if (uuid_is_nil(&part->message_id) || part->type.len < 1 || part->type.len > PICTURE_TYPE_MAX)
		return false;
	return count >= 1 && count <= PICTURE_PARTS_MAX && part->number < count &&
	    part->bytes.len == (part->number + 1 < count ? (uint32_t)PICTURE_PART_MAX : rest);
}

/* Whether it goes on with the picture that is there in part. */
static bool
goes_on(const struct picture_head *head, const struct picture_part *part)
{
	return head->size_bytes == part->size_bytes && slice_equal(head->type, part->type) && part->number <= head->parts_there;
}

static void
put_part(struct op *op, const struct picture_part *part)
{
	struct key key = key_part(op->ledger, &part->message_id, part->number);

	picture_part_pack(op->scratch, part->bytes);
	op_put_scratch(op, TABLE_PICTURES, &key);
}

enum status
op_put_picture_part(struct op *op, const struct picture_part *part)
{
	struct picture_head head;
	struct uuid ids[MESSAGE_EXPENSES_MAX];
	enum status st = is_part(part) ? get_head(op, &part->message_id, &head, ids) : ST_BAD_VALUE;
	bool is_new = st == ST_NOT_FOUND;

	if (st != ST_OK && !is_new)
		return st;
	if (!is_new && head.is_whole)
		return ST_OK;
	if (part->number == 0 && (is_new || !goes_on(&head, part))) {       /* another picture came with the message this time */
		if (!is_new)
			remove_parts(op, op->ledger, &part->message_id, head.parts_there);
		head = (struct picture_head){ .type = part->type, .size_bytes = part->size_bytes, .kept_ms = part->now_ms };
	} else if (is_new || !goes_on(&head, part)) {
		return ST_NOT_FOUND;
	}
	if (part->number == head.parts_there)
		head.parts_there++;
	put_head(op, &part->message_id, &head);
	put_part(op, part);
	return kv_status(op->kv, ST_OK);
}

void
picture_settle(struct op *op, const struct uuid *message_id, const struct uuid *expense_ids, size_t expense_count)
{
	struct key row = key_id(op->ledger, ROW_PICTURE, message_id);
	struct picture_head head;
	struct uuid ids[MESSAGE_EXPENSES_MAX];

	enum status st = get_head(op, message_id, &head, ids);

	if (st != ST_OK && st != ST_NOT_FOUND)
		kv_fail(op->kv, st);
	if (st != ST_OK)
		return;
	if (head.parts_there < picture_part_count(head.size_bytes) || expense_count == 0) {
		remove_parts(op, op->ledger, message_id, head.parts_there);
		kv_del(op->kv, TABLE_LEDGER, key_slice(&row));
		return;
	}
	head.is_whole = true;
	head.expense_ids = expense_ids;
	head.expense_count = expense_count;
	put_head(op, message_id, &head);
}

/* --- reading it ------------------------------------------------------------------------------ */

static struct kept_picture
picture_of(const struct uuid *message_id, const struct picture_head *head)
{
	return (struct kept_picture){ .message_id = *message_id, .type = head->type, .size_bytes = head->size_bytes,
		.part_count = picture_part_count(head->size_bytes), .kept_ms = head->kept_ms };
}

enum status
op_get_picture(struct op *op, const struct uuid *message_id, struct kept_picture *picture)
{
	struct picture_head head;
	struct uuid ids[MESSAGE_EXPENSES_MAX];
	enum status st = get_head(op, message_id, &head, ids);

	if (st != ST_OK || !head.is_whole)
		return st != ST_OK ? st : ST_NOT_FOUND;
	*picture = picture_of(message_id, &head);
	return ST_OK;
}

enum status
op_get_picture_part(struct op *op, const struct uuid *message_id, uint32_t number, struct slice *bytes)
{
	struct key key = key_part(op->ledger, message_id, number);
	struct slice value;

	if (!kv_get(op->kv, TABLE_PICTURES, key_slice(&key), &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	return picture_part_unpack(value, bytes);
}

enum status
op_next_picture(struct op *op, const struct uuid *after_id, struct kept_picture *picture)
{
	struct key prefix = key_kind(op->ledger, ROW_PICTURE), start = key_id(op->ledger, ROW_PICTURE, after_id);
	struct uuid ids[MESSAGE_EXPENSES_MAX], id;
	struct picture_head head = { .is_whole = false };
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	start.bytes[start.len++] = 0;              /* the first key behind it */
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&start));
	while (st == ST_OK && !head.is_whole && is_there && key_starts_with(cursor.key, &prefix)) {
		st = key_read_id(cursor.key, &id) ? picture_head_unpack(cursor.value, &head, ids) : ST_BAD_RECORD;
		head.type = arena_copy(op->arena, head.type);
		if (st == ST_OK && head.type.ptr == NULL)
			st = ST_FAILED;
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	if (st == ST_OK && head.is_whole)
		*picture = picture_of(&id, &head);
	else if (st == ST_OK)
		st = ST_NOT_FOUND;
	return kv_status(op->kv, st);
}

/* --- removing it ------------------------------------------------------------------------------ */

unsigned
picture_rows(struct slice value)
{
	struct picture_head head;
	struct uuid ids[MESSAGE_EXPENSES_MAX];

	return 1 + (picture_head_unpack(value, &head, ids) == ST_OK ? head.parts_there : PICTURE_PARTS_MAX);
}

void
picture_remove(struct op *op, struct slice row)
{
	struct picture_head head;
	struct uuid ids[MESSAGE_EXPENSES_MAX], message_id;
	struct key key = key_of(row);
	struct slice value;
	bool is_known;

	if (!op_get(op, TABLE_LEDGER, &key, &value))
		return;
	is_known = picture_head_unpack(value, &head, ids) == ST_OK;
	if (key_read_id(row, &message_id))
		remove_parts(op, key.bytes, &message_id, is_known ? head.parts_there : PICTURE_PARTS_MAX);
	kv_del(op->kv, TABLE_LEDGER, key_slice(&key));
}

enum status
op_remove_picture(struct op *op, const struct uuid *message_id)
{
	struct key row = key_id(op->ledger, ROW_PICTURE, message_id);

	picture_remove(op, key_slice(&row));
	return kv_status(op->kv, ST_OK);
}

/* Neither there nor in the trash. */
static bool
is_gone(struct op *op, const struct uuid *expense_id)
{
	struct key row = key_id(op->ledger, ROW_EXPENSE_ID, expense_id);
	struct slice value;

	return !kv_get(op->kv, TABLE_LEDGER, key_slice(&row), &value) && !expense_has_history(op, expense_id);
}

enum status
picture_is_expired(struct op *op, struct slice value, int64_t now_ms, unsigned days, bool *is_expired)
{
	struct picture_head head;
	struct uuid ids[MESSAGE_EXPENSES_MAX];
	enum status st = picture_head_unpack(value, &head, ids);
	size_t gone = 0;

	if (st != ST_OK)
		return st;
	*is_expired = head.kept_ms < now_ms - (head.is_whole ? (int64_t)days * MS_PER_DAY : UNFINISHED_MS);
	if (*is_expired || !head.is_whole)
		return ST_OK;
	while (gone < head.expense_count && is_gone(op, &ids[gone]))
		gone++;
	*is_expired = gone == head.expense_count;
	return kv_status(op->kv, ST_OK);
}
