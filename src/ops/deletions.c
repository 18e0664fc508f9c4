/* SPDX-License-Identifier: MIT */
/*
 * See deletions.h.  Another process may be at the same one: a step moves what
 * is left, whoever asks for it.
 */
#include "config.h"

#include "deletions.h"

#include <stdlib.h>

#include "clock.h"
#include "log.h"

enum { AT_ONCE = 8 };            /* of one shard; the writers have other work too */

struct deletions {
	struct store *store;
	unsigned      under_way;
};

struct errand {
	struct deletions          *deletions;
	struct unfinished_deletion deletion;
};

static void go_on(struct errand *errand);

static void
end_errand(struct errand *errand)
{
	errand->deletions->under_way--;
	free(errand);
}

static void
on_step(enum status st, const struct write_answer *answer, void *arg)
{
	struct errand *errand = arg;

	if (st == ST_OK && !answer->is_given_up && answer->expenses_left > 0) {
		go_on(errand);
		return;
	}
	if (st == ST_OK && answer->is_given_up)
		log_error("a category is not deleted: a total of the one that takes its expenses would be too large");
	else if (st != ST_OK && st != ST_UNAVAILABLE && st != ST_OVERLOADED)
		log_error("a category cannot be deleted to its end: %s", status_title(st));
	end_errand(errand);              /* what is left, the next look finds */
}

static void
go_on(struct errand *errand)
{
	store_move_expenses(errand->deletions->store, &errand->deletion.ledger, &errand->deletion.category_id,
	    clock_wall_ms(), on_step, errand);
}

/* A list of the errands, since the store may answer at once. */
struct look {
	struct deletions *deletions;
	size_t            count;
	struct errand    *errands[AT_ONCE];
};

static void
on_deletion(const struct unfinished_deletion *deletion, void *arg)
{
	struct look *look = arg;
	struct errand *errand = malloc(sizeof *errand);

	if (errand == NULL)
		return;
	*errand = (struct errand){ .deletions = look->deletions, .deletion = *deletion };
	look->errands[look->count++] = errand;
	look->deletions->under_way++;
}

static void
on_list_end(enum status st, void *arg)
{
	(void)arg;
	if (st != ST_OK)
		log_warn("unfinished deletions cannot be read: %s", status_title(st));
}

void
deletions_look(struct deletions *deletions)
{
	static const struct deletion_list_callbacks callbacks = { on_deletion, on_list_end };

	if (deletions->under_way > 0)
		return;
	for (unsigned shard = 0; shard < store_shard_count(deletions->store); shard++) {
		struct look look = { .deletions = deletions };

		store_list_deletions(deletions->store, shard, AT_ONCE, &callbacks, &look);
		for (size_t i = 0; i < look.count; i++)
			go_on(look.errands[i]);
	}
}

struct deletions *
deletions_open(struct store *store)
{
	struct deletions *deletions = calloc(1, sizeof *deletions);

	if (deletions != NULL)
		deletions->store = store;
	return deletions;
}

void
deletions_close(struct deletions *deletions)
{
	free(deletions);
}
