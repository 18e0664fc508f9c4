/* SPDX-License-Identifier: MIT */
/*
 * Whether memory ran out in the cryptographic library, which says no to a true
 * signature then, as it does to a forged one.  Of the process, not for threads.
 */
#ifndef CRYPTO_MEMORY_H
#define CRYPTO_MEMORY_H

#include <stdbool.h>

/* Before anything else is asked of the library; without it nothing is noticed. */
void crypto_memory_init(void);

/* Whether something was asked for in vain since crypto_memory_watch. */
void crypto_memory_watch(void);
bool crypto_memory_ran_out(void);

#endif
