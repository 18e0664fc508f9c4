/* SPDX-License-Identifier: MIT */
/*
 * Writes as values: what a process asks of a shard's writer, and the answer.
 * Both can cross a socket, as the body of a frame whose kind is the command's.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "arena.h"
#include "buf.h"
#include "mp.h"
#include "ledger/op.h"
#include "store.h"

enum command_kind {
	COMMAND_RECORD_MESSAGE,
	COMMAND_PUT_EXPENSES,
	COMMAND_CHANGE_EXPENSE,
	COMMAND_NAME_CATEGORY,
	COMMAND_SIGN_UP,
	COMMAND_PUT_INBOX,
	COMMAND_COUNT_ATTEMPT,
	COMMAND_PUT_TOKEN,
	COMMAND_REVOKE_TOKEN,
	COMMAND_NOTE_TOKEN_USED,
	COMMANDS
};

struct sign_up_command {
	struct sign_up sign_up;
	int64_t        now_ms;
};

struct token_use {
	uint8_t key_id[TOKEN_KEY_SIZE];
	day_t   day;                                       /* not of COMMAND_REVOKE_TOKEN */
};

struct command {
	enum command_kind kind;
	uint8_t           ledger[LEDGER_KEY_SIZE];     /* not for those about tokens */
	union {
		struct message_entry   message;
		struct expense_batch   batch;
		struct expense_change  change;
		struct category_name   category;
		struct sign_up_command sign_up;
		struct inbox_entry     inbox;
		struct uuid            message_id;     /* COMMAND_COUNT_ATTEMPT */
		struct token           token;
		struct token_use       token_use;
	};
};

/* Append the command's body, one msgpack value. */
void command_pack(struct buf *b, const struct command *command);

/* Read it back; slices point into body, lists lie in the arena.  false: it is no such command. */
bool command_unpack(struct slice body, unsigned kind, struct arena *arena, struct command *command);

/*
 * Carry the command out.  *answer is set, empty but for record_message,
 * put_expenses, change_expense, name_category and sign_up; it lies in the arena and in the command.  With an
 * error in kv the transaction is of no use any more, else it may go on.
 */
enum status command_run(const struct command *command, struct kv *kv, struct arena *arena, struct buf *scratch,
    struct write_answer *answer);

void answer_pack(struct buf *b, enum status st, const struct write_answer *answer);

/* false: it is no answer. */
bool answer_unpack(struct slice body, struct arena *arena, enum status *st, struct write_answer *answer);

/* Who waits for a write: one of the two callbacks is set. */
struct asker {
	store_write_fn *on_write;
	store_done_fn  *on_done;
	void           *arg;
};

void asker_tell(const struct asker *asker, enum status st, const struct write_answer *answer);

#endif
