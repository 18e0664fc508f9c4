/* SPDX-License-Identifier: MIT */
/*
 * What each messenger makes of what its platform sends: every body of the fuzz
 * corpus "webhooks" (the platforms' own samples, and worse ones), written as in
 * events.txt and compared with it, a case for each body.  Then the memory for
 * each allocation fails in turn: that must be known, as the platform sends again
 * what was refused for that, or make no difference.
 *
 *	test_decode --print    writes what events.txt should be
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto_memory.h"
#include "json_memory.h"
#include "messenger/messenger.h"
#include "no_memory.h"
#include "options.h"

static const char *const kinds[] = { "text", "edited", "deleted", "button", "image" };

static char *
read_file(const char *folder, const char *name, size_t *len)
{
	const char *sources = getenv("AIEXPENSE_SRCDIR");
	char path[1024], *data = NULL;
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/%s/%s", sources != NULL ? sources : ".", folder, name);
	file = fopen(path, "rb");
	if (file != NULL) {
		data = calloc(1, 1 << 20);
		*len = fread(data, 1, (1 << 20) - 1, file);
		fclose(file);
	}
	return data;
}

static void
set(struct options *options, const char *assignment)
{
	struct buf errors = BUF_INIT;

	if (!options_override(options, assignment, &errors))
		abort();
	buf_fini(&errors);
}

static void
write_field(struct buf *out, const char *name, struct slice value)
{
	if (value.len == 0)
		return;
	buf_printf(out, " %s=\"", name);
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (c < ' ' || c == '"' || c >= 0x7F)
			buf_printf(out, "\\x%02x", c);
		else
			buf_append_char(out, (char)c);
	}
	buf_append_char(out, '"');
}

static void
write_event(struct buf *out, const struct event *event)
{
	buf_printf(out, "  %s %.*s", kinds[event->incoming.kind], SLICE_ARGS(event->user_id));
	write_field(out, "text", event->text);
	write_field(out, "in", event->incoming.conversation);
	write_field(out, "ref", event->incoming.ref);
	write_field(out, "answers", event->incoming.reply_to_ref);
	write_field(out, "media", event->incoming.media);
	write_field(out, "locale", event->incoming.locale_hint);
	write_field(out, "key", event->key);
	write_field(out, "to", event->deliver_to);
	buf_append_char(out, '\n');
}

/*
 * The first line of an input names its platform.  The allocation without_nth fails, unless that is 0; what is known
 * of that is in *is_known, and false returned when there were fewer.
 */
static bool
write_body(struct buf *out, const struct options *options, const char *data, size_t len, int without_nth, bool *is_known)
{
	const char *end = memchr(data, '\n', len);
	struct slice name = { data, end != NULL ? (size_t)(end - data) : len };
	const struct messenger *messenger = messenger_find(name);
	struct arena arena = ARENA_INIT;
	struct webhook hook = { .body = { data + name.len + 1, len - name.len - 1 }, .now_s = 1795431371, .options = options };
	struct decoded decoded = { .arena = &arena };
	bool is_form = hook.body.len > 0 && hook.body.ptr[0] != '{', is_its = false, has_failed;

	hook.content_type = slice_of(is_form ? "application/x-www-form-urlencoded" : "application/json");
	json_memory_watch();
	crypto_memory_watch();
	no_memory_at(without_nth);
	is_its = messenger != NULL && messenger->decode(&hook, &decoded);
	has_failed = !no_memory_end() && without_nth != 0;
	*is_known = json_memory_ran_out() || crypto_memory_ran_out() || arena.has_failed;
	if (messenger == NULL)
		buf_append_literal(out, "  no messenger\n");
	else if (!is_its)
		buf_append_literal(out, "  none of the platform's\n");
	for (size_t i = 0; i < decoded.count; i++)
		write_event(out, &decoded.events[i]);
	if (decoded.ignored > 0)
		buf_printf(out, "  %zu ignored\n", decoded.ignored);
	if (decoded.answer_type != NULL)
		buf_printf(out, "  answered %s %.*s\n", decoded.answer_type, SLICE_ARGS(decoded.answer));
	if (out->len == 0)
		buf_append_literal(out, "  nothing\n");
	arena_fini(&arena);
	return has_failed;
}

/* Whether it is either known that memory ran out or written as it was with memory. */
static bool
is_lack_of_memory_known(const struct options *options, const char *data, size_t len, struct slice written)
{
	bool is_same = true, is_known = false, has_failed = true;

	for (int n = 1; has_failed && is_same; n++) {
		struct buf out = BUF_INIT;

		has_failed = write_body(&out, options, data, len, n, &is_known);
		is_same = is_known || slice_equal(buf_slice(&out), written);
		if (!is_same)
			fprintf(stderr, "without allocation %d:\n%.*s", n, (int)out.len, out.data);
		buf_fini(&out);
	}
	return is_same;
}

/* What events.txt says of an input: the indented lines below its name. */
static bool
is_expected(const char *expected, const char *name, struct slice written)
{
	size_t len = strlen(name);

	for (const char *at = expected; (at = strstr(at, name)) != NULL; at += len) {
		if ((at != expected && at[-1] != '\n') || at[len] != '\n')
			continue;
		at += len + 1;
		return strncmp(at, written.ptr, written.len) == 0 && at[written.len] != ' ';
	}
	return false;
}

static int
is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	const char *sources = getenv("AIEXPENSE_SRCDIR");
	bool is_printing = argc > 1 && strcmp(argv[1], "--print") == 0;
	char folder[1024], *expected;
	struct dirent **inputs;
	struct options options;
	int count, failures = 0;
	size_t len = 0;

	snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/webhook", sources != NULL ? sources : ".");
	count = scandir(folder, &inputs, is_input, alphasort);
	expected = read_file("unit/messenger", "events.txt", &len);
	if (!options_init(&options) || count <= 0 || (expected == NULL && !is_printing)) {
		printf("Bail out! no inputs\n");
		return 1;
	}
	set(&options, "telegram.bot_name=expense_bot");
	set(&options, "discord.application_id=775799577604522054");
	set(&options, "teams.app_id=c9e8c047-2a74-40a2-b28a-b162d5f5327c");
	options.telegram_bot_token.value = strdup("42:token");
	for (int i = 0; i < count; i++) {
		char *data = read_file("fuzz/corpus/webhook", inputs[i]->d_name, &len);
		struct buf out = BUF_INIT;
		bool is_ok, is_known;

		write_body(&out, &options, data, len, 0, &is_known);
		is_ok = is_expected(is_printing ? "" : expected, inputs[i]->d_name, buf_slice(&out)) &&
		    is_lack_of_memory_known(&options, data, len, buf_slice(&out));
		if (is_printing)
			printf("%s\n%.*s", inputs[i]->d_name, (int)out.len, out.data != NULL ? out.data : "");
		else
			printf("%s %d - %s\n", is_ok ? "ok" : "not ok", i + 1, inputs[i]->d_name);
		if (!is_ok && !is_printing)
			fprintf(stderr, "%s\n%.*s", inputs[i]->d_name, (int)out.len, out.data != NULL ? out.data : "");
		failures += !is_ok;
		buf_fini(&out);
		free(data);
		free(inputs[i]);
	}
	if (!is_printing)
		printf("1..%d\n", count);
	free(inputs);
	free(expected);
	options_fini(&options);
	return failures > 0 && !is_printing;
}
