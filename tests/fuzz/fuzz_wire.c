/* SPDX-License-Identifier: MIT */
/*
 * What the processes say to each other, and what a conversation keeps, under
 * libFuzzer.  The first byte says what the rest is.
 *
 *	make fuzz_wire && ./fuzz_wire -max_total_time=60 ../tests/fuzz/corpus/wire
 */
#include "config.h"

#include <string.h>

#include "ai/pool/job.h"
#include "ai/pool/job_delivery.h"
#include "dialogue/state.h"
#include "frame.h"
#include "fuzz.h"
#include "store/command/command.h"

/* By its kind, a byte before it. */
static bool
again_command(struct slice packed, struct buf *out)
{
	struct arena arena = ARENA_INIT;
	struct command command;
	bool is_taken = packed.len > 0 &&
	    command_unpack((struct slice){ packed.ptr + 1, packed.len - 1 }, (unsigned char)packed.ptr[0], &arena, &command);

	if (is_taken) {
		buf_append_char(out, packed.ptr[0]);
		command_pack(out, &command);
	}
	arena_fini(&arena);
	return is_taken;
}

static bool
again_answer(struct slice packed, struct buf *out)
{
	struct arena arena = ARENA_INIT;
	struct write_answer answer;
	enum status st;
	bool is_taken = answer_unpack(packed, &arena, &st, &answer);

	if (is_taken)
		answer_pack(out, st, &answer);
	arena_fini(&arena);
	return is_taken;
}

static bool
again_job(struct slice packed, struct buf *out)
{
	static struct job_words words;
	struct understand_input job = { .may_ask = false };
	bool is_taken = job_unpack(packed, &job, &words);

	if (is_taken) {
		CHECK(job.text.len <= UNDERSTAND_TEXT_MAX && text_is_utf8(job.text));
		job_pack(out, &job);
	}
	return is_taken;
}

static bool
again_understanding(struct slice packed, struct buf *out)
{
	static struct understanding result;
	msgpack_packer pk = mp_packer(out);
	enum status st;
	bool is_taken = job_answer_unpack(packed, &st, &result);

	if (is_taken)
		job_answer_pack(&pk, st, &result);
	return is_taken;
}

static bool
again_delivery(struct slice packed, struct buf *out)
{
	struct reply_button buttons[REPLY_BUTTONS_MAX];
	struct outgoing outgoing = { .step = 0 };
	bool is_taken = job_deliver_unpack(packed, &outgoing, buttons);

	if (is_taken)
		job_deliver_pack(out, &outgoing);
	return is_taken;
}

static bool
again_outcome(struct slice packed, struct buf *out)
{
	char why[SEND_WHY_MAX];
	msgpack_packer pk = mp_packer(out);
	struct send_outcome outcome;
	bool is_taken = job_outcome_unpack(packed, &outcome, why);

	if (is_taken)
		job_outcome_pack(&pk, &outcome);
	return is_taken;
}

static bool
again_keys(struct slice packed, struct buf *out)
{
	msgpack_packer pk = mp_packer(out);
	struct slice keys;
	enum status st;
	bool is_taken = job_keys_answer_unpack(packed, &st, &keys);

	if (is_taken)
		job_keys_answer_pack(&pk, st, keys);
	return is_taken;
}

static bool
again_state(struct slice packed, struct buf *out)
{
	static struct state state;
	struct arena arena = ARENA_INIT;

	state_unpack(packed, &arena, &state);
	state_pack(out, &state);
	arena_fini(&arena);
	return true;
}

static void
check_frames(struct slice in)
{
	struct frame frame;
	size_t size;

	while (frame_read(in, &frame, &size) == FRAME_OK) {
		CHECK(size > FRAME_LENGTH_BYTES && size <= in.len && fuzz_is_within(frame.body, (struct slice){ in.ptr, size }));
		CHECK(frame.priority < PRIORITY_LEVELS);
		in = (struct slice){ in.ptr + size, in.len - size };
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static fuzz_again_fn *const kinds[] = {
		again_command, again_answer, again_job, again_understanding, again_delivery, again_outcome, again_keys, again_state
	};
	enum { KINDS = sizeof kinds / sizeof kinds[0] };
	struct slice rest = { (const char *)data + 1, size - 1 };

	if (size == 0)
		return 0;
	if (data[0] < KINDS)
		fuzz_check_again(kinds[data[0]], rest);
	else
		check_frames(rest);
	return 0;
}
