/* SPDX-License-Identifier: MIT */
/* "link", "link CODE" and "unlink": what is wanted; message/link.h does it.  See turn.h. */
#include "config.h"

#include "dialogue/turn.h"

#include "message/link.h"

static enum outcome
want(struct turn *turn, enum link_wish wish)
{
	turn->link = wish;
	return DONE;
}

/* Others in a group would read the code, and be faster. */
static enum outcome
want_alone(struct turn *turn, enum link_wish wish)
{
	if (turn->is_direct)
		return want(turn, wish);
	turn->status = MESSAGE_NOTHING;
	turn_say(turn, TEXT_link_alone, NULL);
	return DONE;
}

enum outcome
turn_make_link(struct turn *turn)
{
	return want_alone(turn, LINK_MAKE);
}

enum outcome
turn_use_link(struct turn *turn)
{
	struct slice value = turn->intent.value_count == 1 ? turn->intent.values[0] : SLICE_EMPTY;

	if (link_code_read(value, turn->arena, turn->link_code))
		return want_alone(turn, LINK_USE);
	if (!link_code_is_meant(value, turn->arena))
		return PASS;
	turn->status = MESSAGE_NOTHING;
	turn_say_with(turn, TEXT_link_no_code, SLICE_LITERAL("7KQ2-M9XD"));
	return DONE;
}

enum outcome
turn_end_link(struct turn *turn)
{
	return want(turn, LINK_END);
}
