/* SPDX-License-Identifier: MIT */
/* What goes out to Discord, and the fields of deliver_to: the token of the interaction, when it came, whether only its sender sees the answer. */
#ifndef DISCORD_H
#define DISCORD_H

#include "messenger/messenger.h"

enum { TO_NAME, TO_CHANNEL, TO_TOKEN, TO_RECEIVED_S, TO_PRIVATE, TO_FIELDS };

bool discord_build(const struct outgoing *outgoing, struct arena *arena, struct send_request *request, const char **why);

void discord_judge(const struct outgoing *outgoing, const struct send_response *response, struct arena *arena,
    struct send_outcome *outcome);

#endif
