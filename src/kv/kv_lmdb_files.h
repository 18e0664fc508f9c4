/* SPDX-License-Identifier: MIT */
/* The directory of an LMDB environment: what LMDB itself leaves undone about its files. */
#ifndef KV_LMDB_FILES_H
#define KV_LMDB_FILES_H

#include <stdbool.h>

/*
 * Make the directory, and the lock file with real blocks: LMDB would make it
 * sparse and write to it through memory, which ends the process on a full
 * disk.  false after logging.
 */
bool lmdb_files_make(const char *path);

/* Whether the data is there; the lock file is made again if it is not.  false after logging. */
bool lmdb_files_check(const char *path);

/* Put the files' names on disk as well.  false after logging. */
bool lmdb_files_sync(const char *path);

bool lmdb_files_close_on_exec(int fd);

/* Where this process has the file mapped; NULL when that cannot be told. */
const char *lmdb_files_find_map(int fd);

/* fsync a directory.  false after logging. */
bool directory_sync(const char *path);

#endif
