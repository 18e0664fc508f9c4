# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/message/message.c src/message/message.h
libaiexpense_a_SOURCES += src/message/message_parts.c
libaiexpense_a_SOURCES += src/message/own_words.c
