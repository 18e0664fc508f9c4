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
