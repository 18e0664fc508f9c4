/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include "master/listener.h"

static void
addresses_of_every_form_are_taken(void **state)
{
	static const char *const good[] = { "127.0.0.1:8080", "[::1]:80", "*:65535", "localhost:0",
		"unix:/run/aiexpense/http.sock" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(listener_is_valid(good[i]));
}

static void
other_texts_are_refused(void **state)
{
	static const char *const bad[] = { "", "8080", "localhost", "localhost:", ":80", "localhost:65536", "::1:80",
		"localhost:http", "[]:80", "a:-1", "unix:", "unix:relative.sock", "http://localhost:80" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(listener_is_valid(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_every_form_are_taken),
		cmocka_unit_test(other_texts_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
