/* SPDX-License-Identifier: MIT */
/* Amounts and days as people of many languages write them. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "understand.h"

static struct understanding out;

static void
understand_in(const char *text, const char *locale)
{
	struct understand_input input = { .text = slice_of(text), .locale = slice_of(locale), .home = { "CHF" } };

	assert_true(day_parse(slice_of("2026-11-23"), &input.today));       /* a Monday */
	understand(&input, &out);
}

struct amount_row {
	const char *locale, *text;
	int64_t     value;
	uint8_t     decimals;
	const char *code;
};

static void
amounts_are_read_in_every_language(void **state)
{
	static const struct amount_row rows[] = {
		{ "en", "forty-two dollars for socks", 42, 0, "USD" }, { "en", "rent two thousand three hundred euros", 2300, 0, "EUR" },
		{ "en", "half a million yen", 500000, 0, "JPY" }, { "en", "1.5 million won", 1500000, 0, "KRW" }, { "en", "a buck for gum", 1, 0, "USD" },
		{ "en", "nine pounds fifty", 950, 2, "GBP" }, { "en", "soap 75 cents", 75, 2, "CHF" }, { "en", "three lakh rupees", 300000, 0, "INR" },
		{ "en", "17 Canadian dollars", 17, 0, "CAD" }, { "en", "€3 and 40 cents", 340, 2, "EUR" },
		{ "de", "siebenunddreißig Euro fürs Kino", 37, 0, "EUR" }, { "de", "zwei Millionen Euro", 2000000, 0, "EUR" },
		{ "de", "Brot drei Euro achtzig", 380, 2, "EUR" }, { "de", "1.249,00 € Sofa", 124900, 2, "EUR" }, { "de", "12 Schweizer Franken", 12, 0, "CHF" },
		{ "de", "hundertfünfzig Euro", 150, 0, "EUR" }, { "fr", "vingt-cinq euros de fleurs", 25, 0, "EUR" },
		{ "fr", "quatre-vingt-douze euros", 92, 0, "EUR" }, { "fr", "trois cents euros", 300, 0, "EUR" }, { "fr", "1 500 euros de loyer", 1500, 0, "EUR" },
		{ "fr", "deux millions d'euros", 2000000, 0, "EUR" }, { "fr", "8 dollars canadiens", 8, 0, "CAD" },
		{ "es", "treinta y cinco euros", 35, 0, "EUR" }, { "es", "doscientos cuarenta euros", 240, 0, "EUR" }, { "es", "tres mil euros", 3000, 0, "EUR" },
		{ "es", "7 euros con 20 céntimos", 720, 2, "EUR" }, { "pt", "quinhentos e vinte reais", 520, 0, "BRL" }, { "pt", "dois milhões de euros", 2000000, 0, "EUR" },
		{ "it", "trentadue euro", 32, 0, "EUR" }, { "it", "duecento euro", 200, 0, "EUR" }, { "it", "tre milioni di euro", 3000000, 0, "EUR" },
		{ "nl", "vijfentwintig euro", 25, 0, "EUR" }, { "nl", "twee miljoen euro", 2000000, 0, "EUR" }, { "sv", "trettiofem kronor", 35, 0, "SEK" },
		{ "sv", "12 kr", 12, 0, "SEK" }, { "nb", "femti kroner", 50, 0, "NOK" }, { "da", "femogtyve kroner", 25, 0, "DKK" },
		{ "fi", "kaksikymmentäviisi euroa", 25, 0, "EUR" }, { "tr", "yüz elli lira", 150, 0, "TRY" }, { "tr", "on beş lira", 15, 0, "TRY" },
		{ "pl", "trzydzieści pięć złotych", 35, 0, "PLN" }, { "cs", "dvacet korun", 20, 0, "CZK" }, { "hu", "huszonöt forint", 25, 0, "HUF" },
		{ "ro", "douăzeci de lei", 20, 0, "RON" }, { "ru", "двести пятьдесят рублей", 250, 0, "RUB" }, { "ru", "3 тысячи рублей", 3000, 0, "RUB" },
		{ "uk", "сорок гривень", 40, 0, "UAH" }, { "bg", "дванадесет евро", 12, 0, "EUR" }, { "el", "είκοσι πέντε ευρώ", 25, 0, "EUR" },
		{ "he", "עשרים שקלים", 20, 0, "ILS" }, { "ar", "عشرة دولار", 10, 0, "USD" }, { "ar", "٢٥ ريال سعودي", 25, 0, "SAR" },
		{ "hi", "पैंतीस रुपये", 35, 0, "INR" }, { "hi", "२ हज़ार रुपये", 2000, 0, "INR" }, { "ko", "삼만오천원", 35000, 0, "KRW" },
		{ "ko", "2만 5천원", 25000, 0, "KRW" }, { "ko", "5억 3천만 원", 530000000, 0, "KRW" }, { "ja", "三万五千円", 35000, 0, "JPY" },
		{ "ja", "1億2千万円", 120000000, 0, "JPY" }, { "zh-CN", "两万五人民币", 25000, 0, "CNY" }, { "zh-TW", "新台幣三千五百元", 3500, 0, "TWD" },
		{ "vi", "hai mươi nghìn đồng", 20000, 0, "VND" }, { "id", "dua puluh ribu rupiah", 20000, 0, "IDR" } };

	int misses = 0;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct amount_row *row = &rows[i];

		understand_in(row->text, row->locale);
		if (out.amount_count != 1 || out.amounts[0].value != row->value || out.amounts[0].decimals != row->decimals ||
		    strcmp(out.amounts[0].currency.code, row->code) != 0)
			misses++, print_error("%s \"%s\": %zu amounts, the first %lld with %d decimals %s\n", row->locale, row->text, out.amount_count,
			    (long long)out.amounts[0].value, out.amounts[0].decimals, out.amounts[0].currency.code);
	}
	assert_int_equal(misses, 0);
}

static void
a_day_is_read_in_every_language(void **state)
{
	static const struct { const char *locale, *text, *day; } rows[] = {
		{ "en", "three days ago", "2026-11-20" }, { "en", "second Friday of October", "2026-10-09" }, { "en", "last day of September", "2026-09-30" },
		{ "en", "1 month and 2 days ago", "2026-10-21" }, { "en", "21-Sep-2026", "2026-09-21" }, { "en", "Friday the thirteenth", "2026-11-13" },
		{ "de", "vor drei Tagen", "2026-11-20" }, { "de", "am 5. März 2025", "2025-03-05" }, { "de", "letzten Freitag", "2026-11-20" },
		{ "de", "vorgestern", "2026-11-21" }, { "de", "Mittwoch letzter Woche", "2026-11-18" }, { "fr", "il y a deux semaines", "2026-11-09" },
		{ "fr", "samedi dernier", "2026-11-21" }, { "fr", "le 1er août", "2026-08-01" }, { "fr", "avant-hier", "2026-11-21" },
		{ "es", "hace cuatro días", "2026-11-19" }, { "es", "el martes pasado", "2026-11-17" }, { "es", "3 de octubre de 2025", "2025-10-03" },
		{ "es", "anteayer", "2026-11-21" }, { "pt", "há três dias", "2026-11-20" }, { "pt", "anteontem", "2026-11-21" }, { "pt", "sexta-feira passada", "2026-11-20" },
		{ "it", "tre giorni fa", "2026-11-20" }, { "it", "giovedì scorso", "2026-11-19" }, { "it", "l'altro ieri", "2026-11-21" },
		{ "nl", "twee weken geleden", "2026-11-09" }, { "nl", "afgelopen zaterdag", "2026-11-21" }, { "nl", "eergisteren", "2026-11-21" },
		{ "sv", "för två dagar sedan", "2026-11-21" }, { "sv", "igår", "2026-11-22" }, { "nb", "for tre dager siden", "2026-11-20" },
		{ "da", "i forgårs", "2026-11-21" }, { "fi", "toissapäivänä", "2026-11-21" }, { "tr", "iki gün önce", "2026-11-21" },
		{ "ru", "позавчера", "2026-11-21" }, { "ru", "две недели назад", "2026-11-09" }, { "uk", "вчора", "2026-11-22" },
		{ "pl", "trzy dni temu", "2026-11-20" }, { "cs", "předevčírem", "2026-11-21" }, { "hu", "tegnap", "2026-11-22" }, { "el", "χθες", "2026-11-22" },
		{ "ar", "أمس", "2026-11-22" }, { "he", "אתמול", "2026-11-22" }, { "hi", "तीन दिन पहले", "2026-11-20" }, { "ko", "그저께", "2026-11-21" },
		{ "ko", "10월 3일", "2026-10-03" }, { "ja", "3日前", "2026-11-20" }, { "ja", "先週の火曜日", "2026-11-17" }, { "zh-TW", "上週四", "2026-11-19" },
		{ "zh-CN", "大前天", "2026-11-20" }, { "vi", "hôm qua", "2026-11-22" }, { "id", "kemarin", "2026-11-22" }, { "th", "เมื่อวาน", "2026-11-22" } };

	int misses = 0;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char day[DAY_TEXT_LEN + 1] = "none";

		understand_in(rows[i].text, rows[i].locale);
		if (out.has_day)
			day_format(out.day, day);
		if (strncmp(day, rows[i].day, DAY_TEXT_LEN) != 0)
			misses++, print_error("%s \"%s\" is %s, not %s\n", rows[i].locale, rows[i].text, day, rows[i].day);
	}
	assert_int_equal(misses, 0);
}

static void
what_does_not_exist_or_is_a_number_only_is_no_day(void **state)
{
	static const struct { const char *locale, *text; } rows[] = { { "en", "30 February" }, { "en", "you may ask" }, { "de", "guten Morgen" },
		{ "fr", "le pain" }, { "es", "de nada" }, { "en", "the sun was hot" }, { "en", "31 April 2026" } };

	int misses = 0;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		understand_in(rows[i].text, rows[i].locale);
		if (out.has_day)
			misses++, print_error("%s \"%s\" is no day\n", rows[i].locale, rows[i].text);
	}
	assert_int_equal(misses, 0);
}

static void
a_word_of_one_language_means_nothing_in_another(void **state)
{
	(void)state;
	understand_in("lunch on friday 12", "en");
	assert_int_equal(out.expense_count, 1);
	assert_int_equal(out.amounts[0].value, 12);
	understand_in("on lira", "tr");
	assert_int_equal(out.amounts[0].value, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_are_read_in_every_language),
		cmocka_unit_test(a_day_is_read_in_every_language),
		cmocka_unit_test(what_does_not_exist_or_is_a_number_only_is_no_day),
		cmocka_unit_test(a_word_of_one_language_means_nothing_in_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
