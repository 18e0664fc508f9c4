# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/store/batch.c src/store/batch.h
libaiexpense_a_SOURCES += src/store/command.c src/store/command.h
libaiexpense_a_SOURCES += src/store/command_ai_cost.c
libaiexpense_a_SOURCES += src/store/command_expense.c
libaiexpense_a_SOURCES += src/store/command_inbox.c
libaiexpense_a_SOURCES += src/store/command_parts.c src/store/command_parts.h
libaiexpense_a_SOURCES += src/store/command_token.c
libaiexpense_a_SOURCES += src/store/command_user.c
libaiexpense_a_SOURCES += src/store/engine.h
libaiexpense_a_SOURCES += src/store/layout.c src/store/layout.h
libaiexpense_a_SOURCES += src/store/ledger_hash.c src/store/ledger_hash.h
libaiexpense_a_SOURCES += src/store/person.c src/store/person.h
libaiexpense_a_SOURCES += src/store/store.c
libaiexpense_a_SOURCES += src/store/store_lmdb.c
libaiexpense_a_SOURCES += src/store/store_mem.c
libaiexpense_a_SOURCES += src/store/writer.c
libaiexpense_a_SOURCES += src/store/writer_link.c src/store/writer_link.h
