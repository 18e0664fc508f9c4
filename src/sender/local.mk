# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/sender/credential.c src/sender/credential.h
libaiexpense_a_SOURCES += src/sender/key_fetch.c src/sender/key_fetch.h
libaiexpense_a_SOURCES += src/sender/send_call.c src/sender/send_call.h
libaiexpense_a_SOURCES += src/sender/sender.c src/sender/sender.h
libaiexpense_a_SOURCES += src/sender/media_fetch.c src/sender/media_fetch.h
