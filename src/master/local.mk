# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/master/child.c src/master/child.h
libaiexpense_a_SOURCES += src/master/child_loop.c src/master/child_loop.h
libaiexpense_a_SOURCES += src/master/config_read.c src/master/config_read.h
libaiexpense_a_SOURCES += src/master/generation.c
libaiexpense_a_SOURCES += src/master/listener.c src/master/listener.h
libaiexpense_a_SOURCES += src/master/logs.c
libaiexpense_a_SOURCES += src/master/master.c src/master/master.h
libaiexpense_a_SOURCES += src/master/notify.c
libaiexpense_a_SOURCES += src/master/place.c
libaiexpense_a_SOURCES += src/master/reload.c
libaiexpense_a_SOURCES += src/master/roles.c
libaiexpense_a_SOURCES += src/master/spawn.c
libaiexpense_a_SOURCES += src/master/stop.c
libaiexpense_a_SOURCES += src/master/upgrade.c
libaiexpense_a_SOURCES += src/master/watch.c

sbin_PROGRAMS += aiexpensed
aiexpensed_SOURCES = src/master/main.c src/profile/heap_malloc.c
aiexpensed_LDADD = $(LIBS_ALL)
