/* SPDX-License-Identifier: MIT */
/* The functions of store_picture.h. */
#include "config.h"

#include "store_picture.h"

#include "engine.h"
#include "ledger/message/op_picture.h"
#include "reading.h"

void
store_put_picture_part(struct store *store, const struct ledger *ledger, const struct picture_part *part, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_PUT_PICTURE_PART, .picture_part = *part };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_remove_picture(struct store *store, const struct ledger *ledger, const struct uuid *message_id, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_REMOVE_PICTURE, .picture_id = *message_id };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

/* Nothing is told of a user who is being deleted. */
static void
get(struct store *store, const struct ledger *ledger, enum status (*op)(struct op *op, const struct uuid *id, struct kept_picture *picture),
    const struct uuid *id, store_picture_fn *fn, void *arg)
{
	struct kept_picture picture = { .size_bytes = 0 };
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = ledger_check(&r.op, INT64_MAX);
	if (r.st == ST_OK)
		r.st = op(&r.op, id, &picture);
	else if (r.st == ST_BEING_DELETED)
		r.st = ST_NOT_FOUND;
	reading_end(&r, DISTRIBUTION_read_other_ns);
	fn(r.st, r.st == ST_OK ? &picture : NULL, arg);
	reading_fini(&r);
}

void
store_get_picture(struct store *store, const struct ledger *ledger, const struct uuid *message_id, store_picture_fn *fn, void *arg)
{
	get(store, ledger, op_get_picture, message_id, fn, arg);
}

void
store_next_picture(struct store *store, const struct ledger *ledger, const struct uuid *after_id, store_picture_fn *fn, void *arg)
{
	get(store, ledger, op_next_picture, after_id, fn, arg);
}

void
store_get_picture_part(struct store *store, const struct ledger *ledger, const struct uuid *message_id, uint32_t number,
    store_picture_part_fn *fn, void *arg)
{
	struct slice bytes = SLICE_EMPTY;
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_get_picture_part(&r.op, message_id, number, &bytes);
	if (r.st == ST_OK) {
		bytes = arena_copy(&r.arena, bytes);
		r.st = bytes.ptr != NULL ? ST_OK : ST_OVERLOADED;
	}
	reading_end(&r, DISTRIBUTION_read_other_ns);
	fn(r.st, bytes, arg);
	reading_fini(&r);
}
