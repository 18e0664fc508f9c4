/* SPDX-License-Identifier: MIT */
/* The policies that there are, and what they say until somebody has written others: version 1 of each. */
#ifndef POLICY_TEXTS_H
#define POLICY_TEXTS_H

enum policy_key { POLICY_PRIVACY, POLICY_TERMS, POLICIES };

struct policy_text {
	const char *key, *title, *text;
};

/* By enum policy_key, in the order of the choice policy_key in members.def. */
extern const struct policy_text policy_texts[POLICIES];

#endif
