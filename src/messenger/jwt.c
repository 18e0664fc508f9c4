/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "jwt.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "json_memory.h"

enum {
	TOKEN_MAX = 8192,
	NUMBER_MAX = 1024,          /* bytes of a key's modulus: 8192 bits */
	MODULUS_MIN_BITS = 2048
};

static int
base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* Without padding, and with nothing in the bits that are not used.  -1: it is none, or does not fit. */
static ssize_t
base64url_decode(struct slice text, uint8_t *out, size_t size)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		int value = base64url_value(text.ptr[i]);

		if (value < 0)
			return -1;
		bits = (bits << 6 | (uint32_t)value) & 0xFFFFFF;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		if (len == size)
			return -1;
		out[len++] = (uint8_t)(bits >> count);
	}
	return count < 6 && (bits & ((1u << count) - 1)) == 0 ? (ssize_t)len : -1;
}

/* The three parts between the dots. */
static bool
split(struct slice text, struct slice parts[3])
{
	for (int i = 0; i < 3; i++) {
		const char *dot = text.len > 0 ? memchr(text.ptr, '.', text.len) : NULL;

		if ((dot == NULL) != (i == 2) || text.len == 0)
			return false;
		parts[i] = (struct slice){ text.ptr, i < 2 ? (size_t)(dot - text.ptr) : text.len };
		if (i < 2)
			text = (struct slice){ dot + 1, text.len - parts[i].len - 1 };
	}
	return true;
}

static json_t *
read_part(struct slice part)
{
	uint8_t bytes[TOKEN_MAX];
	ssize_t len = base64url_decode(part, bytes, sizeof bytes);
	json_t *root = len > 0 ? json_memory_load((struct slice){ (const char *)bytes, (size_t)len }, JSON_REJECT_DUPLICATES, NULL) : NULL;

	if (json_is_object(root))
		return root;
	json_decref(root);
	return NULL;
}

static BIGNUM *
read_number(const json_t *key, const char *name)
{
	const json_t *text = json_object_get(key, name);
	uint8_t bytes[NUMBER_MAX];
	ssize_t len;

	if (!json_is_string(text))
		return NULL;
	len = base64url_decode((struct slice){ json_string_value(text), json_string_length(text) }, bytes, sizeof bytes);
	return len > 0 ? BN_bin2bn(bytes, (int)len, NULL) : NULL;
}

static EVP_PKEY *
make_rsa(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (builder != NULL && ctx != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1 && (params = OSSL_PARAM_BLD_to_param(builder)) != NULL) {
		EVP_PKEY_fromdata_init(ctx);      /* making one fails when this has */
		if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
			key = NULL;
	}
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
read_rsa(const json_t *key)
{
	BIGNUM *n = read_number(key, "n"), *e = read_number(key, "e");
	EVP_PKEY *rsa = n != NULL && e != NULL && BN_num_bits(n) >= MODULUS_MIN_BITS ? make_rsa(n, e) : NULL;

	BN_free(n);
	BN_free(e);
	return rsa;
}

static bool
is_signed(struct slice message, struct slice part, const json_t *key)
{
	uint8_t signature[NUMBER_MAX];
	ssize_t len = base64url_decode(part, signature, sizeof signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *rsa = read_rsa(key);
	bool is_ok = len > 0 && ctx != NULL && rsa != NULL && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, rsa) == 1 &&
	    EVP_DigestVerify(ctx, signature, (size_t)len, (const uint8_t *)message.ptr, message.len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(rsa);
	return is_ok;
}

/* ST_OK with the key that the header names; another status when there is none, or the header wants another algorithm. */
static enum status
find_key(struct slice part, const json_t *keys, const json_t **found)
{
	json_t *header = read_part(part);
	const char *algorithm = json_string_value(json_object_get(header, "alg")), *id = json_string_value(json_object_get(header, "kid"));
	enum status st = algorithm != NULL && strcmp(algorithm, "RS256") == 0 && id != NULL ? ST_UNAVAILABLE : ST_BAD_SIGNATURE;
	const json_t *list = json_object_get(keys, "keys");

	for (size_t i = 0; st == ST_UNAVAILABLE && i < json_array_size(list); i++) {
		const json_t *key = json_array_get(list, i);
		const char *key_id = json_string_value(json_object_get(key, "kid"));

		if (key_id == NULL || strcmp(key_id, id) != 0)
			continue;
		*found = key;
		st = ST_OK;
	}
	json_decref(header);
	return st;
}

enum status
jwt_verify(struct slice text, const json_t *keys, struct jwt *token)
{
	struct slice parts[3];
	enum status st;

	*token = (struct jwt){ NULL, NULL };
	if (text.len > TOKEN_MAX || !split(text, parts))
		return ST_BAD_SIGNATURE;
	st = find_key(parts[0], keys, &token->key);
	if (st != ST_OK)
		return st;
	if (!is_signed((struct slice){ text.ptr, parts[0].len + 1 + parts[1].len }, parts[2], token->key))
		return ST_BAD_SIGNATURE;
	token->claims = read_part(parts[1]);
	return token->claims != NULL ? ST_OK : ST_BAD_SIGNATURE;
}
