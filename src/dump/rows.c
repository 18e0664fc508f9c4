/* SPDX-License-Identifier: MIT */
/* See rows.h. */
#include "config.h"

#include "rows.h"

#include "clock.h"
#include "kv/kv_lmdb.h"
#include "ledger/key.h"
#include "ledger/record/record_parts.h"
#include "log.h"

enum { TOLD_EVERY_MS = 1000, SHARDS_MAX = 256 };

void
rows_init(struct row_sink *sink, const struct row_sink_ops *ops, FILE *progress)
{
	*sink = (struct row_sink){ .ops = ops, .progress = progress };
}

bool
rows_are_in(unsigned part, unsigned shard_count, enum table table)
{
	return table != TABLE_META && part <= shard_count &&
	    lmdb_env_has_table(part == shard_count ? LMDB_INDEX_TABLES : LMDB_SHARD_TABLES, table);
}

bool
rows_begin(struct row_sink *sink, const struct meta *meta)
{
	if (meta->format > STORE_FORMAT) {
		log_error("the store is of format %u, which is newer than this program; nothing was changed", meta->format);
		return false;
	}
	if (meta->format == 0) {
		log_error("no store is of format 0; nothing was changed");
		return false;
	}
	if (meta->shard_count == 0 || meta->shard_count > SHARDS_MAX) {
		log_error("no store has %u shards; nothing was changed", meta->shard_count);
		return false;
	}
	sink->shard_count = meta->shard_count;
	sink->told_ms = clock_mono_ms();
	return sink->ops->begin(sink, meta);
}

/* --- progress ------------------------------------------------------------------------ */

static void
tell(struct row_sink *sink)
{
	fprintf(sink->progress, "part %u of %u: %llu rows so far\n", sink->part + 1, sink->shard_count + 1,
	    (unsigned long long)(sink->rows - sink->rows_before));
	sink->told_ms = clock_mono_ms();
}

/* Up to the part, which has only begun. */
static void
end_parts(struct row_sink *sink, unsigned part)
{
	for (; sink->part < part; sink->part++) {
		fprintf(sink->progress, "part %u of %u: %llu rows\n", sink->part + 1, sink->shard_count + 1,
		    (unsigned long long)(sink->rows - sink->rows_before));
		sink->rows_before = sink->rows;
	}
}

/* --- rows ---------------------------------------------------------------------------- */

/* Empty values are those of rows that are all key. */
static bool
is_value(struct slice value)
{
	struct unpacking u;

	if (value.len == 0)
		return true;
	u = record_open(value, 0);
	return value.len <= ROW_VALUE_MAX && record_close(&u) == ST_OK;
}

static bool
is_behind(const struct row_sink *sink, const struct row *row)
{
	if (sink->rows == 0 || row->part != sink->part)
		return row->part >= sink->part;
	if (row->table != sink->table)
		return row->table > sink->table;
	return key_compare(row->key, (struct slice){ sink->key, sink->key_len }) > 0;
}

/* NULL, or what is wrong with it. */
static const char *
complaint(const struct row_sink *sink, const struct row *row)
{
	if (!rows_are_in(row->part, sink->shard_count, row->table))
		return "a row where its table does not belong";
	if (row->key.len == 0 || row->key.len > ROW_KEY_MAX)
		return "a key that no store takes";
	if (!is_behind(sink, row))
		return "a row that is out of order";
	return is_value(row->value) ? NULL : "a damaged record";
}

bool
rows_put(struct row_sink *sink, const struct row *row)
{
	const char *text = complaint(sink, row);

	if (text != NULL) {
		log_error("part %u, table %s, behind %llu rows: %s", row->part + 1, table_names[row->table],
		    (unsigned long long)sink->rows, text);
		return false;
	}
	end_parts(sink, row->part);
	sink->table = row->table;
	sink->key_len = row->key.len;
	memcpy(sink->key, row->key.ptr, row->key.len);
	sink->rows++;
	if (sink->rows % 1024 == 0 && clock_mono_ms() - sink->told_ms >= TOLD_EVERY_MS)
		tell(sink);
	return sink->ops->put(sink, row);
}

bool
rows_commit(struct row_sink *sink)
{
	end_parts(sink, sink->shard_count + 1);
	if (!sink->ops->commit(sink))
		return false;
	fprintf(sink->progress, "%llu rows in %u parts\n", (unsigned long long)sink->rows, sink->shard_count + 1);
	return true;
}
