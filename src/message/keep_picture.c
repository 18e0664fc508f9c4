/* SPDX-License-Identifier: MIT */
/* See keep_picture.h.  One part after another, each committed before the next is sent: none holds up the shard's writer for long. */
#include "config.h"

#include "keep_picture.h"

#include "ai/answer/picture.h"
#include "clock.h"
#include "counters.h"
#include "log.h"

bool
keep_picture_wants(const struct options *options, struct slice file)
{
	return options->ai_keep_pictures_days > 0 && file.len > 0 && file.len <= PICTURE_PARTS_MAX * PICTURE_PART_MAX && picture_type(file) != NULL;
}

static bool
is_at_end(const struct keep_picture *keeping)
{
	return keeping->part.number == picture_part_count(keeping->part.size_bytes);
}

static void go_on(struct keep_picture *keeping);

static void
on_put(enum status st, void *arg)
{
	struct keep_picture *keeping = arg;

	keeping->is_waiting = false;
	keeping->has_failed = st != ST_OK;
	keeping->part.number++;
	if (st != ST_OK)
		log_warn("a picture is not kept: %s", status_title(st));
	if (!keeping->is_running)            /* else it was answered at once, and go_on sees it */
		go_on(keeping);
}

static void
put_next(struct keep_picture *keeping)
{
	struct picture_part *part = &keeping->part;
	size_t at = (size_t)part->number * PICTURE_PART_MAX, left = keeping->file.len - at;

	part->bytes = (struct slice){ keeping->file.ptr + at, left < PICTURE_PART_MAX ? left : PICTURE_PART_MAX };
	keeping->is_waiting = true;
	store_put_picture_part(keeping->service->store, keeping->ledger, part, on_put, keeping);
}

static void
go_on(struct keep_picture *keeping)
{
	struct counters *counters = keeping->service->counters;

	keeping->is_running = true;
	while (!keeping->is_waiting && !keeping->has_failed && !is_at_end(keeping))
		put_next(keeping);
	keeping->is_running = false;
	if (keeping->is_waiting)
		return;
	counter_add(keeping->has_failed ? &counters->pictures_not_kept : &counters->pictures_kept, 1);
	keeping->fn(!keeping->has_failed, keeping->arg);
}

void
keep_picture_run(struct keep_picture *keeping)
{
	keeping->part = (struct picture_part){ .message_id = keeping->message_id, .type = slice_of(picture_type(keeping->file)),
		.size_bytes = (uint32_t)keeping->file.len, .now_ms = clock_wall_ms() };
	keeping->is_waiting = keeping->has_failed = false;
	go_on(keeping);
}
