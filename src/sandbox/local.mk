# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/sandbox/confine.h
libaiexpense_a_SOURCES += src/sandbox/landlock.c
libaiexpense_a_SOURCES += src/sandbox/sandbox.c src/sandbox/sandbox.h
libaiexpense_a_SOURCES += src/sandbox/syscalls.c
