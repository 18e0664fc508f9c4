# SPDX-License-Identifier: MIT
sbin_PROGRAMS += aiexpensectl
aiexpensectl_SOURCES =
aiexpensectl_SOURCES += src/ctl/ctl.c
aiexpensectl_SOURCES += src/ctl/ctl_ai.c src/ctl/ctl_ai.h
aiexpensectl_SOURCES += src/ctl/ctl_ask.c src/ctl/ctl_ask.h
aiexpensectl_SOURCES += src/ctl/ctl_chat.c src/ctl/ctl_chat.h
aiexpensectl_SOURCES += src/ctl/ctl_price.c src/ctl/ctl_price.h
aiexpensectl_SOURCES += src/ctl/ctl_profile.c src/ctl/ctl_profile.h
aiexpensectl_SOURCES += src/ctl/ctl_stats.c src/ctl/ctl_stats.h
aiexpensectl_SOURCES += src/ctl/ctl_top.c src/ctl/ctl_top.h
aiexpensectl_SOURCES += src/ctl/stacks.c src/ctl/stacks.h
aiexpensectl_SOURCES += src/ctl/top_view.c src/ctl/top_view.h
aiexpensectl_LDADD = $(LIBS_ALL) $(EDIT_LIBS) $(CURSES_LIBS)
