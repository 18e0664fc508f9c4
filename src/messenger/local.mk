# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/messenger/platform/discord.c src/messenger/platform/discord.h
libaiexpense_a_SOURCES += src/messenger/platform/discord_send.c
libaiexpense_a_SOURCES += src/messenger/form.c src/messenger/form.h
libaiexpense_a_SOURCES += src/messenger/jwt.c src/messenger/jwt.h
libaiexpense_a_SOURCES += src/messenger/platform/line.c
libaiexpense_a_SOURCES += src/messenger/media.c src/messenger/media.h
libaiexpense_a_SOURCES += src/messenger/messenger.c src/messenger/messenger.h
libaiexpense_a_SOURCES += src/messenger/parts.c src/messenger/parts.h
libaiexpense_a_SOURCES += src/messenger/requests.c
libaiexpense_a_SOURCES += src/messenger/rows.h
libaiexpense_a_SOURCES += src/messenger/signature.c src/messenger/signature.h
libaiexpense_a_SOURCES += src/messenger/platform/slack.c
libaiexpense_a_SOURCES += src/messenger/platform/teams.c src/messenger/platform/teams.h
libaiexpense_a_SOURCES += src/messenger/platform/teams_send.c
libaiexpense_a_SOURCES += src/messenger/platform/telegram.c
libaiexpense_a_SOURCES += src/messenger/platform/whatsapp.c
