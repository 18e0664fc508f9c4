/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share; each is one function that libFuzzer, or replay.c with the saved inputs, calls. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <xxhash.h>

#include "buf.h"
#include "slice.h"

#define CHECK(condition) do { if (!(condition)) abort(); } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text up to the first line's end, which is taken away from *rest; all of it when there is none. */
static inline struct slice
fuzz_first_line(struct slice *rest)
{
	size_t len = 0;
	struct slice line;

	while (len < rest->len && rest->ptr[len] != '\n')
		len++;
	line = (struct slice){ rest->ptr, len };
	len += len < rest->len;
	*rest = (struct slice){ rest->ptr + len, rest->len - len };
	return line;
}

/* Whether a view lies in what it is said to be a view of. */
static inline bool
fuzz_is_within(struct slice part, struct slice whole)
{
	return part.len == 0 || (part.ptr >= whole.ptr && part.len <= whole.len && (size_t)(part.ptr - whole.ptr) <= whole.len - part.len);
}

/* The checksum of a record, which nobody finds by chance. */
static inline void
fuzz_checksum(const char *record, size_t len, char sum[4])
{
	XXH64_hash_t hash = XXH3_64bits(record, len);

	for (int i = 0; i < 4; i++)
		sum[i] = (char)(hash >> (24 - 8 * i));
}

/* Reads what is packed and packs it again; false: it was not taken. */
typedef bool fuzz_again_fn(struct slice packed, struct buf *out);

/* What is taken can be packed, is taken then as well, and stays as it is from then on. */
static inline void
fuzz_check_again(fuzz_again_fn *again, struct slice packed)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;

	if (again(packed, &once)) {
		CHECK(again(buf_slice(&once), &twice));
		CHECK(slice_equal(buf_slice(&once), buf_slice(&twice)));
	}
	buf_fini(&once);
	buf_fini(&twice);
}

#endif
