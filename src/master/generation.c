/* SPDX-License-Identifier: MIT */
/*
 * The processes of one configuration: their places, slots and internal
 * sockets.  The sockets have the number of the generation in their names, so
 * that those of two generations never ask each other.
 */
#include "config.h"

#include "master.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "sockets.h"

enum { INTERNAL_BACKLOG = 1024, INTERNAL_MODE = 0600, WORKERS_MAX = 64, NUMBERS = 100000 };

unsigned
generation_after(unsigned number, unsigned step)
{
	return (number + step) % NUMBERS;
}

size_t
generation_size(const struct options *options)
{
	size_t count = 0;

	for (unsigned role = 0; role < role_count; role++)
		count += roles[role].count(options);
	return count;
}

struct generation *
generation_next(const struct master *m, const struct generation *g)
{
	return g == m->serving ? m->other : NULL;
}

static void
socket_path_of(const struct generation *g, const struct child *child, char path[INTERNAL_PATH_MAX])
{
	char name[SOCKET_NAME_MAX];

	roles[child->role].socket_name(g->options, child->index, name);
	internal_socket_path(g->options, name, path);
}

static bool
open_internal_listener(const struct generation *g, struct child *child)
{
	char path[INTERNAL_PATH_MAX];

	socket_path_of(g, child, path);
	child->internal_listener = unix_listen(path, INTERNAL_MODE, INTERNAL_BACKLOG);
	if (child->internal_listener == -1)
		log_errno("cannot listen on %s", path);
	return child->internal_listener != -1;
}

/* Its place is counted with the children as soon as it has something to release. */
static bool
add_child(struct master *m, struct generation *g, unsigned role, unsigned index)
{
	struct child *child = &g->children[g->child_count];

	*child = (struct child){ .role = role, .index = index, .internal_listener = -1, .status_fd = -1,
		.respawn_at_ms = clock_mono_ms(), .slot = counters_take_slot(m->segment) };
	if (child->slot == NULL) {
		log_error("there is no room for more processes than before: a restart is needed");
		return false;
	}
	g->child_count++;
	atomic_store(&child->slot->role, role);
	atomic_store(&child->slot->index, index);
	atomic_store(&child->slot->generation, g->options->generation);
	atomic_store(&child->slot->restarts, 0);
	atomic_store(&child->slot->started_ms, 0);
	return roles[role].socket_name == NULL || open_internal_listener(g, child);
}

static bool
add_children(struct master *m, struct generation *g)
{
	for (unsigned role = 0; role < role_count; role++)
		for (unsigned index = 0; index < roles[role].count(g->options); index++)
			if (!add_child(m, g, role, index))
				return false;
	return true;
}

/* The options of the start are the caller's of master_run. */
static void
release_options(const struct master *m, struct options *options)
{
	if (options == m->options)
		return;
	options_fini(options);
	free(options);
}

static void
release_child(const struct generation *g, struct child *child)
{
	char path[INTERNAL_PATH_MAX];

	counters_release_slot(child->slot);
	if (child->internal_listener == -1)
		return;
	socket_path_of(g, child, path);
	unlink(path);
	fd_close(&child->internal_listener);
}

void
generation_free(const struct master *m, struct generation *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->child_count; i++)
		release_child(g, &g->children[i]);
	release_options(m, g->options);
	free(g->children);
	free(g);
}

struct generation *
generation_new(struct master *m, struct options *options)
{
	struct generation *g = calloc(1, sizeof *g);

	if (g == NULL) {
		release_options(m, options);
		return NULL;
	}
	g->options = options;
	g->started_ms = clock_mono_ms();
	g->children = calloc(generation_size(options), sizeof *g->children);
	if (g->children != NULL && add_children(m, g))
		return g;
	generation_free(m, g);
	return NULL;
}

/* Those that take requests and are not leaving; the last of them in *last. */
static unsigned
count_workers(const struct generation *g, struct child **last)
{
	unsigned count = 0;

	*last = NULL;
	for (size_t i = 0; i < g->child_count; i++) {
		struct child *child = &g->children[i];

		if (!roles[child->role].takes_requests || child->is_leaving)
			continue;
		count++;
		if (*last == NULL || child->index > (*last)->index)
			*last = child;
	}
	return count;
}

void
generation_add_worker(struct master *m, struct generation *g)
{
	struct child *last, *children;
	unsigned count = count_workers(g, &last), role, index;

	if (count == 0 || count >= WORKERS_MAX) {
		log_warn("there are %u http workers, which stay", count);
		return;
	}
	role = last->role;
	index = last->index + 1;
	children = realloc(g->children, (g->child_count + 1) * sizeof *children);
	if (children == NULL)
		return;
	g->children = children;
	if (add_child(m, g, role, index))
		log_info("one http worker more, %u until the next reload", count + 1);
}

void
generation_drop(struct generation *g, struct child *child)
{
	size_t behind = g->child_count - 1 - (size_t)(child - g->children);

	release_child(g, child);
	memmove(child, child + 1, behind * sizeof *child);
	g->child_count--;
}

void
generation_remove_worker(struct generation *g)
{
	struct child *last;
	unsigned count = count_workers(g, &last);

	if (count <= 1) {
		log_warn("there is only one http worker, which stays");
		return;
	}
	log_info("one http worker fewer, %u until the next reload", count - 1);
	last->is_leaving = true;
	if (last->pid == 0)
		generation_drop(g, last);
	else
		kill(last->pid, SIGUSR2);
}

void
generation_each_socket(const struct generation *g, void (*fn)(const char *path, const void *arg), const void *arg)
{
	char path[INTERNAL_PATH_MAX];

	for (size_t i = 0; i < g->child_count; i++) {
		if (g->children[i].internal_listener == -1)
			continue;
		socket_path_of(g, &g->children[i], path);
		fn(path, arg);
	}
}
