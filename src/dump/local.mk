# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/dump/dump.c src/dump/dump.h
libaiexpense_a_SOURCES += src/dump/metric_sums.c src/dump/metric_sums.h
libaiexpense_a_SOURCES += src/dump/reshard.c src/dump/reshard.h
libaiexpense_a_SOURCES += src/dump/rows.c src/dump/rows.h
libaiexpense_a_SOURCES += src/dump/rows_lmdb.c src/dump/rows_lmdb.h
libaiexpense_a_SOURCES += src/dump/stream.h src/dump/stream_in.c src/dump/stream_out.c
