/* SPDX-License-Identifier: MIT */
/* See retention.h. */
#include "config.h"

#include "retention.h"

#include <stdlib.h>

#include "arena.h"
#include "counters.h"
#include "log.h"
#include "options.h"
#include "store_upkeep.h"

enum {
	LOOKS = 2000,              /* rows in one part: about a millisecond of the keeper's time */
	REST_MS = 3600 * 1000,
	MS_PER_DAY = 86400000
};

/* The walk over one shard. */
struct walk {
	struct retention *retention;
	unsigned          shard;
	struct arena      place;           /* of next */
	struct slice      next;            /* empty: from the first row */
	struct arena      arena;           /* of the part's rows */
	size_t            count;
	struct slice      rows[EXPIRED_MAX];
	int64_t           wall_ms;         /* of the part */
	int64_t           rests_until_ms;  /* monotonic */
	int64_t           mono_ms;
	bool              is_under_way;    /* a command of it has not been answered */
	bool              is_begun;        /* the calls of AI providers, which lie by day, were swept before it */
};

struct retention {
	struct store         *store;
	const struct options *options;
	struct counters      *counters;
	unsigned              shards;
	struct walk           walks[];
};

static void
on_row(struct slice row, void *arg)
{
	struct walk *walk = arg;
	struct slice copy = arena_copy(&walk->arena, row);

	if (copy.ptr != NULL && walk->count < EXPIRED_MAX)
		walk->rows[walk->count++] = copy;
}

static void
on_part_end(enum status st, struct slice next, void *arg)
{
	struct walk *walk = arg;

	arena_reset(&walk->place);
	walk->next = next.len > 0 ? arena_copy(&walk->place, next) : SLICE_EMPTY;
	if (st != ST_OK)
		log_error("shard %u: looking for what is kept no longer failed: %s", walk->shard, status_title(st));
	if (walk->next.len == 0 || walk->next.ptr == NULL) {
		walk->next = SLICE_EMPTY;
		walk->is_begun = false;
		walk->rests_until_ms = walk->mono_ms + REST_MS;
	}
}

static void
on_removed(enum status st, const struct write_answer *answer, void *arg)
{
	struct walk *walk = arg;
	struct counters *counters = walk->retention->counters;

	walk->is_under_way = false;
	if (st != ST_OK) {
		log_warn("shard %u: removing what is kept no longer failed, until the next walk: %s", walk->shard, status_title(st));
		return;
	}
	counter_add(&counters->retention_keys, answer->removed[REMOVED_KEY]);
	counter_add(&counters->retention_messages, answer->removed[REMOVED_MESSAGE]);
	counter_add(&counters->retention_pictures, answer->removed[REMOVED_PICTURE]);
	counter_add(&counters->retention_dialogues, answer->removed[REMOVED_DIALOGUE]);
	counter_add(&counters->retention_trash, answer->removed[REMOVED_TRASH]);
	counter_add(&counters->retention_tombstones, answer->removed[REMOVED_TOMBSTONE]);
}

static void
on_calls_removed(enum status st, const struct write_answer *answer, void *arg)
{
	struct walk *walk = arg;
	uint32_t removed = st == ST_OK ? answer->removed[REMOVED_AI_CALL] : 0;

	walk->is_under_way = false;
	walk->is_begun = removed < AI_CALLS_AT_ONCE;
	counter_add(&walk->retention->counters->retention_ai_calls, removed);
	if (st != ST_OK)
		log_warn("shard %u: removing old calls of AI providers failed, until the next walk: %s", walk->shard, status_title(st));
}

static void
sweep_calls(struct walk *walk)
{
	day_t today = (day_t)(walk->wall_ms / MS_PER_DAY);

	walk->is_under_way = true;
	store_remove_ai_calls(walk->retention->store, walk->shard, today - (day_t)walk->retention->options->ai_calls_days + 1, on_calls_removed, walk);
}

static void
look(struct walk *walk)
{
	static const struct expired_list_callbacks callbacks = { on_row, on_part_end };
	struct expired_query query = { .now_ms = walk->wall_ms, .picture_days = walk->retention->options->ai_keep_pictures_days,
		.from = walk->next, .looks = LOOKS, .limit = EXPIRED_MAX };
	struct store *store = walk->retention->store;

	walk->count = 0;
	arena_reset(&walk->arena);
	store_list_expired(store, walk->shard, &query, &callbacks, walk);
	if (walk->count == 0)
		return;
	walk->is_under_way = true;
	store_remove_expired(store, walk->shard, &query, walk->rows, walk->count, on_removed, walk);
}

void
retention_look(struct retention *retention, int64_t wall_ms, int64_t mono_ms)
{
	for (unsigned shard = 0; shard < retention->shards; shard++) {
		struct walk *walk = &retention->walks[shard];

		if (walk->is_under_way || walk->rests_until_ms > mono_ms)
			continue;
		walk->wall_ms = wall_ms;
		walk->mono_ms = mono_ms;
		if (walk->is_begun)
			look(walk);
		else
			sweep_calls(walk);
	}
}

struct retention *
retention_open(struct store *store, const struct options *options, struct counters *counters)
{
	unsigned shards = store_shard_count(store);
	struct retention *retention = calloc(1, sizeof *retention + shards * sizeof retention->walks[0]);

	if (retention == NULL)
		return NULL;
	retention->store = store;
	retention->options = options;
	retention->counters = counters;
	retention->shards = shards;
	for (unsigned shard = 0; shard < shards; shard++) {
		retention->walks[shard].retention = retention;
		retention->walks[shard].shard = shard;
	}
	return retention;
}

void
retention_close(struct retention *retention)
{
	for (unsigned shard = 0; shard < retention->shards; shard++) {
		arena_fini(&retention->walks[shard].arena);
		arena_fini(&retention->walks[shard].place);
	}
	free(retention);
}
