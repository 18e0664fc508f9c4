/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "parse_input.h"

#include <string.h>
#include <strings.h>

#include "clock.h"

static struct slice
string_of(const json_t *value)
{
	return json_is_string(value) ? (struct slice){ json_string_value(value), json_string_length(value) } : SLICE_EMPTY;
}

static struct slice
member(const json_t *object, const char *name)
{
	return string_of(json_object_get(object, name));
}

/* The currency of whoever writes so, when the line does not say. */
static struct currency
home_of(const json_t *object, struct slice locale)
{
	static const struct { const char *tag, *code; } homes[] = { { "zh-Hant", "TWD" }, { "zh-TW", "TWD" }, { "zh-HK", "HKD" }, { "zh", "CNY" },
		{ "ja", "JPY" }, { "ko", "KRW" }, { "en-GB", "GBP" }, { "de", "EUR" }, { "fr", "EUR" }, { "es", "EUR" }, { "it", "EUR" }, { "nl", "EUR" },
		{ "pt-BR", "BRL" }, { "pt", "EUR" }, { "ca", "EUR" }, { "fi", "EUR" }, { "el", "EUR" }, { "ga", "EUR" }, { "sl", "EUR" },
		{ "sv", "SEK" }, { "nb", "NOK" }, { "no", "NOK" }, { "da", "DKK" }, { "tr", "TRY" }, { "ru", "RUB" }, { "uk", "UAH" }, { "bg", "BGN" },
		{ "hr", "EUR" }, { "ro", "RON" }, { "pl", "PLN" }, { "cs", "CZK" }, { "hu", "HUF" }, { "he", "ILS" }, { "hi", "INR" }, { "mn", "MNT" },
		{ "id", "IDR" }, { "vi", "VND" }, { "th", "THB" }, { "ka", "GEL" } };
	struct currency home = { "USD" };

	if (currency_parse(member(object, "home"), &home))
		return home;
	for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
		size_t len = strlen(homes[i].tag);

		if (locale.len >= len && strncasecmp(locale.ptr, homes[i].tag, len) == 0 && (locale.len == len || locale.ptr[len] == '-')) {
			(void)currency_parse(slice_of(homes[i].code), &home);
			break;
		}
	}
	return home;
}

static day_t
today_of(const json_t *object)
{
	struct slice reference = member(object, "reference");
	day_t day;

	if (reference.len >= DAY_TEXT_LEN && day_parse((struct slice){ reference.ptr, DAY_TEXT_LEN }, &day))
		return day;
	return (day_t)(clock_wall_ms() / 86400000);
}

static void
add_word(struct parse_input *input, struct slice text, size_t category, bool is_name)
{
	struct understand_input *in = &input->understand;

	if (in->category_word_count < UNDERSTAND_CATEGORY_WORDS_MAX)
		input->words[in->category_word_count++] = (struct understand_word){ text, (uint16_t)category, is_name };
}

static void
read_categories(json_t *categories, struct parse_input *input)
{
	const char *name;
	json_t *keywords, *keyword;
	size_t category = 0, i;

	json_object_foreach(categories, name, keywords) {
		if (category == UNDERSTAND_CATEGORY_WORDS_MAX)
			return;
		input->categories[category] = name;
		add_word(input, slice_of(name), category, true);
		json_array_foreach(keywords, i, keyword)
			add_word(input, string_of(keyword), category, false);
		category++;
	}
}

static void
read_accounts(const json_t *accounts, struct parse_input *input)
{
	const json_t *account;
	size_t i;

	json_array_foreach(accounts, i, account)
		if (i < UNDERSTAND_ACCOUNTS_MAX)
			input->accounts[input->understand.account_count++] = string_of(account);
}

bool
parse_input_read(const json_t *object, struct parse_input *input)
{
	struct understand_input *in = &input->understand;

	if (!json_is_object(object) || !json_is_string(json_object_get(object, "text")))
		return false;
	*in = (struct understand_input){ .text = member(object, "text"), .locale = member(object, "lang"),
		.category_words = input->words, .accounts = input->accounts };
	in->home = home_of(object, in->locale);
	in->today = today_of(object);
	read_categories(json_object_get(object, "categories"), input);
	read_accounts(json_object_get(object, "accounts"), input);
	return true;
}
