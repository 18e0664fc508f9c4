# SPDX-License-Identifier: MIT

bin_PROGRAMS =
sbin_PROGRAMS = aiexpensed
aiexpensed_SOURCES = src/master/main.c
aiexpensed_LDADD = $(LIBS_ALL)
