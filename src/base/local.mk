# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/buf.c src/base/buf.h \
	src/base/channel.c src/base/channel.h \
	src/base/clock.c src/base/clock.h \
	src/base/counters.c \
	src/base/day.c \
	src/base/fd.c src/base/fd.h \
	src/base/frame.c src/base/frame.h \
	src/base/log.c src/base/log.h \
	src/base/mp.c src/base/mp.h \
	src/base/options.c src/base/options.h src/base/options_file.c \
	src/base/sockets.c src/base/sockets.h \
	src/base/status.c \
	src/base/uuid.c
