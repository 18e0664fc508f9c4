/* SPDX-License-Identifier: MIT */
/* See sha256.h. */
#include "config.h"

#define OPENSSL_SUPPRESS_DEPRECATED        /* for functions that need no memory: EVP's allocate at every hash */

#include "sha256.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

enum { BLOCK_SIZE = 64 };

void
sha256(const void *bytes, size_t len, uint8_t hash[SHA256_SIZE])
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, bytes, len);
	SHA256_Final(hash, &ctx);
}

/* Begin with the key, each byte of it changed by mask. */
static void
begin_with_key(SHA256_CTX *ctx, const uint8_t key[BLOCK_SIZE], uint8_t mask)
{
	uint8_t block[BLOCK_SIZE];

	for (size_t i = 0; i < BLOCK_SIZE; i++)
		block[i] = key[i] ^ mask;
	SHA256_Init(ctx);
	SHA256_Update(ctx, block, sizeof block);
	OPENSSL_cleanse(block, sizeof block);
}

/* RFC 2104. */
void
hmac_sha256(struct slice key, const struct slice *parts, size_t count, uint8_t mac[SHA256_SIZE])
{
	uint8_t padded[BLOCK_SIZE] = { 0 };
	SHA256_CTX ctx;

	if (key.len > BLOCK_SIZE)
		sha256(key.ptr, key.len, padded);
	else if (key.len > 0)
		memcpy(padded, key.ptr, key.len);
	begin_with_key(&ctx, padded, 0x36);
	for (size_t i = 0; i < count; i++)
		SHA256_Update(&ctx, parts[i].ptr, parts[i].len);
	SHA256_Final(mac, &ctx);
	begin_with_key(&ctx, padded, 0x5c);
	SHA256_Update(&ctx, mac, SHA256_SIZE);
	SHA256_Final(mac, &ctx);
	OPENSSL_cleanse(padded, sizeof padded);
	OPENSSL_cleanse(&ctx, sizeof ctx);
}
