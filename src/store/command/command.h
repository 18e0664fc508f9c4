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
#include "ledger/queue/op_queue.h"
#include "store_dialogue.h"
#include "store_picture.h"

enum command_kind {
	COMMAND_RECORD_MESSAGE,
	COMMAND_PUT_EXPENSES,
	COMMAND_CHANGE_EXPENSE,
	COMMAND_NAME_CATEGORY,
	COMMAND_DELETE_CATEGORY,
	COMMAND_MOVE_EXPENSES,
	COMMAND_SET_KEYWORD,
	COMMAND_SIGN_UP,
	COMMAND_CHANGE_USER,
	COMMAND_BEGIN_DELETION,
	COMMAND_DELETE_STEP,
	COMMAND_REMOVE_TOKENS,
	COMMAND_REMOVE_EXPIRED,
	COMMAND_PUT_INBOX,
	COMMAND_CLAIM_MESSAGE,
	COMMAND_CLAIM_REPLY,
	COMMAND_FINISH_REPLY,
	COMMAND_SETTLE_DEAD,
	COMMAND_CLAIM_JOB,
	COMMAND_FINISH_JOB,
	COMMAND_ADD_AI_COST,
	COMMAND_PUT_TOKEN,
	COMMAND_PUT_POLICY,
	COMMAND_REVOKE_TOKEN,
	COMMAND_NOTE_TOKEN_USED,
	COMMAND_PUT_LINK_CODE,
	COMMAND_TRY_LINK_CODE,
	COMMAND_SET_ALIAS,
	COMMAND_SET_LINK,
	COMMAND_DROP_MESSAGE,
	COMMAND_BRING_FORWARD,
	COMMAND_PUT_PICTURE_PART,
	COMMAND_REMOVE_PICTURE,
	COMMAND_REMOVE_AI_CALLS,
	COMMANDS
};

/* Of work in steps, and of what is removed because it is kept no longer. */
struct step_command {
	struct slice        user_id;           /* COMMAND_REMOVE_TOKENS */
	struct slice        from;
	int64_t             now_ms;
	uint32_t            picture_days;      /* COMMAND_REMOVE_EXPIRED */
	size_t              row_count;         /* COMMAND_REMOVE_EXPIRED: at most EXPIRED_MAX */
	const struct slice *rows;
};

struct move_command {
	struct uuid category_id;
	int64_t     now_ms;
};

struct token_use {
	uint8_t key_id[TOKEN_KEY_SIZE];
	day_t   day;                                       /* not of COMMAND_REVOKE_TOKEN */
};

struct command {
	enum command_kind kind;
	uint8_t           ledger[LEDGER_KEY_SIZE];     /* all zero when the command is about no single ledger */
	union {
		struct message_entry   message;
		struct expense_batch   batch;
		struct expense_change  change;
		struct category_name   category;
		struct category_deletion category_deletion;
		struct move_command    move;
		struct keyword_change  keyword;
		struct sign_up_entry   sign_up;
		struct user_change     user;
		struct deletion        deletion;
		struct step_command    step;
		struct inbox_entry     inbox;
		struct inbox_claim     message_claim;      /* or of a job */
		struct reply_claim     reply_claim;
		struct bringing_forward bringing_forward;
		struct reply_outcome   reply_outcome;
		struct dead_letter_action dead_letter;
		struct queued_outcome  job_outcome;
		struct ai_cost         ai_cost;
		day_t                  calls_before;
		struct policy          policy;
		struct token           token;
		struct token_use       token_use;
		struct link_code       link_code;
		struct link_try        link_try;
		struct link_change     link;
		struct picture_part    picture_part;
		struct uuid            picture_id;         /* the message's, of COMMAND_REMOVE_PICTURE */
	};
};

/* Append the command's body, one msgpack value. */
void command_pack(struct buf *b, const struct command *command);

/* Read it back; slices point into body, lists lie in the arena.  false: it is no such command. */
bool command_unpack(struct slice body, unsigned kind, struct arena *arena, struct command *command);

/*
 * Carry the command out, unless its ledger is being deleted.  *answer is set, empty for those whose asker has an
 * on_done; it lies in the arena and in the command.  With an error in kv the transaction is of no use any more, else it may
 * go on: what was refused has changed nothing.  What it adds to the metrics is left in metrics, to be flushed before
 * the commit, or put at once when that is NULL.
 */
enum status command_run(const struct command *command, struct kv *kv, struct arena *arena, struct buf *scratch,
    struct metrics_pending *metrics, struct write_answer *answer);

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
