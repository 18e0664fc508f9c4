/* SPDX-License-Identifier: MIT */
/* msgpack readers and packers of the values that several records and frames hold. */
#ifndef MP_VALUES_H
#define MP_VALUES_H

#include "day.h"
#include "money.h"
#include "mp.h"

/* Numbers within limits, both included; others turn mp bad. */
uint32_t mp_u32(struct mp *mp);
int      mp_int_in(struct mp *mp, int min, int max);
day_t    mp_day(struct mp *mp);

/* A currency of the table, or none (an empty code). */
struct currency mp_currency(struct mp *mp);
void mp_put_currency(msgpack_packer *pk, struct currency currency);

#endif
