/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "signature.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "hex.h"
#include "sha256.h"

enum {
	ED25519_KEY_SIZE = 32,
	ED25519_SIGNATURE_SIZE = 64
};

/* The next line that is not empty; *rest moves behind it.  false: there is none left. */
static bool
next_secret(const char **rest, struct slice *secret)
{
	*rest += strspn(*rest, "\r\n");
	*secret = (struct slice){ *rest, strcspn(*rest, "\r\n") };
	*rest += secret->len;
	return secret->len > 0;
}

/* The form in which a platform writes the code; returns its length. */
typedef size_t write_mac_fn(const uint8_t mac[SHA256_SIZE], char *out);

static size_t
write_hex(const uint8_t mac[SHA256_SIZE], char *out)
{
	hex_encode(mac, SHA256_SIZE, out);
	return (size_t)2 * SHA256_SIZE;
}

static size_t
write_base64(const uint8_t mac[SHA256_SIZE], char *out)
{
	return (size_t)EVP_EncodeBlock((uint8_t *)out, mac, SHA256_SIZE);
}

/* What was sent is compared as text, so that only the canonical writing of it counts. */
static bool
is_mac(const char *secrets, const struct slice *parts, size_t count, struct slice signature, write_mac_fn *write)
{
	uint8_t mac[SHA256_SIZE];
	char text[2 * SHA256_SIZE + 1];
	struct slice secret;
	bool is_one = false;

	while (secrets != NULL && next_secret(&secrets, &secret)) {
		hmac_sha256(secret, parts, count, mac);
		if (write(mac, text) == signature.len)
			is_one |= CRYPTO_memcmp(text, signature.ptr, signature.len) == 0;
	}
	return is_one;
}

bool
signature_hmac_hex(const char *secrets, const struct slice *parts, size_t count, struct slice signature)
{
	return is_mac(secrets, parts, count, signature, write_hex);
}

bool
signature_hmac_base64(const char *secrets, const struct slice *parts, size_t count, struct slice signature)
{
	return is_mac(secrets, parts, count, signature, write_base64);
}

bool
signature_is_secret(const char *secrets, struct slice text)
{
	struct slice secret;
	bool is_one = false;

	while (secrets != NULL && next_secret(&secrets, &secret))
		if (secret.len == text.len)
			is_one |= CRYPTO_memcmp(secret.ptr, text.ptr, text.len) == 0;
	return is_one;
}

/* The library wants the message in one piece. */
static bool
verify_ed25519(EVP_PKEY *key, const struct slice *parts, size_t count, const uint8_t *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t *message, *end;
	size_t len = 0;
	bool is_ok;

	for (size_t i = 0; i < count; i++)
		len += parts[i].len;
	message = end = OPENSSL_malloc(len + 1);
	for (size_t i = 0; i < count && message != NULL; i++) {
		if (parts[i].len > 0)
			memcpy(end, parts[i].ptr, parts[i].len);
		end += parts[i].len;
	}
	is_ok = ctx != NULL && message != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, signature, ED25519_SIGNATURE_SIZE, message, len) == 1;
	OPENSSL_free(message);
	EVP_MD_CTX_free(ctx);
	return is_ok;
}

bool
signature_ed25519(struct slice public_key, const struct slice *parts, size_t count, struct slice signature)
{
	uint8_t key_bytes[ED25519_KEY_SIZE], signature_bytes[ED25519_SIGNATURE_SIZE];
	EVP_PKEY *key;
	bool is_ok;

	if (public_key.len != 2 * sizeof key_bytes || !hex_decode(public_key.ptr, sizeof key_bytes, key_bytes) ||
	    signature.len != 2 * sizeof signature_bytes || !hex_decode(signature.ptr, sizeof signature_bytes, signature_bytes))
		return false;
	key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key_bytes, sizeof key_bytes);
	is_ok = key != NULL && verify_ed25519(key, parts, count, signature_bytes);
	EVP_PKEY_free(key);
	return is_ok;
}

bool
signature_is_fresh(struct slice seconds, int64_t now_s)
{
	int64_t then = 0;

	if (seconds.len < 1 || seconds.len > 12)
		return false;
	for (size_t i = 0; i < seconds.len; i++) {
		if (seconds.ptr[i] < '0' || seconds.ptr[i] > '9')
			return false;
		then = then * 10 + (seconds.ptr[i] - '0');
	}
	return then >= now_s - SIGNATURE_FRESH_S && then <= now_s + SIGNATURE_FRESH_S;
}
