# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	src/http/access_log.c src/http/access_log.h \
	src/http/ascii.h \
	src/http/conn.c src/http/conn.h \
	src/http/exchange.c \
	src/http/reader.c src/http/reader.h \
	src/http/reply.c src/http/reply.h \
	src/http/request.h \
	src/http/route.c src/http/route.h \
	src/http/server.c src/http/server.h \
	src/http/target.c src/http/target.h
