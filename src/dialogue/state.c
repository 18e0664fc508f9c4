/* SPDX-License-Identifier: MIT */
/* See state.h. */
#include "config.h"

#include "state.h"

#include "mp_values.h"

enum { STATE_VERSION = 2 };      /* 1 had not who asked and who changed */

static void
pack_ids(msgpack_packer *pk, const struct uuid *ids, size_t count)
{
	msgpack_pack_array(pk, count);
	for (size_t i = 0; i < count; i++)
		mp_put_uuid(pk, &ids[i]);
}

static void
pack_edit(msgpack_packer *pk, const struct edit *edit)
{
	msgpack_pack_unsigned_int(pk, edit->doing);
	msgpack_pack_int64(pk, edit->amount_minor);
	mp_put_str(pk, slice_of(edit->currency.code));
	mp_put_bool(pk, edit->has_currency);
	msgpack_pack_int32(pk, edit->day);
	mp_put_uuid(pk, &edit->category_id);
	mp_put_str(pk, edit->text);
}

void
state_pack(struct buf *out, const struct state *state)
{
	msgpack_packer pk = mp_packer(out);

	msgpack_pack_unsigned_int(&pk, STATE_VERSION);
	msgpack_pack_unsigned_int(&pk, state->asked);
	msgpack_pack_int64(&pk, state->asked_until_ms);
	mp_put_uuid(&pk, &state->asked_by);
	msgpack_pack_unsigned_int(&pk, state->language);
	mp_put_str(&pk, state->text);
	mp_put_str(&pk, state->name);
	mp_put_uuid(&pk, &state->category);
	pack_ids(&pk, state->choices, state->choice_count);
	pack_edit(&pk, &state->edit);
	msgpack_pack_array(&pk, state->step_count);
	for (size_t i = 0; i < state->step_count; i++) {
		mp_put_bool(&pk, state->steps[i].is_deletion);
		msgpack_pack_int64(&pk, state->steps[i].at_ms);
		mp_put_uuid(&pk, &state->steps[i].by);
		pack_ids(&pk, state->steps[i].ids, state->steps[i].count);
	}
	msgpack_pack_array(&pk, state->never_count);
	for (size_t i = 0; i < state->never_count; i++)
		mp_put_str(&pk, state->never[i]);
}

static size_t
read_ids(struct mp *mp, struct uuid *ids, size_t max)
{
	size_t count = mp_array(mp);

	if (count > max) {
		mp->is_bad = true;
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		mp_uuid(mp, &ids[i]);
	return count;
}

static struct slice
read_text(struct mp *mp, struct arena *arena)
{
	return arena_copy(arena, mp_str(mp));
}

static void
read_edit(struct mp *mp, struct arena *arena, struct edit *edit)
{
	edit->doing = (enum doing)mp_int_in(mp, 0, DOINGS - 1);
	edit->amount_minor = mp_int(mp);
	edit->currency = mp_currency(mp);
	edit->has_currency = mp_bool(mp);
	edit->day = mp_int_in(mp, INT32_MIN, INT32_MAX);
	mp_uuid(mp, &edit->category_id);
	edit->text = read_text(mp, arena);
}

static void
read_steps(struct mp *mp, uint64_t version, struct state *state)
{
	state->step_count = mp_array(mp);
	if (state->step_count > STEPS_MAX)
		mp->is_bad = true;
	for (size_t i = 0; !mp->is_bad && i < state->step_count; i++) {
		state->steps[i].is_deletion = mp_bool(mp);
		state->steps[i].at_ms = mp_int(mp);
		if (version > 1)
			mp_uuid(mp, &state->steps[i].by);
		state->steps[i].count = read_ids(mp, state->steps[i].ids, MESSAGE_EXPENSES_MAX);
	}
}

void
state_unpack(struct slice packed, struct arena *arena, struct state *state)
{
	struct mp mp = mp_of(packed);
	uint64_t version;

	memset(state, 0, sizeof *state);
	version = mp_uint(&mp);
	if (version == 0 || version > STATE_VERSION)
		return;
	state->asked = (enum asked)mp_int_in(&mp, 0, ASKED_KINDS - 1);
	state->asked_until_ms = mp_int(&mp);
	if (version > 1)
		mp_uuid(&mp, &state->asked_by);
	state->language = (enum language)mp_int_in(&mp, 0, LANGUAGES - 1);
	state->text = read_text(&mp, arena);
	state->name = read_text(&mp, arena);
	mp_uuid(&mp, &state->category);
	state->choice_count = read_ids(&mp, state->choices, CHOICES_MAX);
	read_edit(&mp, arena, &state->edit);
	read_steps(&mp, version, state);
	state->never_count = mp_array(&mp);
	if (state->never_count > NEVER_MAX)
		mp.is_bad = true;
	for (size_t i = 0; !mp.is_bad && i < state->never_count; i++)
		state->never[i] = read_text(&mp, arena);
	if (!mp_end(&mp))
		memset(state, 0, sizeof *state);
}

struct step *
state_add_step(struct state *state, bool is_deletion, int64_t at_ms, const struct uuid *by)
{
	struct step *step;

	if (state->step_count == STEPS_MAX)
		memmove(state->steps, state->steps + 1, --state->step_count * sizeof state->steps[0]);
	step = &state->steps[state->step_count++];
	*step = (struct step){ .is_deletion = is_deletion, .at_ms = at_ms, .by = *by };
	return step;
}
