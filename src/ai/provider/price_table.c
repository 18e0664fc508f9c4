/* SPDX-License-Identifier: MIT */
/* See price_table.h. */
#include "config.h"

#include "price_table.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "kv/kv_lmdb_files.h"
#include "log.h"
#include "options.h"
#include "provider.h"
#include "records.h"
#include "sockets.h"

enum { FILE_MAX = 1 << 20 };

struct row {
	char        *model;        /* "provider/model"; the price lies behind its NUL */
	const char  *text;
	struct price price;
};

struct rows {
	size_t      count;
	struct row *at;
};

struct price_table {
	char        directory[PATH_MAX], path[PATH_MAX];
	struct stat seen;          /* of the file that rows are from */
	struct rows rows;
};

/* --- rows --------------------------------------------------------------------------------------- */

static void
rows_fini(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->at[i].model);
	free(rows->at);
	*rows = (struct rows){ 0 };
}

static bool
row_parse(const char *line, size_t len, struct row *row)
{
	char *blank, *slash;

	row->model = strndup(line, len);
	if (row->model == NULL)
		return false;
	blank = strchr(row->model, ' ');
	slash = strchr(row->model, '/');
	if (blank != NULL && slash != NULL && slash > row->model && slash < blank - 1 && blank - row->model <= AI_PROVIDER_MAX + 1 + AI_MODEL_MAX) {
		*blank = '\0';
		row->text = blank + 1;
		if (price_parse(row->text, &row->price))
			return true;
	}
	free(row->model);
	return false;
}

/* In place of one for the same model and day, or behind all others. */
static bool
rows_put(struct rows *rows, struct row *row)
{
	struct row *more;

	for (size_t i = 0; i < rows->count; i++) {
		if (rows->at[i].price.from != row->price.from || strcmp(rows->at[i].model, row->model) != 0)
			continue;
		free(rows->at[i].model);
		rows->at[i] = *row;
		return true;
	}
	more = realloc(rows->at, (rows->count + 1) * sizeof *more);
	if (more == NULL) {
		free(row->model);
		return false;
	}
	rows->at = more;
	rows->at[rows->count++] = *row;
	return true;
}

/* errors: NULL: a line that is none is passed over. */
static bool
rows_read(struct rows *rows, const char *text, size_t *count, FILE *errors)
{
	bool is_sound = true;

	*count = 0;
	for (unsigned number = 1; *text != '\0'; number++) {
		size_t len = strcspn(text, "\r\n");
		struct row row;

		if (len > 0 && *text != '#' && row_parse(text, len, &row)) {
			is_sound &= rows_put(rows, &row);
			++*count;
		} else if (len > 0 && *text != '#') {
			if (errors != NULL)
				fprintf(errors, "line %u: \"%.*s\" is none as: openai/gpt-5-mini 2026-11-01 USD 0.25 2.00\n", number, (int)len, text);
			is_sound = false;
		}
		text += len;
		text += text[0] == '\r' && text[1] == '\n' ? 2 : *text != '\0';
	}
	return is_sound;
}

/* --- the file ----------------------------------------------------------------------------------- */

static bool
has_changed(const struct stat *before, const struct stat *now)
{
	return before->st_ino != now->st_ino || before->st_size != now->st_size || before->st_mtim.tv_sec != now->st_mtim.tv_sec ||
	    before->st_mtim.tv_nsec != now->st_mtim.tv_nsec;
}

/* false: not to its end. */
static bool
read_text(int fd, struct buf *text)
{
	ssize_t n = -1;
	char *space;

	while (text->len < FILE_MAX && (space = buf_space(text, 4096)) != NULL && (n = read(fd, space, 4096)) > 0)
		buf_grew(text, (size_t)n);
	return n == 0;
}

static void
read_file(struct price_table *table, int fd)
{
	struct buf text = BUF_INIT;
	size_t count;

	read_text(fd, &text);
	rows_fini(&table->rows);
	buf_append_char(&text, '\0');
	if (!text.has_failed)
		rows_read(&table->rows, text.data, &count, NULL);
	buf_fini(&text);
}

static void
refresh(struct price_table *table)
{
	struct stat now = { 0 };
	int fd = open(table->path, O_RDONLY | O_CLOEXEC);

	if (fd != -1 && fstat(fd, &now) == 0 && has_changed(&table->seen, &now))
		read_file(table, fd);
	else if (fd == -1)
		rows_fini(&table->rows);
	table->seen = now;
	if (fd != -1)
		close(fd);
}

static bool
write_rows(const struct rows *rows, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	FILE *file = fd != -1 ? fdopen(fd, "w") : NULL;
	bool is_written = file != NULL;

	for (size_t i = 0; is_written && i < rows->count; i++)
		is_written = fprintf(file, "%s %s\n", rows->at[i].model, rows->at[i].text) > 0;
	if (file == NULL)
		return false;
	is_written = fflush(file) == 0 && fsync(fd) == 0 && is_written;
	return fclose(file) == 0 && is_written;
}

/* ----------------------------------------------------------------------------------------------- */

struct price_table *
price_table_open(const struct options *options)
{
	struct price_table *table = calloc(1, sizeof *table);

	if (table == NULL)
		return NULL;
	snprintf(table->directory, sizeof table->directory, "%s/prices", options->store_path);
	snprintf(table->path, sizeof table->path, "%s/prices/table", options->store_path);
	mkdir(table->directory, 0755);             /* it is there, or the file cannot be written either */
	return table;
}

void
price_table_close(struct price_table *table)
{
	rows_fini(&table->rows);
	free(table);
}

static bool
is_for(const struct row *row, const struct provider *provider)
{
	size_t len = strlen(provider->name);

	return strncmp(row->model, provider->name, len) == 0 && row->model[len] == '/' && strcmp(row->model + len + 1, provider->model) == 0;
}

bool
price_table_on(struct price_table *table, const struct provider *provider, day_t day, struct price *price)
{
	bool is_known = price_on(provider->prices, day, price);

	refresh(table);
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct row *row = &table->rows.at[i];

		if (!is_for(row, provider) || row->price.from > day || (is_known && row->price.from < price->from))
			continue;
		*price = row->price;
		is_known = true;
	}
	return is_known;
}

void
price_table_each(struct price_table *table, void (*fn)(const char *model, const char *price, void *arg), void *arg)
{
	refresh(table);
	for (size_t i = 0; i < table->rows.count; i++)
		fn(table->rows.at[i].model, table->rows.at[i].text, arg);
}

bool
price_table_add(struct price_table *table, const char *lines, size_t *count, FILE *errors)
{
	char fresh[PATH_MAX + 4], above[PATH_MAX + 3];
	bool is_done;

	refresh(table);
	if (!rows_read(&table->rows, lines, count, errors)) {
		table->seen = (struct stat){ 0 };
		return false;
	}
	snprintf(fresh, sizeof fresh, "%s.new", table->path);
	snprintf(above, sizeof above, "%s/..", table->directory);
	is_done = write_rows(&table->rows, fresh) && rename(fresh, table->path) == 0 && directory_sync(table->directory)
	    && directory_sync(above);
	if (!is_done)
		fprintf(errors, "%s: %s\n", table->path, strerror(errno));
	return is_done;
}

/* --- backups ------------------------------------------------------------------------------------ */

static bool
write_text(const char *path, struct slice text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool is_written = fd != -1 && write(fd, text.ptr, text.len) == (ssize_t)text.len && fsync(fd) == 0;

	if (!is_written)
		log_errno("%s: copy the prices", path);
	fd_close(&fd);
	return is_written;
}

bool
price_table_copy(const char *from_store, const char *to_store)
{
	char from[PATH_MAX], directory[PATH_MAX], to[PATH_MAX];
	struct buf text = BUF_INIT;
	bool is_done = false;
	int fd;

	if (snprintf(from, sizeof from, "%s/prices/table", from_store) >= (int)sizeof from ||
	    snprintf(directory, sizeof directory, "%s/prices", to_store) >= (int)sizeof directory ||
	    snprintf(to, sizeof to, "%s/prices/table", to_store) >= (int)sizeof to)
		return false;
	fd = open(from, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT;
	if (!read_text(fd, &text))
		log_error("%s: the prices cannot be read to their end", from);
	else if (mkdir(directory, 0755) == -1)
		log_errno("%s: make", directory);
	else
		is_done = write_text(to, buf_slice(&text)) && directory_sync(directory);
	fd_close(&fd);
	buf_fini(&text);
	return is_done;
}
