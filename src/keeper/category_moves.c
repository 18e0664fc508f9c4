/* SPDX-License-Identifier: MIT */
/*
 * See category_moves.h.  Another process may be at the same one: a step moves what
 * is left, whoever asks for it.
 */
#include "config.h"

#include "category_moves.h"

#include <stdlib.h>

#include "clock.h"
#include "log.h"
#include "store_upkeep.h"

enum { AT_ONCE = 8 };            /* of one shard; the writers have other work too */

struct category_moves {
	struct store *store;
	unsigned      under_way;
};

struct errand {
	struct category_moves          *category_moves;
	struct category_move deletion;
};

static void go_on(struct errand *errand);

static void
end_errand(struct errand *errand)
{
	errand->category_moves->under_way--;
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
	store_move_expenses(errand->category_moves->store, &errand->deletion.ledger, &errand->deletion.category_id,
	    clock_wall_ms(), on_step, errand);
}

/* A list of the errands, since the store may answer at once. */
struct look {
	struct category_moves *category_moves;
	size_t            count;
	struct errand    *errands[AT_ONCE];
};

static void
on_move(const struct category_move *deletion, void *arg)
{
	struct look *look = arg;
	struct errand *errand = malloc(sizeof *errand);

	if (errand == NULL)
		return;
	*errand = (struct errand){ .category_moves = look->category_moves, .deletion = *deletion };
	look->errands[look->count++] = errand;
	look->category_moves->under_way++;
}

static void
on_list_end(enum status st, void *arg)
{
	(void)arg;
	if (st != ST_OK)
		log_warn("unfinished category_moves cannot be read: %s", status_title(st));
}

void
category_moves_look(struct category_moves *category_moves)
{
	static const struct category_move_list_callbacks callbacks = { on_move, on_list_end };

	if (category_moves->under_way > 0)
		return;
	for (unsigned shard = 0; shard < store_shard_count(category_moves->store); shard++) {
		struct look look = { .category_moves = category_moves };

		store_list_category_moves(category_moves->store, shard, AT_ONCE, &callbacks, &look);
		for (size_t i = 0; i < look.count; i++)
			go_on(look.errands[i]);
	}
}

struct category_moves *
category_moves_open(struct store *store)
{
	struct category_moves *category_moves = calloc(1, sizeof *category_moves);

	if (category_moves != NULL)
		category_moves->store = store;
	return category_moves;
}

void
category_moves_close(struct category_moves *category_moves)
{
	free(category_moves);
}
