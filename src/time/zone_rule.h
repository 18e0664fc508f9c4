/* SPDX-License-Identifier: MIT */
/*
 * The rule that a TZif file gives for instants after its last transition: a
 * POSIX TZ string ("CET-1CEST,M3.5.0,M10.5.0/3"), with the extension of RFC 8536
 * that a time of day may be from -167 to 167 hours.
 */
#ifndef ZONE_RULE_H
#define ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

enum zone_date_form { ZONE_DATE_JULIAN, ZONE_DATE_ZERO_BASED, ZONE_DATE_WEEKDAY };

/* When a change happens in each year. */
struct zone_change {
	enum zone_date_form form;
	int                 day;         /* 1-365 never counting 29 February, or 0-365, or a weekday with Sunday 0 */
	int                 month, week; /* for a weekday; week 5 is the last one */
	int32_t             time_s;      /* local time of the change */
};

struct zone_rule {
	int32_t            offset_s;     /* standard time, east of Greenwich positive */
	bool               has_summer;
	int32_t            summer_offset_s;
	struct zone_change to_summer, to_standard;
};

bool zone_rule_parse(struct slice text, struct zone_rule *out);

/* Seconds to add to UTC at the instant. */
int32_t zone_rule_offset(const struct zone_rule *rule, int64_t unix_s);

#endif
