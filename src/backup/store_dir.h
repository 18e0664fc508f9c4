/* SPDX-License-Identifier: MIT */
/* Directories that hold a store: how one is locked, removed, and put in its place when it is whole. */
#ifndef STORE_DIR_H
#define STORE_DIR_H

#include <limits.h>
#include <stdbool.h>

/* false after logging that the path is too long. */
bool store_dir_path(char path[PATH_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A descriptor that holds the lock until it is closed, or -1 after logging; whose is told when it is taken. */
int store_dir_lock(const char *directory, const char *name, const char *whose);

/* Remove a store, or what there is of it: directories of files.  false after logging. */
bool store_dir_remove(const char *path);

/* Rename within the directory, on disk.  false after logging. */
bool store_dir_rename(const char *from, const char *to, const char *directory);

/* Whether a store can come to this path: nothing but a daemon's lock may be there.  false after logging. */
bool store_dir_is_free(const char *path);

/* The store that was made at one path gets another, which is free.  false after logging. */
bool store_dir_take(const char *made, const char *path);

/* The same for who holds the lock of that path. */
bool store_dir_replace(const char *made, const char *path);

#endif
