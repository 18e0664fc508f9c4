/* SPDX-License-Identifier: MIT */
/* What understanding one message leaves behind, for who wants to know why. */
#ifndef WORKINGS_H
#define WORKINGS_H

#include "understand/text/tokens.h"

struct workings {
	struct chars  chars;
	struct tokens tokens;              /* after the reduction */
	struct own    own;
};

/* As understand(); notes may be NULL. */
void understand_noting(const struct understand_input *input, struct workings *workings, struct notes *notes, struct understanding *out);

#endif
