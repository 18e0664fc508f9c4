/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>

#include <openssl/crypto.h>

#include "crypto_memory.h"
#include "messenger/messenger.h"
#include "messenger/signature.h"
#include "no_memory.h"
#include "options.h"

static const struct slice body = { "{\"hello\":\"world\"}", 17 };
static const char secret[] = "test_secret";

/* Of body, with secret. */
#define IN_BASE64 "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM="
#define IN_HEX "b7b1e7e190c7aace9efb076f2394f2408bf389ed0398c526b97101ab2c84fed3"

static bool
is_base64(const char *secrets, const char *text)
{
	return signature_hmac_base64(secrets, &body, 1, slice_of(text));
}

static bool
is_hex(const char *secrets, const char *text)
{
	return signature_hmac_hex(secrets, &body, 1, slice_of(text));
}

static void
a_code_counts_in_its_canonical_writing_only(void **state)
{
	(void)state;
	assert_true(is_base64(secret, IN_BASE64));
	assert_false(is_base64(secret, "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM"));       /* no padding */
	assert_false(is_base64(secret, "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=="));     /* too much of it */
	assert_false(is_base64(secret, "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tN="));      /* the bits that are not used */
	assert_false(is_base64(secret, "t7Hn4ZDHqs6e-wdvI5TyQIvzie0DmMUmuXEBqyyE_tM="));      /* the other alphabet */
	assert_false(is_base64(secret, "t7Hn4ZDHqs6e+wdvi5TyQIvzie0DmMUmuXEBqyyE/tM="));      /* case */
	assert_false(is_base64(secret, IN_BASE64 " "));
	assert_false(is_base64(secret, IN_HEX));
	assert_false(is_base64(secret, ""));
	assert_true(is_hex(secret, IN_HEX));
	assert_false(is_hex(secret, "B7B1E7E190C7AACE9EFB076F2394F2408BF389ED0398C526B97101AB2C84FED3"));
	assert_false(is_hex(secret, "b7b1e7e190c7aace9efb076f2394f2408bf389ed0398c526b97101ab2c84fed"));
	assert_false(is_hex(secret, IN_HEX "00"));
	assert_false(is_hex(secret, ""));
}

static void
another_key_or_another_body_is_refused(void **state)
{
	struct slice other = { "{\"hello\":\"World\"}", 17 };

	(void)state;
	assert_false(is_hex("test_secres", IN_HEX));
	assert_false(is_hex("test_secret ", IN_HEX));
	assert_false(is_hex("", IN_HEX));
	assert_false(is_hex(NULL, IN_HEX));
	assert_false(signature_hmac_hex(secret, &other, 1, slice_of(IN_HEX)));
	assert_false(signature_hmac_hex(secret, &body, 0, slice_of(IN_HEX)));
}

static void
each_line_of_a_secret_is_one(void **state)
{
	(void)state;
	assert_true(is_hex("test_secret\nnew", IN_HEX));
	assert_true(is_hex("new\r\ntest_secret\r\n", IN_HEX));
	assert_false(is_hex("new\nnewer", IN_HEX));
	assert_false(is_hex("new\n\nnewer\n", IN_HEX));          /* an empty line is no secret */
	assert_true(signature_is_secret("old\nnew", slice_of("old")));
	assert_true(signature_is_secret("old\nnew", slice_of("new")));
	assert_false(signature_is_secret("old\nnew", slice_of("old\nnew")));
	assert_false(signature_is_secret("old\nnew", slice_of("")));
	assert_false(signature_is_secret("old\nnew", slice_of("Old")));
	assert_false(signature_is_secret("old\nnew", slice_of("ne")));
	assert_false(signature_is_secret(NULL, slice_of("old")));
}

static void
a_message_in_parts_is_the_same_as_in_one(void **state)
{
	struct slice parts[] = { { body.ptr, 5 }, { NULL, 0 }, { body.ptr + 5, 12 } };

	(void)state;
	assert_true(signature_hmac_hex(secret, parts, 3, slice_of(IN_HEX)));
	assert_false(signature_hmac_hex(secret, parts, 2, slice_of(IN_HEX)));
}

/* RFC 8032, section 7.1, test 2. */
#define PUBLIC_KEY "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
#define SIGNED_R "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"

static void
ed25519_takes_the_one_signature_of_the_key(void **state)
{
	struct slice r = { "r", 1 }, parts[] = { r, { NULL, 0 } };

	(void)state;
	assert_true(signature_ed25519(slice_of(PUBLIC_KEY), &r, 1, slice_of(SIGNED_R)));
	assert_true(signature_ed25519(slice_of(PUBLIC_KEY), parts, 2, slice_of(SIGNED_R)));
	assert_false(signature_ed25519(slice_of(PUBLIC_KEY), &body, 1, slice_of(SIGNED_R)));
	assert_false(signature_ed25519(slice_of("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), &r, 1, slice_of(SIGNED_R)));
	assert_false(signature_ed25519(slice_of("3d40"), &r, 1, slice_of(SIGNED_R)));
	assert_false(signature_ed25519(slice_of(PUBLIC_KEY), &r, 1, slice_of("92a0")));
	assert_false(signature_ed25519(slice_of(PUBLIC_KEY), &r, 1, SLICE_EMPTY));
	assert_false(signature_ed25519(SLICE_EMPTY, &r, 1, slice_of(SIGNED_R)));
}

static void
ed25519_takes_hexadecimal_digits_only(void **state)
{
	struct slice r = { "r", 1 };
	char changed[sizeof SIGNED_R];

	(void)state;
	strcpy(changed, PUBLIC_KEY);
	changed[63] = 'g';
	assert_false(signature_ed25519(slice_of(changed), &r, 1, slice_of(SIGNED_R)));
	strcpy(changed, SIGNED_R);
	changed[127] = 'g';
	assert_false(signature_ed25519(slice_of(PUBLIC_KEY), &r, 1, slice_of(changed)));
}

/* The platform sends it again, if it is told so: so a lack of memory must not look like a forgery. */
static void
a_lack_of_memory_is_told_from_a_forgery(void **state)
{
	struct slice r = { "r", 1 };
	unsigned failures = 0;
	bool is_signed;

	(void)state;
	assert_true(signature_ed25519(slice_of(PUBLIC_KEY), &r, 1, slice_of(SIGNED_R)));
	for (int n = 1;; n++) {
		crypto_memory_watch();
		no_memory_at(n);
		is_signed = signature_ed25519(slice_of(PUBLIC_KEY), &r, 1, slice_of(SIGNED_R));
		if (no_memory_end())
			break;
		assert_true(crypto_memory_ran_out());
		failures += !is_signed;
	}
	assert_true(is_signed);
	assert_false(crypto_memory_ran_out());
	assert_true(failures >= 4);
}

/* A size of 0 is what the library's own functions answer with nothing, and no lack of memory. */
static void
nothing_is_allocated_for_no_bytes(void **state)
{
	void *p = OPENSSL_malloc(1);

	(void)state;
	crypto_memory_watch();
	assert_non_null(p);
	assert_null(OPENSSL_malloc(0));
	assert_null(OPENSSL_realloc(p, 0));
	assert_false(crypto_memory_ran_out());
	p = OPENSSL_realloc(NULL, 1);
	assert_non_null(p);
	no_memory_at(1);
	assert_null(OPENSSL_realloc(p, 1000));      /* and p is as it was */
	assert_false(no_memory_end());
	assert_true(crypto_memory_ran_out());
	OPENSSL_free(p);
}

static void
a_signed_time_may_be_five_minutes_off_either_way(void **state)
{
	static const struct {
		const char *text;
		bool        is_fresh;
	} times[] = {
		{ "1000000", true }, { "999700", true }, { "999699", false }, { "1000300", true }, { "1000301", false },
		{ "", false }, { "-1000000", false }, { "+1000000", false }, { " 1000000", false }, { "1000000.0", false },
		{ "1e6", false }, { "10000000000000000000000", false }, { "01000000", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		assert_int_equal(signature_is_fresh(slice_of(times[i].text), 1000000), times[i].is_fresh);
}

static void
whatsapp_is_greeted_back_when_it_knows_the_token(void **state)
{
	const struct messenger *whatsapp = messenger_find(SLICE_LITERAL("whatsapp"));
	struct slice values[] = { SLICE_LITERAL("subscribe"), SLICE_LITERAL("1158201444"), SLICE_LITERAL("token") }, answer;
	static char token[] = "token";
	struct options options = { .whatsapp_verify_token.value = token };

	(void)state;
	assert_true(whatsapp->greet(&options, values, &answer));
	assert_true(slice_equal(answer, values[1]));
	for (int i = 0; i < 3; i++) {
		struct slice others[] = { values[0], values[1], values[2] };

		others[i].len--;
		assert_int_equal(whatsapp->greet(&options, others, &answer), i == 1);      /* whatever the number is, it is sent back */
		others[i] = SLICE_EMPTY;
		assert_false(whatsapp->greet(&options, others, &answer));
	}
	options.whatsapp_verify_token.value = NULL;
	assert_false(whatsapp->greet(&options, values, &answer));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_counts_in_its_canonical_writing_only),
		cmocka_unit_test(another_key_or_another_body_is_refused),
		cmocka_unit_test(each_line_of_a_secret_is_one),
		cmocka_unit_test(a_message_in_parts_is_the_same_as_in_one),
		cmocka_unit_test(ed25519_takes_the_one_signature_of_the_key),
		cmocka_unit_test(ed25519_takes_hexadecimal_digits_only),
		cmocka_unit_test(a_lack_of_memory_is_told_from_a_forgery),
		cmocka_unit_test(nothing_is_allocated_for_no_bytes),
		cmocka_unit_test(a_signed_time_may_be_five_minutes_off_either_way),
		cmocka_unit_test(whatsapp_is_greeted_back_when_it_knows_the_token),
	};

	crypto_memory_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
