# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/export/csv.c src/export/csv.h
libaiexpense_a_SOURCES += src/export/export.c src/export/export.h
libaiexpense_a_SOURCES += src/export/zip_out.c src/export/zip_out.h
