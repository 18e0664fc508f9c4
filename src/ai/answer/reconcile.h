/* SPDX-License-Identifier: MIT */
/*
 * What a provider says, made to fit what the rules read and what the message
 * says.  A provider is not trusted: an amount, a description or an account that
 * does not stand in the message is not taken, whatever the model was talked
 * into, and then the rules speak alone.
 */
#ifndef RECONCILE_H
#define RECONCILE_H

#include <jansson.h>

#include "understand.h"

enum reconciled {
	RECONCILED,                /* the provider spoke: result is its answer with what the rules know better */
	RECONCILED_SAME,           /* the rules were sure, or it said nothing that they do not: result is as it was */
	RECONCILED_DISBELIEVED,    /* it says what the message does not; result is as it was */
	RECONCILED_UNSOUND         /* it is no answer of the form that was asked for; result is as it was */
};

/*
 * result: what the rules made of input, changed in place.  are_rules_sure: they
 * are asked about categories only.  What result points to lies in input, in
 * itself and in answer afterwards.
 */
enum reconciled reconcile(const struct understand_input *input, const json_t *answer, bool are_rules_sure,
    struct understanding *result);

#endif
