/* SPDX-License-Identifier: MIT */
/*
 * Short texts of clients, operators and files under libFuzzer: the first byte
 * says what the rest is.
 *
 *	make fuzz_values && ./fuzz_values -max_total_time=60 ../tests/fuzz/corpus/values
 *
 * What is taken is within its limits, and means the same when it is written and read again.
 */
#include "config.h"

#include <string.h>

#include "ai/provider/price.h"
#include "day.h"
#include "fuzz.h"
#include "hex.h"
#include "language_tag.h"
#include "money.h"
#include "profile/build_id.h"
#include "address.h"
#include "uuid.h"
#include "zone_rule.h"

static void
check_amount(struct slice text, const char *text_z)
{
	static const struct currency currencies[] = { { "TWD" }, { "JPY" }, { "KWD" }, { "CLF" } };
	char written[MONEY_TEXT_MAX];
	int64_t minor, again;

	(void)text_z;
	for (size_t i = 0; i < sizeof currencies / sizeof currencies[0]; i++)
		if (money_parse(text, currencies[i], &minor) == ST_OK) {
			CHECK(minor >= -MONEY_MINOR_MAX && minor <= MONEY_MINOR_MAX);
			CHECK(money_format(minor, currencies[i], written) == (int)strlen(written));
			CHECK(money_parse(slice_of(written), currencies[i], &again) == ST_OK && again == minor);
		}
}

static void
check_day(struct slice text, const char *text_z)
{
	char written[DAY_TEXT_LEN];
	day_t day;

	(void)text_z;
	if (day_parse(text, &day)) {
		CHECK(day >= DAY_MIN && day <= DAY_MAX && text.len == DAY_TEXT_LEN);
		day_format(day, written);
		CHECK(memcmp(written, text.ptr, DAY_TEXT_LEN) == 0);
	}
}

static void
check_id(struct slice text, const char *text_z)
{
	struct uuid id, again;
	char written[UUID_TEXT_LEN];
	uint8_t bytes[64];

	(void)text_z;
	if (uuid_parse(text, &id)) {
		uuid_format(&id, written);
		CHECK(uuid_parse((struct slice){ written, sizeof written }, &again) && uuid_equal(&id, &again));
	}
	if (text.len / 2 <= sizeof bytes)
		(void)hex_decode(text.ptr, text.len / 2, bytes);
}

static void
check_zone(struct slice text, const char *text_z)
{
	static const int64_t instants[] = { INT64_C(-2208988800), 0, 1795431371, INT64_C(253402300799) };
	struct zone_rule rule;

	(void)text_z;
	if (!zone_rule_parse(text, &rule))
		return;
	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
		int32_t offset = zone_rule_offset(&rule, instants[i]);

		CHECK(offset == rule.offset_s || (rule.has_summer && offset == rule.summer_offset_s));
	}
}

static void
check_address(struct slice text, const char *text_z)
{
	struct address address;
	struct address_range range;

	if (address_parse(text, &address))
		CHECK(address.kind == ADDRESS_IP);
	if (address_range_parse(text_z, &range)) {
		CHECK(range.bits <= 128);
		CHECK(range.bits > 0 || address_is_in(&address, &range) || range.first.kind == ADDRESS_UNIX || address.kind != ADDRESS_IP);
	}
}

static void
check_tag(struct slice text, const char *text_z)
{
	(void)text_z;
	if (language_tag_is_well_formed(text))
		for (size_t i = 0; i < text.len; i++)
			CHECK(text.ptr[i] == '-' || (text.ptr[i] >= '0' && text.ptr[i] <= 'z'));
}

static void
check_price(struct slice text, const char *text_z)
{
	struct price price;
	int64_t micros;

	if (price_read_micros(text, &micros))
		CHECK(micros >= 0);
	if (price_parse(text_z, &price)) {
		CHECK(price.input_micros >= 0 && price.output_micros >= 0 && currency_digits(price.currency) >= 0);
		CHECK(price_of(&price, 1000000, 0) == price.input_micros);
	}
}

static void
check_build_id(struct slice text, const char *text_z)
{
	struct slice id = build_id_find((const uint8_t *)text.ptr, text.len);
	char written[2 * BUILD_ID_MAX + 1];

	(void)text_z;
	CHECK(fuzz_is_within(id, text) && id.len <= BUILD_ID_MAX);
	build_id_text(id, written);
	CHECK(strlen(written) == (id.len > 0 ? 2 * id.len : 1));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(struct slice text, const char *text_z) = {
		check_amount, check_day, check_id, check_zone, check_address, check_tag, check_price, check_build_id
	};
	struct slice text;
	char *text_z;

	if (size == 0)
		return 0;
	text = (struct slice){ (const char *)data + 1, size - 1 };
	text_z = strndup(text.ptr, text.len);
	CHECK(text_z != NULL);
	checks[data[0] % (sizeof checks / sizeof checks[0])](text, text_z);
	free(text_z);
	return 0;
}
