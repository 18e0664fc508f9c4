# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	include/counters.def \
	include/counters.h \
	include/day.h \
	include/money.h \
	include/operations.def \
	include/options.def \
	include/slice.h \
	include/status.def \
	include/status.h \
	include/text.h \
	include/understand.h \
	include/uuid.h
