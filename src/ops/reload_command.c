/* SPDX-License-Identifier: MIT */
/* "reload": what a HUP to the master does, for those who would rather not look up its pid. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"

/* The keeper that answers is replaced as well, so it cannot tell how it ends. */
static void
run_reload(struct ctl_reply *reply, const char *args)
{
	(void)args;
	if (kill(getppid(), SIGHUP) == -1) {
		ctl_reply_error(reply, "the master cannot be told: %s", strerror(errno));
		return;
	}
	buf_append_text(ctl_reply_out(reply), "The master reads the configuration anew; the log tells what came of it.\n");
	ctl_reply_done(reply);
}

const struct ctl_command reload_commands[] = {
	{ "reload", NULL, true, run_reload, "Read the configuration anew, as after a HUP to the master." },
	{ NULL, NULL, false, NULL, NULL }
};
