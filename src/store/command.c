/* SPDX-License-Identifier: MIT */
/* See command.h. */
#include "config.h"

#include "command.h"

/* --- parts ------------------------------------------------------------------- */

static void
put_hash(msgpack_packer *pk, const uint8_t hash[32])
{
	mp_put_bin(pk, hash, 32);
}

static void
put_currency(msgpack_packer *pk, struct currency currency)
{
	mp_put_bin(pk, currency.code, sizeof currency.code);
}

static void
read_currency(struct mp *mp, struct currency *currency)
{
	mp_bytes(mp, currency->code, sizeof currency->code);
}

static uint32_t
read_u32(struct mp *mp)
{
	uint64_t n = mp_uint(mp);

	if (n > UINT32_MAX)
		mp->is_bad = true;
	return (uint32_t)n;
}

static int
read_int(struct mp *mp, int min, int max)
{
	int64_t n = mp_int(mp);

	if (n < min || n > max) {
		mp->is_bad = true;
		return 0;
	}
	return (int)n;
}

static void
put_sign_up(msgpack_packer *pk, const struct sign_up *sign_up)
{
	mp_put_str(pk, sign_up->user_id);
	mp_put_str(pk, sign_up->locale);
	mp_put_str(pk, sign_up->zone);
	put_currency(pk, sign_up->home);
}

static void
read_sign_up(struct mp *mp, struct sign_up *sign_up)
{
	sign_up->user_id = mp_str(mp);
	sign_up->locale = mp_str(mp);
	sign_up->zone = mp_str(mp);
	read_currency(mp, &sign_up->home);
}

static void
put_expense(msgpack_packer *pk, const struct expense *expense)
{
	mp_put_uuid(pk, &expense->id);
	msgpack_pack_int32(pk, expense->day);
	msgpack_pack_int64(pk, expense->amount_minor);
	put_currency(pk, expense->currency);
	mp_put_uuid(pk, &expense->category_id);
	mp_put_str(pk, expense->description);
	mp_put_str(pk, expense->account);
	mp_put_str(pk, expense->zone);
	mp_put_uuid(pk, &expense->message_id);
	mp_put_uuid(pk, &expense->refund_of);
	msgpack_pack_int64(pk, expense->created_ms);
	msgpack_pack_int64(pk, expense->updated_ms);
	msgpack_pack_uint32(pk, expense->version);
}

static void
read_expense(struct mp *mp, struct expense *expense)
{
	mp_uuid(mp, &expense->id);
	expense->day = read_int(mp, INT32_MIN, INT32_MAX);
	expense->amount_minor = mp_int(mp);
	read_currency(mp, &expense->currency);
	mp_uuid(mp, &expense->category_id);
	expense->description = mp_str(mp);
	expense->account = mp_str(mp);
	expense->zone = mp_str(mp);
	mp_uuid(mp, &expense->message_id);
	mp_uuid(mp, &expense->refund_of);
	expense->created_ms = mp_int(mp);
	expense->updated_ms = mp_int(mp);
	expense->version = read_u32(mp);
}

static void
put_new_expenses(msgpack_packer *pk, const struct new_expense *expenses, size_t count)
{
	msgpack_pack_uint64(pk, count);
	for (size_t i = 0; i < count; i++) {
		put_expense(pk, &expenses[i].expense);
		mp_put_str(pk, expenses[i].category_key);
	}
}

/* The length of a list, and memory for it. */
static void *
read_list(struct mp *mp, struct arena *arena, size_t *count, size_t max, size_t size)
{
	uint64_t n = mp_uint(mp);
	void *list = n <= max ? arena_alloc(arena, n * size) : NULL;

	*count = n;
	if (list == NULL)
		mp->is_bad = true;
	return list;
}

static const struct new_expense *
read_new_expenses(struct mp *mp, struct arena *arena, size_t *count)
{
	struct new_expense *expenses = read_list(mp, arena, count, BATCH_EXPENSES_MAX, sizeof *expenses);

	for (size_t i = 0; !mp->is_bad && i < *count; i++) {
		read_expense(mp, &expenses[i].expense);
		expenses[i].category_key = mp_str(mp);
	}
	return expenses;
}

/* --- commands ---------------------------------------------------------------- */

static void
message_entry_pack(msgpack_packer *pk, const struct command *command)
{
	const struct message_entry *entry = &command->message;

	put_sign_up(pk, &entry->sign_up);
	mp_put_uuid(pk, &entry->id);
	msgpack_pack_uint32(pk, entry->status);
	mp_put_str(pk, entry->reply);
	msgpack_pack_int64(pk, entry->received_ms);
	msgpack_pack_int64(pk, entry->now_ms);
	mp_put_str(pk, entry->idempotency_key);
	put_hash(pk, entry->request_hash);
	mp_put_bool(pk, entry->was_in_inbox);
	mp_put_bin(pk, entry->deliver_to.ptr, entry->deliver_to.len);
	put_new_expenses(pk, entry->expenses, entry->expense_count);
}

static void
message_entry_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct message_entry *entry = &command->message;

	read_sign_up(mp, &entry->sign_up);
	mp_uuid(mp, &entry->id);
	entry->status = (enum message_status)read_int(mp, 0, MESSAGE_WAITING);
	entry->reply = mp_str(mp);
	entry->received_ms = mp_int(mp);
	entry->now_ms = mp_int(mp);
	entry->idempotency_key = mp_str(mp);
	mp_bytes(mp, entry->request_hash, sizeof entry->request_hash);
	entry->was_in_inbox = mp_bool(mp);
	entry->deliver_to = mp_bin(mp);
	entry->expenses = read_new_expenses(mp, arena, &entry->expense_count);
}

static enum status
message_entry_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_record_message(op, &command->message, answer);
}

static void
batch_pack(msgpack_packer *pk, const struct command *command)
{
	const struct expense_batch *batch = &command->batch;

	put_sign_up(pk, &batch->sign_up);
	msgpack_pack_int64(pk, batch->now_ms);
	mp_put_str(pk, batch->idempotency_key);
	put_hash(pk, batch->request_hash);
	put_new_expenses(pk, batch->expenses, batch->expense_count);
}

static void
batch_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct expense_batch *batch = &command->batch;

	read_sign_up(mp, &batch->sign_up);
	batch->now_ms = mp_int(mp);
	batch->idempotency_key = mp_str(mp);
	mp_bytes(mp, batch->request_hash, sizeof batch->request_hash);
	batch->expenses = read_new_expenses(mp, arena, &batch->expense_count);
}

static enum status
batch_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_put_expenses(op, &command->batch, answer);
}

static void
change_pack(msgpack_packer *pk, const struct command *command)
{
	const struct expense_change *change = &command->change;

	mp_put_uuid(pk, &change->change_id);
	msgpack_pack_uint32(pk, change->action);
	msgpack_pack_uint32(pk, change->by);
	msgpack_pack_int64(pk, change->now_ms);
	msgpack_pack_uint32(pk, change->if_version);
	put_expense(pk, &change->expense);
	mp_put_str(pk, change->idempotency_key);
	put_hash(pk, change->request_hash);
}

static void
change_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct expense_change *change = &command->change;

	(void)arena;
	mp_uuid(mp, &change->change_id);
	change->action = (enum expense_action)read_int(mp, 0, EXPENSE_ACTIONS - 1);
	change->by = (enum token_kind)read_int(mp, 0, TOKEN_USER);
	change->now_ms = mp_int(mp);
	change->if_version = read_u32(mp);
	read_expense(mp, &change->expense);
	change->idempotency_key = mp_str(mp);
	mp_bytes(mp, change->request_hash, sizeof change->request_hash);
}

static enum status
change_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_change_expense(op, &command->change, answer);
}

static void
category_name_pack(msgpack_packer *pk, const struct command *command)
{
	const struct category_name *name = &command->category;

	mp_put_uuid(pk, &name->id);
	mp_put_bool(pk, name->is_new);
	mp_put_str(pk, name->name);
	msgpack_pack_uint32(pk, name->if_version);
	msgpack_pack_int64(pk, name->now_ms);
	mp_put_str(pk, name->idempotency_key);
	put_hash(pk, name->request_hash);
}

static void
category_name_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct category_name *name = &command->category;

	(void)arena;
	mp_uuid(mp, &name->id);
	name->is_new = mp_bool(mp);
	name->name = mp_str(mp);
	name->if_version = read_u32(mp);
	name->now_ms = mp_int(mp);
	name->idempotency_key = mp_str(mp);
	mp_bytes(mp, name->request_hash, sizeof name->request_hash);
}

static enum status
category_name_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_name_category(op, &command->category, answer);
}

static void
sign_up_pack(msgpack_packer *pk, const struct command *command)
{
	put_sign_up(pk, &command->sign_up.sign_up);
	msgpack_pack_int64(pk, command->sign_up.now_ms);
}

static void
sign_up_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	(void)arena;
	read_sign_up(mp, &command->sign_up.sign_up);
	command->sign_up.now_ms = mp_int(mp);
}

static enum status
sign_up_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_sign_up(op, &command->sign_up.sign_up, command->sign_up.now_ms, answer);
}

static void
inbox_command_pack(msgpack_packer *pk, const struct command *command)
{
	const struct inbox_entry *entry = &command->inbox;

	mp_put_uuid(pk, &entry->message_id);
	mp_put_str(pk, entry->user_id);
	mp_put_str(pk, entry->text);
	mp_put_str(pk, entry->locale_hint);
	mp_put_str(pk, entry->idempotency_key);
	put_hash(pk, entry->request_hash);
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
	entry->attempts = read_u32(mp);
}

static enum status
inbox_command_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_put_inbox(op, &command->inbox);
}

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

static void
token_command_pack(msgpack_packer *pk, const struct command *command)
{
	const struct token *token = &command->token;

	mp_put_bin(pk, token->key_id, sizeof token->key_id);
	mp_put_bin(pk, token->secret_hash, sizeof token->secret_hash);
	msgpack_pack_uint32(pk, token->kind);
	mp_put_str(pk, token->user_id);
	mp_put_str(pk, token->label);
	msgpack_pack_int64(pk, token->created_ms);
	msgpack_pack_int64(pk, token->expires_ms);
	mp_put_bool(pk, token->is_revoked);
}

static void
token_command_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct token *token = &command->token;

	(void)arena;
	mp_bytes(mp, token->key_id, sizeof token->key_id);
	mp_bytes(mp, token->secret_hash, sizeof token->secret_hash);
	token->kind = (enum token_kind)read_int(mp, 0, TOKEN_USER);
	token->user_id = mp_str(mp);
	token->label = mp_str(mp);
	token->created_ms = mp_int(mp);
	token->expires_ms = mp_int(mp);
	token->is_revoked = mp_bool(mp);
}

static enum status
token_command_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_put_token(op, &command->token);
}

static const struct {
	void (*pack)(msgpack_packer *pk, const struct command *command);
	void (*unpack)(struct mp *mp, struct arena *arena, struct command *command);
	enum status (*run)(struct op *op, const struct command *command, struct write_answer *answer);
} rows[COMMANDS] = {
	[COMMAND_RECORD_MESSAGE] = { message_entry_pack, message_entry_unpack, message_entry_run },
	[COMMAND_PUT_EXPENSES] = { batch_pack, batch_unpack, batch_run },
	[COMMAND_CHANGE_EXPENSE] = { change_pack, change_unpack, change_run },
	[COMMAND_NAME_CATEGORY] = { category_name_pack, category_name_unpack, category_name_run },
	[COMMAND_SIGN_UP] = { sign_up_pack, sign_up_unpack, sign_up_run },
	[COMMAND_PUT_INBOX] = { inbox_command_pack, inbox_command_unpack, inbox_command_run },
	[COMMAND_COUNT_ATTEMPT] = { attempt_pack, attempt_unpack, attempt_run },
	[COMMAND_PUT_TOKEN] = { token_command_pack, token_command_unpack, token_command_run },
};

/* --- a body: one binary value that holds the fields in a row -------------------- */

enum { BODY_HEAD = 5 };

static size_t
body_begin(struct buf *b)
{
	size_t start = b->len;

	buf_append(b, "\xc6\0\0\0\0", BODY_HEAD);       /* bin 32 */
	return start;
}

static void
body_end(struct buf *b, size_t start)
{
	size_t size = b->len - start - BODY_HEAD;

	if (b->has_failed)
		return;
	for (size_t i = 0; i < BODY_HEAD - 1; i++)
		b->data[start + 1 + i] = (char)(size >> (24 - 8 * i));
}

static struct mp
body_open(struct slice body)
{
	struct mp mp = mp_of(body);
	struct slice fields = mp_bin(&mp);

	return mp_end(&mp) ? mp_of(fields) : (struct mp){ .is_bad = true };
}

void
command_pack(struct buf *b, const struct command *command)
{
	size_t start = body_begin(b);
	msgpack_packer pk = mp_packer(b);

	mp_put_bin(&pk, command->ledger, sizeof command->ledger);
	rows[command->kind].pack(&pk, command);
	body_end(b, start);
}

bool
command_unpack(struct slice body, unsigned kind, struct arena *arena, struct command *command)
{
	struct mp mp = body_open(body);

	if (kind >= COMMANDS)
		return false;
	command->kind = (enum command_kind)kind;
	mp_bytes(&mp, command->ledger, sizeof command->ledger);
	rows[kind].unpack(&mp, arena, command);
	return mp_end(&mp);
}

enum status
command_run(const struct command *command, struct kv *kv, struct arena *arena, struct buf *scratch,
    struct write_answer *answer)
{
	struct op op = { .kv = kv, .arena = arena, .scratch = scratch };

	memcpy(op.ledger, command->ledger, sizeof op.ledger);
	memset(answer, 0, sizeof *answer);
	return rows[command->kind].run(&op, command, answer);
}

static void
put_message(msgpack_packer *pk, const struct message *message)
{
	mp_put_uuid(pk, &message->id);
	msgpack_pack_uint32(pk, message->status);
	mp_put_str(pk, message->text);
	mp_put_str(pk, message->reply);
	msgpack_pack_int64(pk, message->received_ms);
	msgpack_pack_int64(pk, message->finished_ms);
	msgpack_pack_uint64(pk, message->expense_count);
	for (size_t i = 0; i < message->expense_count; i++)
		mp_put_uuid(pk, &message->expense_ids[i]);
}

static void
read_message(struct mp *mp, struct arena *arena, struct message *message)
{
	struct uuid *ids;

	mp_uuid(mp, &message->id);
	message->status = (enum message_status)read_int(mp, 0, MESSAGE_WAITING);
	message->text = mp_str(mp);
	message->reply = mp_str(mp);
	message->received_ms = mp_int(mp);
	message->finished_ms = mp_int(mp);
	message->expense_ids = ids = read_list(mp, arena, &message->expense_count, BATCH_EXPENSES_MAX, sizeof *ids);
	for (size_t i = 0; !mp->is_bad && i < message->expense_count; i++)
		mp_uuid(mp, &ids[i]);
}

void
answer_pack(struct buf *b, enum status st, const struct write_answer *answer)
{
	size_t start = body_begin(b);
	msgpack_packer pk = mp_packer(b);

	msgpack_pack_uint32(&pk, st);
	if (st == ST_OK) {
		mp_put_bool(&pk, answer->is_new_user);
		mp_put_bool(&pk, answer->is_replay);
		put_message(&pk, &answer->message);
		msgpack_pack_uint64(&pk, answer->expense_count);
		for (size_t i = 0; i < answer->expense_count; i++)
			put_expense(&pk, &answer->expenses[i]);
		mp_put_uuid(&pk, &answer->category_id);
	}
	body_end(b, start);
}

bool
answer_unpack(struct slice body, struct arena *arena, enum status *st, struct write_answer *answer)
{
	struct mp mp = body_open(body);
	struct expense *expenses;

	*st = status_from_wire(mp_uint(&mp));
	memset(answer, 0, sizeof *answer);
	if (*st != ST_OK || mp.is_bad)
		return mp_end(&mp);
	answer->is_new_user = mp_bool(&mp);
	answer->is_replay = mp_bool(&mp);
	read_message(&mp, arena, &answer->message);
	answer->expenses = expenses = read_list(&mp, arena, &answer->expense_count, BATCH_EXPENSES_MAX, sizeof *expenses);
	for (size_t i = 0; !mp.is_bad && i < answer->expense_count; i++)
		read_expense(&mp, &expenses[i]);
	mp_uuid(&mp, &answer->category_id);
	return mp_end(&mp);
}

void
asker_tell(const struct asker *asker, enum status st, const struct write_answer *answer)
{
	if (asker->on_write != NULL)
		asker->on_write(st, answer, asker->arg);
	else
		asker->on_done(st, asker->arg);
}
