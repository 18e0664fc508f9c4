/* SPDX-License-Identifier: MIT */
/* See ledger_hash.h. */
#include "config.h"

#include "ledger_hash.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "ledger/key.h"
#include "log.h"
#include "sha256.h"

struct ledger_hash {
	EVP_MAC_CTX *context;          /* keyed once, started anew for each id */
	unsigned     shard_count;
	uint8_t      secret[16];
};

static EVP_MAC_CTX *
keyed_context(const uint8_t secret[16])
{
	size_t size = LEDGER_KEY_SIZE;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *context = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac);
	if (context != NULL && EVP_MAC_init(context, secret, 16, params) == 1)
		return context;
	EVP_MAC_CTX_free(context);
	return NULL;
}

struct ledger_hash *
ledger_hash_new(const uint8_t secret[16], unsigned shard_count)
{
	struct ledger_hash *hash = calloc(1, sizeof *hash);

	if (hash == NULL)
		return NULL;
	hash->shard_count = shard_count;
	memcpy(hash->secret, secret, sizeof hash->secret);
	hash->context = keyed_context(secret);
	if (hash->context == NULL) {
		log_error("the cryptographic library has no SipHash");
		free(hash);
		return NULL;
	}
	return hash;
}

void
ledger_hash_free(struct ledger_hash *hash)
{
	if (hash == NULL)
		return;
	EVP_MAC_CTX_free(hash->context);
	free(hash);
}

unsigned
ledger_hash_shard(const uint8_t *key, unsigned shard_count)
{
	uint64_t n = 0;

	for (int i = 8; i-- > 0;)
		n = n << 8 | key[i];
	return (unsigned)(n % shard_count);
}

struct ledger
ledger_hash_place(struct ledger_hash *hash, struct slice ledger_id)
{
	struct ledger ledger;
	size_t size;               /* sizeof ledger.key: of the context's parameters */
	int done = EVP_MAC_init(hash->context, NULL, 0, NULL);

	done &= EVP_MAC_update(hash->context, (const uint8_t *)ledger_id.ptr, ledger_id.len);
	done &= EVP_MAC_final(hash->context, ledger.key, &size, sizeof ledger.key);
	if (done != 1)
		fatal(3, "SipHash failed");
	ledger.shard = ledger_hash_shard(ledger.key, hash->shard_count);
	return ledger;
}

void
ledger_hash_mac(const struct ledger_hash *hash, struct slice text, uint8_t mac[32])
{
	hmac_sha256((struct slice){ (const char *)hash->secret, sizeof hash->secret }, &text, 1, mac);
}
