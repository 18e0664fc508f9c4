/* SPDX-License-Identifier: MIT */
/*
 * Tokens that a key of our own has signed, and what is none: keys, headers and
 * claims that are broken, and memory that runs out at each allocation.  Those of
 * the platform are in vectors/teams.json.
 */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto_memory.h"
#include "json_memory.h"
#include "messenger/jwt.h"
#include "messenger/messenger.h"
#include "no_memory.h"
#include "options.h"

enum { TEXT_MAX = 12000 };

static EVP_PKEY *own_key;
static char own_n[512], own_jwks[1024];

static size_t
base64url(const void *bytes, size_t len, char *out)
{
	size_t size = (size_t)EVP_EncodeBlock((uint8_t *)out, bytes, (int)len);

	for (size_t i = 0; i < size; i++)
		out[i] = out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i];
	while (size > 0 && out[size - 1] == '=')
		out[--size] = '\0';
	return size;
}

static void
modulus_of(const EVP_PKEY *key, char *text)
{
	BIGNUM *n = NULL;
	uint8_t bytes[512];

	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n), 1);
	base64url(bytes, (size_t)BN_bn2bin(n, bytes), text);
	BN_free(n);
}

static int
make_key(void **state)
{
	(void)state;
	own_key = EVP_RSA_gen(2048);
	assert_non_null(own_key);
	modulus_of(own_key, own_n);
	snprintf(own_jwks, sizeof own_jwks, "{\"keys\":[{\"kid\":\"other\"},{\"kid\":\"own\",\"n\":\"%s\",\"e\":\"AQAB\"}]}", own_n);
	return 0;
}

static int
free_key(void **state)
{
	(void)state;
	EVP_PKEY_free(own_key);
	return 0;
}

/* The header and the claims with the key's signature over them. */
static const char *
sign(EVP_PKEY *key, const char *header, const char *claims)
{
	static char token[TEXT_MAX];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[1024];
	size_t len = base64url(header, strlen(header), token), signature_len = sizeof signature;

	token[len++] = '.';
	len += base64url(claims, strlen(claims), token + len);
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &signature_len, (const uint8_t *)token, len), 1);
	EVP_MD_CTX_free(ctx);
	token[len++] = '.';
	base64url(signature, signature_len, token + len);
	return token;
}

#define HEADER "{\"alg\":\"RS256\",\"kid\":\"own\"}"
#define CLAIMS "{\"iss\":\"me\"}"

static enum status
verify(const char *text, const char *jwks)
{
	json_t *keys = json_loads(jwks, JSON_DECODE_ANY, NULL);
	struct jwt token;
	enum status st = jwt_verify(slice_of(text), keys, &token);

	assert_int_equal(st == ST_OK, token.claims != NULL);
	json_decref(token.claims);
	json_decref(keys);
	return st;
}

static enum status
verify_header(const char *header)
{
	return verify(sign(own_key, header, CLAIMS), own_jwks);
}

static void
what_a_key_has_signed_is_valid(void **state)
{
	(void)state;
	assert_int_equal(verify(sign(own_key, HEADER, CLAIMS), own_jwks), ST_OK);
	assert_int_equal(verify(sign(own_key, HEADER, "{}"), own_jwks), ST_OK);
}

static void
a_header_that_is_not_of_ours_is_refused(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\",\"kid\":\"own\"}", "{\"alg\":\"RS384\",\"kid\":\"own\"}", "{\"alg\":256,\"kid\":\"own\"}", "{\"kid\":\"own\"}",
		"{\"alg\":\"RS256\"}", "{\"alg\":\"RS256\",\"kid\":1}", "{\"alg\":\"RS256\",\"kid\":\"own\",\"kid\":\"own\"}",
		"[\"RS256\",\"own\"]", "RS256", "{",
	};

	(void)state;
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		assert_int_equal(verify_header(headers[i]), ST_BAD_SIGNATURE);
}

static void
a_key_that_is_not_there_may_be_among_newer_ones(void **state)
{
	static const char *const sets[] = { "{\"keys\":[]}", "{\"keys\":[1,{\"kid\":1},{\"n\":\"a\"}]}", "{\"keys\":{}}", "{}", "[]", "1", "" };

	(void)state;
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
		assert_int_equal(verify(sign(own_key, HEADER, CLAIMS), sets[i]), ST_UNAVAILABLE);
	assert_int_equal(verify_header("{\"alg\":\"RS256\",\"kid\":\"Own\"}"), ST_UNAVAILABLE);
}

static void
a_key_that_cannot_be_read_has_signed_nothing(void **state)
{
	static const char *const keys[] = {
		"{\"kid\":\"own\"}",
		"{\"kid\":\"own\",\"n\":\"%s\"}",
		"{\"kid\":\"own\",\"e\":\"AQAB\"}",
		"{\"kid\":\"own\",\"n\":\"%s\",\"e\":65537}",
		"{\"kid\":\"own\",\"n\":\"%s\",\"e\":\"\"}",
		"{\"kid\":\"own\",\"n\":\"%s\",\"e\":\"AQAB=\"}",
		"{\"kid\":\"own\",\"n\":\"%s\",\"e\":\"A\"}",
		"{\"kid\":\"own\",\"n\":\"%s*\",\"e\":\"AQAB\"}",
		"{\"kid\":\"own\",\"n\":\"%sAAAA\",\"e\":\"AQAB\"}",
		"{\"kid\":\"own\",\"n\":\"%s\",\"e\":\"AAAA\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		char jwks[1024], key[900];

		snprintf(key, sizeof key, "%s", keys[i]);
		if (strstr(keys[i], "%s") != NULL) {
			const char *at = strstr(keys[i], "%s");

			snprintf(key, sizeof key, "%.*s%s%s", (int)(at - keys[i]), keys[i], own_n, at + 2);
		}
		snprintf(jwks, sizeof jwks, "{\"keys\":[%s]}", key);
		assert_int_equal(verify(sign(own_key, HEADER, CLAIMS), jwks), ST_BAD_SIGNATURE);
	}
}

/* What it has signed is right, and yet anybody with some machines could have. */
static void
a_key_that_is_too_short_is_not_believed(void **state)
{
	EVP_PKEY *weak = EVP_RSA_gen(1024);
	char jwks[1024], n[512];

	(void)state;
	modulus_of(weak, n);
	snprintf(jwks, sizeof jwks, "{\"keys\":[{\"kid\":\"own\",\"n\":\"%s\",\"e\":\"AQAB\"}]}", n);
	assert_int_equal(verify(sign(weak, HEADER, CLAIMS), jwks), ST_BAD_SIGNATURE);
	EVP_PKEY_free(weak);
}

static void
a_key_of_more_bits_than_there_is_room_for_is_not_read(void **state)
{
	static char jwks[4096], digits[2000];

	(void)state;
	memset(digits, 'A', sizeof digits - 1);
	snprintf(jwks, sizeof jwks, "{\"keys\":[{\"kid\":\"own\",\"n\":\"%s\",\"e\":\"AQAB\"}]}", digits);
	assert_int_equal(verify(sign(own_key, HEADER, CLAIMS), jwks), ST_BAD_SIGNATURE);
}

static void
a_token_has_three_parts_of_base64url(void **state)
{
	char token[TEXT_MAX], changed[TEXT_MAX + 100];
	const char *second, *third;

	(void)state;
	snprintf(token, sizeof token, "%s", sign(own_key, HEADER, CLAIMS));
	second = strchr(token, '.') + 1;
	third = strchr(second, '.') + 1;
	assert_int_equal(verify("", own_jwks), ST_BAD_SIGNATURE);
	assert_int_equal(verify("..", own_jwks), ST_BAD_SIGNATURE);
	assert_int_equal(verify("a", own_jwks), ST_BAD_SIGNATURE);
	assert_int_equal(verify(second, own_jwks), ST_BAD_SIGNATURE);
	snprintf(changed, sizeof changed, "%.*s", (int)(third - token), token);
	assert_int_equal(verify(changed, own_jwks), ST_BAD_SIGNATURE);       /* nothing behind the second dot */
	snprintf(changed, sizeof changed, "%.*s", (int)(second - token), token);
	assert_int_equal(verify(changed, own_jwks), ST_BAD_SIGNATURE);       /* nothing behind the first one */
	snprintf(changed, sizeof changed, "%s.", token);
	assert_int_equal(verify(changed, own_jwks), ST_BAD_SIGNATURE);
	snprintf(changed, sizeof changed, ".%s", token);
	assert_int_equal(verify(changed, own_jwks), ST_BAD_SIGNATURE);
	for (size_t i = 0; token + i < second - 1; i++) {
		snprintf(changed, sizeof changed, "%s", token);
		for (const char *strange = "=+/~ @[`{\x80"; *strange != '\0'; strange++) {
			changed[i] = *strange;
			assert_int_equal(verify(changed, own_jwks), ST_BAD_SIGNATURE);
		}
	}
}

static void
a_signature_that_is_cut_or_lengthened_is_none(void **state)
{
	char token[TEXT_MAX], changed[TEXT_MAX + 2000], digits[1600];
	size_t len;

	(void)state;
	snprintf(token, sizeof token, "%s", sign(own_key, HEADER, CLAIMS));
	len = strlen(token);
	for (int cut = 1; cut < 6; cut++) {
		snprintf(changed, sizeof changed, "%.*s", (int)len - cut, token);
		assert_int_equal(verify(changed, own_jwks), ST_BAD_SIGNATURE);
	}
	memset(digits, 'A', sizeof digits - 1);
	digits[sizeof digits - 1] = '\0';
	snprintf(changed, sizeof changed, "%s%s", token, digits);
	assert_int_equal(verify(changed, own_jwks), ST_BAD_SIGNATURE);       /* longer than a key's may be */
	snprintf(changed, sizeof changed, "%s", token);
	changed[len - 1] ^= 1;
	assert_int_equal(verify(changed, own_jwks), ST_BAD_SIGNATURE);       /* bits that no byte has */
}

static void
a_token_of_more_bytes_than_any_has_is_not_looked_at(void **state)
{
	static char claims[7000], longer[TEXT_MAX];
	const char *token;

	(void)state;
	snprintf(claims, sizeof claims, "{\"a\":\"%5000s\"}", "");
	token = sign(own_key, HEADER, claims);
	assert_in_range(strlen(token), 1, 8192);
	assert_int_equal(verify(token, own_jwks), ST_OK);
	snprintf(claims, sizeof claims, "{\"a\":\"%6000s\"}", "");
	snprintf(longer, sizeof longer, "%s", sign(own_key, HEADER, claims));
	assert_true(strlen(longer) > 8192);
	assert_int_equal(verify(longer, own_jwks), ST_BAD_SIGNATURE);
}

static void
claims_are_one_object_of_json(void **state)
{
	static const char *const claims[] = { "[]", "1", "{", "", "{\"iss\":\"me\",\"iss\":\"you\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++)
		assert_int_equal(verify(sign(own_key, HEADER, claims[i]), own_jwks), ST_BAD_SIGNATURE);
}

/* What Teams says of a request from this channel, with a key that has these endorsements. */
static enum status
verify_channel(const char *channel, const char *endorsements)
{
	const struct messenger *teams = messenger_find(SLICE_LITERAL("teams"));
	struct webhook hook = { .now_s = 1000000 };
	char authorization[TEXT_MAX], keys[2048], body[200], claims[400];
	struct options options;
	struct buf errors = BUF_INIT;
	enum status st;

	assert_true(options_init(&options) && options_override(&options, "teams.app_id=me", &errors));
	snprintf(claims, sizeof claims, "{\"iss\":\"%s\",\"aud\":\"me\",\"exp\":1000100,\"serviceurl\":\"https://x/\"}", options.teams_issuer);
	snprintf(authorization, sizeof authorization, "Bearer %s", sign(own_key, HEADER, claims));
	snprintf(keys, sizeof keys, "{\"keys\":[{\"kid\":\"own\",\"n\":\"%s\",\"e\":\"AQAB\"%s}]}", own_n, endorsements);
	snprintf(body, sizeof body, "{\"serviceUrl\":\"https://x/\",\"channelId\":\"%s\"}", channel);
	hook.options = &options;
	hook.headers[0] = slice_of(authorization);
	hook.keys = slice_of(keys);
	hook.body = slice_of(body);
	st = teams->verify(&hook);
	options_fini(&options);
	return st;
}

static void
a_key_that_names_channels_is_good_for_those_only(void **state)
{
	(void)state;
	assert_int_equal(verify_channel("msteams", ""), ST_OK);
	assert_int_equal(verify_channel("msteams", ",\"endorsements\":[\"webchat\",\"msteams\"]"), ST_OK);
	assert_int_equal(verify_channel("msteams", ",\"endorsements\":[\"webchat\"]"), ST_BAD_SIGNATURE);
	assert_int_equal(verify_channel("msteams", ",\"endorsements\":[]"), ST_BAD_SIGNATURE);
	assert_int_equal(verify_channel("msteams", ",\"endorsements\":\"msteams\""), ST_BAD_SIGNATURE);
	assert_int_equal(verify_channel("", ",\"endorsements\":[1,null]"), ST_BAD_SIGNATURE);      /* what is no text names none */
}

/* The platform sends it again, if it is told so: so a lack of memory must not look like a forgery. */
static void
a_lack_of_memory_is_told_from_a_forgery(void **state)
{
	json_t *keys = json_loads(own_jwks, 0, NULL);
	char text[TEXT_MAX];
	struct jwt token;
	enum status st = ST_UNAVAILABLE;
	bool is_whole = false;
	unsigned failures = 0;

	(void)state;
	snprintf(text, sizeof text, "%s", sign(own_key, HEADER, CLAIMS));
	assert_int_equal(jwt_verify(slice_of(text), keys, &token), ST_OK);
	json_decref(token.claims);
	for (int n = 1; !is_whole; n++) {
		json_memory_watch();
		crypto_memory_watch();
		no_memory_at(n);
		st = jwt_verify(slice_of(text), keys, &token);
		is_whole = no_memory_end();
		json_decref(token.claims);
		if (st != ST_OK)
			assert_true(json_memory_ran_out() || crypto_memory_ran_out());
		failures += st != ST_OK;
	}
	assert_int_equal(st, ST_OK);
	assert_true(failures > 10);
	json_decref(keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_key_has_signed_is_valid),
		cmocka_unit_test(a_header_that_is_not_of_ours_is_refused),
		cmocka_unit_test(a_key_that_is_not_there_may_be_among_newer_ones),
		cmocka_unit_test(a_key_that_cannot_be_read_has_signed_nothing),
		cmocka_unit_test(a_key_that_is_too_short_is_not_believed),
		cmocka_unit_test(a_key_of_more_bits_than_there_is_room_for_is_not_read),
		cmocka_unit_test(a_token_has_three_parts_of_base64url),
		cmocka_unit_test(a_signature_that_is_cut_or_lengthened_is_none),
		cmocka_unit_test(a_token_of_more_bytes_than_any_has_is_not_looked_at),
		cmocka_unit_test(claims_are_one_object_of_json),
		cmocka_unit_test(a_key_that_names_channels_is_good_for_those_only),
		cmocka_unit_test(a_lack_of_memory_is_told_from_a_forgery),
	};

	crypto_memory_init();
	return cmocka_run_group_tests(tests, make_key, free_key);
}
