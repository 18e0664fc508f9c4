/* SPDX-License-Identifier: MIT */
/* "show ai" and "ai users": what providers were asked and what it cost, from the store, and what of today's budget is used. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ai/ai_shared.h"
#include "api/expense/expense_json.h"
#include "ai/budget.h"
#include "clock.h"
#include "commands.h"
#include "keeper/keeper.h"
#include "master/child.h"
#include "options.h"
#include "provider_stats.h"

enum { MS_PER_DAY = 86400000, DAYS = 30, NAMES_MAX = 64, MICRO_DIGITS = 6, USERS_SHOWN = 20 };

struct used {
	char            name[AI_MODEL_ROW_MAX + 1];
	struct currency currency;
	struct ai_usage usage;
};

/* The last one there is room for takes the rest. */
struct usage_table {
	size_t      count;
	struct used rows[NAMES_MAX];
};

struct reading {
	enum status        st;
	struct usage_table days, operations, models;
};

static struct used *
used_of(struct usage_table *table, struct slice name, const struct ai_metrics *row)
{
	struct used *used;

	for (size_t i = 0; i < table->count; i++)
		if (slice_equal(slice_of(table->rows[i].name), name) && strcmp(table->rows[i].currency.code, row->currency.code) == 0)
			return &table->rows[i];
	if (table->count == NAMES_MAX)
		return &table->rows[NAMES_MAX - 1];
	used = &table->rows[table->count++];
	*used = (struct used){ .currency = row->currency };
	memcpy(used->name, name.ptr, name.len < AI_MODEL_ROW_MAX ? name.len : AI_MODEL_ROW_MAX);
	return used;
}

static void
add(struct usage_table *table, struct slice name, const struct ai_metrics *row)
{
	struct ai_usage *usage = &used_of(table, name, row)->usage;

	usage->calls += row->usage.calls;
	usage->input_tokens += row->usage.input_tokens;
	usage->output_tokens += row->usage.output_tokens;
	usage->cost_micros += row->usage.cost_micros;
	usage->unpriced += row->usage.unpriced;
}

static void
on_ai_cost(const struct ai_metrics *row, void *arg)
{
	struct reading *reading = arg;
	char day[DAY_TEXT_LEN];

	day_format(row->day, day);
	add(&reading->days, (struct slice){ day, sizeof day }, row);
	add(&reading->operations, row->name, row);
}

static void
on_ai_model(const struct ai_metrics *row, void *arg)
{
	add(&((struct reading *)arg)->models, row->name, row);
}

static void
on_end(enum status st, void *arg)
{
	((struct reading *)arg)->st = st;
}

static void
show_cost(struct buf *out, int64_t micros, struct currency currency)
{
	char text[MONEY_WIDE_TEXT_MAX];
	int len = decimal_format(micros, MICRO_DIGITS, text);

	buf_printf(out, "%.*s %s", len, text, currency.code);
}

static void
show_row(struct buf *out, const char *name, const struct ai_usage *usage, struct currency currency)
{
	buf_printf(out, "%-40s %10lld %12lld %12lld ", name, (long long)usage->calls, (long long)usage->input_tokens,
	    (long long)usage->output_tokens);
	show_cost(out, usage->cost_micros, currency);
	if (usage->unpriced > 0)
		buf_printf(out, ", %lld calls of unknown price", (long long)usage->unpriced);
	buf_append_char(out, '\n');
}

static void
show_head(struct buf *out, const char *title)
{
	buf_printf(out, "%-40s %10s %12s %12s cost\n", title, "calls", "tokens in", "tokens out");
}

static int
compare_used(const void *a, const void *b)
{
	const struct used *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : strcmp(left->currency.code, right->currency.code);
}

/* By name: which shard comes first with one is chance. */
static void
show_table(struct buf *out, const char *title, struct usage_table *table)
{
	if (table->count > 0)
		qsort(table->rows, table->count, sizeof table->rows[0], compare_used);
	show_head(out, title);
	for (size_t i = 0; i < table->count; i++)
		show_row(out, table->rows[i].name, &table->rows[i].usage, table->rows[i].currency);
}

static void
show_budget(struct buf *out, const struct inherited *in, day_t today)
{
	struct buf errors = BUF_INIT;
	struct budget_limits limits;
	struct budget_used used = budget_used_in_all(in->ai->budget, today);

	budget_limits_read(in->options, &limits, &errors);
	buf_fini(&errors);
	buf_printf(out, "today %llu calls", (unsigned long long)used.calls);
	if (limits.calls > 0)
		buf_printf(out, " of %llu", (unsigned long long)limits.calls);
	buf_append_text(out, ", ");
	show_cost(out, used.cost_micros, limits.currency);
	if (limits.cost_micros > 0) {
		buf_append_text(out, " of ");
		show_cost(out, limits.cost_micros, limits.currency);
	}
	buf_append_char(out, '\n');
}

static void
show_ai(struct ctl_reply *reply, const char *args)
{
	static const struct metrics_callbacks callbacks = { .on_ai_cost = on_ai_cost, .on_ai_model = on_ai_model, .on_end = on_end };
	struct reading *reading = calloc(1, sizeof *reading);      /* its own: with a server the loop goes on meanwhile */
	struct keeper *keeper = ctl_reply_keeper(reply);
	struct buf *out = ctl_reply_out(reply);
	day_t today = (day_t)(clock_wall_ms() / MS_PER_DAY);
	struct stats_view view = keeper_stats_view(keeper);

	(void)args;
	if (reading == NULL) {
		ctl_reply_error(reply, "no memory");
		return;
	}
	store_list_metrics(keeper->messages.store, today - DAYS + 1, today, &callbacks, reading);
	if (reading->st != ST_OK) {
		ctl_reply_error(reply, "the costs cannot be read: %s", status_title(reading->st));
	} else {
		show_budget(out, keeper->in, today);
		show_table(out, "last 30 days by model", &reading->models);
		show_table(out, "last 30 days by operation", &reading->operations);
		show_table(out, "last 30 days by day", &reading->days);
		provider_stats_print_table(&view, out);
		ctl_reply_done(reply);
	}
	free(reading);
}

/* --- by user --------------------------------------------------------------------------------- */

struct user_row {
	char            id[USER_ID_MAX + 1];
	struct ai_usage usage;
};

struct user_reading {
	enum status     st;
	size_t          count;
	struct user_row rows[];        /* of all shards */
};

static void
on_user(const struct ai_user_cost *cost, void *arg)
{
	struct user_reading *reading = arg;
	struct user_row *row = &reading->rows[reading->count++];

	memcpy(row->id, cost->user_id.ptr, cost->user_id.len < USER_ID_MAX ? cost->user_id.len : USER_ID_MAX);
	row->usage = cost->usage;
}

static void
on_users_end(enum status st, void *arg)
{
	((struct user_reading *)arg)->st = st;
}

/* The dearest first, then those who asked more, then by name. */
static int
compare_users(const void *a, const void *b)
{
	const struct user_row *left = a, *right = b;
	int order = (left->usage.cost_micros < right->usage.cost_micros) - (left->usage.cost_micros > right->usage.cost_micros);

	if (order == 0)
		order = (left->usage.calls < right->usage.calls) - (left->usage.calls > right->usage.calls);
	return order != 0 ? order : strcmp(left->id, right->id);
}

/* "[YYYY-MM [currency]]"; what is left out is the present month, and the currency of the budgets. */
static bool
read_month(const char *args, const struct options *options, day_t *month, struct currency *currency)
{
	size_t len = strcspn(args, " ");
	char day[DAY_TEXT_LEN + 1] = "YYYY-MM-01";
	const char *code = args + len;

	*month = (day_t)(clock_wall_ms() / MS_PER_DAY);
	code += strspn(code, " ");
	if (!currency_parse(slice_of(*code != '\0' ? code : options->ai_budget_currency), currency))
		return false;
	if (len == 0)
		return true;
	memcpy(day, args, len == DAY_TEXT_LEN - 3 ? len : 0);
	return day_parse(slice_of(day), month);
}

static void
show_users(struct buf *out, const struct user_reading *reading, day_t month, struct currency currency)
{
	char day[DAY_TEXT_LEN], title[40];

	day_format(month, day);
	snprintf(title, sizeof title, "%.7s by user", day);
	show_head(out, title);
	for (size_t i = 0; i < reading->count && i < USERS_SHOWN; i++)
		show_row(out, reading->rows[i].id, &reading->rows[i].usage, currency);
}

static void
ai_users(struct ctl_reply *reply, const char *args)
{
	static const struct ai_user_callbacks callbacks = { on_user, on_users_end };
	struct keeper *keeper = ctl_reply_keeper(reply);
	struct store *store = keeper->messages.store;
	struct user_reading *reading;
	struct currency currency;
	day_t month;

	if (!read_month(args, keeper->in->options, &month, &currency)) {
		ctl_reply_error(reply, "usage: ai users [YYYY-MM [currency]]");
		return;
	}
	reading = calloc(1, sizeof *reading + store_shard_count(store) * USERS_SHOWN * sizeof reading->rows[0]);
	if (reading == NULL) {
		ctl_reply_error(reply, "no memory");
		return;
	}
	store_list_ai_users(store, month, currency, USERS_SHOWN, &callbacks, reading);
	if (reading->st != ST_OK) {
		ctl_reply_error(reply, "the costs cannot be read: %s", status_title(reading->st));
	} else {
		if (reading->count > 0)
			qsort(reading->rows, reading->count, sizeof reading->rows[0], compare_users);
		show_users(ctl_reply_out(reply), reading, month, currency);
		ctl_reply_done(reply);
	}
	free(reading);
}

/* --- each call ------------------------------------------------------------------------------- */

enum { CALLS_SHOWN = 200 };

struct call_row {
	struct uuid     id;
	int64_t         at_ms;
	char            user[USER_ID_MAX + 1], operation[AI_OPERATION_MAX + 1], model[AI_MODEL_ROW_MAX + 1];
	const char     *result;
	bool            is_failed, is_unpriced;
	struct currency currency;
	struct ai_usage usage;
};

struct call_reading {
	enum status     st;
	size_t          count, room;
	struct call_row rows[];
};

static void
copy_text(char *to, size_t size, struct slice text)
{
	size_t len = text.len < size ? text.len : size - 1;

	if (len > 0)
		memcpy(to, text.ptr, len);
	to[len] = '\0';
}

static void
on_call(const struct ai_call *call, void *arg)
{
	struct call_reading *reading = arg;
	const struct ai_cost *cost = &call->cost;
	struct call_row *row = &reading->rows[reading->count];
	struct slice operation = cost->operation;
	const size_t said = sizeof AI_OPERATION_UNPRICED - 1;          /* the row has a column for that */

	if (reading->count == reading->room)
		return;
	reading->count++;
	if (cost->is_unpriced && operation.len > said)
		operation.len -= said;
	*row = (struct call_row){ .id = call->id, .at_ms = cost->now_ms, .result = cost->result, .is_failed = cost->is_failed, .is_unpriced = cost->is_unpriced,
		.currency = cost->currency, .usage = cost->usage };
	copy_text(row->user, sizeof row->user, call->user_id.len > 0 ? call->user_id : SLICE_LITERAL("-"));
	copy_text(row->operation, sizeof row->operation, operation);
	snprintf(row->model, sizeof row->model, "%.*s/%.*s", (int)cost->provider.len, cost->provider.ptr, (int)cost->model.len, cost->model.ptr);
}

static void
on_calls_end(enum status st, void *arg)
{
	((struct call_reading *)arg)->st = st;
}

/* The newest first. */
static int
compare_calls(const void *a, const void *b)
{
	const struct call_row *left = a, *right = b;

	if (left->at_ms != right->at_ms)
		return left->at_ms < right->at_ms ? 1 : -1;
	return memcmp(right->id.bytes, left->id.bytes, sizeof left->id.bytes);
}

static void
show_call(struct buf *out, const struct call_row *row)
{
	char at[TIME_TEXT_LEN];

	time_format(row->at_ms, at);
	buf_printf(out, "%.*s %-32s %-12s %-32s %-13s %8lld %8lld ", TIME_TEXT_LEN, at, row->user, row->operation, row->model,
	    row->result, (long long)row->usage.input_tokens, (long long)row->usage.output_tokens);
	if (row->is_failed)
		buf_append_char(out, '-');
	else if (row->is_unpriced)
		buf_append_text(out, "unpriced");
	else
		show_cost(out, row->usage.cost_micros, row->currency);
	buf_append_char(out, '\n');
}

/* The next word of the arguments; "-" and what is not there are empty. */
static struct slice
next_word(const char **args)
{
	struct slice word = { *args, strcspn(*args, " ") };

	*args += word.len;
	*args += strspn(*args, " ");
	return slice_equal(word, SLICE_LITERAL("-")) ? SLICE_EMPTY : word;
}

static bool
read_calls_query(const char *args, struct store *store, struct ai_call_query *query, struct ledger *ledger)
{
	struct slice day = next_word(&args), user = next_word(&args);

	*query = (struct ai_call_query){ .day = (day_t)(clock_wall_ms() / MS_PER_DAY), .model = next_word(&args), .limit = CALLS_SHOWN + 1 };
	if (user.len > 0) {
		*ledger = store_ledger(store, user);
		query->of = ledger;
	}
	return (day.len == 0 || day_parse(day, &query->day)) && *args == '\0';
}

static void
show_calls(struct buf *out, const struct call_reading *reading)
{
	buf_printf(out, "%-24s %-32s %-12s %-32s %-13s %8s %8s cost\n", "time", "user", "operation", "model", "result", "in", "out");
	for (size_t i = 0; i < reading->count && i < CALLS_SHOWN; i++)
		show_call(out, &reading->rows[i]);
	if (reading->count > CALLS_SHOWN)
		buf_append_text(out, "and older ones\n");
}

static void
ai_calls(struct ctl_reply *reply, const char *args)
{
	static const struct ai_call_callbacks callbacks = { on_call, on_calls_end };
	struct store *store = ctl_reply_keeper(reply)->messages.store;
	size_t room = store_shard_count(store) * (CALLS_SHOWN + 1);
	struct call_reading *reading;
	struct ai_call_query query;
	struct ledger ledger;

	if (!read_calls_query(args, store, &query, &ledger)) {
		ctl_reply_error(reply, "usage: ai calls [YYYY-MM-DD|- [user|- [model]]]");
		return;
	}
	reading = calloc(1, sizeof *reading + room * sizeof reading->rows[0]);
	if (reading == NULL) {
		ctl_reply_error(reply, "no memory");
		return;
	}
	reading->room = room;
	store_list_ai_calls(store, &query, &callbacks, reading);
	if (reading->st != ST_OK) {
		ctl_reply_error(reply, "the calls cannot be read: %s", status_title(reading->st));
	} else {
		if (reading->count > 0)
			qsort(reading->rows, reading->count, sizeof reading->rows[0], compare_calls);
		show_calls(ctl_reply_out(reply), reading);
		ctl_reply_done(reply);
	}
	free(reading);
}

const struct ctl_command show_ai_commands[] = {
	{ "show ai", NULL, false, show_ai,
	    "What AI providers answered in the last 30 days and what it cost, by model, by operation and by day; today's budget; how calls to each provider ended, also those that failed." },
	{ "ai users", "[YYYY-MM [currency]]", true, ai_users,
	    "Who used most of the AI providers in a month, in one currency; calls whose price is not known are listed with USD, and said so." },
	{ "ai calls", "[YYYY-MM-DD|- [user|- [model]]]", true, ai_calls,
	    "The newest 200 calls of AI providers on a UTC day, today if not said, of one user or model or of all, those that failed too: "
	    "for whom, for what, how it ended, tokens, cost; as long as ai.calls_days keeps them." },
	{ NULL, NULL, false, NULL, NULL }
};
