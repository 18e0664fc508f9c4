/* SPDX-License-Identifier: MIT */
/* See batch.h. */
#include "config.h"

#include "batch.h"

#include <stdlib.h>

#include "clock.h"
#include "store/command/command.h"
#include "counters.h"

enum {
	FIRST_CAPACITY = 64,
	KEEP = 1 << 20                     /* bytes of memory that the next batch uses again */
};

void
batch_fini(struct batch *b)
{
	free(b->entries);
	buf_fini(&b->bodies);
	buf_fini(&b->answers);
	buf_fini(&b->scratch);
	arena_fini(&b->arena);
	*b = (struct batch){ 0 };
}

static bool
make_room(struct batch *b)
{
	size_t capacity = b->capacity > 0 ? 2 * b->capacity : FIRST_CAPACITY;
	struct batch_entry *entries;

	if (b->count < b->capacity)
		return true;
	entries = realloc(b->entries, capacity * sizeof *entries);
	if (entries == NULL)
		return false;
	b->entries = entries;
	b->capacity = capacity;
	return true;
}

bool
batch_add(struct batch *b, void *asker, const struct frame *frame)
{
	size_t at = b->bodies.len;

	if (!make_room(b))
		return false;
	buf_append_slice(&b->bodies, frame->body);
	if (b->bodies.has_failed) {
		b->bodies.has_failed = false;
		return false;
	}
	b->entries[b->count++] = (struct batch_entry){ .asker = asker, .id = frame->id, .kind = frame->kind,
		.body_at = at, .body_len = frame->body.len };
	return true;
}

void
batch_clear(struct batch *b)
{
	b->count = 0;
	buf_clear(&b->bodies);
	buf_clear(&b->answers);
	buf_trim(&b->bodies, KEEP);
	buf_trim(&b->answers, KEEP);
}

struct slice
batch_answer(const struct batch *b, const struct batch_entry *entry)
{
	return (struct slice){ b->answers.data + entry->answer_at, entry->answer_len };
}

static void
set_answer(struct batch *b, struct batch_entry *entry, enum status st, const struct write_answer *answer)
{
	entry->answer_at = b->answers.len;
	answer_pack(&b->answers, st, answer);
	entry->answer_len = b->answers.len - entry->answer_at;
}

/* What would take the room that deleting needs. */
static bool
adds_to_store(enum command_kind kind)
{
	return kind == COMMAND_RECORD_MESSAGE || kind == COMMAND_PUT_EXPENSES || kind == COMMAND_SIGN_UP ||
	    kind == COMMAND_PUT_INBOX || kind == COMMAND_PUT_PICTURE_PART;
}

/* A kind that is not here is among the others. */
static enum distribution
time_of(unsigned kind)
{
	static const enum distribution times[COMMANDS] = {
		[COMMAND_RECORD_MESSAGE] = DISTRIBUTION_write_message_ns,
		[COMMAND_PUT_EXPENSES] = DISTRIBUTION_write_expenses_ns,
		[COMMAND_CHANGE_EXPENSE] = DISTRIBUTION_write_change_ns,
		[COMMAND_NAME_CATEGORY] = DISTRIBUTION_write_category_ns,
		[COMMAND_DELETE_CATEGORY] = DISTRIBUTION_write_category_ns,
		[COMMAND_MOVE_EXPENSES] = DISTRIBUTION_write_category_ns,
		[COMMAND_SET_KEYWORD] = DISTRIBUTION_write_category_ns,
		[COMMAND_SIGN_UP] = DISTRIBUTION_write_user_ns,
		[COMMAND_CHANGE_USER] = DISTRIBUTION_write_user_ns,
		[COMMAND_BEGIN_DELETION] = DISTRIBUTION_write_removal_ns,
		[COMMAND_DELETE_STEP] = DISTRIBUTION_write_removal_ns,
		[COMMAND_REMOVE_TOKENS] = DISTRIBUTION_write_removal_ns,
		[COMMAND_REMOVE_EXPIRED] = DISTRIBUTION_write_removal_ns,
		[COMMAND_PUT_INBOX] = DISTRIBUTION_write_inbox_ns,
		[COMMAND_PUT_TOKEN] = DISTRIBUTION_write_access_ns,
		[COMMAND_PUT_POLICY] = DISTRIBUTION_write_access_ns,
		[COMMAND_REVOKE_TOKEN] = DISTRIBUTION_write_access_ns,
		[COMMAND_NOTE_TOKEN_USED] = DISTRIBUTION_write_access_ns,
	};

	return kind < COMMANDS && times[kind] != 0 ? times[kind] : DISTRIBUTION_write_other_ns;
}

/* Carry one command out and pack its answer, which holds if the transaction does. */
static void
execute_one(struct batch *b, struct batch_entry *entry, struct kv *kv, struct counters *counters)
{
	int64_t start_ns = clock_mono_ns();
	struct slice body = { b->bodies.data + entry->body_at, entry->body_len };
	struct write_answer answer;
	struct command command;
	enum status st = ST_FAILED;

	if (b->is_low && adds_to_store(entry->kind))
		st = ST_STORE_FULL;
	else if (command_unpack(body, entry->kind, &b->arena, &command))
		st = command_run(&command, kv, &b->arena, &b->scratch, &b->metrics, &answer);
	set_answer(b, entry, st, &answer);
	if (b->answers.has_failed)
		kv_fail(kv, ST_FAILED);
	distribution_record(counters, time_of(entry->kind), (uint64_t)(clock_mono_ns() - start_ns));
	arena_recycle(&b->arena, KEEP);
}

enum status
batch_execute(struct batch *b, size_t first, size_t count, struct lmdb_env *env, struct process_slot *slot)
{
	int64_t start_ns;
	uint64_t took_ns;
	enum status st;
	struct kv *kv;

	process_stage(slot, STAGE_WAITING, 0);
	kv = lmdb_write_begin(env, &st);
	start_ns = clock_mono_ns();
	atomic_store_explicit(&slot->heartbeat_ms, start_ns / 1000000, memory_order_relaxed);
	if (kv == NULL) {
		process_stage(slot, STAGE_IDLE, 0);
		return st;
	}
	process_stage(slot, STAGE_WRITING, start_ns / 1000000);
	b->metrics.count = 0;
	for (size_t i = first; i < first + count && kv->st == ST_OK; i++)
		execute_one(b, &b->entries[i], kv, &slot->counters);
	metrics_flush(&b->metrics, kv, &b->scratch);
	took_ns = (uint64_t)(clock_mono_ns() - start_ns);
	counter_peak(&slot->counters.store_write_peak_us, took_ns / 1000);
	distribution_record(&slot->counters, DISTRIBUTION_store_write_ns, took_ns);
	if (kv->st == ST_OK)
		return ST_OK;
	lmdb_write_abort(env);
	process_stage(slot, STAGE_IDLE, 0);
	return kv->st;
}

enum status
batch_commit(struct lmdb_env *env, struct process_slot *slot)
{
	int64_t start_ns = clock_mono_ns(), end_ns;
	uint64_t took_ns;
	enum status st;

	process_stage(slot, STAGE_COMMITTING, start_ns / 1000000);
	st = lmdb_write_commit(env);
	end_ns = clock_mono_ns();
	atomic_store_explicit(&slot->heartbeat_ms, end_ns / 1000000, memory_order_relaxed);
	process_stage(slot, STAGE_IDLE, 0);
	took_ns = (uint64_t)(end_ns - start_ns);
	counter_add(&slot->counters.store_commit_ns_total, took_ns);
	counter_peak(&slot->counters.store_commit_peak_us, took_ns / 1000);
	distribution_record(&slot->counters, DISTRIBUTION_store_commit_ns, took_ns);
	if (st == ST_OK)
		counter_add(&slot->counters.store_commits, 1);
	return st;
}

static enum status
run_in_one(struct batch *b, size_t first, size_t count, struct lmdb_env *env, struct process_slot *slot)
{
	size_t answers_len = b->answers.len;
	enum status st = batch_execute(b, first, count, env, slot);

	if (st == ST_OK)
		st = batch_commit(env, slot);
	if (st != ST_OK) {
		b->answers.len = answers_len;
		b->answers.has_failed = false;
	}
	return st;
}

/* Each on its own, so that those that can be stored are. */
static void
run_one_by_one(struct batch *b, size_t first, size_t count, struct lmdb_env *env, struct process_slot *slot)
{
	for (size_t i = first; i < first + count; i++) {
		enum status st = lmdb_is_disk_bad(env) ? ST_UNAVAILABLE : run_in_one(b, i, 1, env, slot);

		if (st == ST_OK)
			continue;
		set_answer(b, &b->entries[i], st, NULL);
		if (st == ST_STORE_FULL)
			counter_add(&slot->counters.store_full, 1);
	}
}

size_t
batch_run(struct batch *b, size_t first, size_t max, struct lmdb_env *env, struct process_slot *slot)
{
	size_t count = b->count - first < max ? b->count - first : max;
	enum status st = run_in_one(b, first, count, env, slot);

	if (st != ST_OK) {
		if (st == ST_STORE_FULL)
			lmdb_clear_dead_readers(env);  /* what they held may be used again */
		counter_add(&slot->counters.store_reruns, 1);
		run_one_by_one(b, first, count, env, slot);
	}
	counter_add(&slot->counters.store_commands, count);
	counter_peak(&slot->counters.store_batch_peak, count);
	distribution_record(&slot->counters, DISTRIBUTION_store_batch, count);
	return count;
}
