# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/chat/reply.c src/chat/reply.h
libaiexpense_a_SOURCES += src/chat/texts.def
libaiexpense_a_SOURCES += src/chat/say.c src/chat/say.h
