/* SPDX-License-Identifier: MIT */
/* "show stats" laid out for a person. */
#ifndef CTL_STATS_H
#define CTL_STATS_H

#include <stdio.h>

/* text is the answer to "show stats", ended by a NUL; it is cut into pieces. */
void ctl_stats_print(char *text, FILE *out);

#endif
