# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/time/backoff.c src/time/backoff.h
libaiexpense_a_SOURCES += src/time/clock.c src/time/clock.h
libaiexpense_a_SOURCES += src/time/day.c
libaiexpense_a_SOURCES += src/time/latest_id.c src/time/latest_id.h
libaiexpense_a_SOURCES += src/time/zone.c src/time/zone.h
libaiexpense_a_SOURCES += src/time/zone_rule.c src/time/zone_rule.h
