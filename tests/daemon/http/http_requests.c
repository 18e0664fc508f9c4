/* SPDX-License-Identifier: MIT */
/* Prints what the request reader finds in standard input: "METHOD target" a line, then how it ended. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "http/reader.h"

static const struct http_limits limits = HTTP_LIMITS_DEFAULT;

static void
read_input(struct buf *in)
{
	ssize_t n;

	while (buf_reserve(in, 65536) && (n = read(STDIN_FILENO, in->data + in->len, 65536)) > 0)
		in->len += (size_t)n;
}

static void
print_request(const struct reader *r, const char *data)
{
	struct slice path = http_span_slice(data, r->path), query = http_span_slice(data, r->query);

	printf("%s %.*s%s%.*s\n", http_method_name(r->method), SLICE_ARGS(path), query.ptr != NULL ? "?" : "",
	    SLICE_ARGS(query));
}

int
main(void)
{
	static struct reader r;
	struct buf in = BUF_INIT;
	enum reader_result result = READER_COMPLETE;

	read_input(&in);
	while (in.len > 0 && result == READER_COMPLETE) {
		reader_init(&r, &limits);
		result = reader_read(&r, in.data, &in.len);
		if (result != READER_COMPLETE)
			break;
		print_request(&r, in.data);
		buf_consume(&in, r.consumed);
		if (r.must_close)
			break;
	}
	puts(result == READER_FAILED ? status_type(r.error) : result == READER_MORE ? "more" : "end");
	buf_fini(&in);
	return 0;
}
