# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/crypto/crypto_memory.c src/crypto/crypto_memory.h
libaiexpense_a_SOURCES += src/crypto/sha256.c src/crypto/sha256.h
libaiexpense_a_SOURCES += src/crypto/siphash.c src/crypto/siphash.h
