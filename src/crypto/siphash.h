/* SPDX-License-Identifier: MIT */
/* SipHash-2-4 with 64 bits: for tables whose keys come from strangers. */
#ifndef SIPHASH_H
#define SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint8_t secret[16], const void *data, size_t len);

#endif
