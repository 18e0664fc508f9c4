/* SPDX-License-Identifier: MIT */
/*
 * What a user has, written page by page: each page is a short reading of its
 * own, and nothing of the store is held between two.  What is stored meanwhile
 * is in the export or not; what is there all the time is in it once.
 */
#ifndef EXPORT_H
#define EXPORT_H

#include "arena.h"
#include "http/reply.h"
#include "store_ai.h"
#include "store_picture.h"

struct export {
	struct store        *store;
	struct ledger        ledger;
	struct arena         arena;       /* what the page being made needs */
	struct person        person;      /* read anew for each page */
	struct buf          *out;         /* of the page being made */
	enum status          st;
	bool                 has_more, is_begun;

	/* Which expenses: any that a filter is empty for. */
	struct expense_query expenses;
	struct uuid          category_id;
	struct slice         account;
	struct currency      currency;
	bool                 has_bom;     /* before CSV: Excel takes a file without it for another encoding */

	struct history_query history;
	struct message_query messages;
	struct own_call_query calls;

	/* The picture at hand. */
	struct uuid          picture_id;  /* its message's; nil before the first */
	struct slice         picture_type;    /* until the next page */
	uint32_t             picture_parts, picture_next;
};

/* All of the user, from the first one on; limits and filters may be set before the first page. */
void export_init(struct export *e, struct store *store, const struct ledger *ledger);

/* Go back to the first page, for another file. */
void export_rewind(struct export *e);
void export_fini(struct export *e);

/* One page, appended to out.  STREAM_BROKEN: it cannot be read, or the user is not there any more. */
typedef enum stream_step export_page_fn(struct export *e, struct buf *out);

export_page_fn export_expenses_csv, export_expenses_jsonl, export_history_jsonl, export_messages_jsonl, export_waiting_jsonl,
    export_jobs_jsonl, export_ai_calls_jsonl, export_ai_costs_jsonl;

/*
 * Go on to the next picture; false: there are no more, or e->st says why not.  Its pages are its parts, and e->picture_id and
 * picture_type what it is.
 */
bool export_next_picture(struct export *e);
export_page_fn export_picture;

export_page_fn export_user_json, export_aliases_jsonl, export_categories_json, export_categories_csv, export_keywords_csv;

#endif
