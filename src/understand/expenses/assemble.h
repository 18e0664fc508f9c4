/* SPDX-License-Identifier: MIT */
#ifndef ASSEMBLE_H
#define ASSEMBLE_H

#include "understand/text/tokens.h"

/* Make expenses of reduced tokens, or find why there are none.  Sets all of out. */
void assemble(const struct reading *reading, struct currency home, struct understanding *out);

#endif
