# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/text/fold.c src/text/fold.h
libaiexpense_a_SOURCES += src/text/json_memory.c src/text/json_memory.h
libaiexpense_a_SOURCES += src/text/json_out.c src/text/json_out.h
libaiexpense_a_SOURCES += src/text/language_tag.c src/text/language_tag.h
libaiexpense_a_SOURCES += src/text/text.c
