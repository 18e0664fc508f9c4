/* SPDX-License-Identifier: MIT */
/* See provider_stats.h. */
#include "config.h"

#include "provider_stats.h"

#include <string.h>

#include "ai/provider/provider.h"
#include "money.h"
#include "options.h"

enum { MICRO_DIGITS = 6 };

/* Those that are configured; none where there are no options. */
static size_t
read_providers(const struct stats_view *view, struct provider providers[static PROVIDERS_MAX])
{
	return view->options != NULL ? providers_configured(view->options, providers) : 0;
}

static uint64_t
count_of(const struct stats_view *view, const struct provider *provider, size_t row)
{
	return provider_count_read(provider->section, (enum provider_count)row, view->slots, view->count);
}

void
provider_stats_print_text(const struct stats_view *view, struct buf *out)
{
	struct provider providers[PROVIDERS_MAX];
	size_t count = read_providers(view, providers);

	for (size_t i = 0; i < count; i++)
		for (size_t row = 0; row < PROVIDER_COUNTS; row++)
			buf_printf(out, "ai_provider.%s.%s %llu\n", providers[i].name, provider_count_rows[row].name,
			    (unsigned long long)count_of(view, &providers[i], row));
}

void
provider_stats_print_json(const struct stats_view *view, struct buf *out)
{
	struct provider providers[PROVIDERS_MAX];
	size_t count = read_providers(view, providers);

	buf_append_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		buf_printf(out, "%s\"%s\":{", i > 0 ? "," : "", providers[i].name);
		for (size_t row = 0; row < PROVIDER_COUNTS; row++)
			buf_printf(out, "%s\"%s\":%llu", row > 0 ? "," : "", provider_count_rows[row].name,
			    (unsigned long long)count_of(view, &providers[i], row));
		buf_append_char(out, '}');
	}
	buf_append_char(out, '}');
}

static void
print_micros(struct buf *out, uint64_t micros)
{
	char text[MONEY_WIDE_TEXT_MAX];
	int len = decimal_format((int64_t)micros, MICRO_DIGITS, text);

	buf_printf(out, "%.*s", len, text);
}

static void
print_family(struct buf *out, const char *name, const char *help)
{
	buf_printf(out, "# TYPE aiexpense_ai_provider_%s counter\n# HELP aiexpense_ai_provider_%s %s\n", name, name, help);
}

static void
print_sum(const struct stats_view *view, const struct provider *provider, size_t row, struct buf *out)
{
	bool is_cost = provider_count_rows[row].kind == PROVIDER_COST;
	uint64_t value = count_of(view, provider, row);

	buf_printf(out, "aiexpense_ai_provider_%s_total{provider=\"%s\"", is_cost ? "cost" : provider_count_rows[row].name, provider->name);
	if (is_cost)
		buf_printf(out, ",currency=\"%s\"", view->options->ai_budget_currency);
	buf_append_text(out, "} ");
	if (is_cost)
		print_micros(out, value);
	else
		buf_append_uint(out, value);
	buf_append_char(out, '\n');
}

void
provider_stats_print_prometheus(const struct stats_view *view, struct buf *out)
{
	struct provider providers[PROVIDERS_MAX];
	size_t count = read_providers(view, providers);

	if (count == 0)
		return;
	print_family(out, "calls", "Calls to AI providers, by how they ended; breaker_open: not made.");
	for (size_t i = 0; i < count; i++)
		for (size_t row = 0; row < PROVIDER_COUNTS; row++)
			if (provider_count_rows[row].kind == PROVIDER_RESULT)
				buf_printf(out, "aiexpense_ai_provider_calls_total{provider=\"%s\",result=\"%s\"} %llu\n", providers[i].name,
				    provider_count_rows[row].name, (unsigned long long)count_of(view, &providers[i], row));
	for (size_t row = 0; row < PROVIDER_COUNTS; row++) {
		if (provider_count_rows[row].kind == PROVIDER_RESULT)
			continue;
		if (provider_count_rows[row].kind == PROVIDER_COST)
			print_family(out, "cost", "What calls cost.");
		else
			print_family(out, provider_count_rows[row].name, provider_count_rows[row].help);
		for (size_t i = 0; i < count; i++)
			print_sum(view, &providers[i], row, out);
	}
}

void
provider_stats_print_table(const struct stats_view *view, struct buf *out)
{
	struct provider providers[PROVIDERS_MAX];
	size_t count = read_providers(view, providers);

	for (size_t i = 0; i < count; i++) {
		buf_printf(out, "%s (%s), since the start\n", providers[i].name, providers[i].model);
		for (size_t row = 0; row < PROVIDER_COUNTS; row++)
			if (count_of(view, &providers[i], row) > 0)
				buf_printf(out, "  %-14s %12llu  %s\n", provider_count_rows[row].name,
				    (unsigned long long)count_of(view, &providers[i], row), provider_count_rows[row].help);
	}
}
