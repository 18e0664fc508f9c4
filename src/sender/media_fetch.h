/* SPDX-License-Identifier: MIT */
/* Fetches a picture that somebody sent, from where its platform keeps it. */
#ifndef MEDIA_FETCH_H
#define MEDIA_FETCH_H

#include <sys/queue.h>

#include "credential.h"

/* Those under way. */
LIST_HEAD(media_fetches, media_fetch);

/* file: its bytes, valid until the return; NULL: it cannot be had, and why was logged. */
typedef void media_fetch_fn(const struct slice *file, void *arg);

struct media_source {
	struct curl_loop       *curl;
	const struct options   *options;
	const struct messenger *messenger;
	struct credential      *credential;       /* looked at where the messenger has such */
};

/* fn is called exactly once, perhaps before the return, and before deadline_ms.  A file of more than ai.image_bytes cannot be had. */
void media_fetch_start(struct media_fetches *under_way, const struct media_source *source, struct slice media, int64_t deadline_ms,
    media_fetch_fn *fn, void *arg);

/* Those under way end without a file. */
void media_fetches_end(struct media_fetches *under_way);

#endif
