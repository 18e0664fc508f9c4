/* SPDX-License-Identifier: MIT */
/* The functions of store_queue.h. */
#include "config.h"

#include "store_dead.h"

#include "engine.h"
#include "ledger/queue/op_queue.h"
#include "reading.h"

/* --- reading ------------------------------------------------------------------------- */

void
store_first_message(struct store *store, const struct ledger *ledger, store_inbox_fn *fn, void *arg)
{
	struct inbox_entry entry = { .attempts = 0 };
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_first_message(&r.op, &entry);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	fn(r.st, r.st == ST_OK ? &entry : NULL, arg);
	reading_fini(&r);
}

void
store_first_reply(struct store *store, const struct ledger *ledger, int64_t now_ms, store_outbox_fn *fn, void *arg)
{
	struct outbox_entry entry = { .attempts = 0 };
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_first_reply(&r.op, now_ms, &entry);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	fn(r.st, r.st == ST_OK ? &entry : NULL, arg);
	reading_fini(&r);
}

void
store_list_due_messages(struct store *store, unsigned shard, const struct due_query *query,
    const struct due_message_callbacks *callbacks, void *arg)
{
	struct slice next = SLICE_EMPTY;
	struct reading r;

	if (reading_begin(&r, store, shard, NULL))
		r.st = op_list_due_messages(&r.op, query, callbacks->on_message, arg, &next);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, next, arg);
	reading_fini(&r);
}

void
store_list_due_replies(struct store *store, unsigned shard, const struct due_query *query,
    const struct due_reply_callbacks *callbacks, void *arg)
{
	struct slice next = SLICE_EMPTY;
	struct reading r;

	if (reading_begin(&r, store, shard, NULL))
		r.st = op_list_due_replies(&r.op, query, callbacks->on_reply, arg, &next);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, next, arg);
	reading_fini(&r);
}

void
store_list_dead(struct store *store, unsigned shard, const struct due_query *query, const struct dead_letter_callbacks *callbacks,
    void *arg)
{
	struct slice next = SLICE_EMPTY;
	struct reading r;

	if (reading_begin(&r, store, shard, NULL))
		r.st = op_list_dead(&r.op, query, callbacks->on_letter, arg, &next);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, next, arg);
	reading_fini(&r);
}

void
store_find_reference(struct store *store, const struct ledger *ledger, struct slice conversation, struct slice ref,
    store_message_fn *fn, void *arg)
{
	struct message message = { .expense_count = 0 };
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_find_reference(&r.op, conversation, ref, &message);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	fn(r.st, r.st == ST_OK ? &message : NULL, arg);
	reading_fini(&r);
}

/* --- writing ------------------------------------------------------------------------- */

void
store_put_inbox(struct store *store, const struct ledger *ledger, const struct inbox_entry *entry, store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_PUT_INBOX, .inbox = *entry };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_claim_message(struct store *store, const struct ledger *ledger, const struct inbox_claim *claim, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_CLAIM_MESSAGE, .message_claim = *claim };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_claim_reply(struct store *store, const struct ledger *ledger, const struct reply_claim *claim, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_CLAIM_REPLY, .reply_claim = *claim };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_bring_forward(struct store *store, const struct ledger *ledger, const struct bringing_forward *change, store_done_fn *fn,
    void *arg)
{
	struct command command = { .kind = COMMAND_BRING_FORWARD, .bringing_forward = *change };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_finish_reply(struct store *store, const struct ledger *ledger, const struct reply_outcome *outcome, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_FINISH_REPLY, .reply_outcome = *outcome };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_settle_dead(struct store *store, const struct ledger *ledger, const struct dead_letter_action *action, store_done_fn *fn,
    void *arg)
{
	struct command command = { .kind = COMMAND_SETTLE_DEAD, .dead_letter = *action };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}
