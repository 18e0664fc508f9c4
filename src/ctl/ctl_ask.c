/* SPDX-License-Identifier: MIT */
/* See ctl_ask.h. */
#include "config.h"

#include "ctl_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockets.h"

enum { ANSWER_LIMIT_S = 30, ANSWER_MAX_BYTES = 64 << 20 };

static int
complain(FILE *errors, int code, const char *text, const char *detail)
{
	if (errors != NULL)
		fprintf(errors, "aiexpensectl: %s%s\n", text, detail);
	return code;
}

static int
connect_to(const char *path, FILE *errors, unsigned more_s)
{
	struct timeval limit = { .tv_sec = ANSWER_LIMIT_S + (time_t)more_s };
	int fd = unix_connect(path);

	if (fd == -1) {
		if (errors != NULL)
			fprintf(errors, "aiexpensectl: cannot connect to %s: %s\n", path, strerror(errno));
		if (errno == ENOENT || errno == ECONNREFUSED)
			complain(errors, 0, "is aiexpensed running, with these sockets?", "");
		return -1;
	}
	fcntl(fd, F_SETFL, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	return fd;
}

static bool
exchange(int fd, const struct buf *line, struct buf *answer)
{
	size_t sent = 0;
	ssize_t n;

	while (sent < line->len) {
		n = send(fd, line->data + sent, line->len - sent, MSG_NOSIGNAL);
		if (n == -1)
			return false;
		sent += (size_t)n;
	}
	do {
		char *space = answer->len < ANSWER_MAX_BYTES ? buf_space(answer, 65536) : NULL;

		n = space != NULL ? read(fd, space, 65536) : -1;
		if (n > 0)
			buf_grew(answer, (size_t)n);
	} while (n > 0);
	buf_append_char(answer, '\0');
	return n == 0 && answer->len > 1 && !answer->has_failed;
}

int
ctl_ask(const char *path, const struct buf *line, struct buf *answer, FILE *errors)
{
	return ctl_ask_patiently(path, line, answer, errors, 0);
}

int
ctl_ask_patiently(const char *path, const struct buf *line, struct buf *answer, FILE *errors, unsigned more_s)
{
	static const char refusal[] = "error: ";
	int fd = connect_to(path, errors, more_s);
	bool is_answered;

	if (fd == -1)
		return EXIT_NO_DAEMON;
	is_answered = exchange(fd, line, answer);
	fd_close(&fd);
	if (!is_answered)
		return complain(errors, EXIT_NO_DAEMON, "no answer from ", path);
	if (strncmp(answer->data, refusal, sizeof refusal - 1) != 0)
		return 0;
	answer->data[strcspn(answer->data, "\n")] = '\0';
	return complain(errors, EXIT_REFUSED, answer->data + sizeof refusal - 1, "");
}
