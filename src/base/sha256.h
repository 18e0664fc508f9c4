/* SPDX-License-Identifier: MIT */
/* SHA-256 of bytes that are at hand. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32 };

/*
 * OpenSSL's one-shot SHA256() looks the algorithm up and makes a context each
 * time; here both are kept for the process.  Not for threads.
 */
void sha256(const void *bytes, size_t len, uint8_t hash[SHA256_SIZE]);

#endif
