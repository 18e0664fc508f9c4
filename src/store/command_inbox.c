/* SPDX-License-Identifier: MIT */
/* Commands about messages that wait; see command.h. */
#include "config.h"

#include "command_parts.h"

static void
inbox_command_pack(msgpack_packer *pk, const struct command *command)
{
	const struct inbox_entry *entry = &command->inbox;

	mp_put_uuid(pk, &entry->message_id);
	mp_put_str(pk, entry->user_id);
	mp_put_str(pk, entry->text);
	mp_put_str(pk, entry->locale_hint);
	mp_put_str(pk, entry->idempotency_key);
	command_put_hash(pk, entry->request_hash);
	mp_put_bin(pk, entry->deliver_to.ptr, entry->deliver_to.len);
	msgpack_pack_int64(pk, entry->received_ms);
	msgpack_pack_uint32(pk, entry->attempts);
}

static void
inbox_command_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct inbox_entry *entry = &command->inbox;

	(void)arena;
	mp_uuid(mp, &entry->message_id);
	entry->user_id = mp_str(mp);
	entry->text = mp_str(mp);
	entry->locale_hint = mp_str(mp);
	entry->idempotency_key = mp_str(mp);
	mp_bytes(mp, entry->request_hash, sizeof entry->request_hash);
	entry->deliver_to = mp_bin(mp);
	entry->received_ms = mp_int(mp);
	entry->attempts = mp_u32(mp);
}

static enum status
inbox_command_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_put_inbox(op, &command->inbox);
}

const struct command_row command_put_inbox = { inbox_command_pack, inbox_command_unpack, inbox_command_run };

static void
attempt_pack(msgpack_packer *pk, const struct command *command)
{
	mp_put_uuid(pk, &command->message_id);
}

static void
attempt_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	(void)arena;
	mp_uuid(mp, &command->message_id);
}

static enum status
attempt_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_count_attempt(op, &command->message_id);
}

const struct command_row command_count_attempt = { attempt_pack, attempt_unpack, attempt_run };
