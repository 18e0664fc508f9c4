/* SPDX-License-Identifier: MIT */
/* Examples of FIPS 180-4, one after the other, since what one leaves behind must not change the next. */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "hex.h"
#include "sha256.h"

static void
assert_hash(const char *text, const char *expected)
{
	uint8_t hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE];

	sha256(text, strlen(text), hash);
	hex_encode(hash, sizeof hash, hex);
	assert_memory_equal(hex, expected, sizeof hex);
}

static void
hashes_are_those_of_the_standard(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_hash("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
		assert_hash("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
		assert_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_standard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
