/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "address.h"

static struct address
parsed(const char *text)
{
	struct address address;

	assert_true(address_parse(slice_of(text), &address));
	assert_int_equal(address.kind, ADDRESS_IP);
	return address;
}

static void
an_address_is_the_same_in_all_its_forms(void **state)
{
	static const char *const forms[][4] = {
		{ "192.0.2.1", "192.0.2.1:8080", "::ffff:192.0.2.1", "[::ffff:c000:201]:1" },
		{ "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443", "2001:0db8:0:0::0001" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 1; k < 4; k++) {
			struct address a = parsed(forms[i][0]), b = parsed(forms[i][k]);

			assert_memory_equal(a.ip, b.ip, 16);
		}
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = { "", "unknown", "_hidden", "192.0.2", "192.0.2.256", "192.0.2.1:", "192.0.2.1:x",
		"192.0.2.1:123456", "[2001:db8::1", "2001:db8::1]", "[]", "[]:1", "[2001:db8::1]x", "[2001:db8::1]:", "fe80::1%eth0",
		"192.0.2.1/8", " 192.0.2.1", ":80",
		"1111111111111111111111111111111111111111111111111111111111111111111111" };
	struct address address;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(address_parse(slice_of(bad[i]), &address));
	assert_false(address_parse((struct slice){ "192.0.2.1\0", 10 }, &address));
}

static bool
is_in(const char *text, const char *range_text)
{
	struct address address = parsed(text);
	struct address_range range;

	assert_true(address_range_parse(range_text, &range));
	return address_is_in(&address, &range);
}

static void
a_range_has_the_addresses_with_its_first_bits(void **state)
{
	struct address_range range;
	struct address here = { .kind = ADDRESS_UNIX }, nowhere = { .kind = ADDRESS_NONE };

	(void)state;
	assert_true(is_in("10.255.0.1", "10.0.0.0/8"));
	assert_false(is_in("11.0.0.1", "10.0.0.0/8"));
	assert_true(is_in("172.31.255.255", "172.16.0.0/12"));
	assert_false(is_in("172.32.0.0", "172.16.0.0/12"));
	assert_true(is_in("127.0.0.1", "127.0.0.1"));
	assert_false(is_in("127.0.0.2", "127.0.0.1"));
	assert_true(is_in("2001:db8:1::5", "2001:db8::/32"));
	assert_false(is_in("2001:db9::5", "2001:db8::/32"));
	assert_true(is_in("192.0.2.1", "0.0.0.0/0"));
	assert_false(is_in("2001:db8::1", "0.0.0.0/0"));
	assert_false(is_in("127.0.0.1", "unix:"));
	assert_true(address_range_parse("unix:", &range));
	assert_true(address_is_in(&here, &range));
	assert_false(address_is_in(&nowhere, &range));
}

static void
a_bad_range_is_refused(void **state)
{
	static const char *const bad[] = { "", "unix:/run/x", "localhost", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/8x",
		"10.0.0.0/-1", "10.0.0.0:80", "10.0.0.0/99999999999999999999" };
	struct address_range range;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(address_range_parse(bad[i], &range));
}

static void
one_customer_is_an_ipv4_address_or_a_64_of_ipv6(void **state)
{
	static const char *const pairs[][2] = { { "2001:db8:1:2::1", "2001:db8:1:2:ffff::9" }, { "2001:db8:1:2::1", "2001:db8:1:3::1" },
		{ "192.0.2.1", "192.0.2.2" } };
	static const bool is_same[] = { true, false, false };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct address a = parsed(pairs[i][0]), b = parsed(pairs[i][1]);
		uint8_t of_a[16], of_b[16];

		address_network(&a, of_a);
		address_network(&b, of_b);
		assert_int_equal(memcmp(of_a, of_b, 16) == 0, is_same[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_the_same_in_all_its_forms),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(a_range_has_the_addresses_with_its_first_bits),
		cmocka_unit_test(a_bad_range_is_refused),
		cmocka_unit_test(one_customer_is_an_ipv4_address_or_a_64_of_ipv6),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
