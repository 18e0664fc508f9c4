# SPDX-License-Identifier: MIT
libaiexpense_a_SOURCES += src/backup/backup.c src/backup/backup.h
libaiexpense_a_SOURCES += src/backup/backup_command.c src/backup/backup_command.h
libaiexpense_a_SOURCES += src/backup/check.c src/backup/check.h
libaiexpense_a_SOURCES += src/backup/check_links.c src/backup/check_links.h
libaiexpense_a_SOURCES += src/backup/schedule.c src/backup/schedule.h
libaiexpense_a_SOURCES += src/backup/store_dir.c src/backup/store_dir.h
