/* SPDX-License-Identifier: MIT */
/* See range.h. */
#include "config.h"

#include "range.h"

#include "expense_json.h"
#include "api/handlers.h"

bool
range_check(struct request *req, const struct range *range)
{
	return range->from <= range->to || handler_refuse(req, ST_BAD_DATE, "to", "Must not be before from.");
}

day_t
range_month_begin(day_t day)
{
	int year, month, mday;

	day_to_civil(day, &year, &month, &mday);
	return day - mday + 1;
}

day_t
range_month_end(day_t day)
{
	int year, month, mday;

	day_to_civil(day, &year, &month, &mday);
	return day - mday + day_month_length(year, month);
}

void
range_write(struct json_out *out, const struct range *range)
{
	json_member_day(out, "from", range->from);
	json_member_day(out, "to", range->to);
}

size_t
range_format_month(day_t day, char *out)
{
	day_format(day, out);
	return DAY_TEXT_LEN - 3;
}

/* A week is of the year that its Thursday is in. */
size_t
range_format_week(day_t day, char *out)
{
	day_t thursday = day - day_weekday(day) + 3, january;
	int year, month, mday, week;

	day_to_civil(thursday, &year, &month, &mday);
	january = thursday - mday + 1;
	while (--month > 0)
		january -= day_month_length(year, month);
	week = (thursday - january) / 7 + 1;
	day_format(january, out);
	out[5] = 'W';
	out[6] = (char)('0' + week / 10);
	out[7] = (char)('0' + week % 10);
	return 8;
}
