/* SPDX-License-Identifier: MIT */
/*
 * See deletion.h.  First the user's tokens and codes go, which are in the index; then
 * each alias becomes a deletion of its own, in its shard; then what is in the shard.
 */
#include "config.h"

#include "deletion.h"

#include <event2/event.h>
#include <stdlib.h>

#include "ai/interaction_log.h"
#include "clock.h"
#include "counters.h"
#include "log.h"
#include "store_link.h"
#include "store_upkeep.h"

static const struct timeval pause = { 0, 5000 };   /* between two steps */

/* Another identity of the user. */
struct alias_task {
	char    user_id[USER_ID_MAX];
	size_t  user_id_len;
	int64_t created_ms;                /* of its user row */
};

/* The deletion under way in one shard. */
struct task {
	struct deletions *deletions;
	struct event     *resume;
	unsigned          shard;
	bool              is_under_way;
	struct ledger     ledger;
	char              user_id[USER_ID_MAX];
	size_t            user_id_len;
	size_t            alias_count;     /* still to be begun */
	struct alias_task aliases[ALIASES_MAX];
	size_t            from_len;        /* of the next step */
	char              from[512];
};

struct deletions {
	struct store         *store;
	const struct options *options;
	struct counters      *counters;
	unsigned              shards;
	struct task           tasks[];
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
forget_interactions(const struct task *task)
{
	uint64_t whose;

	memcpy(&whose, task->ledger.key, sizeof whose);
	interaction_log_forget(task->deletions->options, whose);
}

static void
on_step(enum status st, const struct write_answer *answer, void *arg)
{
	struct task *task = arg;

	if (st == ST_CONFLICT) {
		task->is_under_way = false;          /* replies are still to be sent: the next look */
	} else if (st != ST_OK || answer->next.len > sizeof task->from) {
		interrupt(task, st != ST_OK ? st : ST_FAILED);
	} else if (answer->next.len > 0) {
		task->from_len = answer->next.len;
		memcpy(task->from, answer->next.ptr, answer->next.len);
		event_add(task->resume, &pause);
	} else {
		forget_interactions(task);         /* of calls that were under way before */
		counter_add(&task->deletions->counters->users_deleted, 1);
		task->is_under_way = false;
		look(task);
	}
}

static void
step(struct task *task)
{
	store_delete_step(task->deletions->store, &task->ledger, (struct slice){ task->from, task->from_len }, clock_wall_ms(),
	    on_step, task);
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	step(arg);
}

/* --- aliases ------------------------------------------------------------------------------ */

static struct slice
alias_of(const struct alias_task *alias)
{
	return (struct slice){ alias->user_id, alias->user_id_len };
}

static void
take_alias(const struct alias *alias, void *arg)
{
	struct task *task = arg;
	struct alias_task *taken = &task->aliases[task->alias_count];

	if (task->alias_count == ALIASES_MAX || alias->user_id.len > sizeof taken->user_id)
		return;
	memcpy(taken->user_id, alias->user_id.ptr, alias->user_id.len);
	taken->user_id_len = alias->user_id.len;
	task->alias_count++;
}

static void begin_next_alias(struct task *task);

static void
on_alias_begun(enum status st, void *arg)
{
	struct task *task = arg;

	if (st != ST_OK && st != ST_NO_USER) {
		interrupt(task, st);
		return;
	}
	task->alias_count--;
	begin_next_alias(task);
}

/* One that was linked and is not, or not yet, has a ledger of its own. */
static void
on_alias_person(enum status st, const struct person *person, void *arg)
{
	struct task *task = arg;
	bool is_linked = st == ST_OK && slice_equal(person->user.linked_to, user_of(task));

	task->aliases[task->alias_count - 1].created_ms = is_linked ? person->user.created_ms : 0;
}

static void
begin_next_alias(struct task *task)
{
	struct store *store = task->deletions->store;
	struct alias_task *alias;
	struct deletion deletion;
	struct ledger ledger;

	if (task->alias_count == 0) {
		task->from_len = 0;
		forget_interactions(task);
		step(task);
		return;
	}
	alias = &task->aliases[task->alias_count - 1];
	ledger = store_ledger(store, alias_of(alias));
	store_get_person(store, &ledger, on_alias_person, task);
	deletion = (struct deletion){ alias_of(alias), alias->created_ms, clock_wall_ms() };
	if (alias->created_ms != 0)
		store_begin_deletion(store, &ledger, &deletion, on_alias_begun, task);
	else
		on_alias_begun(ST_OK, task);
}

static void
on_aliases(enum status st, void *arg)
{
	struct task *task = arg;

	if (st == ST_OK)
		begin_next_alias(task);
	else
		interrupt(task, st);
}

static void
find_aliases(struct task *task)
{
	static const struct alias_list_callbacks callbacks = { take_alias, on_aliases };

	task->alias_count = 0;
	store_list_aliases(task->deletions->store, &task->ledger, &callbacks, task);
}

/* --- tokens --------------------------------------------------------------------------------- */

static void
on_tokens(enum status st, const struct write_answer *answer, void *arg)
{
	struct task *task = arg;

	if (st != ST_OK) {
		interrupt(task, st);
	} else if (answer->next.len > 0) {
		store_remove_tokens(task->deletions->store, user_of(task), answer->next, on_tokens, task);
	} else {
		find_aliases(task);
	}
}

static void
on_deletion(struct slice user_id, void *arg)
{
	struct task *task = arg;

	if (user_id.len > sizeof task->user_id)
		return;
	memcpy(task->user_id, user_id.ptr, user_id.len);
	task->user_id_len = user_id.len;
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

	task->is_under_way = true;             /* from the look on, which may wait */
	task->user_id_len = 0;
	store_list_deletions(store, task->shard, 1, &callbacks, task);
	task->is_under_way = task->user_id_len > 0;
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
deletions_open(struct event_base *base, struct store *store, const struct options *options, struct counters *counters)
{
	unsigned shards = store_shard_count(store);
	struct deletions *deletions = calloc(1, sizeof *deletions + shards * sizeof deletions->tasks[0]);

	if (deletions == NULL)
		return NULL;
	deletions->store = store;
	deletions->options = options;
	deletions->counters = counters;
	deletions->shards = shards;
	for (unsigned shard = 0; shard < shards; shard++) {
		struct task *task = &deletions->tasks[shard];

		task->deletions = deletions;
		task->shard = shard;
		task->resume = evtimer_new(base, on_resume, task);
		if (task->resume == NULL) {
			deletions_close(deletions);
			return NULL;
		}
	}
	return deletions;
}

void
deletions_close(struct deletions *deletions)
{
	for (unsigned shard = 0; shard < deletions->shards; shard++)
		if (deletions->tasks[shard].resume != NULL)
			event_free(deletions->tasks[shard].resume);
	free(deletions);
}
