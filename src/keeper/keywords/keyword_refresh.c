/* SPDX-License-Identifier: MIT */
/* See keyword_refresh.h. */
#include "config.h"

#include "keyword_refresh.h"

#include <stdlib.h>

#include "arena.h"
#include "clock.h"
#include "counters.h"
#include "keyword_count.h"
#include "keyword_seal.h"
#include "log.h"
#include "options.h"
#include "redis/shared.h"
#include "store_upkeep.h"

enum {
	LOOKS = 2000,                      /* rows in one part: about a millisecond of the keeper's time */
	HOUR_MS = 3600 * 1000,
	EARLIER_MS = 300 * 1000,           /* at most, by chance: so that one of several instances is the first */
	KEPT_MS = 2 * HOUR_MS,             /* in Redis */
	AHEAD_MS = 60 * 1000,              /* another machine's clock may be */
	RETRY_MS = 60 * 1000,              /* after a walk that failed */
	PEEK_MS = 10 * 1000,               /* between looks for a newer one of another instance */
	CONNECT_MS = 2000,                 /* for Redis, before nobody is asked */
	PATIENCE_MS = 20 * 1000,           /* of who waits for the end of a walk */
	WAITERS_MAX = 4
};

enum phase { RESTING, PEEKING, ASKING, COUNTING };     /* ASKING: if there is nothing, it is counted */

struct keyword_refresh {
	struct store          *store;
	struct shared         *shared;
	const struct options  *options;
	struct keyword_map    *map;
	struct counters       *counters;
	int64_t                earlier_ms;
	enum phase             phase;
	int64_t                due_since_ms;   /* monotonic; 0: it is not */
	int64_t                rests_until_ms; /* monotonic */
	int64_t                peeked_ms;      /* monotonic */
	/* the walk */
	struct keyword_count  *count;
	int64_t                begun_ms;       /* wall clock */
	unsigned               shard;
	struct arena           place;          /* of next */
	struct slice           next;           /* empty: from the first row */
	unsigned               looks;          /* left in this part */
	enum status            st;
	/* who waits for its end */
	bool                   is_asked;       /* to count anew, which the next look does: this one may wait for the store */
	int64_t                asked_ms;       /* monotonic, by the last who waits */
	size_t                 waiter_count;
	struct {
		keyword_refreshed_fn *fn;
		void                 *arg;
	}                      waiters[WAITERS_MAX];
	uint64_t               entries[KEYWORD_MAP_WORDS_MAX];
};

static void
tell_waiters(struct keyword_refresh *refresh, enum status st, bool is_over)
{
	size_t count = refresh->waiter_count;

	refresh->waiter_count = 0;
	for (size_t i = 0; i < count; i++)
		refresh->waiters[i].fn(st, is_over, refresh->waiters[i].arg);
}

static void
stop_counting(struct keyword_refresh *refresh)
{
	keyword_count_free(refresh->count);
	refresh->count = NULL;
	arena_fini(&refresh->place);
	refresh->next = SLICE_EMPTY;
	refresh->phase = RESTING;
	refresh->due_since_ms = 0;
}

static void
fail(struct keyword_refresh *refresh, enum status st)
{
	log_warn("counting the words that many users share failed, and is begun anew in a minute: %s", status_title(st));
	stop_counting(refresh);
	refresh->rests_until_ms = clock_mono_ms() + RETRY_MS;
	tell_waiters(refresh, st, false);
}

/* --- counting ---------------------------------------------------------------------------------- */

static void
on_row(const struct confirmed *confirmed, void *arg)
{
	struct keyword_refresh *refresh = arg;
	enum category_kind kind = CATEGORY_OTHER;
	keyword_hash hash;

	if (!keyword_map_hash_text(refresh->map, confirmed->word, &hash))
		return;
	category_kind_from_key(confirmed->category_key, &kind);
	keyword_count_vote(refresh->count, hash, confirmed->voter, kind);
}

static void
on_part_end(enum status st, struct slice next, unsigned looks, void *arg)
{
	struct keyword_refresh *refresh = arg;

	arena_reset(&refresh->place);
	refresh->next = next.len > 0 ? arena_copy(&refresh->place, next) : SLICE_EMPTY;
	refresh->looks = looks;
	refresh->st = next.len > 0 && refresh->next.ptr == NULL ? ST_FAILED : st;
}

static void
tell_instances(struct keyword_refresh *refresh, const struct keyword_map_head *head)
{
	struct buf sealed = BUF_INIT;

	if (refresh->shared == NULL)
		return;
	keyword_seal(&sealed, refresh->store, head, refresh->entries);
	if (!sealed.has_failed)
		shared_put_found(refresh->shared, "keywords", buf_slice(&sealed), KEPT_MS);
	buf_fini(&sealed);
}

static void
finish(struct keyword_refresh *refresh)
{
	struct keyword_map_head head = { .users_min = (unsigned)refresh->options->keywords_users_min, .counted_ms = refresh->begun_ms };

	if (!keyword_count_result(refresh->count, head.users_min, refresh->entries, &head.count)) {
		fail(refresh, ST_FAILED);
		return;
	}
	stop_counting(refresh);
	keyword_map_replace(refresh->map, &head, refresh->entries);
	counter_add(&refresh->counters->keyword_counts, 1);
	tell_instances(refresh, &head);
	tell_waiters(refresh, ST_OK, true);
}

/* One shard after another, so that the votes of a user come in one run. */
static void
count_part(struct keyword_refresh *refresh)
{
	static const struct confirmed_callbacks callbacks = { on_row, on_part_end };
	unsigned shards = store_shard_count(refresh->store);

	refresh->looks = LOOKS;
	while (refresh->shard < shards && refresh->looks > 0) {
		store_list_confirmed(refresh->store, refresh->shard, refresh->next, refresh->looks, &callbacks, refresh);
		if (refresh->is_asked)
			return;
		if (refresh->st != ST_OK) {
			fail(refresh, refresh->st);
			return;
		}
		if (refresh->next.len > 0)
			return;
		refresh->shard++;
	}
	if (refresh->shard == shards)
		finish(refresh);
}

static void
begin_counting(struct keyword_refresh *refresh)
{
	stop_counting(refresh);
	refresh->is_asked = false;
	refresh->count = keyword_count_new();
	if (refresh->count == NULL) {
		fail(refresh, ST_FAILED);
		return;
	}
	refresh->phase = COUNTING;
	refresh->begun_ms = clock_wall_ms();
	refresh->shard = 0;
}

/* --- what other instances found ------------------------------------------------------------------ */

static bool
is_sound(const struct keyword_refresh *refresh, const struct keyword_map_head *head)
{
	struct keyword_map_head present;
	int64_t now_ms = clock_wall_ms();

	keyword_map_read_head(refresh->map, &present);
	return head->users_min == refresh->options->keywords_users_min && head->counted_ms > present.counted_ms &&
	    head->counted_ms > now_ms - HOUR_MS && head->counted_ms < now_ms + AHEAD_MS;
}

static void
on_found(struct slice text, void *arg)
{
	struct keyword_refresh *refresh = arg;
	struct keyword_map_head head;

	if (refresh->phase == COUNTING || refresh->phase == RESTING)
		return;                                /* a command was quicker */
	if (text.ptr != NULL && keyword_unseal(text, refresh->store, &head, refresh->entries) && is_sound(refresh, &head)) {
		keyword_map_replace(refresh->map, &head, refresh->entries);
		counter_add(&refresh->counters->keyword_adoptions, 1);
		refresh->due_since_ms = 0;
	} else if (refresh->phase == ASKING) {
		begin_counting(refresh);
		return;
	}
	refresh->phase = RESTING;
}

/* --- when ---------------------------------------------------------------------------------------- */

static bool
is_due(const struct keyword_refresh *refresh, const struct keyword_map_head *head, int64_t wall_ms)
{
	return head->counted_ms == 0 || head->users_min != refresh->options->keywords_users_min ||
	    wall_ms >= head->counted_ms + HOUR_MS - refresh->earlier_ms || head->counted_ms > wall_ms + AHEAD_MS;
}

/* Right after a start Redis is not connected yet. */
static void
begin(struct keyword_refresh *refresh, int64_t mono_ms)
{
	if (refresh->due_since_ms == 0)
		refresh->due_since_ms = mono_ms;
	if (refresh->shared != NULL && shared_get_found(refresh->shared, "keywords", on_found, refresh))
		refresh->phase = ASKING;
	else if (refresh->shared == NULL || mono_ms >= refresh->due_since_ms + CONNECT_MS)
		begin_counting(refresh);
}

/* What another instance counts on command is here soon; and when one has counted, the others need not. */
static void
peek(struct keyword_refresh *refresh, int64_t mono_ms)
{
	refresh->peeked_ms = mono_ms;
	if (shared_get_found(refresh->shared, "keywords", on_found, refresh))
		refresh->phase = PEEKING;
}

static void
forget(struct keyword_refresh *refresh, const struct keyword_map_head *head)
{
	const struct keyword_map_head empty = { .count = 0 };

	if (head->counted_ms != 0)
		keyword_map_replace(refresh->map, &empty, refresh->entries);
}

static void
measure(const struct keyword_refresh *refresh, int64_t wall_ms)
{
	struct keyword_map_head head;
	int64_t age_ms;

	keyword_map_read_head(refresh->map, &head);
	age_ms = head.counted_ms != 0 && wall_ms > head.counted_ms ? wall_ms - head.counted_ms : 0;
	counter_set(&refresh->counters->keyword_words, head.count);
	counter_set(&refresh->counters->keyword_age_s, (uint64_t)age_ms / 1000);
}

void
keyword_refresh_look(struct keyword_refresh *refresh, int64_t wall_ms, int64_t mono_ms)
{
	struct keyword_map_head head;

	keyword_map_read_head(refresh->map, &head);
	if (!refresh->options->keywords_share)
		forget(refresh, &head);
	else if (refresh->is_asked)
		begin_counting(refresh);
	else if (refresh->phase == RESTING && mono_ms >= refresh->rests_until_ms && is_due(refresh, &head, wall_ms))
		begin(refresh, mono_ms);
	else if (refresh->phase == RESTING && refresh->shared != NULL && mono_ms >= refresh->peeked_ms + PEEK_MS)
		peek(refresh, mono_ms);
	if (refresh->phase == COUNTING)
		count_part(refresh);
	if (refresh->phase == COUNTING && mono_ms >= refresh->asked_ms + PATIENCE_MS)
		tell_waiters(refresh, ST_OK, false);
	measure(refresh, wall_ms);
}

bool
keyword_refresh_now(struct keyword_refresh *refresh, keyword_refreshed_fn *fn, void *arg)
{
	if (!refresh->options->keywords_share || refresh->waiter_count == WAITERS_MAX)
		return false;
	refresh->waiters[refresh->waiter_count].fn = fn;
	refresh->waiters[refresh->waiter_count++].arg = arg;
	refresh->asked_ms = clock_mono_ms();
	refresh->is_asked = true;
	return true;
}

struct keyword_refresh *
keyword_refresh_open(struct store *store, struct shared *shared, const struct options *options, struct keyword_map *map,
    struct counters *counters)
{
	struct keyword_refresh *refresh = calloc(1, sizeof *refresh);

	if (refresh == NULL)
		return NULL;
	refresh->store = store;
	refresh->shared = shared;
	refresh->options = options;
	refresh->map = map;
	refresh->counters = counters;
	refresh->earlier_ms = clock_mono_ns() / 1000 % EARLIER_MS;
	return refresh;
}

void
keyword_refresh_close(struct keyword_refresh *refresh)
{
	stop_counting(refresh);
	free(refresh);
}
