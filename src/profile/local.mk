# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/profile/build_id.c src/profile/build_id.h
libaiexpense_a_SOURCES += src/profile/heap.c src/profile/heap.h
libaiexpense_a_SOURCES += src/profile/profile.c src/profile/profile.h
libaiexpense_a_SOURCES += src/profile/profile_command.c
libaiexpense_a_SOURCES += src/profile/profile_text.c src/profile/profile_text.h
libaiexpense_a_SOURCES += src/profile/symbols.c src/profile/symbols.h
