# SPDX-License-Identifier: MIT
if HAVE_POSTGRESQL
libaiexpense_a_SOURCES += src/pg/kv_pg.c src/pg/kv_pg.h
libaiexpense_a_SOURCES += src/pg/pg_conn.c src/pg/pg_conn.h
libaiexpense_a_SOURCES += src/pg/pg_plain.c src/pg/pg_plain.h
libaiexpense_a_SOURCES += src/pg/pg_schema.c src/pg/pg_schema.h
libaiexpense_a_SOURCES += src/pg/store_pg.c src/pg/store_pg.h
libaiexpense_a_SOURCES += src/pg/rows_pg.c src/pg/rows_pg.h
endif
