# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/master/child.c src/master/child.h \
	src/master/child_loop.c src/master/child_loop.h \
	src/master/listener.c src/master/listener.h \
	src/master/master.c src/master/master.h \
	src/master/notify.c \
	src/master/place.c \
	src/master/roles.c \
	src/master/spawn.c \
	src/master/stop.c \
	src/master/stubs.c \
	src/master/watch.c

bin_PROGRAMS =
sbin_PROGRAMS = aiexpensed
aiexpensed_SOURCES = src/master/main.c
aiexpensed_LDADD = $(LIBS_ALL)
