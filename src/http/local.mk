# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/http/access_log.c src/http/access_log.h \
	src/http/ascii.h \
	src/http/reader.c src/http/reader.h \
	src/http/route.c src/http/route.h \
	src/http/target.c src/http/target.h
