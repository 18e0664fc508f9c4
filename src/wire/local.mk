# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/wire/address.c src/wire/address.h
libaiexpense_a_SOURCES += src/wire/channel.c src/wire/channel.h
libaiexpense_a_SOURCES += src/wire/frame.c src/wire/frame.h
libaiexpense_a_SOURCES += src/wire/mp.c src/wire/mp.h
libaiexpense_a_SOURCES += src/wire/mp_values.c src/wire/mp_values.h
libaiexpense_a_SOURCES += src/wire/sockets.c src/wire/sockets.h
