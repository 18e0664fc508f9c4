/* SPDX-License-Identifier: MIT */
/* Tells a web service that an alert was raised or cleared, again and again until it has taken it. */
#ifndef ALERT_WEBHOOK_H
#define ALERT_WEBHOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "counters.h"
#include "options.h"

struct alert_webhook;
struct event_base;

/* NULL without memory. */
struct alert_webhook *alert_webhook_open(struct event_base *base, const struct options *options, struct counters *counters);
void alert_webhook_close(struct alert_webhook *webhook);

/* One at a time: false when the one before is not over, or its failure is too young. */
bool alert_webhook_is_free(const struct alert_webhook *webhook, int64_t now_ms);

/* *is_told becomes is_raised when it was taken; it must stay where it is. */
void alert_webhook_tell(struct alert_webhook *webhook, const char *name, bool is_raised, double value, double limit, _Atomic bool *is_told);

#endif
