/* SPDX-License-Identifier: MIT */
/* See deletion.h.  First the user's tokens go, which are in the index, then what is in the shard. */
#include "config.h"

#include "deletion.h"

#include <stdlib.h>

#include "clock.h"
#include "counters.h"
#include "log.h"
#include "store.h"

/* The deletion under way in one shard. */
struct task {
	struct deletions *deletions;
	unsigned          shard;
	bool              is_under_way;
	struct ledger     ledger;
	char              user_id[USER_ID_MAX];
	size_t            user_id_len;
};

struct deletions {
	struct store    *store;
	struct counters *counters;
	unsigned         shards;
	struct task      tasks[];
};

static struct slice
user_of(const struct task *task)
{
	return (struct slice){ task->user_id, task->user_id_len };
}

/* The next look begins it anew. */
static void
interrupt(struct task *task, enum status st)
{
	log_warn("deleting a user was interrupted: %s", status_title(st));
	task->is_under_way = false;
}

static void look(struct task *task);

static void
on_step(enum status st, const struct write_answer *answer, void *arg)
{
	struct task *task = arg;
	struct deletions *deletions = task->deletions;

	if (st != ST_OK) {
		interrupt(task, st);
	} else if (answer->next.len > 0) {
		store_delete_step(deletions->store, &task->ledger, answer->next, clock_wall_ms(), on_step, task);
	} else {
		counter_add(&deletions->counters->users_deleted, 1);
		task->is_under_way = false;
		look(task);
	}
}

static void
on_tokens(enum status st, const struct write_answer *answer, void *arg)
{
	struct task *task = arg;
	struct store *store = task->deletions->store;

	if (st != ST_OK)
		interrupt(task, st);
	else if (answer->next.len > 0)
		store_remove_tokens(store, user_of(task), answer->next, on_tokens, task);
	else
		store_delete_step(store, &task->ledger, SLICE_EMPTY, clock_wall_ms(), on_step, task);
}

static void
on_deletion(struct slice user_id, void *arg)
{
	struct task *task = arg;

	if (user_id.len > sizeof task->user_id)
		return;
	memcpy(task->user_id, user_id.ptr, user_id.len);
	task->user_id_len = user_id.len;
	task->is_under_way = true;
}

static void
on_list_end(enum status st, void *arg)
{
	(void)arg;
	if (st != ST_OK)
		log_warn("deletions cannot be looked for: %s", status_title(st));
}

static void
look(struct task *task)
{
	static const struct deletion_list_callbacks callbacks = { on_deletion, on_list_end };
	struct store *store = task->deletions->store;

	store_list_deletions(store, task->shard, 1, &callbacks, task);
	if (!task->is_under_way)
		return;
	task->ledger = store_ledger(store, user_of(task));
	store_remove_tokens(store, user_of(task), SLICE_EMPTY, on_tokens, task);
}

void
deletions_look(struct deletions *deletions)
{
	for (unsigned shard = 0; shard < deletions->shards; shard++)
		if (!deletions->tasks[shard].is_under_way)
			look(&deletions->tasks[shard]);
}

struct deletions *
deletions_open(struct store *store, struct counters *counters)
{
	unsigned shards = store_shard_count(store);
	struct deletions *deletions = calloc(1, sizeof *deletions + shards * sizeof deletions->tasks[0]);

	if (deletions == NULL)
		return NULL;
	deletions->store = store;
	deletions->counters = counters;
	deletions->shards = shards;
	for (unsigned shard = 0; shard < shards; shard++)
		deletions->tasks[shard] = (struct task){ .deletions = deletions, .shard = shard };
	return deletions;
}

void
deletions_close(struct deletions *deletions)
{
	free(deletions);
}
