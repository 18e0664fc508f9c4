/* SPDX-License-Identifier: MIT */
/* A store with something of every kind, and what is done in it, each as one call that tells how it ended. */
#ifndef WORLD_H
#define WORLD_H

#include "suite/store_suite.h"

#include "store_dialogue.h"
#include "store_picture.h"

enum { WORLD_EXPENSES = 6 };

struct world {
	struct suite suite;                /* with its store */
	struct ledger main, alias;         /* of the user with everything, and of one who shares that ledger */
	struct uuid   message, silent;     /* recorded: with a reply that waits, and without */
	struct uuid   waiting, next;       /* messages in the inbox */
	struct uuid   of_alias;            /* and in the alias' own */
	struct uuid   job, joined;         /* jobs; a notice waits that the first one's would join */
	struct uuid   dead_message, dead_reply, dead_job;
	struct uuid   expenses[WORLD_EXPENSES];   /* of food: the last two are in the trash */
	struct uuid   own, spare, leaving, empty, food;   /* categories: with a keyword and expenses, to move to, being deleted, with nothing, by default */
	struct uuid   keyword;
	struct uuid   pictured, picture_open;   /* a message with its picture, and one that is not recorded yet */
	struct token  token;
};

/* An operation in such a store. */
struct scene {
	const char *name;
	enum status (*act)(struct world *w);
	enum status (*prepare)(struct world *w);   /* what comes before it, and does not fail; or NULL */
	bool        passes_over;                   /* damaged rows are as if they were not there */
};

extern const struct scene message_scenes[], ledger_scenes[], read_scenes[];
extern const size_t message_scene_count, ledger_scene_count, read_scene_count;

/* In their place: a store in memory. */
void world_make(struct world *w);
void world_free(struct world *w);

/* Of all rows of all shards. */
uint64_t world_hash(struct world *w);

/* One of a single part. */
enum status world_put_picture(struct world *w, const struct uuid *message_id);

/* The n-th of some ids that nothing in it has. */
struct uuid world_id(unsigned n);

/* An expense of the user with everything goes to the trash at that time, and comes back from it. */
enum status world_delete_expense(struct world *w, const struct uuid *id, int64_t now_ms);
enum status world_restore(struct world *w, const struct uuid *id);

/* Find and remove what is kept no longer, a hundred days later; how much of each kind, unless removed is NULL. */
enum status world_remove_expired(struct world *w, uint32_t removed[REMOVED_KINDS]);

/* Callbacks: how it ended is put to arg, an enum status. */
void world_done(enum status st, void *arg);
void world_written(enum status st, const struct write_answer *answer, void *arg);

#endif
