# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/buf.c src/base/buf.h \
	src/base/clock.c src/base/clock.h \
	src/base/day.c \
	src/base/json_out.c src/base/json_out.h \
	src/base/log.c src/base/log.h \
	src/base/status.c
