/* SPDX-License-Identifier: MIT */
/* See dump.h. */
#include "config.h"

#include "dump.h"

#include <fcntl.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "rows_lmdb.h"
#include "sockets.h"
#include "store.h"
#include "stream.h"
#ifdef HAVE_POSTGRESQL
#include "pg/rows_pg.h"
#endif

/* Where the rows of an engine come from and go to. */
struct place {
	bool            (*read)(const struct options *options, struct row_sink *sink);
	struct row_sink *(*sink_new)(const struct options *options, FILE *progress);
	void            (*sink_free)(struct row_sink *sink);
};

#ifdef HAVE_POSTGRESQL
static bool
read_pg(const struct options *options, struct row_sink *sink)
{
	return rows_pg_read(options->store_url, sink);
}

static struct row_sink *
pg_sink(const struct options *options, FILE *progress)
{
	return rows_pg_new(options->store_url, progress);
}
#endif

static const struct place places[] = {
	[STORE_LMDB]       = { rows_lmdb_read, rows_lmdb_new, rows_lmdb_free },
#ifdef HAVE_POSTGRESQL
	[STORE_POSTGRESQL] = { read_pg, pg_sink, rows_pg_free },
#endif
};

/* NULL after logging. */
static const struct place *
place_of(const struct options *options)
{
	if ((size_t)options->store_engine < sizeof places / sizeof places[0])
		return &places[options->store_engine];
	log_error("store.engine = postgresql: this program was built without it");
	return NULL;
}

bool
dump_write(const struct options *options, FILE *out, FILE *progress)
{
	const struct place *place = place_of(options);
	struct row_sink *sink = place != NULL ? stream_out_new(out, progress) : NULL;
	bool is_done = sink != NULL && place->read(options, sink);

	stream_out_free(sink);
	return is_done;
}

/* It holds secrets and what people spent: nobody else may read it. */
static FILE *
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *out = fd != -1 ? fdopen(fd, "w") : NULL;

	if (out == NULL) {
		log_errno("%s: make", path);
		fd_close(&fd);
	}
	return out;
}

bool
dump_write_file(const struct options *options, const char *path, FILE *progress)
{
	FILE *out = make_file(path);
	bool is_done;

	if (out == NULL)
		return false;
	is_done = dump_write(options, out, progress);
	is_done = fclose(out) == 0 && is_done;
	if (!is_done)
		unlink(path);
	return is_done;
}

bool
dump_load(const struct options *options, FILE *in, FILE *progress)
{
	const struct place *place = place_of(options);
	struct row_sink *sink = place != NULL ? place->sink_new(options, progress) : NULL;
	bool is_done = sink != NULL && stream_in_read(in, sink);

	if (sink != NULL)
		place->sink_free(sink);
	return is_done;
}
