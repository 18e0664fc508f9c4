# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/buf.c src/base/buf.h \
	src/base/channel.c src/base/channel.h \
	src/base/clock.c src/base/clock.h \
	src/base/day.c \
	src/base/fd.c src/base/fd.h \
	src/base/frame.c src/base/frame.h \
	src/base/log.c src/base/log.h \
<<<<<<< HEAD
	src/base/mp.c src/base/mp.h \
	src/base/status.c \
	src/base/uuid.c
=======
	src/base/money.c \
	src/base/status.c \
	src/base/text.c \
	src/base/zone.c src/base/zone.h \
	src/base/zone_rule.c src/base/zone_rule.h
>>>>>>> 87f13b91bed9415c2a0632ad0eb588a135090249
