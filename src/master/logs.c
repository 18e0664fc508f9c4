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
	if (!try_access_log(options->http_access_log_file))
		return false;
	if (options->log_file[0] == '\0' || log_to_file(options->log_file))
		return true;
	log_errno("cannot open %s", options->log_file);
	return false;
}

void
logs_reopen(const struct master *m)
{
	log_reopen();
	for (size_t i = 0; i < m->child_count; i++)
		if (m->children[i].pid != 0)
			kill(m->children[i].pid, SIGUSR1);
	log_info("log files are opened anew");
}
