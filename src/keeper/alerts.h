/* SPDX-License-Identifier: MIT */
/*
 * Alerts for those who have no Prometheus: rules over the figures that the
 * daemon has of itself, with limits in the configuration.  One that has held
 * for alert.hold_s is raised, which a line in the log, a counter and a webhook
 * tell; it is cleared when it has not held for as long.
 *
 * What is raised, and what the webhook knows of it, lies in the counters'
 * segment: the keeper that follows one that died goes on with it.  Of two
 * keepers, as during an upgrade, the one that looked first looks on and the
 * other shows what that one found.
 */
#ifndef ALERTS_H
#define ALERTS_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct alerts;
struct keeper;

/* Over what the keeper before knew.  NULL without memory. */
struct alerts *alerts_open(const struct keeper *keeper);
void alerts_close(struct alerts *alerts);

/* Compare; to be called every second or so. */
void alerts_look(struct alerts *alerts, int64_t now_ms);

/* A row for each rule: what it is at, its limit, and since when it is raised or clear. */
void alerts_show(const struct alerts *alerts, int64_t now_ms, struct buf *out);

#endif
