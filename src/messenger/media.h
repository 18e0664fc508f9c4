/* SPDX-License-Identifier: MIT */
/*
 * Where the platforms keep the pictures that people send: the get_media of each
 * row.  A request carries the bot's token, so that it goes to places of the
 * platform only, whatever the event said.
 */
#ifndef MESSENGER_MEDIA_H
#define MESSENGER_MEDIA_H

#include "messenger.h"

#define MEDIA_OF(name) \
	bool media_of_##name(const struct options *options, const struct media_step *step, struct arena *arena, \
	    struct send_request *request, bool *is_file)

MEDIA_OF(line);
MEDIA_OF(telegram);
MEDIA_OF(slack);
MEDIA_OF(discord);
MEDIA_OF(teams);
MEDIA_OF(whatsapp);

#endif
