# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/store/person.c src/store/person.h
