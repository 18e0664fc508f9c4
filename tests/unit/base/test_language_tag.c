/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include "language_tag.h"

static void
tags_of_the_grammar_are_taken(void **state)
{
	static const char *const tags[] = { "en", "zh-TW", "zh-Hant", "zh-Hant-TW", "de-CH-1996", "sl-rozaj-biske", "es-419",
		"zh-cmn-Hans-CN", "en-u-ca-gregory", "en-a-bbb-x-a", "x-whatever", "EN-us", "sr-Latn-RS-x-1", "ast", "de-1996" };

	(void)state;
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (!language_tag_is_well_formed(slice_of(tags[i])))
			fail_msg("%s", tags[i]);
}

static void
others_are_not(void **state)
{
	static const char *const tags[] = { "", "e", "-", "en-", "-en", "en--US", "en_US", "zh-TW-", "verylongone", "en-u",
		"en-x", "x", "en-Latn-Latn", "en-US-GB", "12", "en-USA1", "e n", "zh-TW\n", "中文", "en-u-x-a" };

	(void)state;
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (language_tag_is_well_formed(slice_of(tags[i])))
			fail_msg("%s", tags[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_of_the_grammar_are_taken),
		cmocka_unit_test(others_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
