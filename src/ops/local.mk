# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/ops/alert_commands.c
libaiexpense_a_SOURCES += src/ops/commands.c src/ops/commands.h
libaiexpense_a_SOURCES += src/ops/ctl_server.c src/ops/ctl_server.h
libaiexpense_a_SOURCES += src/ops/keyword_commands.c
libaiexpense_a_SOURCES += src/ops/measures.c src/ops/measures.h
libaiexpense_a_SOURCES += src/ops/metrics_server.c src/ops/metrics_server.h
libaiexpense_a_SOURCES += src/ops/provider_stats.c src/ops/provider_stats.h
libaiexpense_a_SOURCES += src/ops/queue_commands.c
libaiexpense_a_SOURCES += src/ops/reload_command.c
libaiexpense_a_SOURCES += src/ops/say_command.c
libaiexpense_a_SOURCES += src/ops/show.c
libaiexpense_a_SOURCES += src/ops/show_ai.c
libaiexpense_a_SOURCES += src/ops/stats.c
libaiexpense_a_SOURCES += src/ops/stats_format.c src/ops/stats_format.h
libaiexpense_a_SOURCES += src/ops/token_commands.c

noinst_PROGRAMS += mkdoc
mkdoc_SOURCES = src/ops/mkdoc.c
mkdoc_LDADD = $(LIBS_ALL)
