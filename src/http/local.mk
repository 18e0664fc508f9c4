# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/http/ascii.h \
	src/http/reader.c src/http/reader.h \
	src/http/target.c src/http/target.h
