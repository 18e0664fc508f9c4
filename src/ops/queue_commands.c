/* SPDX-License-Identifier: MIT */
/*
 * "queue ..." on the control socket: the operator sees what was given up, has it
 * tried again, or drops it.  A letter's name is m-, r- or j-, for a message, a
 * reply or a job, and the id of the message.
 */
#include "config.h"

#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "keeper/keeper.h"
#include "redis/shared.h"
#include "store_dead.h"

enum { PAGE = 200, SHOWN_MAX = 1000, NAME_LEN = 2 + UUID_TEXT_LEN };

enum verb { QUEUE_LIST, QUEUE_SHOW, QUEUE_RETRY, QUEUE_DROP };

/* A command on its way. */
struct work {
	struct ctl_reply *reply;
	enum verb         verb;
	bool              is_all;
	struct uuid       id;            /* unless is_all: the letter meant */
	enum letter_kind  kind;
	struct arena      arena;         /* for the walk */
	unsigned          shard;
	struct slice      next;
	enum status       st;
	size_t            found, settled, pending;
	struct dead_letter_action actions[SHOWN_MAX];
	struct ledger     ledgers[SHOWN_MAX];
};

static struct store *
store_of(const struct work *work)
{
	return ctl_reply_keeper(work->reply)->messages.store;
}

static void
end_work(struct work *work)
{
	if (work->st != ST_OK)
		ctl_reply_error(work->reply, "the store could not do it: %s", status_title(work->st));
	else if (work->found == 0 && !work->is_all)
		ctl_reply_error(work->reply, "there is no such letter; \"queue list\" names them");
	else
		ctl_reply_done(work->reply);
	arena_fini(&work->arena);
	free(work);
}

/* --- what a letter says ----------------------------------------------------------------------- */

static void
write_time(struct buf *out, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	char text[sizeof "2024-01-01T00:00:00Z"];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_append_text(out, text);
}

static const char kind_letters[] = { [LETTER_MESSAGE] = 'm', [LETTER_REPLY] = 'r', [LETTER_JOB] = 'j' };

static void
write_name(struct buf *out, const struct dead_letter *letter)
{
	char id[UUID_TEXT_LEN];

	uuid_format(dead_letter_id(letter), id);
	buf_append_char(out, kind_letters[letter->kind]);
	buf_append_char(out, '-');
	buf_append(out, id, sizeof id);
}

static void
write_line(struct buf *out, const struct dead_letter *letter)
{
	write_name(out, letter);
	buf_append_text(out, "  ");
	write_time(out, letter->dead_ms);
	buf_append_text(out, "  ");
	buf_append_slice(out, dead_letter_user(letter));
	buf_append_text(out, "  ");
	buf_append_slice(out, letter->why);
	buf_append_char(out, '\n');
}

/* Text of others does not command the operator's terminal. */
static void
write_text(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		buf_append_char(out, (unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\n' ? ' ' : text.ptr[i]);
	buf_append_char(out, '\n');
}

/* What is shown of a letter, whatever its kind. */
struct shown {
	int64_t      at_ms;
	unsigned     attempts;
	struct slice text;
};

static struct shown
shown_of(const struct dead_letter *letter)
{
	switch (letter->kind) {
	case LETTER_REPLY:
		return (struct shown){ letter->reply.created_ms, letter->reply.attempts, letter->reply.text };
	case LETTER_JOB:
		return (struct shown){ letter->job.created_ms, letter->job.attempts, letter->job.text };
	default:
		return (struct shown){ letter->message.received_ms, letter->message.attempts, letter->message.text };
	}
}

static void
write_all(struct buf *out, const struct dead_letter *letter)
{
	struct shown shown = shown_of(letter);

	write_name(out, letter);
	buf_append_text(out, "\nuser      ");
	buf_append_slice(out, dead_letter_user(letter));
	buf_append_text(out, letter->kind == LETTER_MESSAGE ? "\nreceived  " : "\nrecorded  ");
	write_time(out, shown.at_ms);
	buf_append_text(out, "\ngiven up  ");
	write_time(out, letter->dead_ms);
	buf_printf(out, "\nattempts  %u\nwhy       ", shown.attempts);
	buf_append_slice(out, letter->why);
	buf_append_text(out, "\n\n");
	write_text(out, shown.text);
}

/* --- the walk ---------------------------------------------------------------------------------- */

static bool
is_meant(const struct work *work, const struct dead_letter *letter)
{
	return work->is_all || (letter->kind == work->kind && uuid_equal(dead_letter_id(letter), &work->id));
}

static void
on_letter(const struct dead_letter *letter, void *arg)
{
	struct work *work = arg;
	int64_t now_ms = clock_wall_ms();

	if (!is_meant(work, letter) || work->found == SHOWN_MAX)
		return;
	if (work->verb == QUEUE_LIST)
		write_line(ctl_reply_out(work->reply), letter);
	else if (work->verb == QUEUE_SHOW)
		write_all(ctl_reply_out(work->reply), letter);
	work->ledgers[work->found] = store_ledger(store_of(work), dead_letter_user(letter));
	work->actions[work->found++] = (struct dead_letter_action){ .kind = letter->kind, .is_dropped = work->verb == QUEUE_DROP,
		.message_id = *dead_letter_id(letter), .new_id = uuid7_next(now_ms), .now_ms = now_ms };
}

static void
on_page(enum status st, struct slice next, void *arg)
{
	struct work *work = arg;

	if (st != ST_OK)
		work->st = st;
	work->next = arena_copy(&work->arena, next);
}

/* --- settling ------------------------------------------------------------------------------------ */

static void
settled(struct work *work)
{
	if (--work->pending > 0)
		return;
	if (work->verb == QUEUE_RETRY)
		shared_wake(ctl_reply_keeper(work->reply)->messages.shared);
	buf_printf(ctl_reply_out(work->reply), work->verb == QUEUE_DROP ? "%zu dropped\n" : "%zu will be tried again\n", work->settled);
	end_work(work);
}

static void
on_settled(enum status st, void *arg)
{
	struct work *work = arg;

	if (st == ST_OK)
		work->settled++;
	else if (st != ST_NOT_FOUND)
		work->st = st;
	settled(work);
}

static void
settle_found(struct work *work)
{
	work->pending = work->found + 1;         /* one more, so that it ends behind the last */
	for (size_t i = 0; i < work->found; i++)
		store_settle_dead(store_of(work), &work->ledgers[i], &work->actions[i], on_settled, work);
	settled(work);
}

static void
walk(struct work *work)
{
	static const struct dead_letter_callbacks callbacks = { on_letter, on_page };
	unsigned shards = store_shard_count(store_of(work));

	for (work->shard = 0; work->shard < shards && work->st == ST_OK; work->shard++) {
		work->next = SLICE_EMPTY;
		do {
			struct due_query query = { .from = work->next, .looks = PAGE };

			store_list_dead(store_of(work), work->shard, &query, &callbacks, work);
		} while (work->next.len > 0 && work->st == ST_OK && work->found < SHOWN_MAX);
	}
	if (work->st == ST_OK && work->found > 0 && (work->verb == QUEUE_RETRY || work->verb == QUEUE_DROP)) {
		settle_found(work);
		return;
	}
	if (work->is_all && work->found == 0 && work->st == ST_OK)
		buf_append_text(ctl_reply_out(work->reply), "nothing was given up\n");
	else if (work->found == SHOWN_MAX)
		buf_printf(ctl_reply_out(work->reply), "and perhaps more: these are %d\n", SHOWN_MAX);
	end_work(work);
}

/* --- the commands -------------------------------------------------------------------------------- */

static bool
read_name(const char *args, struct work *work)
{
	work->is_all = strcmp(args, "all") == 0;
	if (work->is_all)
		return true;
	if (strlen(args) != NAME_LEN || args[1] != '-')
		return false;
	while (work->kind < LETTER_KINDS && kind_letters[work->kind] != args[0])
		work->kind++;
	return work->kind < LETTER_KINDS && uuid_parse(slice_of(args + 2), &work->id);
}

static void
begin(struct ctl_reply *reply, enum verb verb, const char *args)
{
	struct work *work = calloc(1, sizeof *work);

	if (work == NULL) {
		ctl_reply_error(reply, "there is no memory");
		return;
	}
	work->reply = reply;
	work->verb = verb;
	if (!read_name(args, work)) {
		ctl_reply_error(reply, "a letter is named as \"queue list\" shows it%s", verb == QUEUE_SHOW ? "" : ", or all");
		free(work);
		return;
	}
	walk(work);
}

static void
run_list(struct ctl_reply *reply, const char *args)
{
	(void)args;
	begin(reply, QUEUE_LIST, "all");
}

static void
run_show(struct ctl_reply *reply, const char *args)
{
	begin(reply, QUEUE_SHOW, args);
}

static void
run_retry(struct ctl_reply *reply, const char *args)
{
	begin(reply, QUEUE_RETRY, args);
}

static void
run_drop(struct ctl_reply *reply, const char *args)
{
	begin(reply, QUEUE_DROP, args);
}

/* From the counters: what the keeper last saw of all shards. */
static void
run_status(struct ctl_reply *reply, const char *args)
{
	const struct counters *counters = &ctl_reply_keeper(reply)->in->slot->counters;
	struct buf *out = ctl_reply_out(reply);

	(void)args;
	buf_printf(out, "messages that wait   %llu\nreplies that wait    %llu\nthe oldest of these  %.1f s\n",
	    (unsigned long long)atomic_load(&counters->queue_messages), (unsigned long long)atomic_load(&counters->queue_replies),
	    (double)atomic_load(&counters->queue_oldest_ms) / 1000);
	buf_printf(out, "jobs that wait       %llu\nthe oldest due one   %.1f s\ngiven up             %llu\n",
	    (unsigned long long)atomic_load(&counters->queue_jobs), (double)atomic_load(&counters->queue_jobs_oldest_ms) / 1000,
	    (unsigned long long)atomic_load(&counters->queue_dead_letters));
	ctl_reply_done(reply);
}

const struct ctl_command queue_commands[] = {
	{ "queue status", NULL, true, run_status, "Show how many messages, replies and jobs wait, and for how long the oldest of them has." },
	{ "queue list", NULL, true, run_list, "List the messages, replies and jobs that were given up in the last 30 days: name, when, whose, why." },
	{ "queue show", "name", true, run_show, "Show one of them with its text." },
	{ "queue retry", "name|all", true, run_retry, "Work on a message, or deliver a reply, as if it had just come." },
	{ "queue drop", "name|all", true, run_drop, "Forget it." },
	{ NULL, NULL, false, NULL, NULL }
};
