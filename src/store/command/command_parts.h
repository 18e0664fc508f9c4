/* SPDX-License-Identifier: MIT */
/*
 * What the files command_*.c share: a row for each kind of command, and values
 * that several commands hold.
 */
#ifndef COMMAND_PARTS_H
#define COMMAND_PARTS_H

#include "command.h"
#include "mp_values.h"

struct command_row {
	void (*pack)(msgpack_packer *pk, const struct command *command);
	void (*unpack)(struct mp *mp, struct arena *arena, struct command *command);
	enum status (*run)(struct op *op, const struct command *command, struct write_answer *answer);
};

extern const struct command_row command_record_message, command_put_expenses, command_change_expense;   /* command_expense.c */
extern const struct command_row command_sign_up, command_change_user, command_name_category;           /* command_user.c */
extern const struct command_row command_begin_deletion, command_delete_step;                           /* command_removal.c */
extern const struct command_row command_remove_tokens, command_remove_expired;
extern const struct command_row command_delete_category, command_move_expenses, command_set_keyword;   /* command_category.c */
extern const struct command_row command_put_inbox, command_claim_message, command_claim_reply;         /* command_queue.c */
extern const struct command_row command_finish_reply, command_settle_dead, command_bring_forward;
extern const struct command_row command_claim_job, command_finish_job;                                 /* command_job.c */
extern const struct command_row command_add_ai_cost, command_remove_ai_calls;                          /* command_ai_cost.c */
extern const struct command_row command_put_policy;                                                    /* command_policy.c */
extern const struct command_row command_put_token, command_revoke_token, command_note_token_used;      /* command_token.c */
extern const struct command_row command_put_link_code, command_try_link_code;                           /* command_link.c */
extern const struct command_row command_set_alias, command_set_link, command_drop_message;
extern const struct command_row command_put_picture_part, command_remove_picture;                      /* command_picture.c */

void command_put_hash(msgpack_packer *pk, const uint8_t hash[32]);

void command_put_sign_up(msgpack_packer *pk, const struct sign_up *sign_up);
void command_read_sign_up(struct mp *mp, struct sign_up *sign_up);

void command_put_expense(msgpack_packer *pk, const struct expense *expense);
void command_read_expense(struct mp *mp, struct expense *expense);

void command_put_new_expenses(msgpack_packer *pk, const struct new_expense *expenses, size_t count);
const struct new_expense *command_read_new_expenses(struct mp *mp, struct arena *arena, size_t *count);

void command_put_ai_cost(msgpack_packer *pk, const struct ai_cost *cost);
void command_read_ai_cost(struct mp *mp, struct ai_cost *cost);
void command_put_costs(msgpack_packer *pk, const struct ai_cost *costs, size_t count);
const struct ai_cost *command_read_costs(struct mp *mp, struct arena *arena, size_t *count);

/* Of COMMAND_CLAIM_MESSAGE and COMMAND_CLAIM_JOB. */
void command_put_claim(msgpack_packer *pk, const struct command *command);
void command_read_claim(struct mp *mp, struct arena *arena, struct command *command);

/* A message's changes and its conversation: command_dialogue.c. */
void command_put_changes(msgpack_packer *pk, const struct message_entry *entry);
void command_read_changes(struct mp *mp, struct arena *arena, struct message_entry *entry);

/* The length of a list of at most max elements, and memory for it; on failure mp turns bad and it is NULL. */
void *command_read_list(struct mp *mp, struct arena *arena, size_t *count, size_t max, size_t size);

#endif
