# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/base/arena.c src/base/arena.h
libaiexpense_a_SOURCES += src/base/buf.c src/base/buf.h
libaiexpense_a_SOURCES += src/base/counters.c
libaiexpense_a_SOURCES += src/base/fiber.c src/base/fiber.h
libaiexpense_a_SOURCES += src/base/hex.c src/base/hex.h
libaiexpense_a_SOURCES += src/base/log.c src/base/log.h
libaiexpense_a_SOURCES += src/base/log_linear.h
libaiexpense_a_SOURCES += src/base/money.c
libaiexpense_a_SOURCES += src/base/rate_limit.c src/base/rate_limit.h
libaiexpense_a_SOURCES += src/base/status.c
libaiexpense_a_SOURCES += src/base/syslog_line.c src/base/syslog_line.h
libaiexpense_a_SOURCES += src/base/uuid.c src/base/uuid_shared.h

if COVERAGE
libaiexpense_a_SOURCES += src/base/coverage.c
endif
