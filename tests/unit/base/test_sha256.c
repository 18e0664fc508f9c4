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

/* RFC 4231, cases 2 and 6: a short key, and one that is longer than a block.  The last is of nothing with no key. */
static void
codes_are_those_of_the_standard(void **state)
{
	static const char long_key_mac[] = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54";
	static const char short_key_mac[] = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
	struct slice parts[] = { slice_of("what do ya want "), slice_of("for nothing?") };
	struct slice whole = slice_of("Test Using Larger Than Block-Size Key - Hash Key First");
	char long_key[131], hex[2 * SHA256_SIZE];
	uint8_t mac[SHA256_SIZE];

	(void)state;
	hmac_sha256(slice_of("Jefe"), parts, 2, mac);
	hex_encode(mac, sizeof mac, hex);
	assert_memory_equal(hex, short_key_mac, sizeof hex);
	memset(long_key, 0xaa, sizeof long_key);
	hmac_sha256((struct slice){ long_key, sizeof long_key }, &whole, 1, mac);
	hex_encode(mac, sizeof mac, hex);
	assert_memory_equal(hex, long_key_mac, sizeof hex);
	hmac_sha256(SLICE_EMPTY, NULL, 0, mac);
	hex_encode(mac, sizeof mac, hex);
	assert_memory_equal(hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", sizeof hex);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_standard),
		cmocka_unit_test(codes_are_those_of_the_standard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
