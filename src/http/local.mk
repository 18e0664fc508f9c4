# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/http/access_log.c src/http/access_log.h
libaiexpense_a_SOURCES += src/http/ascii.h
libaiexpense_a_SOURCES += src/http/conn.c src/http/conn.h
libaiexpense_a_SOURCES += src/http/cors.c src/http/cors.h
libaiexpense_a_SOURCES += src/http/exchange.c
libaiexpense_a_SOURCES += src/http/reader.c src/http/reader.h
libaiexpense_a_SOURCES += src/http/reply.c src/http/reply.h
libaiexpense_a_SOURCES += src/http/request.h
libaiexpense_a_SOURCES += src/http/route.c src/http/route.h
libaiexpense_a_SOURCES += src/http/server.c src/http/server.h
libaiexpense_a_SOURCES += src/http/target.c src/http/target.h
