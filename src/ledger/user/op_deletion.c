/* SPDX-License-Identifier: MIT */
/*
 * Deleting users; see store.h.  The first transaction takes the user's row,
 * leaves a tombstone in the ledger and notes the deletion where the keeper finds
 * it.  Nothing can be added to the ledger then, so a walk over it, in steps,
 * meets all rows.  The last step writes the end into the tombstone and takes the
 * note away: a crash before it only means walking again.
 *
 * Rows of idempotency keys stay, without what they say about requests: they
 * keep late repeats from being taken for new requests of a new user.
 */
#include "config.h"

#include "uuid_shared.h"
#include "ledger/metrics.h"
#include "ledger/message/op_picture.h"

enum {
	STEP_ROWS = 256,           /* looked at in one step; some 0.2 ms of work */
	STEP_BOX_ROWS = 64         /* these may be large */
};

/*
 * The walk goes over one table after the other; where it stands is the table's number and a key.  Replies are the last:
 * the one that tells of the deletion is left for FAREWELL_MS, in which it may be sent.
 */
static const enum table tables[] = { TABLE_INBOX, TABLE_JOBS, TABLE_DEAD, TABLE_LEDGER, TABLE_OUTBOX };
enum { WALKS = sizeof tables / sizeof tables[0] };

static enum status
tombstone_get(struct op *op, struct tombstone *tombstone)
{
	struct key key = key_kind(op->ledger, ROW_TOMBSTONE);
	struct slice value;

	if (!kv_get(op->kv, TABLE_LEDGER, key_slice(&key), &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	return tombstone_unpack(value, tombstone);
}

static void
tombstone_put(struct op *op, const struct tombstone *tombstone)
{
	struct key key = key_kind(op->ledger, ROW_TOMBSTONE);

	tombstone_pack(op->scratch, tombstone);
	op_put_scratch(op, TABLE_LEDGER, &key);
}

enum status
ledger_check(struct op *op, int64_t arrived_ms)
{
	struct tombstone tombstone;
	enum status st = tombstone_get(op, &tombstone);

	if (st != ST_OK)
		return st == ST_NOT_FOUND ? ST_OK : st;
	if (tombstone.finished_ms == 0)
		return ST_BEING_DELETED;
	return arrived_ms <= tombstone.finished_ms ? ST_GONE : ST_OK;
}

/* --- the beginning --------------------------------------------------------------------- */

/* Categories that are being deleted: there is nothing left to move. */
static void
forget_chores(struct op *op)
{
	struct key prefix = { .len = LEDGER_KEY_SIZE }, chores[CATEGORIES_MAX];
	size_t count;

	memcpy(prefix.bytes, op->ledger, LEDGER_KEY_SIZE);
	count = op_collect_keys(op, TABLE_CHORES, &prefix, chores, CATEGORIES_MAX);
	for (size_t i = 0; i < count; i++)
		kv_del(op->kv, TABLE_CHORES, key_slice(&chores[i]));
}

static enum status
begin(struct op *op, const struct deletion *deletion)
{
	struct tombstone tombstone = { .started_ms = deletion->now_ms };
	struct key user = key_kind(op->ledger, ROW_USER), note = key_deletion(op->ledger);

	tombstone_put(op, &tombstone);
	deletion_pack(op->scratch, deletion->user_id);
	op_put_scratch(op, TABLE_LEDGER, &note);
	kv_del(op->kv, TABLE_LEDGER, key_slice(&user));
	forget_chores(op);
	metrics_forget_user(op, deletion->now_ms);
	return kv_status(op->kv, ST_OK);
}

enum status
op_begin_deletion(struct op *op, const struct deletion *deletion)
{
	struct person person;
	enum status st = op_get_person(op, &person);

	if (st == ST_NO_USER && ledger_check(op, INT64_MAX) == ST_BEING_DELETED)
		return ST_OK;
	if (st != ST_OK)
		return st;
	if (person.user.created_ms != deletion->created_ms || !slice_equal(person.user.id, deletion->user_id))
		return ST_NO_USER;
	return begin(op, deletion);
}

/* --- one step --------------------------------------------------------------------------- */

struct step {
	unsigned    walk;                  /* which table */
	struct key  from;                  /* the first key to look at */
	size_t      count;                 /* rows to remove ... */
	struct key *rows;
	size_t      stripped_count;        /* ... and keys to keep without their requests */
	struct key *stripped;
	int64_t    *stripped_created_ms;
	bool        is_at_end;             /* of this table */
	int64_t     keeps_from_ms, keeps_to_ms;   /* replies made between may still be sent */
	bool        is_waiting;            /* for such a one, the first of them ... */
	struct key  kept;                  /* ... this */
};

static bool
step_init(struct op *op, struct slice from, struct step *step)
{
	*step = (struct step){ .walk = from.len > 0 ? (unsigned char)from.ptr[0] : 0 };
	if (from.len > 1)
		step->from = key_of((struct slice){ from.ptr + 1, from.len - 1 });
	else
		step->from = key_of((struct slice){ (const char *)op->ledger, LEDGER_KEY_SIZE });
	step->rows = arena_alloc(op->arena, STEP_ROWS * sizeof *step->rows);
	step->stripped = arena_alloc(op->arena, STEP_ROWS * sizeof *step->stripped);
	step->stripped_created_ms = arena_alloc(op->arena, STEP_ROWS * sizeof *step->stripped_created_ms);
	return step->rows != NULL && step->stripped != NULL && step->stripped_created_ms != NULL;
}

static bool
is_stripped(const struct dedupe *dedupe)
{
	static const uint8_t nothing[sizeof dedupe->request_hash];

	return memcmp(dedupe->request_hash, nothing, sizeof nothing) == 0 && dedupe->expense_count == 0
	    && uuid_is_nil(&dedupe->message_id);
}

static enum status
look_at_row(const struct kv_cursor *cursor, struct step *step)
{
	struct uuid ids[BATCH_EXPENSES_MAX];
	struct outbox_entry reply;
	struct dedupe dedupe;
	enum status st;

	if (cursor->table == TABLE_LEDGER && key_row_kind(cursor->key) == ROW_TOMBSTONE)
		return ST_OK;
	if (cursor->table == TABLE_OUTBOX && outbox_unpack(cursor->value, &reply) == ST_OK &&
	    reply.created_ms >= step->keeps_from_ms && reply.created_ms < step->keeps_to_ms) {
		if (!step->is_waiting)
			step->kept = key_of(cursor->key);
		step->is_waiting = true;
		return ST_OK;
	}
	if (cursor->table != TABLE_LEDGER || key_row_kind(cursor->key) != ROW_DEDUPE) {
		step->rows[step->count++] = key_of(cursor->key);
		return ST_OK;
	}
	st = dedupe_unpack(cursor->value, &dedupe, ids);
	if (st == ST_OK && !is_stripped(&dedupe)) {
		step->stripped[step->stripped_count] = key_of(cursor->key);
		step->stripped_created_ms[step->stripped_count++] = dedupe.created_ms;
	}
	return st;
}

/* Rows of another table that go with this one. */
static unsigned
parts_of(const struct kv_cursor *cursor)
{
	bool is_picture = cursor->table == TABLE_LEDGER && key_row_kind(cursor->key) == ROW_PICTURE;

	return is_picture ? picture_rows(cursor->value) - 1 : 0;
}

static unsigned
at_most(unsigned count, unsigned max)
{
	return count < max ? count : max;
}

static enum status
look(struct op *op, struct step *step)
{
	enum table table = tables[step->walk];
	unsigned left = table == TABLE_LEDGER ? STEP_ROWS : STEP_BOX_ROWS;
	struct key ledger = key_of((struct slice){ (const char *)op->ledger, LEDGER_KEY_SIZE });
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, table);
	is_there = kv_cursor_seek(&cursor, key_slice(&step->from));
	for (; st == ST_OK && is_there && left > 0; left--) {
		if (!key_starts_with(cursor.key, &ledger))
			break;
		st = look_at_row(&cursor, step);
		left -= at_most(parts_of(&cursor), left - 1);
		is_there = kv_cursor_next(&cursor);
	}
	step->is_at_end = !is_there || !key_starts_with(cursor.key, &ledger);
	if (!step->is_at_end)
		step->from = key_of(cursor.key);
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

static void
remove_row(struct op *op, enum table table, struct slice row)
{
	if (table == TABLE_LEDGER && key_row_kind(row) == ROW_PICTURE)
		picture_remove(op, row);
	else if (table == TABLE_LEDGER && key_row_kind(row) == ROW_AI_CALL)
		ai_call_remove(op, row);
	else
		kv_del(op->kv, table, row);
}

static void
apply(struct op *op, const struct step *step)
{
	for (size_t i = 0; i < step->count; i++)
		remove_row(op, tables[step->walk], key_slice(&step->rows[i]));
	for (size_t i = 0; i < step->stripped_count; i++) {
		dedupe_pack(op->scratch, &(struct dedupe){ .created_ms = step->stripped_created_ms[i] });
		op_put_scratch(op, TABLE_LEDGER, &step->stripped[i]);
	}
}

/*
 * Ids go on from the latest one when the clock is set back, and they tell what came before the end.  So it is behind all
 * that there are, and those to come are behind it.
 */
static enum status
finish(struct op *op, struct tombstone *tombstone, int64_t now_ms)
{
	struct key note = key_deletion(op->ledger);
	int64_t latest_ms = uuid7_latest_ms();

	tombstone->finished_ms = now_ms > tombstone->started_ms ? now_ms : tombstone->started_ms;
	if (latest_ms > tombstone->finished_ms)
		tombstone->finished_ms = latest_ms;
	uuid7_go_on_behind(tombstone->finished_ms + 1);
	tombstone_put(op, tombstone);
	kv_del(op->kv, TABLE_LEDGER, key_slice(&note));
	return kv_status(op->kv, ST_OK);
}

/* Where the next step begins. */
static enum status
set_next(struct op *op, const struct step *step, struct write_answer *answer)
{
	char bytes[1 + KEY_MAX] = { (char)step->walk };

	if (step->is_at_end) {
		bytes[0]++;
		answer->next = arena_copy(op->arena, (struct slice){ bytes, 1 });
	} else {
		memcpy(bytes + 1, step->from.bytes, step->from.len);
		answer->next = arena_copy(op->arena, (struct slice){ bytes, 1 + step->from.len });
	}
	return answer->next.ptr != NULL ? ST_OK : ST_FAILED;
}

enum status
op_delete_step(struct op *op, struct slice from, int64_t now_ms, struct write_answer *answer)
{
	struct tombstone tombstone;
	struct step step;
	enum status st = tombstone_get(op, &tombstone);

	if (st != ST_OK || tombstone.finished_ms != 0)
		return st == ST_NOT_FOUND ? ST_OK : st;        /* it has ended before */
	if (!step_init(op, from, &step))
		return ST_FAILED;
	if (step.walk >= WALKS)
		return ST_BAD_VALUE;
	step.keeps_from_ms = tombstone.started_ms;
	step.keeps_to_ms = now_ms < tombstone.started_ms + FAREWELL_MS ? tombstone.started_ms + FAREWELL_MS : 0;
	st = look(op, &step);
	if (st == ST_OK && step.is_waiting) {
		if (step.count == 0)
			return ST_CONFLICT;
		step.from = step.kept;
		step.is_at_end = false;
	}
	if (st == ST_OK && !(step.is_at_end && step.walk + 1 == WALKS))
		st = set_next(op, &step, answer);
	if (st != ST_OK)
		return st;
	apply(op, &step);
	return answer->next.len > 0 ? kv_status(op->kv, ST_OK) : finish(op, &tombstone, now_ms);
}

/* --- those under way ------------------------------------------------------------------------ */

enum status
op_list_deletions(struct op *op, unsigned limit, void (*on_deletion)(struct slice user_id, void *arg), void *arg)
{
	struct key prefix = key_deletions();
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct slice user_id;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&prefix));
	for (; st == ST_OK && is_there && limit > 0 && key_starts_with(cursor.key, &prefix); limit--) {
		st = deletion_unpack(cursor.value, &user_id);
		if (st == ST_OK)
			on_deletion(user_id, arg);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}
