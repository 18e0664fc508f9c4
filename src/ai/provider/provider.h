/* SPDX-License-Identifier: MIT */
/*
 * The AI providers: one row for each protocol that they speak.  A row is pure
 * functions between what is asked and the provider's bytes: no input or output,
 * no state, no clock.
 *
 *	question -> provider_build -> one HTTP request -> its response -> provider_read -> JSON and usage
 *
 * The JSON of an answer is untrusted: reconcile.h judges it.
 */
#ifndef PROVIDER_H
#define PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "buf.h"
#include "counters.h"
#include "slice.h"

enum {
	PROVIDERS_MAX = PROVIDER_SECTIONS, /* configured: as many as there are sections in options.def */
	PROVIDER_HEADERS_MAX = 3,
	PROVIDER_OUTPUT_TOKENS = 2048,     /* of one answer, unless "extra" says otherwise */
	PROVIDER_RESPONSE_MAX = 256 << 10, /* bytes of one that is read at all */
	PROVIDER_TOKENS_MAX = 100000000    /* of one count: the sum of three at the highest price is still a cost */
};

struct option_list;
struct options;
struct provider_protocol;

/* One of the configuration.  Texts belong to the options. */
struct provider {
	unsigned                        section;           /* of the configuration, from 0 */
	const char                     *name;
	const struct provider_protocol *protocol;
	const char                     *model;
	const char                     *base_url;          /* never empty */
	const char                     *key;               /* NULL: none is sent */
	const char                     *ca_file;           /* empty: the system's authorities */
	const char                     *anthropic_version;
	const char                     *extra;             /* a JSON object that is merged into each request; NULL: nothing */
	const struct option_list       *prices;            /* see price.h */
	int64_t                         timeout_ms;
	bool                            reads_images;
};

struct provider_question {
	struct slice instructions;
	struct slice text;                 /* of the person; may be empty when there is an image */
	const char  *answer_name;          /* "expenses": what the schema describes */
	struct slice answer_schema;        /* JSON Schema in the form that OpenAI calls strict */
	struct slice image;                /* its bytes; empty: none */
	const char  *image_type;           /* "image/jpeg" */
};

struct provider_request {
	struct buf url, body;
	struct buf headers[PROVIDER_HEADERS_MAX];      /* "Name: value", beside Content-Type; may hold the key */
	size_t     header_count;
};

struct provider_response {
	unsigned     http_status;          /* 0: there was none */
	int64_t      retry_after_ms;       /* of the header; -1: none */
	struct slice body;
};

enum provider_result {
	PROVIDER_ANSWERED,
	PROVIDER_BUSY,                     /* the same again later may do: 429, 5xx, 529, no connection */
	PROVIDER_REFUSED,                  /* it works, but not with this question: declined, blocked, cut off */
	PROVIDER_BROKEN                    /* a wrong key or model, or no answer that can be read */
};

struct provider_answer {
	enum provider_result result;
	json_t              *json;             /* of ANSWERED: an object; else NULL */
	int64_t              input_tokens;     /* 0 when it does not tell */
	int64_t              output_tokens;    /* with those it thought with */
	int64_t              retry_after_ms;   /* of BUSY; -1: it does not tell */
	const char          *why;              /* unless ANSWERED, for the log */
};

struct provider_protocol {
	const char *name;
	const char *base_url;              /* of the company that made it */

	/* The path behind base_url, the headers, and the body as a JSON object; NULL: no memory. */
	void (*address)(const struct provider *provider, struct provider_request *request);
	json_t *(*body)(const struct provider *provider, const struct provider_question *question, json_t *schema);

	/* The text that holds the answer, from a 200; sets answer->json (to be given back), or result and why.  Usage in any case. */
	void (*read)(const json_t *root, struct provider_answer *answer);

	/* From another status: sets retry_after_ms or result where the body tells; NULL: it does not. */
	void (*read_error)(const json_t *root, struct provider_answer *answer);
};

/* By the place in the choices of providerN.protocol. */
extern const struct provider_protocol *const provider_protocols[];

/* Those that have a name, in their order; returns how many. */
size_t providers_configured(const struct options *options, struct provider providers[static PROVIDERS_MAX]);

/* Whether there is any. */
bool providers_any(const struct options *options);
bool providers_read_images(const struct options *options);

/* Whether each section is complete and sound; else lines that say what is wrong. */
bool providers_check(const struct options *options, struct buf *errors);

/* false: no memory, or an "extra" that is no object; the request is given back all the same. */
bool provider_build(const struct provider *provider, const struct provider_question *question, struct provider_request *request);
void provider_request_fini(struct provider_request *request);

/* answer->json is given back by json_decref. */
void provider_read(const struct provider_protocol *protocol, const struct provider_response *response,
    struct provider_answer *answer);

/* --- for the rows -------------------------------------------------------------------------- */

extern const struct provider_protocol provider_gemini, provider_openai, provider_anthropic;

/* Adds a header "name: before value". */
void provider_header(struct provider_request *request, const char *name, const char *before, const char *value);

/* The image in base64, or as a data URL; a new JSON string. */
json_t *provider_image(const struct provider_question *question, bool is_url);

json_t *provider_text(struct slice text);

/* Sets json from the text of an answer, which may stand in a Markdown fence; else BROKEN. */
void provider_take_json(struct provider_answer *answer, const char *text, size_t len);

/* A count of tokens at a key: 0 when it is none, or no sound one. */
int64_t provider_tokens(const json_t *usage, const char *key);

#endif
