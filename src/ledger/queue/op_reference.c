/* SPDX-License-Identifier: MIT */
/* Which message a platform's id stands for; see op_queue.h. */
#include "config.h"

#include "op_queue.h"

void
reference_put(struct op *op, struct slice conversation, struct slice ref, const struct uuid *message_id, int64_t now_ms)
{
	struct reference reference = { *message_id, now_ms };
	struct key key;

	if (ref.len == 0)
		return;
	key = key_reference(op->ledger, conversation, ref);
	reference_pack(op->scratch, &reference);
	op_put_scratch(op, TABLE_LEDGER, &key);
}

enum status
op_find_reference(struct op *op, struct slice conversation, struct slice ref, struct message *message)
{
	struct key key = key_reference(op->ledger, conversation, ref);
	struct reference reference;
	struct slice value;
	bool is_sign_up;
	enum status st;

	if (ref.len == 0 || !op_get(op, TABLE_LEDGER, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	st = reference_unpack(value, &reference);
	return st == ST_OK ? op_get_message(op, &reference.message_id, message, &is_sign_up) : st;
}
