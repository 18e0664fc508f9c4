/* SPDX-License-Identifier: MIT */
/*
 * Faults that are built in on purpose, to see that the test which is there for
 * each one finds it (tests/daemon/operations/test_sabotage.py, configure's
 * --enable-sabotage).  In every other build SABOTAGE is 0.
 */
#ifndef SABOTAGE_H
#define SABOTAGE_H

#define SABOTAGE_EARLY_ACK       1     /* a writer answers first and commits a turn of its loop later */
#define SABOTAGE_NO_FSYNC        2     /* a commit does not wait for the disk */
#define SABOTAGE_NO_DEDUPE       3     /* an idempotency key is never found again */
#define SABOTAGE_NO_OWNER_CHECK  4     /* a user's token is good for whatever user is named */
#define SABOTAGE_LEAK_READER     5     /* a read transaction stays open when it is over */
#define SABOTAGE_LEAK_MEMORY     6     /* each request leaves SABOTAGE_LEAKED bytes behind */
#define SABOTAGE_LEAK_DESCRIPTOR 7     /* a client's connection stays open when it is over */

#define SABOTAGE_LEAKED          4096

#ifndef SABOTAGE
#define SABOTAGE 0
#endif

#endif
