/* SPDX-License-Identifier: MIT */
/* The table of roles, and where their internal sockets are. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "child.h"
#include "store.h"

static unsigned
http_worker_count(const struct options *options)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (options->http_workers > 0)
		return options->http_workers;
	if (cpus > 256)
		return 256;
	return cpus > 0 ? (unsigned)cpus : 1;
}

/* One for each shard and one for the index environment; a server is written to by whoever asks. */
static unsigned
writer_count(const struct options *options)
{
	return options->store_engine == STORE_LMDB ? options->store_shards + 1 : 0;
}

static unsigned
ai_worker_count(const struct options *options)
{
	return options->ai_workers;
}

static unsigned
keeper_count(const struct options *options)
{
	(void)options;
	return 1;
}

static void
writer_socket_name(const struct options *options, unsigned index, char name[SOCKET_NAME_MAX])
{
	if (index == options->store_shards)
		snprintf(name, SOCKET_NAME_MAX, "index");
	else
		snprintf(name, SOCKET_NAME_MAX, "writer-%u", index);
}

static void
ai_socket_name(const struct options *options, unsigned index, char name[SOCKET_NAME_MAX])
{
	(void)options;
	snprintf(name, SOCKET_NAME_MAX, "ai-%u", index);
}

/* The kernel short of memory shall take an AI worker first and the master never. */
const struct role roles[] = {
	{ "http",   http_worker_run, http_worker_count, true,  false, NULL,               0, 300 },
	{ "writer", writer_run,      writer_count,      false, false, writer_socket_name, 1, 100 },
	{ "ai",     ai_worker_run,   ai_worker_count,   false, false, ai_socket_name,     1, 500 },
	{ "keeper", keeper_run,      keeper_count,      false, true,  NULL,               0, 200 },
};
const unsigned role_count = sizeof roles / sizeof roles[0];

const char *
role_name(unsigned role)
{
	return role < role_count ? roles[role].name : "master";
}

void
internal_socket_path(const struct options *options, const char *name, char path[INTERNAL_PATH_MAX])
{
	snprintf(path, INTERNAL_PATH_MAX, "%.76s/internal/%u.%.*s.sock", options->run_directory, options->generation % 100000,
	    SOCKET_NAME_MAX - 1, name);
}

void
writer_socket_path(const struct options *options, unsigned index, char path[INTERNAL_PATH_MAX])
{
	char name[SOCKET_NAME_MAX];

	writer_socket_name(options, index, name);
	internal_socket_path(options, name, path);
}

void
ai_socket_path(const struct options *options, unsigned index, char path[INTERNAL_PATH_MAX])
{
	char name[SOCKET_NAME_MAX];

	ai_socket_name(options, index, name);
	internal_socket_path(options, name, path);
}
