# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/api/auth.c src/api/auth.h
libaiexpense_a_SOURCES += src/api/body.c src/api/body.h
libaiexpense_a_SOURCES += src/api/caller.c src/api/caller.h
libaiexpense_a_SOURCES += src/api/expense_http.c src/api/expense_http.h
libaiexpense_a_SOURCES += src/api/expense_json.c src/api/expense_json.h
libaiexpense_a_SOURCES += src/api/handlers.c src/api/handlers.h
libaiexpense_a_SOURCES += src/api/http_category.c
libaiexpense_a_SOURCES += src/api/http_expense.c
libaiexpense_a_SOURCES += src/api/http_expense_id.c
libaiexpense_a_SOURCES += src/api/http_health.c
libaiexpense_a_SOURCES += src/api/http_message.c
libaiexpense_a_SOURCES += src/api/http_summary.c
libaiexpense_a_SOURCES += src/api/http_worker.c
libaiexpense_a_SOURCES += src/api/range.c src/api/range.h
libaiexpense_a_SOURCES += src/api/services.h
