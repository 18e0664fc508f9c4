/* SPDX-License-Identifier: MIT */
/* What the messengers have done by an AI worker, as the bodies of frames (job.h). */
#ifndef JOB_DELIVERY_H
#define JOB_DELIVERY_H

#include "buf.h"
#include "messenger/messenger.h"
#include "mp.h"
#include "status.h"

/* JOB_DELIVER: deliver_to, text, buttons, message_id and step; buttons beyond REPLY_BUTTONS_MAX are left out. */
void job_deliver_pack(struct buf *out, const struct outgoing *outgoing);

/* The slices point into body, the buttons are in those given.  false: it is no delivery, or to nobody that is known. */
bool job_deliver_unpack(struct slice body, struct outgoing *outgoing, struct reply_button buttons[REPLY_BUTTONS_MAX]);

/* JOB_DELIVERED. */
void job_outcome_pack(msgpack_packer *pk, const struct send_outcome *outcome);

enum { SEND_WHY_MAX = 128 };

/* ref points into body, outcome->why to why.  false: it is no outcome of a whole delivery. */
bool job_outcome_unpack(struct slice body, struct send_outcome *outcome, char why[SEND_WHY_MAX]);

/* JOB_KEYS: the messenger's name.  NULL: it is none that has keys. */
void job_keys_pack(struct buf *out, const struct messenger *messenger);
const struct messenger *job_keys_unpack(struct slice body);

/* JOB_KEYS_ANSWER: keys with ST_OK only. */
void job_keys_answer_pack(msgpack_packer *pk, enum status st, struct slice keys);
bool job_keys_answer_unpack(struct slice body, enum status *st, struct slice *keys);

#endif
