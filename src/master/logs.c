/* SPDX-License-Identifier: MIT */
/* The log files: opened when the start has succeeded, and anew when the operator has renamed them. */
#include "config.h"

#include "master.h"

#include <signal.h>

#include "log.h"
#include "sockets.h"

/* Each http worker opens it for itself; here it is made, and found wanting before anybody is served. */
static bool
try_access_log(const char *path)
{
	int fd = path[0] != '\0' ? log_open_file(path) : -1;
	bool is_usable = path[0] == '\0' || fd != -1;

	if (!is_usable)
		log_errno("cannot open %s", path);
	fd_close(&fd);
	return is_usable;
}

bool
logs_open(const struct options *options)
{
	log_set_level((enum log_level)options->log_level);
	log_set_format((enum log_format)options->log_format);
	if (!try_access_log(options->http_access_log_file))
		return false;
	if (options->log_syslog[0] != '\0' && !log_to_syslog(options->log_syslog)) {
		log_errno("no syslog daemon takes lines at %s", options->log_syslog);
		return false;
	}
	if (options->log_file[0] == '\0' || log_to_file(options->log_file))
		return true;
	log_errno("cannot open %s", options->log_file);
	return false;
}

void
logs_reopen(const struct master *m)
{
	log_reopen();
	for (const struct generation *g = m->serving; g != NULL; g = generation_next(m, g))
		for (size_t i = 0; i < g->child_count; i++)
			if (g->children[i].pid != 0)
				kill(g->children[i].pid, SIGUSR1);
	log_info("log files are opened anew");
}
