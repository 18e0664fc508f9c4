/* SPDX-License-Identifier: MIT */
/* See ctl_price.h. */
#include "config.h"

#include "ctl_price.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ai/provider/price_table.h"
#include "ai/provider/provider.h"
#include "buf.h"
#include "clock.h"
#include "options.h"

enum { MS_PER_DAY = 86400000, IMPORT_MAX = 1 << 20 };

/* --- list ---------------------------------------------------------------------------------------- */

struct listing {
	const struct provider *provider;      /* NULL: those for nothing that is configured */
	const struct provider *providers;
	size_t                 provider_count;
	struct price           now;
	bool                   is_known;
};

static void
print_price(const struct listing *l, const char *model, const char *text, const char *from)
{
	struct price price;
	bool is_today = l->is_known && price_parse(text, &price) && memcmp(&price, &l->now, sizeof price) == 0;

	printf("%-46s %-36s %s%s\n", model, text, from, is_today ? "  (today)" : "");
}

static bool
is_named(const struct provider *provider, const char *model)
{
	size_t len = strlen(provider->name);

	return strncmp(model, provider->name, len) == 0 && model[len] == '/' && strcmp(model + len + 1, provider->model) == 0;
}

static void
on_row(const char *model, const char *price, void *arg)
{
	const struct listing *l = arg;
	bool is_configured = false;

	for (size_t i = 0; i < l->provider_count; i++)
		is_configured |= is_named(&l->providers[i], model);
	if (l->provider != NULL ? is_named(l->provider, model) : !is_configured)
		print_price(l, model, price, l->provider != NULL ? "price set" : "price set, and not configured");
}

static void
list_provider(struct price_table *table, struct listing *l)
{
	const struct provider *p = l->provider;
	char model[256];

	snprintf(model, sizeof model, "%s/%s", p->name, p->model);
	l->is_known = price_table_on(table, p, (day_t)(clock_wall_ms() / MS_PER_DAY), &l->now);
	for (size_t i = 0; i < p->prices->count; i++)
		print_price(l, model, p->prices->items[i], "configuration");
	price_table_each(table, on_row, l);
	if (!l->is_known)
		printf("%-46s unknown today: calls and tokens are counted, and not what they cost\n", model);
}

static void
list(const struct options *options, struct price_table *table)
{
	struct provider providers[PROVIDERS_MAX];
	struct listing l = { .providers = providers, .provider_count = providers_configured(options, providers) };

	printf("%-46s %s\n", "provider/model", "from, currency, a million tokens of input and of output");
	for (size_t i = 0; i < l.provider_count; i++) {
		l.provider = &providers[i];
		list_provider(table, &l);
	}
	l.provider = NULL;
	l.is_known = false;
	price_table_each(table, on_row, &l);
}

/* --- set and import ------------------------------------------------------------------------------- */

static bool
add(struct price_table *table, const char *lines)
{
	size_t count;

	if (!price_table_add(table, lines, &count, stderr))
		return false;
	printf("%zu price%s set\n", count, count == 1 ? "" : "s");
	return true;
}

static bool
set(struct price_table *table, char **words)
{
	struct buf line = BUF_INIT;
	bool is_done;

	buf_printf(&line, "%s %s %s %s %s", words[0], words[1], words[2], words[3], words[4]);
	is_done = !line.has_failed && add(table, line.data);
	buf_fini(&line);
	return is_done;
}

static bool
import(struct price_table *table, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	struct buf lines = BUF_INIT;
	bool is_done = false;
	char *space;
	size_t n;

	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	while (lines.len < IMPORT_MAX && (space = buf_space(&lines, 4096)) != NULL && (n = fread(space, 1, 4096, file)) > 0)
		buf_grew(&lines, n);
	buf_append_char(&lines, '\0');
	if (!lines.has_failed && lines.len <= IMPORT_MAX)
		is_done = add(table, lines.data);
	else
		fprintf(stderr, "%s: too long\n", path);
	buf_fini(&lines);
	if (file != stdin)
		fclose(file);
	return is_done;
}

bool
ctl_price(const struct options *options, int argc, char **argv, bool *is_usage_wrong)
{
	struct price_table *table = price_table_open(options);
	bool is_done = table != NULL;

	if (table == NULL)
		return false;
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		list(options, table);
	else if (argc == 7 && strcmp(argv[1], "set") == 0)
		is_done = set(table, argv + 2);
	else if (argc == 3 && strcmp(argv[1], "import") == 0)
		is_done = import(table, argv[2]);
	else
		*is_usage_wrong = true;
	price_table_close(table);
	return is_done && !*is_usage_wrong;
}
