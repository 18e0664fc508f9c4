/* SPDX-License-Identifier: MIT */
/*
 * The AI worker: takes jobs from the processes that drive messages and answers
 * them: understanding messages, and what messengers need from outside.  It has
 * the network and no store.  Everything that waits for an outside service waits
 * in its curl loop.
 */
#include "config.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/event.h>

#include "ai/ai_shared.h"
#include "ai/answer/picture.h"
#include "asker.h"
#include "channel.h"
#include "clock.h"
#include "curl_loop.h"
#include "ai/pool/job.h"
#include "ai/pool/job_delivery.h"
#include "log.h"
#include "master/child.h"
#include "master/child_loop.h"
#include "redis/shared.h"
#include "sender/sender.h"
#include "sockets.h"

enum { PICTURE_RESERVE_MS = 2000 };    /* of the deadline, for a provider to read it */

struct worker {
	struct child_loop                 loop;
	struct counters                  *counters;
	struct curl_loop                 *curl;
	struct asker                     *asker;
	struct shared                    *shared;            /* with other instances, or NULL */
	struct sender                    *sender;
	const struct keyword_map         *keywords;          /* NULL: they are not shared */
	struct event                     *on_accept;
	LIST_HEAD(, client)               clients;
	bool                              ends_when_alone;   /* asked to end, and serving those who still ask */
};

struct client {
	LIST_ENTRY(client) entry;
	struct worker     *worker;
	struct channel    *channel;
	LIST_HEAD(, asked) asked;
	struct buf         picture;      /* as far as it has come, of the job that follows ... */
	uint64_t           picture_of;   /* ... with this id */
};

/* A job for which an outside service is asked. */
struct asked {
	LIST_ENTRY(asked) entry;
	struct client    *client;        /* NULL: it is gone */
	uint64_t          id;
	bool              gives_picture; /* what was fetched goes back with the answer, if expenses were found */
};

/* result: with ST_OK only. */
static void
answer(struct client *client, uint64_t id, enum status st, const struct understanding *result)
{
	struct frame head = { JOB_ANSWER, id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	struct counters *counters = client->worker->counters;
	msgpack_packer pk = channel_begin(client->channel, &head);

	job_answer_pack(&pk, st, result);
	if (!channel_end(client->channel))
		log_error("an answer did not fit into a frame; its job is left to time out");
	if (st != ST_OK)
		return;
	counter_add(result->answered_by.len > 0 ? &counters->ai_provider_answers : &counters->ai_rules_answers, 1);
	counter_add(&counters->keyword_hits, result->keyword_hits);
	counter_add(&counters->keyword_misses, result->keyword_misses);
}

static struct asked *
asked_new(struct client *client, uint64_t id)
{
	struct asked *asked = malloc(sizeof *asked);

	if (asked == NULL)
		return NULL;
	*asked = (struct asked){ .client = client, .id = id };
	LIST_INSERT_HEAD(&client->asked, asked, entry);
	return asked;
}

/* Who is to be answered; NULL: he is gone. */
static struct client *
asked_end(struct asked *asked)
{
	struct client *client = asked->client;

	if (client != NULL)
		LIST_REMOVE(asked, entry);
	free(asked);
	return client;
}

/* --- understanding --------------------------------------------------------------------------- */

static void
answer_asked(struct asked *asked, const struct understanding *result)
{
	struct frame head = { JOB_PICTURE, asked->id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	bool gives_picture = asked->gives_picture && result != NULL && result->verdict == VERDICT_EXPENSES;
	struct client *client = asked_end(asked);

	if (client == NULL || result == NULL)
		return;
	if (gives_picture)
		job_send_picture(client->channel, &head, result->file);
	answer(client, head.id, ST_OK, result);
}

static void
on_asked(const struct understanding *result, void *arg)
{
	answer_asked(arg, result);
}

/* It takes its time: the client is told. */
static void
ask_patience(struct client *client, const struct frame *frame)
{
	struct frame patience = { JOB_PATIENCE, frame->id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk = channel_begin(client->channel, &patience);

	msgpack_pack_uint64(&pk, (uint64_t)(frame->deadline_ms - clock_mono_ms()));
	channel_end(client->channel);
}

/* Whether a provider is asked now; the client is told that this takes its time. */
static bool
ask_provider(struct client *client, const struct frame *frame)
{
	struct asked *asked = asked_new(client, frame->id);

	if (asked == NULL)
		return false;
	if (!asker_ask(client->worker->asker, frame->body, NULL, frame->deadline_ms, on_asked, asked)) {
		asked_end(asked);
		return false;
	}
	ask_patience(client, frame);
	return true;
}

/* --- pictures ---------------------------------------------------------------------------------- */

/* A job that waits for its picture. */
struct pictured {
	struct asked *asked;
	struct asker *asker;
	int64_t       deadline_ms;
	struct buf    job;
};

static void
end_pictured(struct pictured *pictured)
{
	buf_fini(&pictured->job);
	free(pictured);
}

/* What the rules make of the text beside it, and why the picture is not read. */
static void
answer_unread(struct pictured *pictured, enum picture why, struct slice file)
{
	static struct job_words words;           /* large, and used up before the return */
	static struct understanding result;
	const struct client *client = pictured->asked->client;
	struct understand_input input;
	bool is_job = client != NULL && job_unpack(buf_slice(&pictured->job), &input, &words);

	if (is_job) {
		input.keywords = client->worker->keywords;
		understand(&input, &result);
		result.picture = why;
		result.file = file;
	}
	answer_asked(pictured->asked, is_job ? &result : NULL);
	end_pictured(pictured);
}

static void
on_picture(const struct slice *file, void *arg)
{
	struct pictured *pictured = arg;
	struct asker_picture picture = { .file = file != NULL ? *file : SLICE_EMPTY };

	picture.type = picture_type(picture.file);
	if (file == NULL || (picture.type != NULL && !asker_ask(pictured->asker, buf_slice(&pictured->job), &picture, pictured->deadline_ms,
	    on_asked, pictured->asked)))
		answer_unread(pictured, PICTURE_NOT_READ, picture.type != NULL ? picture.file : SLICE_EMPTY);
	else if (picture.type == NULL)
		answer_unread(pictured, PICTURE_OF_NO_TYPE, SLICE_EMPTY);
	else
		end_pictured(pictured);
}

/* Of a job; NULL after answering.  The client is told that it takes its time. */
static struct pictured *
pictured_new(struct client *client, const struct frame *frame)
{
	struct pictured *pictured = calloc(1, sizeof *pictured);

	if (pictured != NULL)
		*pictured = (struct pictured){ .asked = asked_new(client, frame->id), .asker = client->worker->asker, .deadline_ms = frame->deadline_ms };
	if (pictured != NULL)
		buf_append_slice(&pictured->job, frame->body);
	if (pictured == NULL || pictured->asked == NULL || pictured->job.has_failed) {
		answer(client, frame->id, ST_FAILED, NULL);
		if (pictured != NULL && pictured->asked != NULL)
			asked_end(pictured->asked);
		if (pictured != NULL)
			end_pictured(pictured);
		return NULL;
	}
	ask_patience(client, frame);
	return pictured;
}

static void
drop_picture(struct client *client)
{
	buf_fini(&client->picture);
	client->picture_of = 0;
}

/* Of what is too long nothing is kept, so that its size is not that of the job. */
static void
take_part(struct client *client, const struct frame *frame)
{
	const struct options *options = client->worker->loop.in->options;
	struct mp mp = mp_of(frame->body);
	struct slice part = mp_bin(&mp);

	if (client->picture_of != frame->id)
		drop_picture(client);
	client->picture_of = frame->id;
	if (!mp_end(&mp) || client->picture.len + part.len > options->ai_image_bytes)
		drop_picture(client);
	else
		buf_append_slice(&client->picture, part);
}

static void
take_picture(struct client *client, const struct frame *frame, const struct understand_input *input)
{
	struct pictured *pictured = pictured_new(client, frame);
	struct slice file = buf_slice(&client->picture);
	bool is_whole = client->picture_of == frame->id && file.len == input->picture.len;

	if (pictured != NULL)
		pictured->asked->gives_picture = input->media.len > 0 && client->worker->loop.in->options->ai_keep_pictures_days > 0;
	if (pictured != NULL && input->media.len > 0)
		sender_fetch_media(client->worker->sender, input->media, frame->deadline_ms - PICTURE_RESERVE_MS, on_picture, pictured);
	else if (pictured != NULL)
		on_picture(is_whole ? &file : NULL, pictured);
	drop_picture(client);
}

/* --- texts -------------------------------------------------------------------------------------- */

static void
take_understand(struct client *client, const struct frame *frame)
{
	struct asker *asker = client->worker->asker;
	static struct job_words words;           /* large, and used up before the return */
	static struct understanding result;
	struct understand_input input;

	if (!job_unpack(frame->body, &input, &words)) {
		log_error("a job that is none was refused");
		answer(client, frame->id, ST_FAILED, NULL);
		return;
	}
	if (input.media.len + input.picture.len > 0) {
		take_picture(client, frame, &input);
		return;
	}
	input.keywords = client->worker->keywords;
	understand(&input, &result);
	if (!asker_wants(asker, &input, &result) || asker_knows(asker, &input, &result) || !ask_provider(client, frame))
		answer(client, frame->id, ST_OK, &result);
}

/* --- for the messengers ---------------------------------------------------------------------- */

static void
answer_outcome(struct client *client, uint64_t id, const struct send_outcome *outcome)
{
	struct frame head = { JOB_DELIVERED, id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk = channel_begin(client->channel, &head);

	job_outcome_pack(&pk, outcome);
	channel_end(client->channel);
}

static void
on_progress(unsigned step, void *arg)
{
	struct asked *asked = arg;
	struct frame head = { JOB_PROGRESS, asked->id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk;

	if (asked->client == NULL)
		return;
	pk = channel_begin(asked->client->channel, &head);
	msgpack_pack_unsigned_int(&pk, step);
	channel_end(asked->client->channel);
}

static void
on_sent(const struct send_outcome *outcome, void *arg)
{
	uint64_t id = ((struct asked *)arg)->id;
	struct client *client = asked_end(arg);

	if (client != NULL)
		answer_outcome(client, id, outcome);
}

static void
take_deliver(struct client *client, const struct frame *frame)
{
	static const struct sender_callbacks callbacks = { on_progress, on_sent };
	struct reply_button buttons[REPLY_BUTTONS_MAX];
	struct outgoing outgoing;
	struct asked *asked;

	if (!job_deliver_unpack(frame->body, &outgoing, buttons)) {
		answer_outcome(client, frame->id, &(struct send_outcome){ .result = SEND_REJECTED, .why = "it goes to no messenger" });
		return;
	}
	asked = asked_new(client, frame->id);
	if (asked == NULL)
		answer_outcome(client, frame->id, &(struct send_outcome){ .result = SEND_RETRY, .step = outgoing.step, .why = send_no_memory });
	else
		sender_send(client->worker->sender, &outgoing, frame->deadline_ms, &callbacks, asked);
}

static void
answer_keys(struct client *client, uint64_t id, enum status st, struct slice keys)
{
	struct frame head = { JOB_KEYS_ANSWER, id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk = channel_begin(client->channel, &head);

	job_keys_answer_pack(&pk, st, keys);
	channel_end(client->channel);
}

static void
on_keys(enum status st, struct slice keys, void *arg)
{
	uint64_t id = ((struct asked *)arg)->id;
	struct client *client = asked_end(arg);

	if (client != NULL)
		answer_keys(client, id, st, keys);
}

static void
take_keys(struct client *client, const struct frame *frame)
{
	const struct messenger *messenger = job_keys_unpack(frame->body);
	struct asked *asked = messenger != NULL ? asked_new(client, frame->id) : NULL;

	if (asked == NULL)
		answer_keys(client, frame->id, ST_FAILED, SLICE_EMPTY);
	else
		sender_fetch_keys(client->worker->sender, messenger, frame->deadline_ms, on_keys, asked);
}

/* --- clients --------------------------------------------------------------------------------- */

static bool
say_hello(struct client *client)
{
	struct frame hello = { JOB_HELLO, 0, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk = channel_begin(client->channel, &hello);

	msgpack_pack_nil(&pk);
	return channel_end(client->channel);
}

static void
on_client_frame(struct channel *ch, const struct frame *frame, void *arg)
{
	(void)ch;
	if (frame->deadline_ms <= clock_mono_ms()) {
		drop_picture(arg);
		say_hello(arg);          /* the asker has given it up, and takes this worker for slow */
		return;
	}
	switch (frame->kind) {
	case JOB_UNDERSTAND: take_understand(arg, frame); break;
	case JOB_PICTURE: take_part(arg, frame); break;
	case JOB_DELIVER: take_deliver(arg, frame); break;
	case JOB_KEYS: take_keys(arg, frame); break;
	default: log_error("a job of an unknown kind was refused");
	}
}

static void
close_client(struct client *client)
{
	struct asked *asked;

	while ((asked = LIST_FIRST(&client->asked)) != NULL) {       /* freed when its answer comes */
		LIST_REMOVE(asked, entry);
		asked->client = NULL;
	}
	LIST_REMOVE(client, entry);
	drop_picture(client);
	channel_close(client->channel);
	free(client);
}

static void
on_client_lost(struct channel *ch, void *arg)
{
	struct worker *worker = ((struct client *)arg)->worker;

	(void)ch;
	close_client(arg);
	if (worker->ends_when_alone && LIST_EMPTY(&worker->clients))
		child_loop_end(&worker->loop, CHILD_EXIT_OK);
}

static const struct channel_callbacks client_callbacks = { on_client_frame, NULL, on_client_lost };

static void
add_client(struct worker *worker, int fd)
{
	struct client *client = calloc(1, sizeof *client);

	if (client == NULL) {
		fd_close(&fd);
		return;
	}
	client->worker = worker;
	LIST_INIT(&client->asked);
	client->channel = channel_open(worker->loop.base, fd, &client_callbacks, client);
	if (client->channel == NULL) {
		free(client);
		return;
	}
	LIST_INSERT_HEAD(&worker->clients, client, entry);
	if (!say_hello(client))
		close_client(client);    /* it would wait for that; so it comes again */
}

static void
on_acceptable(evutil_socket_t listener, short what, void *arg)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (fd != -1)
		add_client(arg, fd);
}

/*
 * When the master has died all its children are told at once, and those with
 * messages in work still need this one: a graceful end waits for them.
 */
static void
on_stop(enum child_stop how, void *arg)
{
	struct worker *worker = arg;

	if (how != STOP_FAST && !LIST_EMPTY(&worker->clients))
		worker->ends_when_alone = true;
	else
		child_loop_end(&worker->loop, CHILD_EXIT_OK);
}

static bool
start(struct worker *worker, const struct inherited *in)
{
	worker->shared = shared_open(worker->loop.base, in->options, worker->counters);
	worker->keywords = in->options->keywords_share ? in->ai->keywords : NULL;
	worker->curl = curl_loop_open(worker->loop.base);
	if (worker->curl != NULL)
		worker->asker = asker_open(worker->loop.base, worker->curl, in->options, in->ai, worker->shared, worker->counters);
	if (worker->asker != NULL)
		worker->sender = sender_open(worker->loop.base, worker->curl, in->options, in->rates, worker->shared, worker->counters);
	worker->on_accept = event_new(worker->loop.base, in->internal_listener, EV_READ | EV_PERSIST, on_acceptable, worker);
	return worker->sender != NULL && worker->on_accept != NULL && event_add(worker->on_accept, NULL) == 0;
}

int
ai_worker_run(const struct inherited *in, unsigned index)
{
	struct worker worker = { .counters = &in->slot->counters };
	struct client *client;
	int code = CHILD_EXIT_FATAL;

	LIST_INIT(&worker.clients);
	if (!child_loop_init(&worker.loop, in, on_stop, &worker))
		return CHILD_EXIT_FATAL;
	if (start(&worker, in)) {
		child_loop_ready(&worker.loop);
		code = child_loop_run(&worker.loop);
	} else {
		log_error("ai worker %u cannot start", index);
	}
	while ((client = LIST_FIRST(&worker.clients)) != NULL)
		close_client(client);
	if (worker.on_accept != NULL)
		event_free(worker.on_accept);
	if (worker.sender != NULL)
		sender_close(worker.sender);
	shared_close(worker.shared);             /* the first: what waits for it goes on without */
	if (worker.asker != NULL)
		asker_close(worker.asker);
	if (worker.curl != NULL)
		curl_loop_close(worker.curl);
	child_loop_fini(&worker.loop);
	return code;
}
