/* SPDX-License-Identifier: MIT */
/*
 * Who sent a webhook, under libFuzzer.  The input's lines: the messenger, its
 * two headers, the platform's public keys; the rest is the body.
 *
 *	make fuzz_signature && ./fuzz_signature -max_total_time=60 ../tests/fuzz/corpus/signature
 *
 * Nothing is taken for the platform's that was not signed with what the
 * sender cannot have: no input is, since the secrets are made anew each time.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "fuzz.h"
#include "messenger/jwt.h"
#include "messenger/messenger.h"
#include "options.h"

static struct options options;

static char *
random_text(void)
{
	uint8_t bytes[32];
	char *text = malloc(2 * sizeof bytes + 1);

	CHECK(text != NULL && getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

static void
set_options(void)
{
	static bool is_set;
	struct buf errors = BUF_INIT;
	char *public_key, assignment[128];

	if (is_set)
		return;
	is_set = true;
	CHECK(options_init(&options));
	options.telegram_webhook_secret.value = random_text();
	options.line_channel_secret.value = random_text();
	options.slack_signing_secret.value = random_text();
	options.whatsapp_app_secret.value = random_text();
	public_key = random_text();
	snprintf(assignment, sizeof assignment, "discord.public_key=%s", public_key);
	CHECK(options_override(&options, assignment, &errors));
	CHECK(options_override(&options, "teams.app_id=app", &errors));
	free(public_key);
	buf_fini(&errors);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data, size };
	const struct messenger *messenger = messenger_find(fuzz_first_line(&rest));
	struct webhook hook = { .now_s = 1795431371, .options = &options };
	json_t *keys;
	struct jwt token;

	if (messenger == NULL)
		return 0;
	set_options();
	for (size_t i = 0; i < MESSENGER_HEADERS_MAX; i++)
		hook.headers[i] = fuzz_first_line(&rest);
	hook.keys = fuzz_first_line(&rest);
	hook.body = rest;
	/* Teams' keys are the input's own here, so that its token may be good: then the claims are what is looked at */
	if (messenger->verify(&hook) == ST_OK)
		CHECK(messenger->get_keys != NULL);
	keys = json_loadb(hook.keys.ptr, hook.keys.len, 0, NULL);
	if (jwt_verify(hook.headers[0], keys, &token) == ST_OK) {
		CHECK(json_is_object(token.claims));
		json_decref(token.claims);
	}
	json_decref(keys);
	return 0;
}
