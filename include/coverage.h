/* SPDX-License-Identifier: MIT */
/*
 * Where a build with configure's --enable-coverage keeps the counters of what
 * has run: each process adds its own when it ends, so that it may write there
 * however it is confined.  In every other build there is no such directory.
 */
#ifndef COVERAGE_H
#define COVERAGE_H

#ifdef COVERAGE_DIRECTORY
#define COVERAGE_ALLOW(landlock) landlock_allow(landlock, COVERAGE_DIRECTORY, FILE_READ | FILE_WRITE | FILE_MAKE)
#else
#define COVERAGE_ALLOW(landlock) ((void)0)
#endif

#endif
