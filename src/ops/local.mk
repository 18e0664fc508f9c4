# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/ops/commands.c src/ops/commands.h
libaiexpense_a_SOURCES += src/ops/ctl_server.c src/ops/ctl_server.h
libaiexpense_a_SOURCES += src/ops/ai_budget.c src/ops/ai_budget.h
libaiexpense_a_SOURCES += src/ops/category_moves.c src/ops/category_moves.h
libaiexpense_a_SOURCES += src/ops/deletion.c src/ops/deletion.h
libaiexpense_a_SOURCES += src/ops/keeper.c src/ops/keeper.h
libaiexpense_a_SOURCES += src/ops/measures.c src/ops/measures.h
libaiexpense_a_SOURCES += src/ops/metrics_server.c src/ops/metrics_server.h
libaiexpense_a_SOURCES += src/ops/redrive.c src/ops/redrive.h
libaiexpense_a_SOURCES += src/ops/reload_command.c
libaiexpense_a_SOURCES += src/ops/retention.c src/ops/retention.h
libaiexpense_a_SOURCES += src/ops/show.c
libaiexpense_a_SOURCES += src/ops/show_ai.c
libaiexpense_a_SOURCES += src/ops/queue_commands.c
libaiexpense_a_SOURCES += src/ops/say_command.c
libaiexpense_a_SOURCES += src/ops/stats.c
libaiexpense_a_SOURCES += src/ops/stats_format.c src/ops/stats_format.h
libaiexpense_a_SOURCES += src/ops/token_commands.c

sbin_PROGRAMS += aiexpensectl
aiexpensectl_SOURCES = src/ops/ctl.c src/ops/ctl_ai.c src/ops/ctl_ai.h src/ops/ctl_ask.c src/ops/ctl_ask.h \
	src/ops/ctl_chat.c src/ops/ctl_chat.h src/ops/ctl_stats.c src/ops/ctl_stats.h src/ops/ctl_top.c src/ops/ctl_top.h \
	src/ops/top_view.c src/ops/top_view.h
aiexpensectl_LDADD = $(LIBS_ALL) $(EDIT_LIBS) $(CURSES_LIBS)

noinst_PROGRAMS += mkdoc
mkdoc_SOURCES = src/ops/mkdoc.c
mkdoc_LDADD = $(LIBS_ALL)
