# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/buf.c src/base/buf.h \
	src/base/clock.c src/base/clock.h \
	src/base/day.c \
	src/base/log.c src/base/log.h \
	src/base/money.c \
	src/base/status.c \
	src/base/text.c \
	src/base/zone.c src/base/zone.h \
	src/base/zone_rule.c src/base/zone_rule.h
