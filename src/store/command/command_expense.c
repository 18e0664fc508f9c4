/* SPDX-License-Identifier: MIT */
/* Commands that store and change expenses; see command.h. */
#include "config.h"

#include "command_parts.h"

static void
read_buttons(struct mp *mp, struct arena *arena, struct message_entry *entry)
{
	struct reply_button *buttons = arena_alloc(arena, REPLY_BUTTONS_MAX * sizeof *buttons);

	if (buttons == NULL)
		mp->is_bad = true;
	entry->buttons = buttons;
	entry->button_count = buttons != NULL ? buttons_read(mp, buttons) : 0;
}

static void
message_entry_pack(msgpack_packer *pk, const struct command *command)
{
	const struct message_entry *entry = &command->message;

	command_put_sign_up(pk, &entry->sign_up);
	mp_put_uuid(pk, &entry->id);
	msgpack_pack_uint32(pk, entry->status);
	mp_put_str(pk, entry->reply);
	mp_put_str(pk, entry->understood_by);
	msgpack_pack_int64(pk, entry->received_ms);
	msgpack_pack_int64(pk, entry->now_ms);
	mp_put_str(pk, entry->idempotency_key);
	command_put_hash(pk, entry->request_hash);
	mp_put_bool(pk, entry->was_in_inbox);
	mp_put_bin(pk, entry->deliver_to.ptr, entry->deliver_to.len);
	mp_put_str(pk, entry->conversation);
	mp_put_str(pk, entry->ref);
	buttons_put(pk, entry->buttons, entry->button_count);
	mp_put_str(pk, entry->dead_why);
	command_put_new_expenses(pk, entry->expenses, entry->expense_count);
	command_put_costs(pk, entry->costs, entry->cost_count);
	mp_put_str(pk, entry->text);
	mp_put_bool(pk, entry->wants_suggestion);
	mp_put_bool(pk, entry->keeps_picture);
	command_put_changes(pk, entry);
}

static void
message_entry_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct message_entry *entry = &command->message;

	command_read_sign_up(mp, &entry->sign_up);
	mp_uuid(mp, &entry->id);
	entry->status = (enum message_status)mp_int_in(mp, 0, MESSAGE_WAITING);
	entry->reply = mp_str(mp);
	entry->understood_by = mp_str(mp);
	entry->received_ms = mp_int(mp);
	entry->now_ms = mp_int(mp);
	entry->idempotency_key = mp_str(mp);
	mp_bytes(mp, entry->request_hash, sizeof entry->request_hash);
	entry->was_in_inbox = mp_bool(mp);
	entry->deliver_to = mp_bin(mp);
	entry->conversation = mp_str(mp);
	entry->ref = mp_str(mp);
	read_buttons(mp, arena, entry);
	entry->dead_why = mp_str(mp);
	entry->expenses = command_read_new_expenses(mp, arena, &entry->expense_count);
	entry->costs = command_read_costs(mp, arena, &entry->cost_count);
	entry->text = mp_str(mp);
	entry->wants_suggestion = mp_bool(mp);
	entry->keeps_picture = mp_bool(mp);
	command_read_changes(mp, arena, entry);
}

static enum status
message_entry_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_record_message(op, &command->message, answer);
}

const struct command_row command_record_message = { message_entry_pack, message_entry_unpack, message_entry_run };

static void
batch_pack(msgpack_packer *pk, const struct command *command)
{
	const struct expense_batch *batch = &command->batch;

	command_put_sign_up(pk, &batch->sign_up);
	msgpack_pack_int64(pk, batch->now_ms);
	mp_put_str(pk, batch->idempotency_key);
	command_put_hash(pk, batch->request_hash);
	command_put_new_expenses(pk, batch->expenses, batch->expense_count);
}

static void
batch_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct expense_batch *batch = &command->batch;

	command_read_sign_up(mp, &batch->sign_up);
	batch->now_ms = mp_int(mp);
	batch->idempotency_key = mp_str(mp);
	mp_bytes(mp, batch->request_hash, sizeof batch->request_hash);
	batch->expenses = command_read_new_expenses(mp, arena, &batch->expense_count);
}

static enum status
batch_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_put_expenses(op, &command->batch, answer);
}

const struct command_row command_put_expenses = { batch_pack, batch_unpack, batch_run };

static void
change_pack(msgpack_packer *pk, const struct command *command)
{
	const struct expense_change *change = &command->change;

	mp_put_uuid(pk, &change->change_id);
	msgpack_pack_uint32(pk, change->action);
	msgpack_pack_uint32(pk, change->by);
	msgpack_pack_int64(pk, change->now_ms);
	msgpack_pack_uint32(pk, change->if_version);
	command_put_expense(pk, &change->expense);
	mp_put_str(pk, change->idempotency_key);
	command_put_hash(pk, change->request_hash);
}

static void
change_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct expense_change *change = &command->change;

	(void)arena;
	mp_uuid(mp, &change->change_id);
	change->action = (enum expense_action)mp_int_in(mp, 0, EXPENSE_ACTIONS - 1);
	change->by = (enum token_kind)mp_int_in(mp, 0, TOKEN_USER);
	change->now_ms = mp_int(mp);
	change->if_version = mp_u32(mp);
	command_read_expense(mp, &change->expense);
	change->idempotency_key = mp_str(mp);
	mp_bytes(mp, change->request_hash, sizeof change->request_hash);
}

static enum status
change_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_change_expense(op, &command->change, answer);
}

const struct command_row command_change_expense = { change_pack, change_unpack, change_run };
