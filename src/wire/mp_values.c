/* SPDX-License-Identifier: MIT */
/* See mp_values.h. */
#include "config.h"

#include "mp_values.h"

#include <string.h>

uint32_t
mp_u32(struct mp *mp)
{
	uint64_t n = mp_uint(mp);

	if (n > UINT32_MAX)
		mp->is_bad = true;
	return mp->is_bad ? 0 : (uint32_t)n;
}

int
mp_int_in(struct mp *mp, int min, int max)
{
	int64_t n = mp_int(mp);

	if (n < min || n > max)
		mp->is_bad = true;
	return mp->is_bad ? min : (int)n;
}

day_t
mp_day(struct mp *mp)
{
	return mp_int_in(mp, DAY_MIN, DAY_MAX);
}

struct currency
mp_currency(struct mp *mp)
{
	struct slice code = mp_str(mp);
	struct currency currency = { "" };

	if (code.len > 0 && !currency_parse(code, &currency))
		mp->is_bad = true;
	return currency;
}

void
mp_put_currency(msgpack_packer *pk, struct currency currency)
{
	mp_put_str(pk, (struct slice){ currency.code, strnlen(currency.code, sizeof currency.code) });
}
