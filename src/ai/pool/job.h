/* SPDX-License-Identifier: MIT */
/*
 * What is asked of an AI worker and what it answers, as the bodies of frames.
 * A job carries all that understanding needs: the worker has no store.
 */
#ifndef JOB_H
#define JOB_H

#include "buf.h"
#include "mp.h"
#include "status.h"
#include "understand.h"

struct channel;
struct frame;

enum job_frame {
	JOB_HELLO = 1,       /* worker to asker: it takes jobs from now on, also after one that came too late; the body is nil */
	JOB_UNDERSTAND,      /* asker to worker */
	/* The next part of a picture; the body is bin.  Asker to worker: of the job that follows, with its id; worker to asker: of the answer that follows. */
	JOB_PICTURE,
	JOB_ANSWER,          /* worker to asker, with the id of the job */
	JOB_PATIENCE,        /* worker to asker: the job waits for a provider until so many ms from now, nobody else needs to be asked */

	/* For the messengers: job_delivery.h. */
	JOB_DELIVER,         /* asker to worker: send a reply */
	JOB_PROGRESS,        /* worker to asker: the reply is sent as far as to that step */
	JOB_DELIVERED,       /* worker to asker: what came of it */
	JOB_KEYS,            /* asker to worker: fetch a platform's public keys */
	JOB_KEYS_ANSWER      /* worker to asker */
};

/* Of a picture, so that each part fits into a frame. */
enum { JOB_PICTURE_PART_MAX = 128 * 1024 };

/* The picture in parts, each a frame.  false: there is no memory, and a part of it may have been sent. */
bool job_send_picture(struct channel *channel, const struct frame *head, struct slice picture);

/* Appends a job's body; own words beyond the limits of understand.h are left out, and so is what is in the picture. */
void job_pack(struct buf *out, const struct understand_input *job);

/* Where the user's own words of a job are kept while it is worked on. */
struct job_words {
	struct understand_word categories[UNDERSTAND_CATEGORY_WORDS_MAX];
	struct slice           accounts[UNDERSTAND_ACCOUNTS_MAX];
};

/* The slices point into body, the job's lists into words; of the picture there is the size only.  false: it is no job. */
bool job_unpack(struct slice body, struct understand_input *job, struct job_words *words);

/* result is looked at with ST_OK only. */
void job_answer_pack(msgpack_packer *pk, enum status st, const struct understanding *result);

/*
 * The slices in *result point into body, and every field is checked: what is
 * no sound answer is false.  With another status than ST_OK result has verdict
 * VERDICT_NOTHING.
 */
bool job_answer_unpack(struct slice body, enum status *st, struct understanding *result);

#endif
