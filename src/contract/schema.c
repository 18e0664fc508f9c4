/* SPDX-License-Identifier: MIT */
/* The tables of schema.h. */
#include "config.h"

#include "schema.h"

#include "api/expense/expense_json.h"
#include "incoming.h"
#include "records.h"
#include "scopes.h"

#define NAME(text) .name = { text, sizeof(text) - 1 }

const struct member members[MEMBERS] = {
#define MEMBER(ident, text, kind, low, high, sample, sentence) \
	[MEMBER_##ident] = { NAME(text), .type = TYPE_##kind, .min = low, .max = high, .example = sample, .help = sentence },
#define CHOICE(ident, text, words, sentence) \
	[MEMBER_##ident] = { NAME(text), .type = TYPE_CHOICE, .choices = words, .help = sentence },
#define OBJECT(ident, text, of, sentence) \
	[MEMBER_##ident] = { NAME(text), .type = TYPE_OBJECT, .schema = SCHEMA_##of, .help = sentence },
#define ARRAY(ident, text, of, low, high, sentence) \
	[MEMBER_##ident] = { NAME(text), .type = TYPE_ARRAY, .min = low, .max = high, .schema = SCHEMA_##of, .help = sentence },
#define LIST(ident, text, of, low, high, sentence) \
	[MEMBER_##ident] = { NAME(text), .type = TYPE_LIST, .min = low, .max = high, .item = MEMBER_##of, .help = sentence },
#include "members.def"
#undef MEMBER
#undef CHOICE
#undef OBJECT
#undef ARRAY
#undef LIST
};

#define MUST(ident)     { MEMBER_##ident, true, false },
#define MAY(ident)      { MEMBER_##ident, false, false },
#define NULLABLE(ident) { MEMBER_##ident, true, true },

#define SCHEMA(ident, kind, sentence, list) static const struct schema_member members_of_##ident[] = { list };
#include "schemas.def"
#undef SCHEMA

const struct schema schemas[SCHEMAS] = {
#define SCHEMA(ident, kind, sentence, list) \
	[SCHEMA_##ident] = { #ident, SCHEMA_##kind, sentence, members_of_##ident, \
	    sizeof members_of_##ident / sizeof members_of_##ident[0] },
#include "schemas.def"
#undef SCHEMA
};
