/* SPDX-License-Identifier: MIT */
/* /api/v1/summaries: sums of a range of days by period, category, account and currency. */
#include "config.h"

#include "api/handlers.h"

#include "access/caller.h"
#include "clock.h"
#include "expense_json.h"
#include "contract/fields.h"
#include "hex.h"
#include "http/reply.h"
#include "range.h"

enum { CURSOR_BYTES = 23, CURSOR_MAX = CURSOR_BYTES + ACCOUNT_MAX, PERIODS = SUMMARY_DAY | SUMMARY_WEEK | SUMMARY_MONTH };

static const struct {
	const char *name;
	unsigned    by;
} groupings[] = {
	{ "day", SUMMARY_DAY }, { "week", SUMMARY_WEEK }, { "month", SUMMARY_MONTH },
	{ "category", SUMMARY_CATEGORY }, { "account", SUMMARY_ACCOUNT }, { "currency", 0 },
};
enum { GROUPINGS = sizeof groupings / sizeof groupings[0] };

/* The work of the handler, in the request's arena. */
struct work {
	struct caller        caller;
	struct summary_query query;
	struct buf           rows;
	struct json_out      out;
};

/* --- the query ------------------------------------------------------------------------- */

/* GROUPINGS when there is none of that name. */
static size_t
find_grouping(struct slice name)
{
	size_t i = 0;

	while (i < GROUPINGS && !slice_equal(name, slice_of(groupings[i].name)))
		i++;
	return i;
}

static bool
take_grouping(struct request *req, struct slice name, unsigned *seen, unsigned *by)
{
	size_t i = find_grouping(name);

	if (i == GROUPINGS)
		return handler_refuse(req, ST_BAD_PARAMETER, "group_by",
		    "Must be day, week, month, category, account or currency, or several with commas between them.");
	if ((*seen & 1u << i) != 0)
		return handler_refuse(req, ST_BAD_PARAMETER, "group_by", "One of them is named twice.");
	if ((groupings[i].by & PERIODS) != 0 && (*by & PERIODS) != 0)
		return handler_refuse(req, ST_BAD_PARAMETER, "group_by", "Only one of day, week and month can be had at a time.");
	*seen |= 1u << i;
	*by |= groupings[i].by;
	return true;
}

static bool
read_group_by(struct request *req, unsigned *by)
{
	struct slice rest = query_text(req, MEMBER_group_by);
	unsigned seen = 0;

	*by = 0;
	if (rest.ptr == NULL)
		return true;
	for (;;) {
		const char *comma = rest.len > 0 ? memchr(rest.ptr, ',', rest.len) : NULL;
		struct slice name = { rest.ptr, comma != NULL ? (size_t)(comma - rest.ptr) : rest.len };

		if (!take_grouping(req, name, &seen, by))
			return false;
		if (comma == NULL)
			return true;
		rest = (struct slice){ comma + 1, rest.len - name.len - 1 };
	}
}

static void
take_filters(const struct request *req, struct summary_query *query)
{
	const struct value *category = query_value(req, MEMBER_category_filter), *currency = query_value(req, MEMBER_currency_filter);

	if (category != NULL)
		query->category_id = category->id;
	if (currency != NULL)
		query->currency = currency->currency;
	query->account = query_text(req, MEMBER_account_filter);
}

/* Period, category, currency, account: the group that the next page goes on behind. */
static void
cursor_write(struct buf *out, const struct summary_group *group)
{
	uint8_t bytes[CURSOR_MAX];
	char text[2 * CURSOR_MAX];

	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)((uint32_t)group->period >> (24 - 8 * i));
	memcpy(bytes + 4, group->category_id.bytes, 16);
	memcpy(bytes + 20, group->currency.code, 3);
	if (group->account.len > 0)
		memcpy(bytes + CURSOR_BYTES, group->account.ptr, group->account.len);
	hex_encode(bytes, CURSOR_BYTES + group->account.len, text);
	buf_append(out, text, 2 * (CURSOR_BYTES + group->account.len));
}

static bool
cursor_read(struct request *req, struct slice text, struct summary_query *query)
{
	uint8_t bytes[CURSOR_MAX];
	struct summary_group *after = &query->after;

	if (text.len % 2 != 0 || text.len < 2 * CURSOR_BYTES || text.len > 2 * CURSOR_MAX
	    || !hex_decode(text.ptr, text.len / 2, bytes))
		return handler_refuse(req, ST_BAD_PARAMETER, "cursor", "Is not one that was given out.");
	after->period = (day_t)((uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3]);
	memcpy(after->category_id.bytes, bytes + 4, 16);
	memcpy(after->currency.code, bytes + 20, 3);
	after->account = arena_copy(&req->arena, (struct slice){ (const char *)bytes + CURSOR_BYTES, text.len / 2 - CURSOR_BYTES });
	query->has_after = true;
	return true;
}

/* What is not there stands for the user's present month. */
static bool
read_range(struct work *work)
{
	struct request *req = work->caller.req;
	const struct value *from = query_value(req, MEMBER_from), *to = query_value(req, MEMBER_to);
	struct range range;

	range.to = to != NULL ? to->day :
	    range_month_end(message_day(work->caller.person.user.zone.ptr, clock_wall_ms()));
	range.from = from != NULL ? from->day : range_month_begin(range.to);
	work->query.from = range.from;
	work->query.to = range.to;
	return range_check(req, &range);
}

static bool
read_query(struct request *req, struct summary_query *query)
{
	struct slice cursor = query_text(req, MEMBER_cursor);

	query->limit = handler_limit(req);
	take_filters(req, query);
	return read_group_by(req, &query->by) && (cursor.ptr == NULL || cursor_read(req, cursor, query));
}

/* --- the answer ------------------------------------------------------------------------- */

static void
write_period(struct json_out *out, unsigned by, day_t period)
{
	char text[DAY_TEXT_LEN];

	if ((by & SUMMARY_DAY) != 0)
		json_member_day(out, "day", period);
	else if ((by & SUMMARY_WEEK) != 0)
		json_out_member_plain(out, "week", (struct slice){ text, range_format_week(period, text) });
	else if ((by & SUMMARY_MONTH) != 0)
		json_out_member_plain(out, "month", (struct slice){ text, range_format_month(period, text) });
}

static void
on_group(const struct summary_group *group, void *arg)
{
	struct work *work = arg;
	unsigned by = work->query.by;

	json_out_object_begin(&work->out);
	write_period(&work->out, by, group->period);
	if ((by & SUMMARY_CATEGORY) != 0)
		json_member_category(&work->out, &group->category_id, &work->caller.person);
	if ((by & SUMMARY_ACCOUNT) != 0)
		json_out_member_string(&work->out, "account", group->account);
	json_member_money(&work->out, group->sum_minor, group->currency);
	json_out_member_int(&work->out, "count", group->count);
	json_out_object_end(&work->out);
}

static void
write_head(struct json_out *out, const struct work *work, const struct summary *summary)
{
	range_write(out, &(struct range){ work->query.from, work->query.to });
	json_out_key(out, "group_by");
	json_out_array_begin(out);
	for (size_t i = 0; i < GROUPINGS; i++)
		if (groupings[i].by == 0 || (work->query.by & groupings[i].by) != 0)
			json_out_text(out, groupings[i].name);
	json_out_array_end(out);
	json_out_key(out, "totals");
	json_out_array_begin(out);
	for (size_t i = 0; i < summary->total_count; i++) {
		json_out_object_begin(out);
		json_member_money(out, summary->totals[i].sum_minor, summary->totals[i].currency);
		json_out_member_int(out, "count", summary->totals[i].count);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static void
reply_summary(const struct work *work, const struct summary *summary)
{
	struct request *req = work->caller.req;
	struct json_out out = reply_json_begin(req, ST_OK);

	json_out_object_begin(&out);
	write_head(&out, work, summary);
	json_out_key(&out, "groups");
	json_out_raw(&out, buf_slice(&work->rows));
	if (summary->has_more) {
		json_out_key(&out, "next_cursor");
		buf_append_char(out.buf, '"');
		cursor_write(out.buf, &summary->next);
		buf_append_char(out.buf, '"');
	} else {
		json_out_member_null(&out, "next_cursor");
	}
	json_out_object_end(&out);
	reply_end(req);
}

static void
refuse(struct request *req, enum status st)
{
	reply_problem(req, st, NULL, st == ST_OUT_OF_RANGE ? "A sum is larger than can be told." :
	    st == ST_TOO_BROAD ? "Ask for a shorter range, or by a period." : NULL);
}

static void
on_end(enum status st, const struct summary *summary, void *arg)
{
	struct work *work = arg;

	json_out_array_end(&work->out);
	caller_record(&work->caller, OPERATION_get_summary, st == ST_OK);
	if (st == ST_OK && work->rows.has_failed)
		st = ST_OVERLOADED;
	if (st == ST_OK)
		reply_summary(work, summary);
	else
		refuse(work->caller.req, st);
	buf_fini(&work->rows);
}

enum status
get_summaries(struct request *req)
{
	static const struct summary_callbacks callbacks = { on_group, on_end };
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (work == NULL)
		return ST_OVERLOADED;
	if (!read_query(req, &work->query) || !caller_begin(req, &work->caller) || !read_range(work))
		return ST_OK;
	work->out = json_out_to(&work->rows);
	json_out_array_begin(&work->out);
	store_summarize(work->caller.service->store, &work->caller.ledger, &work->query, &callbacks, work);
	return ST_OK;
}
