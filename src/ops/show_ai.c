/* SPDX-License-Identifier: MIT */
/* "show ai": what providers were asked and what it cost, from the store, and what of today's budget is used. */
#include "config.h"

#include <string.h>

#include "ai/ai_shared.h"
#include "ai/budget.h"
#include "clock.h"
#include "commands.h"
#include "keeper/keeper.h"
#include "master/child.h"
#include "options.h"
#include "provider_stats.h"

enum { MS_PER_DAY = 86400000, DAYS = 30, NAMES_MAX = 64, MICRO_DIGITS = 6 };

struct used {
	char            name[AI_MODEL_ROW_MAX + 1];
	struct currency currency;
	struct ai_usage usage;
};

/* In the order of their names in each shard; the last one there is room for takes the rest. */
struct usage_table {
	size_t      count;
	struct used rows[NAMES_MAX];
};

struct reading {
	enum status        st;
	struct usage_table operations, models;
};

static struct used *
used_of(struct usage_table *table, const struct ai_metrics *row)
{
	struct used *used;

	for (size_t i = 0; i < table->count; i++)
		if (slice_equal(slice_of(table->rows[i].name), row->name) && strcmp(table->rows[i].currency.code, row->currency.code) == 0)
			return &table->rows[i];
	if (table->count == NAMES_MAX)
		return &table->rows[NAMES_MAX - 1];
	used = &table->rows[table->count++];
	*used = (struct used){ .currency = row->currency };
	memcpy(used->name, row->name.ptr, row->name.len < AI_MODEL_ROW_MAX ? row->name.len : AI_MODEL_ROW_MAX);
	return used;
}

static void
add(struct usage_table *table, const struct ai_metrics *row)
{
	struct ai_usage *usage = &used_of(table, row)->usage;

	usage->calls += row->usage.calls;
	usage->input_tokens += row->usage.input_tokens;
	usage->output_tokens += row->usage.output_tokens;
	usage->cost_micros += row->usage.cost_micros;
}

static void
on_ai_cost(const struct ai_metrics *row, void *arg)
{
	add(&((struct reading *)arg)->operations, row);
}

static void
on_ai_model(const struct ai_metrics *row, void *arg)
{
	add(&((struct reading *)arg)->models, row);
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
show_table(struct buf *out, const char *title, const struct usage_table *table)
{
	buf_printf(out, "%-40s %10s %12s %12s cost\n", title, "calls", "tokens in", "tokens out");
	for (size_t i = 0; i < table->count; i++) {
		const struct used *used = &table->rows[i];

		buf_printf(out, "%-40s %10lld %12lld %12lld ", used->name, (long long)used->usage.calls,
		    (long long)used->usage.input_tokens, (long long)used->usage.output_tokens);
		show_cost(out, used->usage.cost_micros, used->currency);
		buf_append_char(out, '\n');
	}
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
	static struct reading reading;         /* large; one thread asks */
	struct keeper *keeper = ctl_reply_keeper(reply);
	struct buf *out = ctl_reply_out(reply);
	day_t today = (day_t)(clock_wall_ms() / MS_PER_DAY);
	struct stats_view view = keeper_stats_view(keeper);

	(void)args;
	reading = (struct reading){ .st = ST_OK };
	store_list_metrics(keeper->messages.store, today - DAYS + 1, today, &callbacks, &reading);
	if (reading.st != ST_OK) {
		ctl_reply_error(reply, "the costs cannot be read: %s", status_title(reading.st));
		return;
	}
	show_budget(out, keeper->in, today);
	show_table(out, "last 30 days by model", &reading.models);
	show_table(out, "last 30 days by operation", &reading.operations);
	provider_stats_print_table(&view, out);
	ctl_reply_done(reply);
}

const struct ctl_command show_ai_commands[] = {
	{ "show ai", NULL, false, show_ai, "What AI providers were asked in the last 30 days and what it cost, by model and by operation; today's budget; how calls to each provider ended." },
	{ NULL, NULL, false, NULL, NULL }
};
