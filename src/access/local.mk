# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/access/auth.c src/access/auth.h
libaiexpense_a_SOURCES += src/access/caller.c src/access/caller.h
libaiexpense_a_SOURCES += src/access/limits.c src/access/limits.h
