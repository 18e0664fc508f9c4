/* SPDX-License-Identifier: MIT */
/*
 * "queue ..." on the control socket: the operator sees what was given up, has it
 * tried again, or drops it.  A letter's name is m- or r-, for a message or a
 * reply, and the id of the message.
 */
#include "config.h"

#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "keeper/keeper.h"
#include "store_queue.h"

enum { PAGE = 200, SHOWN_MAX = 1000, NAME_LEN = 2 + UUID_TEXT_LEN };

enum verb { QUEUE_LIST, QUEUE_SHOW, QUEUE_RETRY, QUEUE_DROP };

/* A command on its way. */
struct work {
	struct ctl_reply *reply;
	enum verb         verb;
	bool              is_all;
	struct uuid       id;            /* unless is_all: the letter meant */
	bool              is_reply;
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

static void
write_name(struct buf *out, const struct dead_letter *letter)
{
	char id[UUID_TEXT_LEN];

	uuid_format(letter->is_reply ? &letter->reply.message_id : &letter->message.message_id, id);
	buf_append_text(out, letter->is_reply ? "r-" : "m-");
	buf_append(out, id, sizeof id);
}

static struct slice
user_of(const struct dead_letter *letter)
{
	return letter->is_reply ? letter->reply.user_id : letter->message.user_id;
}

static void
write_line(struct buf *out, const struct dead_letter *letter)
{
	write_name(out, letter);
	buf_append_text(out, "  ");
	write_time(out, letter->dead_ms);
	buf_append_text(out, "  ");
	buf_append_slice(out, user_of(letter));
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

static void
write_all(struct buf *out, const struct dead_letter *letter)
{
	write_name(out, letter);
	buf_append_text(out, "\nuser      ");
	buf_append_slice(out, user_of(letter));
	buf_append_text(out, letter->is_reply ? "\nrecorded  " : "\nreceived  ");
	write_time(out, letter->is_reply ? letter->reply.created_ms : letter->message.received_ms);
	buf_append_text(out, "\ngiven up  ");
	write_time(out, letter->dead_ms);
	buf_printf(out, "\nattempts  %u\nwhy       ", (unsigned)(letter->is_reply ? letter->reply.attempts : letter->message.attempts));
	buf_append_slice(out, letter->why);
	buf_append_text(out, "\n\n");
	write_text(out, letter->is_reply ? letter->reply.text : letter->message.text);
}

/* --- the walk ---------------------------------------------------------------------------------- */

static bool
is_meant(const struct work *work, const struct dead_letter *letter)
{
	const struct uuid *id = letter->is_reply ? &letter->reply.message_id : &letter->message.message_id;

	return work->is_all || (letter->is_reply == work->is_reply && uuid_equal(id, &work->id));
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
	work->ledgers[work->found] = store_ledger(store_of(work), user_of(letter));
	work->actions[work->found++] = (struct dead_letter_action){ .is_reply = letter->is_reply, .is_dropped = work->verb == QUEUE_DROP,
		.message_id = letter->is_reply ? letter->reply.message_id : letter->message.message_id, .new_id = uuid7_next(now_ms),
		.now_ms = now_ms };
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
walk(void *arg)
{
	static const struct dead_letter_callbacks callbacks = { on_letter, on_page };
	struct work *work = arg;
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
	if (strlen(args) != NAME_LEN || (args[0] != 'm' && args[0] != 'r') || args[1] != '-')
		return false;
	work->is_reply = args[0] == 'r';
	return uuid_parse(slice_of(args + 2), &work->id);
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
	store_enter(store_of(work), walk, work);
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

const struct ctl_command queue_commands[] = {
	{ "queue list", NULL, true, run_list, "List the messages and replies that were given up in the last 30 days: name, when, whose, why." },
	{ "queue show", "name", true, run_show, "Show one of them with its text." },
	{ "queue retry", "name|all", true, run_retry, "Work on a message, or deliver a reply, as if it had just come." },
	{ "queue drop", "name|all", true, run_drop, "Forget it." },
	{ NULL, NULL, false, NULL, NULL }
};
