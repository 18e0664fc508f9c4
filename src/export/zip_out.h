/* SPDX-License-Identifier: MIT */
/*
 * Writing a ZIP file piece by piece, over libarchive: entries whose size is not
 * known before their end, deflated, with data descriptors, so that nothing
 * has to be gone back to.  What is held is the compressor's window and the list of
 * entries.
 */
#ifndef ZIP_OUT_H
#define ZIP_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct zip_out;

/* NULL after logging. */
struct zip_out *zip_out_new(void);

/* Wherever it is: what is left of the file is lost, and all that was held is given back.  NULL is nothing. */
void zip_out_free(struct zip_out *zip);

/* What the calls below give goes to out; not all that went in comes out at once.  false after logging: give it up. */
bool zip_out_begin_file(struct zip_out *zip, struct buf *out, const char *name, int64_t modified_ms);
bool zip_out_write(struct zip_out *zip, struct buf *out, struct slice data);
bool zip_out_end_file(struct zip_out *zip, struct buf *out);

/* The directory at the end of it. */
bool zip_out_end(struct zip_out *zip, struct buf *out);

#endif
