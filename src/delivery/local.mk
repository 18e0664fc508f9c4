# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/delivery/delivery.c src/delivery/delivery.h
