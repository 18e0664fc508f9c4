/* SPDX-License-Identifier: MIT */
/*
 * Every platform's signature vectors (vectors/PLATFORM.json: those that the
 * platforms publish, and some made with their own libraries) through the
 * messengers' verify, a case for each, and each once more with two secrets
 * configured.  A vector whose verdict is null, where libraries differ, is
 * refused here.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "messenger/messenger.h"
#include "messenger/signature.h"
#include "options.h"

static unsigned cases, failures;

static void
check(bool is_ok, const char *platform, const char *name, const char *what)
{
	cases++;
	failures += !is_ok;
	printf("%s %u - %s: %s %s\n", is_ok ? "ok" : "not ok", cases, platform, name, what);
}

static struct slice
text_at(const json_t *vector, const char *key)
{
	const json_t *value = json_object_get(vector, key);

	return json_is_string(value) ? (struct slice){ json_string_value(value), json_string_length(value) } : (struct slice){ NULL, 0 };
}

static json_t *
load(const char *name)
{
	const char *sources = getenv("AIEXPENSE_SRCDIR");
	char path[1024];
	json_t *root;

	snprintf(path, sizeof path, "%s/tests/unit/messenger/vectors/%s.json", sources != NULL ? sources : ".", name);
	root = json_load_file(path, 0, NULL);
	if (root == NULL) {
		printf("Bail out! %s cannot be read\n", path);
		exit(1);
	}
	return root;
}

/* The secret as the file of an option has it; with another one before it when is_second. */
static void
set_secret(struct option_secret *option, struct slice secret, bool is_second)
{
	free(option->value);
	if (asprintf(&option->value, "%s%.*s", is_second ? "an older secret\n" : "", SLICE_ARGS(secret)) == -1)
		abort();
}

struct platform {
	const char *name;
	void (*set)(struct options *options, struct webhook *hook, const json_t *vector, bool is_second);
};

static void
set_line(struct options *options, struct webhook *hook, const json_t *vector, bool is_second)
{
	set_secret(&options->line_channel_secret, text_at(vector, "secret"), is_second);
	hook->headers[0] = text_at(vector, "signature");
}

static void
set_telegram(struct options *options, struct webhook *hook, const json_t *vector, bool is_second)
{
	set_secret(&options->telegram_webhook_secret, text_at(vector, "secret"), is_second);
	hook->headers[0] = text_at(vector, "header_value");
}

static const struct platform platforms[] = {
	{ "line", set_line },
	{ "telegram", set_telegram },
};

static void
run_vector(const struct platform *platform, const json_t *vector)
{
	const struct messenger *messenger = messenger_find(slice_of(platform->name));
	bool is_valid = json_is_true(json_object_get(vector, "valid"));

	for (int is_second = 0; is_second <= 1; is_second++) {
		struct options options;
		struct webhook hook = { .body = text_at(vector, "body"), .options = &options };

		if (!options_init(&options))
			abort();
		platform->set(&options, &hook, vector, is_second);
		check((messenger->verify(&hook) == ST_OK) == is_valid, platform->name, text_at(vector, "name").ptr,
		    is_second ? "(two secrets)" : "");
		options_fini(&options);
	}
}

int
main(void)
{
	for (size_t i = 0; i < sizeof platforms / sizeof platforms[0]; i++) {
		json_t *root = load(platforms[i].name);
		const json_t *vectors = json_object_get(root, "vectors"), *vector;
		size_t n;

		check(json_array_size(vectors) > 4, platforms[i].name, "has", "vectors");
		json_array_foreach(vectors, n, vector)
			run_vector(&platforms[i], vector);
		json_decref(root);
	}
	printf("1..%u\n", cases);
	return failures > 0;
}
