/* SPDX-License-Identifier: MIT */
/* See zip_out.h. */
#include "config.h"

#include "zip_out.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "log.h"

struct zip_out {
	struct archive       *archive;
	struct archive_entry *entry;
	struct buf           *out;         /* while a call lasts; else NULL */
};

/* All is taken, also what nobody wants: libarchive does not give a compressor back whose archive has failed. */
static la_ssize_t
on_written(struct archive *archive, void *arg, const void *data, size_t size)
{
	struct zip_out *zip = arg;

	(void)archive;
	if (zip->out != NULL)
		buf_append(zip->out, data, size);
	return (la_ssize_t)size;
}

struct zip_out *
zip_out_new(void)
{
	struct zip_out *zip = calloc(1, sizeof *zip);

	if (zip == NULL)
		return NULL;
	zip->archive = archive_write_new();
	zip->entry = archive_entry_new();
	if (zip->archive != NULL && zip->entry != NULL && archive_write_set_format_zip(zip->archive) == ARCHIVE_OK
	    && archive_write_set_bytes_per_block(zip->archive, 0) == ARCHIVE_OK
	    && archive_write_open(zip->archive, zip, NULL, on_written, NULL) == ARCHIVE_OK)
		return zip;
	log_error("a ZIP file cannot be begun");
	zip_out_free(zip);
	return NULL;
}

void
zip_out_free(struct zip_out *zip)
{
	if (zip == NULL)
		return;
	if (zip->archive != NULL)
		archive_write_free(zip->archive);      /* writes what is left, to nobody */
	archive_entry_free(zip->entry);
	free(zip);
}

static bool
check(struct zip_out *zip, bool is_good)
{
	bool has_room = !zip->out->has_failed;

	zip->out = NULL;
	if (!is_good)
		log_error("a ZIP file cannot be written: %s", archive_error_string(zip->archive));
	else if (!has_room)
		log_error("a ZIP file cannot be written: out of memory");
	return is_good && has_room;
}

bool
zip_out_begin_file(struct zip_out *zip, struct buf *out, const char *name, int64_t modified_ms)
{
	archive_entry_clear(zip->entry);
	archive_entry_set_pathname(zip->entry, name);
	archive_entry_set_filetype(zip->entry, AE_IFREG);
	archive_entry_set_perm(zip->entry, 0600);
	archive_entry_set_mtime(zip->entry, modified_ms / 1000, 0);
	zip->out = out;
	return check(zip, archive_write_header(zip->archive, zip->entry) == ARCHIVE_OK);
}

bool
zip_out_write(struct zip_out *zip, struct buf *out, struct slice data)
{
	zip->out = out;
	return check(zip, data.len == 0 || archive_write_data(zip->archive, data.ptr, data.len) == (la_ssize_t)data.len);
}

bool
zip_out_end_file(struct zip_out *zip, struct buf *out)
{
	zip->out = out;
	return check(zip, archive_write_finish_entry(zip->archive) == ARCHIVE_OK);
}

bool
zip_out_end(struct zip_out *zip, struct buf *out)
{
	zip->out = out;
	return check(zip, archive_write_close(zip->archive) == ARCHIVE_OK);
}
