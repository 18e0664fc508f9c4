/* SPDX-License-Identifier: MIT */
/* "show alerts". */
#include "config.h"

#include "clock.h"
#include "commands.h"
#include "keeper/alerts.h"
#include "keeper/keeper.h"

static void
show_alerts(struct ctl_reply *reply, const char *args)
{
	(void)args;
	alerts_show(ctl_reply_keeper(reply)->alerts, clock_mono_ms(), ctl_reply_out(reply));
	ctl_reply_done(reply);
}

const struct ctl_command alert_commands[] = {
	{ "show alerts", NULL, false, show_alerts, "What the rules of the alert options are at, and which alerts are raised." },
	{ NULL, NULL, false, NULL, NULL }
};
