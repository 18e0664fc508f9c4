/* SPDX-License-Identifier: MIT */
/* Idempotency keys: what a request did, so that its repeat does nothing; see op.h. */
#include "config.h"

#include "ledger/op/op.h"

#include "sabotage.h"

enum status
dedupe_find(struct op *op, struct slice key, const uint8_t request_hash[32], struct dedupe *dedupe)
{
	struct uuid *ids;
	struct slice value;
	struct key row;
	enum status st;

	if (key.len == 0 || SABOTAGE == SABOTAGE_NO_DEDUPE)
		return ST_NOT_FOUND;
	row = key_dedupe(op->ledger, key);
	if (!op_get(op, TABLE_LEDGER, &row, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	ids = arena_alloc(op->arena, BATCH_EXPENSES_MAX * sizeof *ids);
	if (ids == NULL)
		return ST_FAILED;
	st = dedupe_unpack(value, dedupe, ids);
	if (st == ST_OK && memcmp(dedupe->request_hash, request_hash, sizeof dedupe->request_hash) != 0)
		return ST_KEY_REUSED;
	return st;
}

void
dedupe_put(struct op *op, struct slice key, const struct dedupe *dedupe)
{
	struct key row;

	if (key.len == 0)
		return;
	row = key_dedupe(op->ledger, key);
	dedupe_pack(op->scratch, dedupe);
	op_put_scratch(op, TABLE_LEDGER, &row);
}

enum status
dedupe_answer(struct op *op, const struct dedupe *dedupe, struct write_answer *answer)
{
	enum status st = ST_OK;

	if (!uuid_is_nil(&dedupe->message_id)) {
		st = op_get_message(op, &dedupe->message_id, &answer->message, &answer->is_new_user);
	} else {
		answer->message = (struct message){ .status = MESSAGE_RECORDED, .received_ms = dedupe->created_ms,
			.finished_ms = dedupe->created_ms, .expense_count = dedupe->expense_count,
			.expense_ids = dedupe->expense_ids };
	}
	if (st == ST_OK)
		st = expenses_load(op, answer->message.expense_ids, answer->message.expense_count, answer);
	answer->is_replay = st == ST_OK;
	return st;
}

enum status
op_find_replay(struct op *op, struct slice key, const uint8_t request_hash[32], struct message *message)
{
	struct write_answer answer = { 0 };
	struct dedupe dedupe;
	enum status st = dedupe_find(op, key, request_hash, &dedupe);

	if (st == ST_OK)
		st = dedupe_answer(op, &dedupe, &answer);
	*message = answer.message;
	return st;
}
