# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/message/inbox.c src/message/inbox.h
libaiexpense_a_SOURCES += src/message/incoming.c
libaiexpense_a_SOURCES += src/message/jobs.c src/message/jobs.h
libaiexpense_a_SOURCES += src/message/keep_picture.c src/message/keep_picture.h
libaiexpense_a_SOURCES += src/message/link.c src/message/link.h
libaiexpense_a_SOURCES += src/message/message.c src/message/message.h
libaiexpense_a_SOURCES += src/message/message_parts.c
libaiexpense_a_SOURCES += src/message/own_words.c
libaiexpense_a_SOURCES += src/message/own_topics.c src/message/own_topics.h src/message/own_topics.def
libaiexpense_a_SOURCES += src/message/suggest.c src/message/suggest.h
