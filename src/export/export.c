/* SPDX-License-Identifier: MIT */
/* See export.h. */
#include "config.h"

#include "export.h"

#include "csv.h"
#include "api/expense/expense_json.h"
#include "api/expense/range.h"
#include "api/metrics/ai_json.h"
#include "message/message.h"
#include "store/person.h"
#include "store_job.h"
#include "store_link.h"

enum { PAGE = 100, LOOKED_AT = 500, MS_PER_DAY = 86400000 };

void
export_init(struct export *e, struct store *store, const struct ledger *ledger)
{
	*e = (struct export){ .store = store, .ledger = *ledger, .arena = ARENA_INIT,
		.expenses = { .from = DAY_MIN, .to = DAY_MAX } };
	export_rewind(e);
}

void
export_rewind(struct export *e)
{
	e->is_begun = false;
	e->expenses.limit = PAGE;
	e->expenses.has_after = false;
	e->history = (struct history_query){ .limit = PAGE };
	e->messages = (struct message_query){ .limit = PAGE };
	e->calls = (struct own_call_query){ .limit = PAGE };
}

void
export_fini(struct export *e)
{
	arena_fini(&e->arena);
}

static void
on_person(enum status st, const struct person *person, void *arg)
{
	struct export *e = arg;

	e->st = st;
	if (st == ST_OK && !person_copy(&e->arena, person, &e->person))
		e->st = ST_OVERLOADED;
}

/* false: there is no user any more, or something failed. */
static bool
begin_page(struct export *e, struct buf *out)
{
	arena_reset(&e->arena);
	e->out = out;
	e->has_more = false;
	store_get_person(e->store, &e->ledger, on_person, e);
	return e->st == ST_OK;
}

static enum stream_step
end_page(struct export *e)
{
	e->is_begun = true;
	if (e->st != ST_OK || e->out->has_failed)
		return STREAM_BROKEN;
	return e->has_more ? STREAM_MORE : STREAM_END;
}

/* --- expenses --------------------------------------------------------------------- */

static bool
is_wanted(const struct export *e, const struct expense *expense)
{
	if (!uuid_is_nil(&e->category_id) && !uuid_equal(&e->category_id, &expense->category_id))
		return false;
	if (e->account.ptr != NULL && !slice_equal(e->account, expense->account))
		return false;
	return e->currency.code[0] == '\0' || strcmp(e->currency.code, expense->currency.code) == 0;
}

static void
on_expense_end(enum status st, bool has_more, void *arg)
{
	struct export *e = arg;

	e->st = st;
	e->has_more = has_more;
	e->expenses.has_after = true;
}

static void
go_on_behind(struct export *e, const struct expense *expense)
{
	e->expenses.after_day = expense->day;
	e->expenses.after_id = expense->id;
}

static enum stream_step
list_expenses(struct export *e, void (*on_expense)(const struct expense *expense, void *arg))
{
	const struct expense_list_callbacks callbacks = { on_expense, on_expense_end };

	store_list_expenses(e->store, &e->ledger, &e->expenses, &callbacks, e);
	return end_page(e);
}

static void
on_expense_json(const struct expense *expense, void *arg)
{
	struct export *e = arg;
	struct json_out out = json_out_to(e->out);

	go_on_behind(e, expense);
	if (!is_wanted(e, expense))
		return;
	expense_write_json(&out, expense, &e->person);
	buf_append_char(e->out, '\n');
}

enum stream_step
export_expenses_jsonl(struct export *e, struct buf *out)
{
	return begin_page(e, out) ? list_expenses(e, on_expense_json) : STREAM_BROKEN;
}

static void
csv_id(struct buf *out, const struct uuid *id)
{
	char text[UUID_TEXT_LEN];

	if (uuid_is_nil(id))
		return;
	uuid_format(id, text);
	csv_plain(out, (struct slice){ text, sizeof text });
}

static void
csv_time(struct buf *out, int64_t wall_ms)
{
	char text[TIME_TEXT_LEN];

	time_format(wall_ms, text);
	csv_plain(out, (struct slice){ text, sizeof text });
}

static void
csv_category(struct export *e, const struct uuid *id)
{
	for (size_t i = 0; i < e->person.category_count; i++)
		if (uuid_equal(&e->person.categories[i].id, id))
			csv_text(e->out, category_shown_name(&e->person.categories[i]));
}

static void
csv_day_and_money(struct buf *out, const struct expense *expense)
{
	char day[DAY_TEXT_LEN], amount[MONEY_TEXT_MAX];

	day_format(expense->day, day);
	csv_plain(out, (struct slice){ day, sizeof day });
	csv_next_cell(out);
	csv_plain(out, (struct slice){ amount, (size_t)money_format(expense->amount_minor, expense->currency, amount) });
	csv_next_cell(out);
	csv_plain(out, slice_of(expense->currency.code));
	csv_next_cell(out);
}

static void
on_expense_csv(const struct expense *expense, void *arg)
{
	struct export *e = arg;
	struct buf *out = e->out;

	go_on_behind(e, expense);
	if (!is_wanted(e, expense))
		return;
	csv_day_and_money(out, expense);
	csv_text(out, expense->description);
	csv_next_cell(out);
	csv_category(e, &expense->category_id);
	csv_next_cell(out);
	csv_text(out, expense->account);
	csv_next_cell(out);
	csv_id(out, &expense->refund_of);
	csv_next_cell(out);
	csv_id(out, &expense->id);
	csv_next_cell(out);
	buf_append_uint(out, expense->version);
	csv_next_cell(out);
	csv_time(out, expense->created_ms);
	csv_next_cell(out);
	csv_time(out, expense->updated_ms);
	csv_end_row(out);
}

enum stream_step
export_expenses_csv(struct export *e, struct buf *out)
{
	if (!begin_page(e, out))
		return STREAM_BROKEN;
	if (!e->is_begun && e->has_bom)
		buf_append_literal(out, "\xef\xbb\xbf");
	if (!e->is_begun)
		buf_append_literal(out, "date,amount,currency,description,category,account,refund_of,id,version,created_at,updated_at\r\n");
	return list_expenses(e, on_expense_csv);
}

/* --- history and messages ------------------------------------------------------------ */

static void
on_event(const struct expense_event *event, void *arg)
{
	struct export *e = arg;
	struct json_out out = json_out_to(e->out);

	event_write_json(&out, event, &e->person, true);
	buf_append_char(e->out, '\n');
	e->history.after_id = event->expense_id;
	e->history.after_version = event->version;
}

static void
on_history_end(enum status st, bool has_more, void *arg)
{
	struct export *e = arg;

	e->st = st;
	e->has_more = has_more;
}

enum stream_step
export_history_jsonl(struct export *e, struct buf *out)
{
	static const struct history_callbacks callbacks = { on_event, on_history_end };

	if (!begin_page(e, out))
		return STREAM_BROKEN;
	store_list_history(e->store, &e->ledger, &e->history, &callbacks, e);
	return end_page(e);
}

static void
on_message(const struct message *message, void *arg)
{
	struct export *e = arg;
	struct json_out out = json_out_to(e->out);
	char id[UUID_TEXT_LEN];

	json_out_object_begin(&out);
	json_member_id(&out, "id", &message->id);
	json_out_member_text(&out, "status", message_status_text(message->status));
	if (message->status == MESSAGE_WAITING)
		json_out_member_string(&out, "text", message->text);
	else
		json_out_member_string(&out, "reply", message->reply);
	json_out_key(&out, "expense_ids");
	json_out_array_begin(&out);
	for (size_t i = 0; i < message->expense_count; i++) {
		uuid_format(&message->expense_ids[i], id);
		json_out_string(&out, (struct slice){ id, sizeof id });
	}
	json_out_array_end(&out);
	json_member_time(&out, "received_at", message->received_ms);
	if (message->status != MESSAGE_WAITING)
		json_member_time(&out, "finished_at", message->finished_ms);
	json_out_object_end(&out);
	buf_append_char(e->out, '\n');
}

static void
on_messages_end(enum status st, bool has_more, const struct uuid *last, void *arg)
{
	struct export *e = arg;

	e->st = st;
	e->has_more = has_more;
	e->messages.after_id = *last;
}

static const struct message_list_callbacks message_callbacks = { on_message, on_messages_end };

enum stream_step
export_messages_jsonl(struct export *e, struct buf *out)
{
	if (!begin_page(e, out))
		return STREAM_BROKEN;
	store_list_messages(e->store, &e->ledger, &e->messages, &message_callbacks, e);
	return end_page(e);
}

enum stream_step
export_waiting_jsonl(struct export *e, struct buf *out)
{
	if (!begin_page(e, out))
		return STREAM_BROKEN;
	e->messages.limit = LOOKED_AT;
	store_list_waiting(e->store, &e->ledger, &e->messages, &message_callbacks, e);
	return end_page(e);
}

static void
on_job(const struct queued_job *job, void *arg)
{
	struct export *e = arg;
	struct json_out out = json_out_to(e->out);

	json_out_object_begin(&out);
	json_member_id(&out, "message_id", &job->id);
	json_out_member_string(&out, "text", job->text);
	json_member_time(&out, "created_at", job->created_ms);
	json_out_object_end(&out);
	buf_append_char(e->out, '\n');
}

static void
on_jobs_end(enum status st, void *arg)
{
	((struct export *)arg)->st = st;
}

enum stream_step
export_jobs_jsonl(struct export *e, struct buf *out)
{
	static const struct job_list_callbacks callbacks = { on_job, on_jobs_end };

	if (!begin_page(e, out))
		return STREAM_BROKEN;
	store_list_jobs(e->store, &e->ledger, &callbacks, e);
	return end_page(e);
}

/* --- what the AI was asked ------------------------------------------------------------- */

static void
on_call(const struct ai_call *call, void *arg)
{
	struct export *e = arg;
	struct json_out out = json_out_to(e->out);

	ai_call_write_json(&out, call);
	buf_append_char(e->out, '\n');
	e->calls.after_day = (day_t)(call->cost.now_ms / MS_PER_DAY);
	e->calls.after_id = call->id;
}

static void
on_calls_end(enum status st, bool has_more, void *arg)
{
	struct export *e = arg;

	e->st = st;
	e->has_more = has_more;
}

enum stream_step
export_ai_calls_jsonl(struct export *e, struct buf *out)
{
	static const struct own_call_callbacks callbacks = { on_call, on_calls_end };

	if (!begin_page(e, out))
		return STREAM_BROKEN;
	store_list_own_calls(e->store, &e->ledger, &e->calls, &callbacks, e);
	return end_page(e);
}

static void
on_month(const struct ai_month_cost *cost, void *arg)
{
	struct export *e = arg;
	struct json_out out = json_out_to(e->out);
	char text[DAY_TEXT_LEN];

	json_out_object_begin(&out);
	json_out_member_plain(&out, "month", (struct slice){ text, range_format_month(cost->month, text) });
	json_out_member_text(&out, "currency", cost->currency.code);
	json_members_ai_usage(&out, &cost->usage);
	json_out_object_end(&out);
	buf_append_char(e->out, '\n');
}

static void
on_months_end(enum status st, void *arg)
{
	((struct export *)arg)->st = st;
}

enum stream_step
export_ai_costs_jsonl(struct export *e, struct buf *out)
{
	static const struct ai_month_callbacks callbacks = { on_month, on_months_end };

	if (!begin_page(e, out))
		return STREAM_BROKEN;
	store_list_ai_months(e->store, &e->ledger, &callbacks, e);
	return end_page(e);
}

/* --- the user ------------------------------------------------------------------------- */

enum stream_step
export_user_json(struct export *e, struct buf *out)
{
	struct json_out json = json_out_to(out);

	if (!begin_page(e, out))
		return STREAM_BROKEN;
	user_write_json(&json, &e->person.user);
	buf_append_char(out, '\n');
	return end_page(e);
}

static void
on_alias(const struct alias *alias, void *arg)
{
	struct export *e = arg;
	struct json_out out = json_out_to(e->out);

	json_out_object_begin(&out);
	json_out_member_string(&out, "id", alias->user_id);
	json_member_time(&out, "linked_at", alias->since_ms);
	json_out_object_end(&out);
	buf_append_char(e->out, '\n');
}

static void
on_aliases_end(enum status st, void *arg)
{
	struct export *e = arg;

	e->st = st;
}

enum stream_step
export_aliases_jsonl(struct export *e, struct buf *out)
{
	static const struct alias_list_callbacks callbacks = { on_alias, on_aliases_end };

	if (!begin_page(e, out))
		return STREAM_BROKEN;
	store_list_aliases(e->store, &e->ledger, &callbacks, e);
	return end_page(e);
}

enum stream_step
export_categories_json(struct export *e, struct buf *out)
{
	struct json_out json = json_out_to(out);

	if (!begin_page(e, out))
		return STREAM_BROKEN;
	json_out_array_begin(&json);
	for (size_t i = 0; i < e->person.category_count; i++)
		category_write_json(&json, &e->person.categories[i]);
	json_out_array_end(&json);
	buf_append_char(out, '\n');
	return end_page(e);
}

enum stream_step
export_categories_csv(struct export *e, struct buf *out)
{
	if (!begin_page(e, out))
		return STREAM_BROKEN;
	buf_append_literal(out, "id,key,name,expense_count,version\r\n");
	for (size_t i = 0; i < e->person.category_count; i++) {
		const struct category *category = &e->person.categories[i];

		csv_id(out, &category->id);
		csv_next_cell(out);
		csv_text(out, category->key);
		csv_next_cell(out);
		csv_text(out, category_shown_name(category));
		csv_next_cell(out);
		buf_append_uint(out, category->expense_count);
		csv_next_cell(out);
		buf_append_uint(out, category->version);
		csv_end_row(out);
	}
	return end_page(e);
}

enum stream_step
export_keywords_csv(struct export *e, struct buf *out)
{
	if (!begin_page(e, out))
		return STREAM_BROKEN;
	buf_append_literal(out, "id,category_id,keyword,priority,version\r\n");
	for (size_t i = 0; i < e->person.keyword_count; i++) {
		const struct keyword *keyword = &e->person.keywords[i];

		csv_id(out, &keyword->id);
		csv_next_cell(out);
		csv_id(out, &keyword->category_id);
		csv_next_cell(out);
		csv_text(out, keyword->text);
		csv_next_cell(out);
		buf_append_uint(out, keyword->priority);
		csv_next_cell(out);
		buf_append_uint(out, keyword->version);
		csv_end_row(out);
	}
	return end_page(e);
}

/* --- pictures ---------------------------------------------------------------------------- */

static void
on_picture(enum status st, const struct kept_picture *picture, void *arg)
{
	struct export *e = arg;

	e->st = st == ST_NOT_FOUND ? ST_OK : st;
	e->has_more = st == ST_OK;
	if (st != ST_OK)
		return;
	e->picture_id = picture->message_id;
	e->picture_type = arena_copy(&e->arena, picture->type);
	e->picture_parts = picture->part_count;
	e->picture_next = 0;
}

bool
export_next_picture(struct export *e)
{
	arena_reset(&e->arena);
	store_next_picture(e->store, &e->ledger, &e->picture_id, on_picture, e);
	return e->has_more;
}

static void
on_part(enum status st, struct slice bytes, void *arg)
{
	struct export *e = arg;

	e->st = st;
	if (st == ST_OK)
		buf_append_slice(e->out, bytes);
}

enum stream_step
export_picture(struct export *e, struct buf *out)
{
	if (!begin_page(e, out))
		return STREAM_BROKEN;
	store_get_picture_part(e->store, &e->ledger, &e->picture_id, e->picture_next++, on_part, e);
	e->has_more = e->picture_next < e->picture_parts;
	return end_page(e);
}
