/* SPDX-License-Identifier: MIT */
/* See child.h. */
#include "config.h"

#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "log.h"
#include "sandbox/sandbox.h"

static int
compare_fds(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Close every descriptor above standard error but these; -1 among them is skipped. */
static void
close_all_but(int *fds, size_t count)
{
	unsigned from = STDERR_FILENO + 1;

	qsort(fds, count, sizeof *fds, compare_fds);
	for (size_t i = 0; i < count; i++) {
		if (fds[i] < (int)from)
			continue;
		if ((unsigned)fds[i] > from)
			close_range(from, (unsigned)fds[i] - 1, 0);
		from = (unsigned)fds[i] + 1;
	}
	close_range(from, ~0U, 0);
}

static void
keep_own_descriptors(const struct inherited *in)
{
	enum { OTHERS = 8 };
	const int others[OTHERS] = { in->internal_listener, in->stats_listener, in->control_listener,
		in->metrics_listener, in->latest_id_fd, in->status_fd, in->life_fd, in->lock_fd };
	int *fds = calloc(in->http_listener_count + OTHERS, sizeof *fds);

	if (fds == NULL)
		fatal(CHILD_EXIT_FATAL, "out of memory");
	if (in->http_listener_count > 0)
		memcpy(fds, in->http_listeners, in->http_listener_count * sizeof *fds);
	memcpy(fds + in->http_listener_count, others, sizeof others);
	close_all_but(fds, in->http_listener_count + OTHERS);
	free(fds);
}

static void
set_title(const char *role, unsigned index)
{
	char name[32];

	snprintf(name, sizeof name, "aiexp-%s-%u", role, index);
	prctl(PR_SET_NAME, name);
	snprintf(name, sizeof name, "%s %u", role, index);
	log_set_process(name);
}

void
process_set_oom_score(int score)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "we");

	if (file == NULL)
		return;
	fprintf(file, "%d", score);
	fclose(file);
}

/*
 * What a terminal sends to the whole group, or an operator to the wrong
 * process, is for the master.  TERM, QUIT, USR2 and USR1 stay blocked until the
 * loop can take them.
 */
static void
ignore_signals_for_the_master(void)
{
	static const int ignored[] = { SIGINT, SIGHUP, SIGWINCH, SIGTTIN, SIGTTOU, SIGPIPE };

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
}

void
child_main(const struct inherited *in, unsigned role, unsigned index)
{
	set_title(roles[role].name, index);
	ignore_signals_for_the_master();
	keep_own_descriptors(in);
	process_set_oom_score(roles[role].oom_score);
	sandbox_enter(in->options, roles[role].name);
	exit(roles[role].run(in, index));
}
