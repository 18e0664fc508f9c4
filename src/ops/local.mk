# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/ops/commands.c src/ops/commands.h \
	src/ops/ctl_server.c src/ops/ctl_server.h \
	src/ops/keeper.c src/ops/keeper.h \
	src/ops/stats.c \
	src/ops/stats_format.c src/ops/stats_format.h

sbin_PROGRAMS += aiexpensectl
aiexpensectl_SOURCES = src/ops/ctl.c src/ops/ctl_stats.c src/ops/ctl_stats.h
aiexpensectl_LDADD = $(LIBS_ALL)

noinst_PROGRAMS += mkdoc
mkdoc_SOURCES = src/ops/mkdoc.c
mkdoc_LDADD = $(LIBS_ALL)
