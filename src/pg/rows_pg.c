/* SPDX-License-Identifier: MIT */
/* See rows_pg.h. */
#include "config.h"

#include "rows_pg.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "log.h"
#include "pg_plain.h"
#include "pg_schema.h"

/* A slow reader or writer of the other end is no reason to give up. */
static const char session[] =
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET synchronous_commit = on; "
    "SET client_min_messages = warning";

/* --- reading --------------------------------------------------------------------------- */

enum { PAGE_ROWS = 1000 };

struct reading {
	PGconn          *pg;
	struct row_sink *sink;
	struct row       row;          /* the last one; its key is the page's */
	PGresult        *page;
};

static struct slice
field(const PGresult *page, int row, int column)
{
	return (struct slice){ PQgetvalue(page, row, column), (size_t)PQgetlength(page, row, column) };
}

/* What follows the last row's key takes the place of the page; how many rows, -1 after logging. */
static int
read_page(struct reading *r)
{
	uint32_t part = htonl(r->row.part);
	const char *values[2] = { (const char *)&part, r->row.key.ptr };
	const int lengths[2] = { sizeof part, (int)r->row.key.len }, formats[2] = { 1, 1 };
	PGresult *page;
	char text[160];

	snprintf(text, sizeof text, "SELECT key, value FROM %s WHERE shard = $1::integer AND key > $2::bytea ORDER BY key LIMIT %d",
	    table_names[r->row.table], PAGE_ROWS);
	page = PQexecParams(r->pg, text, 2, NULL, values, lengths, formats, 1);
	PQclear(r->page);
	r->page = page;
	if (PQresultStatus(page) == PGRES_TUPLES_OK)
		return PQntuples(page);
	pg_plain_complain(r->pg);
	return -1;
}

static bool
read_table(struct reading *r)
{
	int count;

	r->row.key = SLICE_LITERAL("");
	do {
		count = read_page(r);
		for (int i = 0; i < count; i++) {
			r->row.key = field(r->page, i, 0);
			r->row.value = field(r->page, i, 1);
			if (!rows_put(r->sink, &r->row))
				return false;
		}
	} while (count == PAGE_ROWS);
	return count != -1;
}

static bool
read_store(struct reading *r, const struct meta *meta)
{
	for (r->row.part = 0; r->row.part <= meta->shard_count; r->row.part++) {
		for (int table = 0; table < TABLES; table++) {
			r->row.table = (enum table)table;
			if (rows_are_in(r->row.part, meta->shard_count, r->row.table) && !read_table(r))
				return false;
		}
	}
	return true;
}

bool
rows_pg_read(const char *url, struct row_sink *sink)
{
	struct reading r = { .pg = pg_plain_connect(url), .sink = sink };
	struct meta meta;
	bool is_read = r.pg != NULL && pg_plain_run(r.pg, session) &&
	    pg_plain_run(r.pg, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY") && pg_schema_read(r.pg, &meta);

	is_read = is_read && rows_begin(sink, &meta) && read_store(&r, &meta) && rows_commit(sink);
	PQclear(r.page);
	PQfinish(r.pg);
	return is_read;
}

/* --- writing --------------------------------------------------------------------------- */

/* COPY's binary format: a head, rows of counted fields, and -1 in the place of a count. */
static const char copy_head[] = "PGCOPY\n\377\r\n\0" "\0\0\0\0" "\0\0\0\0";
enum { COPY_HEAD_SIZE = 19, COPY_ENOUGH = 64 << 10 };

struct rows_pg {
	struct row_sink sink;
	const char     *url;
	PGconn         *pg;
	bool            is_copying;
	enum table      table;         /* of the COPY at hand */
	struct buf      waiting;       /* not yet given to libpq */
};

static void
put_number(struct buf *b, uint32_t n, size_t size)
{
	n = htonl(n);
	buf_append(b, (const char *)&n + sizeof n - size, size);
}

static void
put_field(struct buf *b, struct slice bytes)
{
	put_number(b, (uint32_t)bytes.len, 4);
	buf_append_slice(b, bytes);
}

static bool
send_waiting(struct rows_pg *s)
{
	bool is_sent = !s->waiting.has_failed && PQputCopyData(s->pg, s->waiting.data, (int)s->waiting.len) == 1;

	buf_clear(&s->waiting);
	return is_sent || pg_plain_complain(s->pg);
}

static bool
end_copy(struct rows_pg *s)
{
	PGresult *result;
	bool is_done;

	if (!s->is_copying)
		return true;
	s->is_copying = false;
	put_number(&s->waiting, UINT32_MAX, 2);
	if (!send_waiting(s) || PQputCopyEnd(s->pg, NULL) != 1)
		return pg_plain_complain(s->pg);
	is_done = true;
	while ((result = PQgetResult(s->pg)) != NULL) {
		is_done = is_done && PQresultStatus(result) == PGRES_COMMAND_OK;
		PQclear(result);
	}
	return is_done || pg_plain_complain(s->pg);
}

static bool
begin_copy(struct rows_pg *s, const struct row *row)
{
	char text[128];

	if (!end_copy(s))
		return false;
	snprintf(text, sizeof text, "COPY %s (shard, key, value) FROM STDIN (FORMAT binary)", table_names[row->table]);
	if (!pg_plain_run(s->pg, text))
		return false;
	s->is_copying = true;
	s->table = row->table;
	buf_append(&s->waiting, copy_head, COPY_HEAD_SIZE);
	return true;
}

static bool
put_row(struct row_sink *sink, const struct row *row)
{
	struct rows_pg *s = (struct rows_pg *)sink;
	const uint32_t part = htonl(row->part);

	if ((!s->is_copying || row->table != s->table) && !begin_copy(s, row))
		return false;
	put_number(&s->waiting, 3, 2);
	put_field(&s->waiting, (struct slice){ (const char *)&part, sizeof part });
	put_field(&s->waiting, row->key);
	put_field(&s->waiting, row->value);
	return s->waiting.len < COPY_ENOUGH || send_waiting(s);
}

static bool
make_store(struct row_sink *sink, const struct meta *meta)
{
	struct rows_pg *s = (struct rows_pg *)sink;

	s->pg = pg_plain_connect(s->url);
	return s->pg != NULL && pg_plain_run(s->pg, session) && pg_schema_make(s->pg, meta);
}

static bool
commit(struct row_sink *sink)
{
	struct rows_pg *s = (struct rows_pg *)sink;

	return end_copy(s) && pg_plain_run(s->pg, "COMMIT");
}

static const struct row_sink_ops ops = { make_store, put_row, commit };

struct row_sink *
rows_pg_new(const char *url, FILE *progress)
{
	struct rows_pg *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	rows_init(&s->sink, &ops, progress);
	s->url = url;
	return &s->sink;
}

/* A connection that ends takes its transaction with it. */
void
rows_pg_free(struct row_sink *sink)
{
	struct rows_pg *s = (struct rows_pg *)sink;

	if (s == NULL)
		return;
	PQfinish(s->pg);
	buf_fini(&s->waiting);
	free(s);
}
