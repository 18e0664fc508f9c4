/* SPDX-License-Identifier: MIT */
/*
 * Pictures of receipts that are kept with the message they came with; see store.h.  A picture is put part by part, from the
 * first to the last, before its message is recorded with keeps_picture: only then is it there.  What came no further goes
 * after a day.
 */
#ifndef STORE_PICTURE_H
#define STORE_PICTURE_H

#include "store.h"

enum {
	PICTURE_PART_MAX = 128 * 1024,     /* bytes; each part but the last has as many */
	PICTURE_PARTS_MAX = 160,
	PICTURE_TYPE_MAX = 32              /* bytes of "image/jpeg" */
};

struct kept_picture {
	struct uuid  message_id;
	struct slice type;                 /* its media type, by its content */
	uint32_t     size_bytes, part_count;
	int64_t      kept_ms;              /* since when */
};

struct picture_part {
	struct uuid  message_id;
	struct slice type;
	uint32_t     size_bytes;           /* of the whole picture */
	uint32_t     number;               /* from 0 on */
	int64_t      now_ms;
	struct slice bytes;
};

/* How many parts a picture of so many bytes has. */
uint32_t picture_part_count(uint32_t size_bytes);

/*
 * Put the next part; one that was put before may come again.  Of a picture that is there already nothing changes.
 * ST_NOT_FOUND: those before it are not there; ST_BAD_VALUE: it is not such a part.
 */
void store_put_picture_part(struct store *store, const struct ledger *ledger, const struct picture_part *part, store_done_fn *fn,
    void *arg);

/* Remove the picture of a message, if there is one. */
void store_remove_picture(struct store *store, const struct ledger *ledger, const struct uuid *message_id, store_done_fn *fn,
    void *arg);

/* ST_NOT_FOUND: there is none, or it is not whole. */
typedef void store_picture_fn(enum status st, const struct kept_picture *picture, void *arg);
void store_get_picture(struct store *store, const struct ledger *ledger, const struct uuid *message_id, store_picture_fn *fn, void *arg);

typedef void store_picture_part_fn(enum status st, struct slice bytes, void *arg);
void store_get_picture_part(struct store *store, const struct ledger *ledger, const struct uuid *message_id, uint32_t number,
    store_picture_part_fn *fn, void *arg);

/* The first picture of the ledger behind this message, by message id; nil: of all.  ST_NOT_FOUND: there is none. */
void store_next_picture(struct store *store, const struct ledger *ledger, const struct uuid *after_id, store_picture_fn *fn, void *arg);

#endif
