# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/config/options.c src/config/options.h
libaiexpense_a_SOURCES += src/config/options_file.c
