/* SPDX-License-Identifier: MIT */
/*
 * Whether bytes were sent by who has a secret.  A secret is the text of its
 * file; when that has several lines each of them is one, so that a new secret
 * is good before the old one ends.  Comparing takes as long whatever differs.
 */
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

enum { SIGNATURE_FRESH_S = 300 };     /* that a signed time may be off, either way */

/* HMAC-SHA256 with any of the secrets over the parts one after the other, as lower-case hexadecimal digits. */
bool signature_hmac_hex(const char *secrets, const struct slice *parts, size_t count, struct slice signature);

/* The same in base64 with padding, in its one canonical form. */
bool signature_hmac_base64(const char *secrets, const struct slice *parts, size_t count, struct slice signature);

/* Whether the text is one of the secrets. */
bool signature_is_secret(const char *secrets, struct slice text);

/* Ed25519 (RFC 8032) by a public key of 64 hexadecimal digits; the signature has 128. */
bool signature_ed25519(struct slice public_key, const struct slice *parts, size_t count, struct slice signature);

/* A time in seconds, plain decimal, that is fresh. */
bool signature_is_fresh(struct slice seconds, int64_t now_s);

#endif
