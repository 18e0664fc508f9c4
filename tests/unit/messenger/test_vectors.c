/* SPDX-License-Identifier: MIT */
/*
 * Every platform's signature vectors (vectors/PLATFORM.json: those that the
 * platforms publish, and some made with their own libraries) through the
 * messengers' verify, a case for each, and each once more with two secrets
 * configured.  A vector whose verdict is null, where libraries differ, is
 * refused here.  Each that is valid is then forged: another key, another body,
 * other times, each header left out, cut, lengthened, with blanks, with padding,
 * and with each of its letters in the other case.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "hex.h"
#include "messenger/jwt.h"
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
	void (*change_key)(struct options *options, struct webhook *hook);
	bool is_body_signed;
	bool has_time;                   /* in its second header */
	bool is_case_free;               /* the signature is hexadecimal that the platform's own libraries decode */
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

static void
set_slack(struct options *options, struct webhook *hook, const json_t *vector, bool is_second)
{
	set_secret(&options->slack_signing_secret, text_at(vector, "secret"), is_second);
	hook->headers[0] = text_at(vector, "signature");
	hook->headers[1] = text_at(vector, "timestamp");
	hook->now_s = json_integer_value(json_object_get(vector, "now"));
}

static void
set_whatsapp(struct options *options, struct webhook *hook, const json_t *vector, bool is_second)
{
	set_secret(&options->whatsapp_app_secret, text_at(vector, "secret"), is_second);
	hook->headers[0] = text_at(vector, "signature");
}

static void
override(struct options *options, const char *name, const char *value)
{
	char assignment[512];
	struct buf errors = BUF_INIT;

	snprintf(assignment, sizeof assignment, "%s=%s", name, value);
	if (!options_override(options, assignment, &errors))
		abort();
	buf_fini(&errors);
}

static void
set_discord(struct options *options, struct webhook *hook, const json_t *vector, bool is_second)
{
	char keys[256];

	snprintf(keys, sizeof keys, "%s%s", is_second ? "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a," : "",
	    json_string_value(json_object_get(vector, "public_key")));
	override(options, "discord.public_key", keys);
	hook->headers[0] = text_at(vector, "signature");
	hook->headers[1] = text_at(vector, "timestamp");
	hook->now_s = 1795431371;
}

static json_t *teams_keys;

/* The body is made of what the vector says of it. */
static void
set_teams(struct options *options, struct webhook *hook, const json_t *vector, bool is_second)
{
	static char authorization[8192], body[512], keys[16384];
	const char *app_id = json_string_value(json_object_get(vector, "app_id"));

	(void)is_second;
	override(options, "teams.app_id", app_id != NULL ? app_id : "joe");
	snprintf(authorization, sizeof authorization, "Bearer %s", json_string_value(json_object_get(vector, "token")));
	snprintf(body, sizeof body, "{\"serviceUrl\":\"%.*s\",\"channelId\":\"%.*s\"}",
	    SLICE_ARGS(text_at(vector, "activity_service_url")), SLICE_ARGS(text_at(vector, "channel_id")));
	keys[json_dumpb(teams_keys, keys, sizeof keys - 1, 0)] = '\0';
	hook->headers[0] = slice_of(authorization);
	hook->body = slice_of(body);
	hook->keys = slice_of(keys);
	hook->now_s = json_integer_value(json_object_get(vector, "now"));
}

/* One bit of the key. */
static void
change_secret(struct option_secret *option)
{
	option->value[strlen(option->value) - 1] ^= 1;
}

static void
change_line_key(struct options *options, struct webhook *hook)
{
	(void)hook;
	change_secret(&options->line_channel_secret);
}

static void
change_telegram_key(struct options *options, struct webhook *hook)
{
	(void)hook;
	change_secret(&options->telegram_webhook_secret);
}

static void
change_slack_key(struct options *options, struct webhook *hook)
{
	(void)hook;
	change_secret(&options->slack_signing_secret);
}

static void
change_whatsapp_key(struct options *options, struct webhook *hook)
{
	(void)hook;
	change_secret(&options->whatsapp_app_secret);
}

static void
change_discord_key(struct options *options, struct webhook *hook)
{
	(void)hook;
	override(options, "discord.public_key", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

/* The modulus of each key has another digit in its middle. */
static void
change_teams_key(struct options *options, struct webhook *hook)
{
	(void)options;
	for (char *n = strstr((char *)(uintptr_t)hook->keys.ptr, "\"n\""); n != NULL; n = strstr(n + 1, "\"n\""))
		n[100] = n[100] == 'A' ? 'B' : 'A';
}

static const struct platform platforms[] = {
	{ "line", set_line, change_line_key, .is_body_signed = true },
	{ "telegram", set_telegram, change_telegram_key, .is_body_signed = false },
	{ "slack", set_slack, change_slack_key, .is_body_signed = true, .has_time = true },
	{ "discord", set_discord, change_discord_key, .is_body_signed = true, .has_time = true, .is_case_free = true },
	{ "teams", set_teams, change_teams_key, .is_body_signed = false },
	{ "whatsapp", set_whatsapp, change_whatsapp_key, .is_body_signed = true },
};

/* --- forgeries ------------------------------------------------------------------------------- */

/* One request, of which one thing is not as it was sent. */
struct forging {
	const struct platform  *platform;
	const struct messenger *messenger;
	const char             *vector;
	struct webhook          hook;
	unsigned                count, taken;
};

static void
try(struct forging *forging, const struct webhook *forged)
{
	forging->count++;
	forging->taken += forging->messenger->verify(forged) == ST_OK;
}

static void
try_header(struct forging *forging, unsigned n, struct slice value)
{
	struct webhook forged = forging->hook;

	forged.headers[n] = value;
	try(forging, &forged);
}

static void
try_cases(struct forging *forging, unsigned n)
{
	struct slice value = forging->hook.headers[n];
	static char text[8192];

	for (size_t i = 0; i < value.len; i++) {
		memcpy(text, value.ptr, value.len);
		text[i] = (char)(text[i] ^ 0x20);
		if ((value.ptr[i] | 0x20) >= 'a' && (value.ptr[i] | 0x20) <= 'z')
			try_header(forging, n, (struct slice){ text, value.len });
	}
}

static void
try_headers(struct forging *forging)
{
	static const char *const additions[] = { " ", "=", "==", "0", "A", ",", "\n" };
	static char text[8192];

	for (unsigned n = 0; n < MESSENGER_HEADERS_MAX && forging->messenger->headers[n] != NULL; n++) {
		struct slice value = forging->hook.headers[n];

		try_header(forging, n, SLICE_EMPTY);
		try_header(forging, n, SLICE_LITERAL(""));
		for (size_t cut = 1; cut < value.len && cut <= 4; cut++) {
			try_header(forging, n, (struct slice){ value.ptr, value.len - cut });
			try_header(forging, n, (struct slice){ value.ptr + cut, value.len - cut });
		}
		for (size_t i = 0; i < sizeof additions / sizeof additions[0]; i++) {
			snprintf(text, sizeof text, "%.*s%s", SLICE_ARGS(value), additions[i]);
			try_header(forging, n, slice_of(text));
			snprintf(text, sizeof text, "%s%.*s", additions[i], SLICE_ARGS(value));
			try_header(forging, n, slice_of(text));
		}
		snprintf(text, sizeof text, "%.*s%.*s", SLICE_ARGS(value), SLICE_ARGS(value));
		try_header(forging, n, slice_of(text));
		if (!forging->platform->is_case_free)
			try_cases(forging, n);
	}
}

static void
try_bodies(struct forging *forging)
{
	struct webhook forged = forging->hook;
	struct slice body = forging->hook.body;
	char *text = malloc(body.len + 2);

	if (text == NULL)
		abort();
	for (size_t i = 0; i < body.len; i++) {
		memcpy(text, body.ptr, body.len);
		text[i] ^= 1;
		forged.body = (struct slice){ text, body.len };
		try(forging, &forged);
	}
	memcpy(text, body.ptr, body.len);
	memcpy(text + body.len, "\n", 1);
	forged.body = (struct slice){ text, body.len + 1 };
	try(forging, &forged);
	forged.body.len = body.len - 1;
	try(forging, &forged);
	forged.body = SLICE_EMPTY;
	try(forging, &forged);
	free(text);
}

static void
try_times(struct forging *forging)
{
	struct webhook moved = forging->hook;
	char text[32];
	int64_t then;

	snprintf(text, sizeof text, "%.*s", SLICE_ARGS(moved.headers[1]));
	then = strtoll(text, NULL, 10);
	moved.now_s = then + SIGNATURE_FRESH_S + 1;
	try(forging, &moved);
	moved.now_s = then - SIGNATURE_FRESH_S - 1;
	try(forging, &moved);
	for (int side = -1; side <= 1; side += 2) {
		moved.now_s = then + side * SIGNATURE_FRESH_S;
		check(forging->messenger->verify(&moved) == ST_OK, forging->platform->name, forging->vector, side < 0 ? "early enough" : "late enough");
	}
}

/* What is left of a valid vector when something else stands in its place. */
static void
run_forgeries(const struct platform *platform, const json_t *vector)
{
	struct options options;
	struct webhook hook = { .body = text_at(vector, "body"), .options = &options };
	struct forging forging = { .platform = platform, .messenger = messenger_find(slice_of(platform->name)),
		.vector = text_at(vector, "name").ptr };
	char what[64];

	if (!options_init(&options))
		abort();
	platform->set(&options, &hook, vector, false);
	forging.hook = hook;
	try_headers(&forging);
	if (platform->is_body_signed)
		try_bodies(&forging);
	if (platform->has_time)
		try_times(&forging);
	platform->change_key(&options, &hook);
	try(&forging, &hook);
	snprintf(what, sizeof what, "forged in %u ways", forging.count);
	check(forging.taken == 0, platform->name, forging.vector, what);
	options_fini(&options);
}

/* Those of RFC 8032 sign bytes that are no text, and no time. */
static void
run_ed25519(const json_t *vector)
{
	struct slice hex = text_at(vector, "message_hex");
	uint8_t message[64];
	struct slice part = { (const char *)message, hex.len / 2 };

	check(hex.len / 2 <= sizeof message && hex_decode(hex.ptr, hex.len / 2, message) &&
	    signature_ed25519(text_at(vector, "public_key"), &part, 1, text_at(vector, "signature")), "discord", text_at(vector, "name").ptr, "");
}

/* One that no Bot Framework token is like, so that its signature is looked at alone. */
static void
run_rs256(const json_t *vector)
{
	json_t *keys = json_pack("{s:[O]}", "keys", json_object_get(vector, "jwk"));
	struct jwt token;

	/* It names no key, and a token that names none is refused. */
	check(jwt_verify(text_at(vector, "token"), keys, &token) == ST_BAD_SIGNATURE, "teams", text_at(vector, "name").ptr, "names no key");
	json_decref(keys);
}

static void
run_vector(const struct platform *platform, const json_t *vector)
{
	const struct messenger *messenger = messenger_find(slice_of(platform->name));
	bool is_valid = json_is_true(json_object_get(vector, "valid"));

	if (json_object_get(vector, "message_hex") != NULL) {
		run_ed25519(vector);
		return;
	}
	if (json_object_get(vector, "jwk") != NULL) {
		run_rs256(vector);
		return;
	}
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
	if (is_valid)
		run_forgeries(platform, vector);
}

int
main(void)
{
	teams_keys = load("teams_jwks");
	for (size_t i = 0; i < sizeof platforms / sizeof platforms[0]; i++) {
		json_t *root = load(platforms[i].name);
		const json_t *vectors = json_object_get(root, "vectors"), *vector;
		size_t n;

		check(json_array_size(vectors) > 4, platforms[i].name, "has", "vectors");
		json_array_foreach(vectors, n, vector)
			run_vector(&platforms[i], vector);
		json_decref(root);
	}
	json_decref(teams_keys);
	printf("1..%u\n", cases);
	return failures > 0;
}
