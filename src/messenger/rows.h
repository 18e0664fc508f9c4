/* SPDX-License-Identifier: MIT */
/* The rows of the table, each from its own file. */
#ifndef MESSENGER_ROWS_H
#define MESSENGER_ROWS_H

#include "messenger.h"

extern const struct messenger messenger_line, messenger_telegram, messenger_slack, messenger_discord, messenger_teams,
    messenger_whatsapp;

#endif
