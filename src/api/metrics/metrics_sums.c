/* SPDX-License-Identifier: MIT */
/* See metrics_sums.h. */
#include "config.h"

#include "metrics_sums.h"

#include <stdlib.h>

#include "clock.h"
#include "contract/fields.h"
#include "api/handlers.h"
#include "json_out.h"
#include "api/services.h"

enum { FIRST_CELLS = 64, MS_PER_DAY = 86400000 };

bool
metrics_read_range(struct request *req, struct range *range)
{
	const struct value *from = query_value(req, MEMBER_utc_from), *to = query_value(req, MEMBER_utc_to);

	range->to = to != NULL ? to->day : (day_t)(clock_wall_ms() / MS_PER_DAY);
	range->from = from != NULL ? from->day : range->to - METRICS_DAYS + 1;
	if (range->from < DAY_MIN)
		range->from = DAY_MIN;
	if (!range_check(req, range))
		return false;
	return range->to - range->from < METRICS_DAYS_MAX || handler_refuse(req, ST_TOO_BROAD, "from", "At most 366 days.");
}

struct store *
metrics_store(const struct request *req)
{
	const struct services *services = req->services;

	return services->messages.store;
}

/* --- sums by keys ----------------------------------------------------------------------- */

static int
compare_cells(const void *left, const void *right)
{
	const struct cell *a = left, *b = right;
	int order = (a->period > b->period) - (a->period < b->period);

	if (order == 0)
		order = strcmp(a->currency.code, b->currency.code);
	return order != 0 ? order : strcmp(a->category, b->category);
}

void
cells_sort(struct cells *cells)
{
	size_t kept = 0;

	if (cells->count == 0)
		return;
	qsort(cells->list, cells->count, sizeof *cells->list, compare_cells);
	for (size_t i = 1; i < cells->count; i++) {
		struct cell *last = &cells->list[kept];

		if (compare_cells(last, &cells->list[i]) == 0) {
			last->sum += cells->list[i].sum;
			last->count += cells->list[i].count;
		} else {
			cells->list[++kept] = cells->list[i];
		}
	}
	cells->count = kept + 1;
}

/* What can be added up is, before more memory is taken. */
static bool
make_room(struct cells *cells)
{
	struct cell *larger;

	if (cells->count < cells->capacity)
		return true;
	cells_sort(cells);
	if (cells->count < cells->capacity / 2)
		return true;
	cells->capacity = cells->capacity > 0 ? 2 * cells->capacity : FIRST_CELLS;
	larger = arena_alloc(cells->arena, cells->capacity * sizeof *larger);
	if (larger != NULL && cells->count > 0)
		memcpy(larger, cells->list, cells->count * sizeof *larger);
	cells->list = larger;
	return larger != NULL;
}

void
cells_add(struct cells *cells, const struct cell *cell)
{
	struct cell *last = cells->count > 0 ? &cells->list[cells->count - 1] : NULL;

	if (cells->has_failed)
		return;
	if (last != NULL && compare_cells(last, cell) == 0) {
		last->sum += cell->sum;
		last->count += cell->count;
		return;
	}
	if (make_room(cells)) {
		cells->list[cells->count++] = *cell;
		return;
	}
	cells->has_failed = true;
	cells->count = cells->capacity = 0;
}

/* --- writing ------------------------------------------------------------------------------ */

static void
member_amount(struct json_out *out, const char *key, money_wide_t minor, struct currency currency)
{
	char text[MONEY_WIDE_TEXT_MAX];
	size_t len = (size_t)money_format_wide(minor, currency, text);

	json_out_member_plain(out, key, (struct slice){ text, len });
}

void
cell_write(struct json_out *out, const struct cell *cell)
{
	member_amount(out, "amount", cell->sum, cell->currency);
	json_out_member_plain(out, "currency", slice_of(cell->currency.code));
	json_out_member_int(out, "count", cell->count);
}

void
json_member_quotient(struct json_out *out, const char *key, money_wide_t sum, int64_t by, struct currency currency)
{
	if (by > 0)
		member_amount(out, key, decimal_divide(sum, by), currency);
	else
		json_out_member_null(out, key);
}

void
json_member_hundredths(struct json_out *out, const char *key, money_wide_t hundredths)
{
	char text[MONEY_WIDE_TEXT_MAX];
	size_t len = (size_t)decimal_format(hundredths, 2, text);

	json_out_member_plain(out, key, (struct slice){ text, len });
}

void
json_member_percent(struct json_out *out, const char *key, money_wide_t part, money_wide_t whole)
{
	if (whole > 0)
		json_member_hundredths(out, key, decimal_divide(part * 10000, whole));
	else
		json_out_member_null(out, key);
}

bool
percent_shares(const money_wide_t *parts, size_t count, int *shares)
{
	money_wide_t whole = 0;
	int left = 10000;

	for (size_t i = 0; i < count; i++) {
		if (parts[i] < 0)
			return false;
		whole += parts[i];
	}
	if (whole == 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		shares[i] = (int)(parts[i] * 10000 / whole);
		left -= shares[i];
	}
	for (; left > 0; left--) {
		size_t most = 0;

		/* A share that was raised already has less than nothing left of its rest. */
		for (size_t i = 1; i < count; i++)
			if (parts[i] * 10000 - shares[i] * whole > parts[most] * 10000 - shares[most] * whole)
				most = i;
		shares[most]++;
	}
	return true;
}
