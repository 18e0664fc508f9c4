/* SPDX-License-Identifier: MIT */
/* SHA-256 of bytes that are at hand, and the HMAC made of it.  They need no memory, so that they cannot fail. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "slice.h"

enum { SHA256_SIZE = 32 };

void sha256(const void *bytes, size_t len, uint8_t hash[SHA256_SIZE]);

/* Of the parts one behind the other. */
void hmac_sha256(struct slice key, const struct slice *parts, size_t count, uint8_t mac[SHA256_SIZE]);

#endif
