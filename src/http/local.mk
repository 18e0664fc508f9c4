# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/http/access_log.c src/http/access_log.h
libaiexpense_a_SOURCES += src/http/ascii.h
libaiexpense_a_SOURCES += src/http/auth.c src/http/auth.h
libaiexpense_a_SOURCES += src/http/body.c src/http/body.h
libaiexpense_a_SOURCES += src/http/expense_json.c src/http/expense_json.h
libaiexpense_a_SOURCES += src/http/handlers.c src/http/handlers.h
libaiexpense_a_SOURCES += src/http/http_expense.c
libaiexpense_a_SOURCES += src/http/http_health.c
libaiexpense_a_SOURCES += src/http/http_message.c
libaiexpense_a_SOURCES += src/http/reader.c src/http/reader.h
libaiexpense_a_SOURCES += src/http/route.c src/http/route.h
libaiexpense_a_SOURCES += src/http/services.h
libaiexpense_a_SOURCES += src/http/target.c src/http/target.h
libaiexpense_a_SOURCES += src/http/worker.c
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
