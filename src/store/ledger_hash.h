/* SPDX-License-Identifier: MIT */
/*
 * The hash that places ledgers: SipHash-2-4-128 of the ledger id, keyed with
 * the store's secret, so that nobody can choose ids that fall together.
 */
#ifndef LEDGER_HASH_H
#define LEDGER_HASH_H

#include "slice.h"
#include "store.h"

struct ledger_hash;

/* NULL after logging. */
struct ledger_hash *ledger_hash_new(const uint8_t secret[16], unsigned shard_count);
void ledger_hash_free(struct ledger_hash *hash);

/* Ends the process when the library fails, which it has no reason to. */
struct ledger ledger_hash_place(struct ledger_hash *hash, struct slice ledger_id);

/* The shard of a ledger by its key of 16 bytes. */
unsigned ledger_hash_shard(const uint8_t *key, unsigned shard_count);

/* HMAC-SHA256 with the store's secret. */
void ledger_hash_mac(const struct ledger_hash *hash, struct slice text, uint8_t mac[32]);

#endif
