/* SPDX-License-Identifier: MIT */
/* /api/v1/messages/{id}/picture and /api/v1/expenses/{id}/picture: the picture of a receipt, where it is kept. */
#include "config.h"

#include "handlers.h"

#include <stdio.h>

#include "access/caller.h"
#include "ai/answer/picture.h"
#include "http/reply.h"
#include "store_picture.h"

/* The work of a handler, in the request's arena. */
struct work {
	struct caller caller;
	struct uuid   id;                  /* in the address */
	struct uuid   message_id;
	uint32_t      part_count, next;
	struct buf   *out;                 /* of the part being read */
	bool          is_broken;
};

/* NULL after answering. */
static struct work *
begin(struct request *req)
{
	struct work *work = caller_new(req, sizeof *work);

	return work != NULL && caller_read_id(req, 0, &work->id) ? work : NULL;
}

static void
on_part(enum status st, struct slice bytes, void *arg)
{
	struct work *work = arg;

	work->is_broken = st != ST_OK;
	if (st == ST_OK)
		buf_append_slice(work->out, bytes);
}

/* One that is removed meanwhile breaks off: no part is taken for the whole. */
static enum stream_step
produce(struct buf *out, void *arg)
{
	struct work *work = arg;

	work->out = out;
	store_get_picture_part(work->caller.service->store, &work->caller.ledger, &work->message_id, work->next++, on_part, work);
	if (work->is_broken)
		return STREAM_BROKEN;
	return work->next < work->part_count ? STREAM_MORE : STREAM_END;
}

/* One of ours, since it outlives what was read. */
static const char *
media_type(struct slice type)
{
	for (size_t i = 0; i < PICTURE_TYPES; i++)
		if (slice_equal(type, slice_of(picture_types[i])))
			return picture_types[i];
	return "application/octet-stream";
}

static void
name_file(struct work *work, const char *type)
{
	char id[UUID_TEXT_LEN], text[128];
	int len;

	uuid_format(&work->message_id, id);
	len = snprintf(text, sizeof text, "inline; filename=\"%.*s.%s\"", UUID_TEXT_LEN, id, strrchr(type, '/') + 1);
	reply_header(work->caller.req, "Content-Disposition", (struct slice){ text, (size_t)len });
}

static void
on_picture(enum status st, const struct kept_picture *picture, void *arg)
{
	struct work *work = arg;
	const char *type;

	if (st != ST_OK) {
		reply_problem(work->caller.req, st, NULL, NULL);
		return;
	}
	type = media_type(picture->type);
	work->part_count = picture->part_count;
	name_file(work, type);
	reply_stream(work->caller.req, ST_OK, type, &(struct reply_stream){ produce, NULL, work });
}

static void
reply_picture(struct work *work)
{
	store_get_picture(work->caller.service->store, &work->caller.ledger, &work->message_id, on_picture, work);
}

enum status
get_message_picture(struct request *req)
{
	struct work *work = begin(req);

	if (work == NULL)
		return ST_OK;
	work->message_id = work->id;
	reply_picture(work);
	return ST_OK;
}

static void
on_expense(enum status st, const struct expense *expense, void *arg)
{
	struct work *work = arg;

	if (st != ST_OK) {
		reply_problem(work->caller.req, st, NULL, NULL);
		return;
	}
	work->message_id = expense->message_id;
	reply_picture(work);
}

enum status
get_expense_picture(struct request *req)
{
	struct work *work = begin(req);

	if (work != NULL)
		store_get_expense(work->caller.service->store, &work->caller.ledger, &work->id, on_expense, work);
	return ST_OK;
}

/* --- removing it -------------------------------------------------------------------------- */

static void
on_removed(enum status st, void *arg)
{
	struct work *work = arg;

	if (st == ST_OK) {
		reply_begin(work->caller.req, ST_NO_CONTENT, "application/json");
		reply_end(work->caller.req);
	} else {
		reply_problem(work->caller.req, st, NULL, NULL);
	}
}

static void
on_picture_to_remove(enum status st, const struct kept_picture *picture, void *arg)
{
	struct work *work = arg;

	(void)picture;
	if (st == ST_OK)
		store_remove_picture(work->caller.service->store, &work->caller.ledger, &work->id, on_removed, work);
	else
		reply_problem(work->caller.req, st, NULL, NULL);
}

enum status
delete_message_picture(struct request *req)
{
	struct work *work = begin(req);

	if (work != NULL)
		store_get_picture(work->caller.service->store, &work->caller.ledger, &work->id, on_picture_to_remove, work);
	return ST_OK;
}
