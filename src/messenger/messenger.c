/* SPDX-License-Identifier: MIT */
/* The table of messengers, and which of them are configured. */
#include "config.h"

#include "messenger.h"

#include "options.h"
#include "rows.h"

const struct messenger *const messengers[] = {
	&messenger_line, &messenger_telegram, &messenger_slack, &messenger_discord, &messenger_teams, &messenger_whatsapp,
};
const size_t messenger_count = sizeof messengers / sizeof messengers[0];

const struct messenger *
messenger_find(struct slice name)
{
	for (size_t i = 0; i < messenger_count; i++)
		if (slice_equal(name, slice_of(messengers[i]->name)))
			return messengers[i];
	return NULL;
}

static bool
is_set(const struct messenger *messenger, const char *need, const struct options *options)
{
	const struct option_row *row = option_find(messenger->name, need);
	const void *field = (const char *)options + row->offset;

	switch (row->type) {
	case OPTION_SECRET_FILE: return ((const option_SECRET_FILE *)field)->value != NULL;
	case OPTION_LIST: return ((const option_LIST *)field)->count > 0;
	default: return (*(const option_TEXT *)field)[0] != '\0';
	}
}

static size_t
count_set(const struct messenger *messenger, const struct options *options, size_t *needed)
{
	size_t count = 0;

	for (*needed = 0; *needed < MESSENGER_NEEDS_MAX && messenger->needs[*needed] != NULL; (*needed)++)
		count += is_set(messenger, messenger->needs[*needed], options);
	return count;
}

bool
messenger_is_configured(const struct messenger *messenger, const struct options *options)
{
	size_t needed;

	return count_set(messenger, options, &needed) == needed;
}

bool
messenger_check(const struct options *options, struct buf *errors)
{
	bool is_ok = true;

	for (size_t i = 0; i < messenger_count; i++) {
		size_t needed, set = count_set(messengers[i], options, &needed);

		for (size_t n = 0; n < needed && set > 0 && set < needed; n++) {
			if (is_set(messengers[i], messengers[i]->needs[n], options))
				continue;
			buf_printf(errors, "%s.%s is needed too\n", messengers[i]->name, messengers[i]->needs[n]);
			is_ok = false;
		}
	}
	return is_ok;
}

void
messenger_judge_silence(const struct outgoing *outgoing, struct arena *arena, struct send_outcome *outcome)
{
	struct send_response silence = { .retry_after_s = -1 };

	messenger_of(outgoing->deliver_to)->judge(outgoing, &silence, arena, outcome);
	outcome->result = SEND_RETRY;
}
