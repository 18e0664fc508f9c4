/* SPDX-License-Identifier: MIT */
/*
 * A reload: the configuration is read anew, the processes that have it start
 * beside those that serve, and when all are ready the old ones take no more
 * requests and end.  Whatever goes wrong before that leaves everything as it was.
 */
#include "config.h"

#include "master.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "config_read.h"
#include "log.h"
#include "store.h"

enum { READY_LIMIT_MS = 20000 };

static void
refuse(struct master *m)
{
	log_error("the reload is refused, everything stays as it was");
	counter_add(&m->slot->counters.reloads_refused, 1);
	notify_manager("READY=1");
}

static void
log_lines(const struct buf *text)
{
	struct slice rest = buf_slice(text);

	while (rest.len > 0) {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;

		log_error("%.*s", (int)len, rest.ptr);
		rest.ptr += len + (end != NULL);
		rest.len -= len + (end != NULL);
	}
}

static struct options *
read_anew(const struct config_source *source)
{
	struct options *options = calloc(1, sizeof *options);
	struct buf errors = BUF_INIT;

	if (options != NULL && !config_read(options, source->file, source->overrides, source->override_count, &errors)) {
		log_lines(&errors);
		options_fini(options);
		free(options);
		options = NULL;
	}
	buf_fini(&errors);
	return options;
}

/* What cannot be changed in a running daemon stays, and is told. */
static bool
keep_fixed(struct options *options, const struct options *old)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	bool is_kept = true;

	for (size_t i = 0; i < option_row_count && is_kept; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->when != OPTION_AT_START)
			continue;
		buf_clear(&before);
		buf_clear(&after);
		option_write(row, old, &before);
		option_write(row, options, &after);
		if (slice_equal(buf_slice(&before), buf_slice(&after)))
			continue;
		log_warn("%s.%s: %.*s needs a restart, %.*s stays", row->section, row->name, SLICE_ARGS(buf_slice(&after)),
		    SLICE_ARGS(buf_slice(&before)));
		is_kept = option_copy(row, options, old);
	}
	is_kept = is_kept && !before.has_failed && !after.has_failed;
	buf_fini(&before);
	buf_fini(&after);
	return is_kept;
}

void
reload_begin(struct master *m)
{
	struct options *options;

	m->is_reload_wanted = m->other != NULL;
	if (m->is_reload_wanted) {
		log_info("another reload is under way, this one waits for it");
		return;
	}
	notify_reloading();
	options = read_anew(m->source);
	if (options == NULL) {
		refuse(m);
		return;
	}
	store_adopt(options);
	options->generation = generation_after(m->serving->options->generation, 1);
	if (keep_fixed(options, m->serving->options) && logs_open(options)) {
		m->other = generation_new(m, options);
	} else {
		options_fini(options);
		free(options);
	}
	if (m->other == NULL) {
		logs_open(m->serving->options);
		refuse(m);
		return;
	}
	log_info("reloading");
}

/* Of those who can start now: who takes commands waits for the old one to end. */
static bool
is_ready(const struct generation *g)
{
	for (size_t i = 0; i < g->child_count; i++)
		if (!g->children[i].is_ready && !roles[g->children[i].role].takes_commands)
			return false;
	return true;
}

static bool
has_failed(const struct generation *g, int64_t now_ms)
{
	for (size_t i = 0; i < g->child_count; i++)
		if (g->children[i].is_given_up)
			return true;
	return now_ms - g->started_ms > READY_LIMIT_MS;
}

static void
change_over(struct master *m)
{
	struct generation *old = m->serving;

	m->serving = m->other;
	m->other = old;
	m->serving->state = GENERATION_SERVING;
	stop_generation(old, STOP_REPLACED);
	counter_add(&m->slot->counters.reloads, 1);
	notify_manager("READY=1");
	log_info("reloaded, the processes of before end with their requests");
}

void
reload_step(struct master *m, int64_t now_ms)
{
	struct generation *g = m->other;

	if (g != NULL && g->state == GENERATION_STARTING) {
		if (is_ready(g)) {
			change_over(m);
		} else if (has_failed(g, now_ms)) {
			stop_generation(g, STOP_FAST);
			logs_open(m->serving->options);
			refuse(m);
		}
	} else if (g != NULL && stop_is_done(g)) {
		generation_free(m, g);
		m->other = NULL;
		if (m->is_reload_wanted && m->phase == PHASE_READY)
			reload_begin(m);
	}
}
