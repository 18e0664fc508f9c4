/* SPDX-License-Identifier: MIT */
/* See job_delivery.h. */
#include "config.h"

#include "job_delivery.h"

#include <string.h>

#include "mp_values.h"
#include "records.h"
#include "text.h"

/* --- a reply ---------------------------------------------------------------------------------- */

void
job_deliver_pack(struct buf *out, const struct outgoing *outgoing)
{
	size_t buttons = outgoing->button_count < REPLY_BUTTONS_MAX ? outgoing->button_count : REPLY_BUTTONS_MAX;
	msgpack_packer pk = mp_packer(out);

	msgpack_pack_array(&pk, 6);
	mp_put_bin(&pk, outgoing->deliver_to.ptr, outgoing->deliver_to.len);
	mp_put_str(&pk, outgoing->text);
	msgpack_pack_array(&pk, buttons);
	for (size_t i = 0; i < buttons; i++) {
		msgpack_pack_array(&pk, 2);
		mp_put_str(&pk, outgoing->buttons[i].label);
		mp_put_str(&pk, outgoing->buttons[i].data);
	}
	mp_put_uuid(&pk, &outgoing->message_id);
	msgpack_pack_unsigned_int(&pk, outgoing->step);
	mp_put_bool(&pk, outgoing->is_notice);
}

static void
unpack_buttons(struct mp *mp, struct outgoing *outgoing, struct reply_button *buttons)
{
	outgoing->buttons = buttons;
	outgoing->button_count = mp_array(mp);
	if (outgoing->button_count > REPLY_BUTTONS_MAX) {
		outgoing->button_count = 0;
		mp->is_bad = true;
	}
	for (size_t i = 0; i < outgoing->button_count; i++) {
		uint32_t more;

		mp_array_of(mp, 2, &more);
		buttons[i] = (struct reply_button){ .label = mp_str(mp) };
		buttons[i].data = mp_str(mp);
		mp_skip(mp, more);
	}
}

bool
job_deliver_unpack(struct slice body, struct outgoing *outgoing, struct reply_button buttons[REPLY_BUTTONS_MAX])
{
	struct mp mp = mp_of(body);
	uint32_t more;

	*outgoing = (struct outgoing){ .step = 0 };
	mp_array_of(&mp, 6, &more);
	outgoing->deliver_to = mp_bin(&mp);
	outgoing->text = mp_str(&mp);
	unpack_buttons(&mp, outgoing, buttons);
	mp_uuid(&mp, &outgoing->message_id);
	outgoing->step = (unsigned)mp_int_in(&mp, 0, UINT16_MAX);
	outgoing->is_notice = mp_bool(&mp);
	mp_skip(&mp, more);
	return mp_end(&mp) && text_is_utf8(outgoing->text) && messenger_of(outgoing->deliver_to) != NULL;
}

/* --- what came of it -------------------------------------------------------------------------- */

void
job_outcome_pack(msgpack_packer *pk, const struct send_outcome *outcome)
{
	msgpack_pack_array(pk, 5);
	msgpack_pack_unsigned_int(pk, outcome->result);
	msgpack_pack_unsigned_int(pk, outcome->step);
	mp_put_str(pk, outcome->ref);
	msgpack_pack_int64(pk, outcome->after_ms);
	mp_put_str(pk, outcome->why != NULL ? slice_of(outcome->why) : SLICE_EMPTY);
}

bool
job_outcome_unpack(struct slice body, struct send_outcome *outcome, char why[SEND_WHY_MAX])
{
	struct mp mp = mp_of(body);
	struct slice text;
	uint32_t more;

	*outcome = (struct send_outcome){ .why = why };
	mp_array_of(&mp, 5, &more);
	outcome->result = (enum send_result)mp_int_in(&mp, SEND_DONE, SEND_REJECTED);
	outcome->step = (unsigned)mp_int_in(&mp, 0, UINT16_MAX);
	outcome->ref = mp_str(&mp);
	outcome->after_ms = mp_int(&mp);
	text = mp_str(&mp);
	mp_skip(&mp, more);
	if (text.len >= SEND_WHY_MAX)
		text.len = SEND_WHY_MAX - 1;
	if (text.len > 0)
		memcpy(why, text.ptr, text.len);
	why[text.len] = '\0';
	return mp_end(&mp) && outcome->result != SEND_NEXT && outcome->after_ms >= 0 && outcome->ref.len <= REFERENCE_MAX;
}

/* --- keys ------------------------------------------------------------------------------------- */

void
job_keys_pack(struct buf *out, const struct messenger *messenger)
{
	msgpack_packer pk = mp_packer(out);

	mp_put_str(&pk, slice_of(messenger->name));
}

const struct messenger *
job_keys_unpack(struct slice body)
{
	struct mp mp = mp_of(body);
	const struct messenger *messenger = messenger_find(mp_str(&mp));

	return mp_end(&mp) && messenger != NULL && messenger->get_keys != NULL ? messenger : NULL;
}

void
job_keys_answer_pack(msgpack_packer *pk, enum status st, struct slice keys)
{
	msgpack_pack_array(pk, 2);
	msgpack_pack_unsigned_int(pk, st);
	mp_put_bin(pk, keys.ptr, keys.len);
}

bool
job_keys_answer_unpack(struct slice body, enum status *st, struct slice *keys)
{
	struct mp mp = mp_of(body);
	uint32_t more;

	mp_array_of(&mp, 2, &more);
	*st = status_from_wire(mp_uint(&mp));
	*keys = mp_bin(&mp);
	mp_skip(&mp, more);
	return mp_end(&mp);
}
