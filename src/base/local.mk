# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/base/arena.c src/base/arena.h
libaiexpense_a_SOURCES += src/base/buf.c src/base/buf.h
libaiexpense_a_SOURCES += src/base/channel.c src/base/channel.h
libaiexpense_a_SOURCES += src/base/clock.c src/base/clock.h
libaiexpense_a_SOURCES += src/base/day.c
libaiexpense_a_SOURCES += src/base/fd.c src/base/fd.h
libaiexpense_a_SOURCES += src/base/frame.c src/base/frame.h
libaiexpense_a_SOURCES += src/base/log.c src/base/log.h
libaiexpense_a_SOURCES += src/base/money.c
libaiexpense_a_SOURCES += src/base/mp.c src/base/mp.h
libaiexpense_a_SOURCES += src/base/status.c
libaiexpense_a_SOURCES += src/base/text.c
libaiexpense_a_SOURCES += src/base/uuid.c
libaiexpense_a_SOURCES += src/base/zone.c src/base/zone.h
libaiexpense_a_SOURCES += src/base/zone_rule.c src/base/zone_rule.h
libaiexpense_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/buf.c src/base/buf.h \
	src/base/clock.c src/base/clock.h \
	src/base/counters.c \
	src/base/day.c \
	src/base/json_out.c src/base/json_out.h \
	src/base/log.c src/base/log.h \
	src/base/options.c src/base/options.h src/base/options_file.c \
	src/base/sockets.c src/base/sockets.h \
	src/base/status.c
