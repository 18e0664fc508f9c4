# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += include/currency.def
libaiexpense_a_SOURCES += include/day.h
libaiexpense_a_SOURCES += include/money.h
libaiexpense_a_SOURCES += include/slice.h
libaiexpense_a_SOURCES += include/status.h
libaiexpense_a_SOURCES += include/status.def
libaiexpense_a_SOURCES += include/text.h
libaiexpense_a_SOURCES += include/understand.h
libaiexpense_a_SOURCES += include/uuid.h
libaiexpense_a_SOURCES += include/records.h include/store.h include/options.def include/counters.def include/counters.h include/operations.def
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
	include/understand.h
