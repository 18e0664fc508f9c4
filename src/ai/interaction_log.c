/* SPDX-License-Identifier: MIT */
/*
 * See interaction_log.h.  A line is one write to the end of its file, so that
 * workers do not get into each other's.  What is forgotten is overwritten with
 * blanks where it stands, while others append.
 */
#include "config.h"

#include "interaction_log.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "day.h"
#include "json_out.h"
#include "log.h"
#include "options.h"
#include "text.h"

enum { MS_PER_DAY = 86400000, TEXT_MAX = 65536 };

static const char name_ends[] = ".jsonl";

bool
interaction_log_directory(const struct options *options, char path[], size_t size)
{
	if ((size_t)snprintf(path, size, "%s/interactions", options->store_path) >= size)
		return false;
	if (options->ai_log_days > 0)
		(void)mkdir(path, 0700);           /* it is there, or nothing can be written to it either */
	return true;
}

/* --- what comes --------------------------------------------------------------------------------- */

/* What is no text, is too long or holds the key is only said to be there, by its length. */
static void
write_text(struct json_out *out, const char *member, struct slice text, const char *key)
{
	bool has_key = key != NULL && key[0] != '\0' && memmem(text.ptr, text.len, key, strlen(key)) != NULL;

	if (text.len <= TEXT_MAX && text_is_utf8(text) && !has_key)
		json_out_member_string(out, member, text);
	else
		json_out_member_int(out, member, (int64_t)text.len);
}

/* interaction_log_forget knows how a line begins. */
static void
write_begin(struct buf *line, uint64_t whose)
{
	buf_printf(line, "{\"user\":\"%016" PRIx64 "\"", whose);
}

static void
write_line(struct buf *line, const struct interaction *i)
{
	struct json_out out = { line, true };

	write_begin(line, i->whose);
	json_out_member_int(&out, "at_ms", i->now_ms);
	json_out_member_text(&out, "provider", i->provider);
	json_out_member_text(&out, "model", i->model);
	json_out_member_int(&out, "status", i->http_status);
	json_out_member_int(&out, "took_ms", i->took_ms);
	if (i->why != NULL)
		json_out_member_text(&out, "why", i->why);
	write_text(&out, "request", i->request, i->key);
	write_text(&out, "answer", i->answer, i->key);
	json_out_object_end(&out);
	buf_append_char(line, '\n');
}

static int
open_day(const struct options *options, int64_t now_ms)
{
	char directory[PATH_MAX - 32], path[PATH_MAX], day[DAY_TEXT_LEN];
	int fd;

	if (!interaction_log_directory(options, directory, sizeof directory))
		return -1;
	day_format((day_t)(now_ms / MS_PER_DAY), day);
	snprintf(path, sizeof path, "%s/%.*s%s", directory, DAY_TEXT_LEN, day, name_ends);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		log_errno("%s: no more is logged of what providers say", path);
	return fd;
}

void
interaction_log_add(const struct options *options, const struct interaction *interaction)
{
	struct buf line = BUF_INIT;
	struct stat now;
	int fd;

	if (options->ai_log_days == 0 || (fd = open_day(options, interaction->now_ms)) == -1)
		return;
	write_line(&line, interaction);
	if (!line.has_failed && fstat(fd, &now) == 0 && now.st_size + (int64_t)line.len <= (int64_t)options->ai_log_bytes &&
	    write(fd, line.data, line.len) != (ssize_t)line.len)
		log_errno("a line about what a provider said is lost");
	close(fd);
	buf_fini(&line);
}

/* --- what goes ---------------------------------------------------------------------------------- */

/* The day in a file's name; false: it is none of ours. */
static bool
day_of(const char *name, day_t *day)
{
	return strlen(name) == DAY_TEXT_LEN + sizeof name_ends - 1 && strcmp(name + DAY_TEXT_LEN, name_ends) == 0 &&
	    day_parse((struct slice){ name, DAY_TEXT_LEN }, day);
}

typedef void file_fn(int directory, const char *name, day_t day, const void *arg);

static void
each_file(const struct options *options, file_fn *fn, const void *arg)
{
	char path[PATH_MAX];
	DIR *directory = interaction_log_directory(options, path, sizeof path) ? opendir(path) : NULL;
	struct dirent *entry;
	day_t day;

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (day_of(entry->d_name, &day))
			fn(dirfd(directory), entry->d_name, day, arg);
	if (directory != NULL)
		closedir(directory);
}

static void
remove_older(int directory, const char *name, day_t day, const void *first_kept)
{
	if (day < *(const day_t *)first_kept && unlinkat(directory, name, 0) == -1)
		log_errno("%s: what providers said on that day is not removed", name);
}

void
interaction_log_expire(const struct options *options, int64_t now_ms)
{
	day_t today = (day_t)(now_ms / MS_PER_DAY);
	day_t first_kept = options->ai_log_days > 0 ? today - (day_t)options->ai_log_days + 1 : DAY_MAX;

	each_file(options, remove_older, &first_kept);
}

static bool
blank_lines(FILE *file, const char *begins)
{
	char *line = NULL;
	size_t size = 0, begins_len = strlen(begins);
	off_t at = 0;
	ssize_t len;
	bool is_done = true;

	for (; (len = getline(&line, &size, file)) > 0; at += len) {
		if ((size_t)len < begins_len || memcmp(line, begins, begins_len) != 0)
			continue;
		memset(line, ' ', (size_t)len - 1);        /* all but its end */
		is_done &= pwrite(fileno(file), line, (size_t)len, at) == len;
	}
	free(line);
	return is_done && fdatasync(fileno(file)) == 0;
}

static void
forget_in(int directory, const char *name, day_t day, const void *begins)
{
	int fd = openat(directory, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	FILE *file = fd != -1 ? fdopen(fd, "r+") : NULL;

	(void)day;
	if (file == NULL || !blank_lines(file, begins))
		log_errno("%s: a deleted user is not taken out", name);
	if (file != NULL)
		fclose(file);
}

void
interaction_log_forget(const struct options *options, uint64_t whose)
{
	struct buf begins = BUF_INIT;

	write_begin(&begins, whose);
	if (!begins.has_failed)
		each_file(options, forget_in, begins.data);
	buf_fini(&begins);
}
