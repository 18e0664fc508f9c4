/* SPDX-License-Identifier: MIT */
/* The syntax of language tags (BCP 47, RFC 5646 section 2.1). */
#ifndef LANGUAGE_TAG_H
#define LANGUAGE_TAG_H

#include <stdbool.h>

#include "slice.h"

/*
 * Whether it is a well-formed tag ("zh-Hant-TW", "de-CH-1996", "en-u-ca-gregory",
 * "x-private"); not whether its parts are registered.  The tags that RFC 5646
 * keeps from before its grammar ("i-klingon") are not taken.
 */
bool language_tag_is_well_formed(struct slice tag);

#endif
