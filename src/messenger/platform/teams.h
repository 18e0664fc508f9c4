/* SPDX-License-Identifier: MIT */
/* What goes out to Microsoft Teams, and the fields of deliver_to. */
#ifndef TEAMS_H
#define TEAMS_H

#include "messenger/messenger.h"

enum { TO_NAME, TO_CONVERSATION, TO_SERVICE_URL, TO_ACTIVITY, TO_PERSON, TO_BOT, TO_FIELDS };

bool teams_build(const struct outgoing *outgoing, struct arena *arena, struct send_request *request, const char **why);
void teams_judge(const struct outgoing *outgoing, const struct send_response *response, struct arena *arena,
    struct send_outcome *outcome);
bool teams_get_credential(const struct options *options, struct arena *arena, struct send_request *request, const char **why);
bool teams_read_credential(struct slice body, struct arena *arena, struct slice *credential, int64_t *lives_s);

/* Whether our token may be sent there: https, and a host that teams.service_hosts names or ends. */
bool teams_is_service_url(const struct options *options, struct slice url);

#endif
