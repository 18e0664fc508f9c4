# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += \
	include/currency.def \
	include/day.h \
	include/money.h \
	include/slice.h \
	include/status.def \
	include/status.h \
	include/text.h \
	include/understand.h \
	include/uuid.h
