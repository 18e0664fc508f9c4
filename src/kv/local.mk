# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/kv/kv.c src/kv/kv.h src/kv/tables.def
libaiexpense_a_SOURCES += src/kv/kv_lmdb.c src/kv/kv_lmdb.h
libaiexpense_a_SOURCES += src/kv/kv_lmdb_files.c src/kv/kv_lmdb_files.h
libaiexpense_a_SOURCES += src/kv/kv_mem.c src/kv/kv_mem.h
libaiexpense_a_SOURCES += src/kv/map_warmer.c src/kv/map_warmer.h
