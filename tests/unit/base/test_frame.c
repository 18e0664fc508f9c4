/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "channel.h"
#include "frame.h"

static const struct frame example = { 7, UINT64_C(0xfedcba9876543210), PRIORITY_LOW, 123456789, SLICE_EMPTY };

static void
append_frame(struct buf *out, const struct frame *head, struct slice text)
{
	size_t start = frame_begin(out, head);
	msgpack_packer pk = mp_packer(out);

	mp_put_str(&pk, text);
	assert_true(frame_end(out, start));
}

static void
a_frame_is_read_as_it_was_written_and_not_before_it_is_whole(void **state)
{
	struct buf b = BUF_INIT;
	struct frame frame;
	size_t size;
	struct mp mp;

	(void)state;
	append_frame(&b, &example, SLICE_LITERAL("hello"));
	for (size_t len = 0; len < b.len; len++)
		assert_int_equal(frame_read((struct slice){ b.data, len }, &frame, &size), FRAME_MORE);
	assert_int_equal(frame_read(buf_slice(&b), &frame, &size), FRAME_OK);
	assert_int_equal(size, b.len);
	assert_int_equal(frame.kind, example.kind);
	assert_true(frame.id == example.id);
	assert_int_equal(frame.priority, PRIORITY_LOW);
	assert_int_equal(frame.deadline_ms, example.deadline_ms);
	mp = mp_of(frame.body);
	assert_true(slice_equal(mp_str(&mp), SLICE_LITERAL("hello")));
	buf_fini(&b);
}

static void
a_frame_over_the_limit_is_not_sent_and_not_taken(void **state)
{
	struct buf b = BUF_INIT;
	char *large = calloc(1, FRAME_MAX);
	struct frame frame;
	msgpack_packer pk;
	size_t start, size;

	(void)state;
	append_frame(&b, &example, SLICE_LITERAL("first"));
	size = b.len;
	start = frame_begin(&b, &example);
	pk = mp_packer(&b);
	mp_put_str(&pk, (struct slice){ large, FRAME_MAX });
	assert_false(frame_end(&b, start));
	assert_int_equal(b.len, size);
	assert_int_equal(frame_read((struct slice){ "\x00\x04\x00\x01", 4 }, &frame, &size), FRAME_BAD);
	free(large);
	buf_fini(&b);
}

static void
what_is_no_frame_is_refused(void **state)
{
	static const char *const bad[] = {
		"\0\0\0\1\x90",                                  /* an empty array */
		"\0\0\0\7\x96\2\1\1\0\0\xc0",              /* another version */
		"\0\0\0\7\x96\1\1\1\3\0\xc0",              /* no such priority */
		"\0\0\0\10\x96\1\1\1\0\0\xc0\xc0",        /* something behind the body */
		"\0\0\0\6\x96\1\1\1\0\0",                   /* no body */
	};
	static const size_t sizes[] = { 5, 11, 11, 12, 10 };
	struct frame frame;
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(frame_read((struct slice){ bad[i], sizes[i] }, &frame, &size), FRAME_BAD);
	assert_int_equal(frame_read((struct slice){ "\0\0\0\7\x96\1\1\1\0\0\xc0", 11 }, &frame, &size), FRAME_OK);
}

/* --- channels ------------------------------------------------------------------ */

struct ends {
	struct event_base *base;
	struct channel    *left, *right;
	unsigned           frames, wakeups;
	bool               is_lost, closes_on_frame;
	size_t             bytes;
};

static void
on_frame(struct channel *ch, const struct frame *frame, void *arg)
{
	struct ends *ends = arg;

	assert_int_equal(frame->id, ends->frames);
	ends->frames++;
	ends->bytes += frame->body.len;
	if (ends->closes_on_frame) {
		channel_close(ch);
		ends->right = NULL;
	}
}

static void
on_drained(struct channel *ch, void *arg)
{
	(void)ch;
	((struct ends *)arg)->wakeups++;
}

static void
on_lost(struct channel *ch, void *arg)
{
	struct ends *ends = arg;

	ends->is_lost = true;
	if (ch == ends->right)
		ends->right = NULL;
	else
		ends->left = NULL;
	channel_close(ch);
}

static const struct channel_callbacks callbacks = { on_frame, on_drained, on_lost };

static int
open_ends(void **state)
{
	struct ends *ends = calloc(1, sizeof *ends);
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	ends->base = event_base_new();
	ends->left = channel_open(ends->base, fds[0], &callbacks, ends);
	ends->right = channel_open(ends->base, fds[1], &callbacks, ends);
	assert_non_null(ends->left);
	assert_non_null(ends->right);
	*state = ends;
	return 0;
}

static int
close_ends(void **state)
{
	struct ends *ends = *state;

	if (ends->left != NULL)
		channel_close(ends->left);
	if (ends->right != NULL)
		channel_close(ends->right);
	event_base_free(ends->base);
	free(ends);
	return 0;
}

static void
send_frames(struct channel *ch, unsigned count, size_t size)
{
	char *text = calloc(1, size + 1);

	for (unsigned i = 0; i < count; i++) {
		struct frame head = { 1, i, PRIORITY_HIGH, 0, SLICE_EMPTY };
		msgpack_packer pk = channel_begin(ch, &head);

		mp_put_str(&pk, (struct slice){ text, size });
		assert_true(channel_end(ch));
	}
	free(text);
}

static void
frames_of_one_turn_arrive_together(void **state)
{
	struct ends *ends = *state;

	send_frames(ends->left, 50, 10);
	while (ends->frames < 50)
		event_base_loop(ends->base, EVLOOP_ONCE);
	assert_int_equal(ends->wakeups, 1);
}

static void
more_than_the_kernel_takes_arrives_in_order(void **state)
{
	struct ends *ends = *state;

	send_frames(ends->left, 64, 100000);
	assert_true(channel_unsent(ends->left) > 6000000);
	while (ends->frames < 64)
		event_base_loop(ends->base, EVLOOP_ONCE);
	assert_true(ends->bytes >= 6400000);
	assert_int_equal(channel_unsent(ends->left), 0);
}

static void
the_other_side_is_told_when_one_closes(void **state)
{
	struct ends *ends = *state;

	channel_close(ends->left);
	ends->left = NULL;
	while (!ends->is_lost)
		event_base_loop(ends->base, EVLOOP_ONCE);
}

static void
bytes_that_are_no_frame_end_the_channel(void **state)
{
	struct ends *ends = *state;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	channel_close(ends->right);
	ends->right = channel_open(ends->base, fds[0], &callbacks, ends);
	assert_int_equal(write(fds[1], "\xff\xff\xff\xff", 4), 4);
	while (!ends->is_lost)
		event_base_loop(ends->base, EVLOOP_ONCE);
	assert_int_equal(ends->frames, 0);
	close(fds[1]);
}

static void
a_channel_may_be_closed_while_it_hands_over_a_frame(void **state)
{
	struct ends *ends = *state;

	ends->closes_on_frame = true;
	send_frames(ends->left, 5, 10);
	while (ends->frames == 0)
		event_base_loop(ends->base, EVLOOP_ONCE);
	assert_int_equal(ends->frames, 1);
	assert_null(ends->right);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_read_as_it_was_written_and_not_before_it_is_whole),
		cmocka_unit_test(a_frame_over_the_limit_is_not_sent_and_not_taken),
		cmocka_unit_test(what_is_no_frame_is_refused),
		cmocka_unit_test_setup_teardown(frames_of_one_turn_arrive_together, open_ends, close_ends),
		cmocka_unit_test_setup_teardown(more_than_the_kernel_takes_arrives_in_order, open_ends, close_ends),
		cmocka_unit_test_setup_teardown(the_other_side_is_told_when_one_closes, open_ends, close_ends),
		cmocka_unit_test_setup_teardown(bytes_that_are_no_frame_end_the_channel, open_ends, close_ends),
		cmocka_unit_test_setup_teardown(a_channel_may_be_closed_while_it_hands_over_a_frame, open_ends, close_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
