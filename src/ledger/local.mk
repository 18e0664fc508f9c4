# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/ledger/key.c src/ledger/key.h
libaiexpense_a_SOURCES += src/ledger/op.c src/ledger/op.h
libaiexpense_a_SOURCES += src/ledger/op_category.c
libaiexpense_a_SOURCES += src/ledger/op_change.c
libaiexpense_a_SOURCES += src/ledger/op_dedupe.c
libaiexpense_a_SOURCES += src/ledger/op_delete_category.c
libaiexpense_a_SOURCES += src/ledger/op_deletion.c
libaiexpense_a_SOURCES += src/ledger/op_expense.c
libaiexpense_a_SOURCES += src/ledger/op_inbox.c
libaiexpense_a_SOURCES += src/ledger/op_keyword.c
libaiexpense_a_SOURCES += src/ledger/op_list.c
libaiexpense_a_SOURCES += src/ledger/op_message.c
libaiexpense_a_SOURCES += src/ledger/op_retention.c
libaiexpense_a_SOURCES += src/ledger/op_token.c
libaiexpense_a_SOURCES += src/ledger/op_totals.c
libaiexpense_a_SOURCES += src/ledger/op_user.c
libaiexpense_a_SOURCES += src/ledger/record.c src/ledger/record.h
