/* SPDX-License-Identifier: MIT */
/* /api/v1/expenses/export and /api/v1/user/export: downloads, streamed as the client takes them. */
#include "config.h"

#include "api/handlers.h"

#include <stdio.h>

#include "access/caller.h"
#include "clock.h"
#include "export/export.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "export/zip_out.h"

/* The work of a handler, in the request's arena. */
struct work {
	struct caller   caller;
	struct export   export;
	export_page_fn *page;              /* of a single file */

	/* of all files */
	struct zip_out *zip;
	size_t          file;              /* the one being written */
	bool            is_open;
	struct buf      content;           /* of the file, before it goes in */
};

/* NULL after answering. */
static struct work *
begin(struct request *req)
{
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (work == NULL) {
		reply_problem(req, ST_OVERLOADED, NULL, NULL);
		return NULL;
	}
	if (!caller_begin(req, &work->caller))
		return NULL;
	export_init(&work->export, work->caller.service->store, &work->caller.ledger);
	return work;
}

static void
on_end(bool is_whole, void *arg)
{
	struct work *work = arg;

	(void)is_whole;
	export_fini(&work->export);
	zip_out_free(work->zip);
	buf_fini(&work->content);
}

/* A name with the user's own day in it. */
static void
name_file(struct work *work, const char *name, const char *suffix)
{
	char day[DAY_TEXT_LEN], text[128];
	int len;

	day_format(message_day(work->caller.person.user.zone.ptr, clock_wall_ms()), day);
	len = snprintf(text, sizeof text, "attachment; filename=\"%s-%.*s.%s\"", name, DAY_TEXT_LEN, day, suffix);
	reply_header(work->caller.req, "Content-Disposition", (struct slice){ text, (size_t)len });
}

/* --- expenses ------------------------------------------------------------------------ */

static enum stream_step
produce_page(struct buf *out, void *arg)
{
	struct work *work = arg;

	return work->page(&work->export, out);
}

static bool
read_filters(struct request *req, struct export *e)
{
	const struct value *from = query_value(req, MEMBER_from), *to = query_value(req, MEMBER_to);
	const struct value *category = query_value(req, MEMBER_category_filter), *currency = query_value(req, MEMBER_currency);
	const struct value *bom = query_value(req, MEMBER_bom);

	if (from != NULL)
		e->expenses.from = from->day;
	if (to != NULL)
		e->expenses.to = to->day;
	if (category != NULL)
		e->category_id = category->id;
	if (currency != NULL)
		e->currency = currency->currency;
	e->account = query_text(req, MEMBER_account);
	e->has_bom = bom != NULL && bom->is_true;
	return e->expenses.from <= e->expenses.to || handler_refuse(req, ST_BAD_DATE, "to", "Must not be before from.");
}

/* In the order of the words of the parameter. */
static const struct format {
	const char     *name, *type;
	export_page_fn *page;
} formats[] = {
	{ "csv",   "text/csv; charset=utf-8; header=present", export_expenses_csv },
	{ "jsonl", "application/jsonl",                       export_expenses_jsonl },
};

enum status
get_expenses_export(struct request *req)
{
	const struct value *wanted = query_value(req, MEMBER_export_format);
	const struct format *format = &formats[wanted != NULL ? wanted->number : 0];
	struct work *work = begin(req);

	if (work == NULL || !read_filters(req, &work->export))
		return ST_OK;
	work->page = format->page;
	name_file(work, "expenses", format->name);
	reply_stream(req, ST_OK, format->type, &(struct reply_stream){ produce_page, on_end, work });
	return ST_OK;
}

/* --- everything about one user ----------------------------------------------------------- */

static enum stream_step
readme(struct export *e, struct buf *out)
{
	(void)e;
	buf_append_literal(out,
	    "Everything that AIExpense keeps about one user.\r\n\r\n"
	    "user.json            who it is, and the settings\r\n"
	    "aliases.jsonl        the other identities that share this ledger\r\n"
	    "categories.json      the categories; categories.csv has the same\r\n"
	    "keywords.csv         the words that say where an expense is filed\r\n"
	    "expenses.jsonl       the expenses, one JSON object a line, by day; expenses.csv has the same\r\n"
	    "history.jsonl        what was changed, deleted and restored, with the expense before and after;\r\n"
	    "                     an expense whose last line says \"deleted\" lies in the trash\r\n"
	    "messages.jsonl       the answers to chat messages of the last 30 days\r\n"
	    "waiting.jsonl        messages that nobody has answered yet\r\n"
	    "jobs.jsonl           answered messages whose categories an AI provider is still to be asked about\r\n"
	    "ai_calls.jsonl       each call of an AI provider for this user, as long as the operator keeps them:\r\n"
	    "                     when, for what, which model, how it ended, its tokens and what it cost\r\n"
	    "ai_costs.jsonl       what the calls that were answered came to, by month and currency\r\n"
	    "pictures/            photos of receipts, where they are kept, each named by the id of its message\r\n\r\n"
	    "Texts are UTF-8, times are UTC, days are the user's own. In CSV, a text that a spreadsheet would take for a\r\n"
	    "formula (it begins with = + - @, a tab or a CR) has an apostrophe before it.\r\n");
	return STREAM_END;
}

static const struct file {
	const char     *name;
	export_page_fn *page;
} files[] = {
	{ "README.txt",      readme },
	{ "user.json",       export_user_json },
	{ "aliases.jsonl",   export_aliases_jsonl },
	{ "categories.json", export_categories_json },
	{ "categories.csv",  export_categories_csv },
	{ "keywords.csv",    export_keywords_csv },
	{ "expenses.jsonl",  export_expenses_jsonl },
	{ "expenses.csv",    export_expenses_csv },
	{ "history.jsonl",   export_history_jsonl },
	{ "messages.jsonl",  export_messages_jsonl },
	{ "waiting.jsonl",   export_waiting_jsonl },
	{ "jobs.jsonl",      export_jobs_jsonl },
	{ "ai_calls.jsonl",  export_ai_calls_jsonl },
	{ "ai_costs.jsonl",  export_ai_costs_jsonl },
};
enum { FILES = sizeof files / sizeof files[0] };

/* "pictures/ID.jpeg" */
static void
name_picture(const struct export *e, char name[static 64])
{
	const char *kind = e->picture_type.len > 0 ? memchr(e->picture_type.ptr, '/', e->picture_type.len) : NULL;
	size_t kind_at = kind != NULL ? (size_t)(kind - e->picture_type.ptr) + 1 : 0;
	char id[UUID_TEXT_LEN];

	uuid_format(&e->picture_id, id);
	snprintf(name, 64, "pictures/%.*s.%.*s", UUID_TEXT_LEN, id, (int)(e->picture_type.len - kind_at), e->picture_type.ptr + kind_at);
}

static bool
open_file(struct work *work, struct buf *out)
{
	char name[64];

	if (work->is_open)
		return true;
	work->is_open = true;
	export_rewind(&work->export);
	if (work->file < FILES)
		return zip_out_begin_file(work->zip, out, files[work->file].name, clock_wall_ms());
	name_picture(&work->export, name);
	return zip_out_begin_file(work->zip, out, name, clock_wall_ms());
}

static bool
close_file(struct work *work, struct buf *out)
{
	work->is_open = false;
	if (work->file < FILES)
		work->file++;
	return zip_out_end_file(work->zip, out);
}

/* Behind the other files. */
static enum stream_step
end_zip(struct work *work, struct buf *out)
{
	return work->export.st == ST_OK && zip_out_end(work->zip, out) ? STREAM_END : STREAM_BROKEN;
}

/* One page of one file a call. */
static enum stream_step
produce_zip(struct buf *out, void *arg)
{
	struct work *work = arg;
	enum stream_step step;

	if (work->file == FILES && !work->is_open && !export_next_picture(&work->export))
		return end_zip(work, out);
	if (!open_file(work, out))
		return STREAM_BROKEN;
	buf_clear(&work->content);
	step = work->file < FILES ? files[work->file].page(&work->export, &work->content) : export_picture(&work->export, &work->content);
	if (step == STREAM_BROKEN || !zip_out_write(work->zip, out, buf_slice(&work->content)))
		return STREAM_BROKEN;
	if (step == STREAM_END && !close_file(work, out))
		return STREAM_BROKEN;
	return STREAM_MORE;
}

enum status
get_user_export(struct request *req)
{
	struct work *work = begin(req);

	if (work == NULL)
		return ST_OK;
	work->zip = zip_out_new();
	if (work->zip == NULL)
		return ST_OVERLOADED;
	name_file(work, "aiexpense", "zip");
	reply_stream(req, ST_OK, "application/zip", &(struct reply_stream){ produce_zip, on_end, work });
	return ST_OK;
}
