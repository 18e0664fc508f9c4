/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"

/* Rows of our own, for types that the daemon's table may not have now. */
struct fields {
	option_BOOL        flag;
	option_COUNT       count;
	option_MSEC        time_ms;
	option_BYTES       size_bytes;
	option_TEXT        text;
	option_PATH        path;
	option_LIST        list;
	option_SECRET_FILE secret;
	option_CHOICE      choice;
	option_RATE        rate;
};

enum { FLAG, COUNT, TIME, SIZE, TEXT_ROW, PATH_ROW, LIST_ROW, SECRET, CHOICE_ROW, RATE_ROW, ROWS };

#define FIELD_ROW(name, type, min, max, choices) \
	{ "test", #name, OPTION_##type, "", min, max, OPTION_AT_START, "", offsetof(struct fields, name), choices }

static const struct option_row rows[ROWS] = {
	FIELD_ROW(flag, BOOL, 0, 1, NULL),
	FIELD_ROW(count, COUNT, 1, 256, NULL),
	FIELD_ROW(time_ms, MSEC, 1, 1000, NULL),
	FIELD_ROW(size_bytes, BYTES, 1024, INT64_C(1) << 40, NULL),
	FIELD_ROW(text, TEXT, 2, 4, NULL),
	FIELD_ROW(path, PATH, 1, 100, NULL),
	FIELD_ROW(list, LIST, 1, 3, NULL),
	FIELD_ROW(secret, SECRET_FILE, 0, 0, NULL),
	FIELD_ROW(choice, CHOICE, 0, 0, "never|unsure|always"),
	FIELD_ROW(rate, RATE, 0, 0, NULL),
};

static void
clear_fields(struct fields *fields)
{
	for (size_t i = 0; i < ROWS; i++)
		option_clear(&rows[i], fields);
}

static void
assert_taken(struct fields *fields, int row, const char *text)
{
	struct buf why = BUF_INIT;

	assert_true(option_set(&rows[row], fields, text, &why));
	assert_int_equal(why.len, 0);
	buf_fini(&why);
}

/* The reason, too, is what a person has to act on. */
static void
assert_refused(int row, const char *text, const char *reason)
{
	struct fields fields = { 0 };
	struct buf why = BUF_INIT;

	assert_false(option_set(&rows[row], &fields, text, &why));
	buf_append_char(&why, '\0');
	assert_string_equal(why.data, reason);
	buf_fini(&why);
	clear_fields(&fields);
}

static void
numbers_are_taken_up_to_both_ends_of_their_range(void **state)
{
	struct fields fields = { 0 };

	(void)state;
	assert_taken(&fields, COUNT, "1");
	assert_taken(&fields, COUNT, "256");
	assert_int_equal(fields.count, 256);
	assert_taken(&fields, TIME, "1000");
	assert_int_equal(fields.time_ms, 1000);
}

static void
what_is_no_number_of_the_range_is_refused_with_the_range(void **state)
{
	static const char *const bad[] = { "", "0", "257", "-1", "+5", " 5", "5 ", "5K", "0x10", "1e2",
		"99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_refused(COUNT, bad[i], "count must be 1 to 256");
	assert_refused(TIME, "1s", "time_ms must be 1 to 1000 milliseconds");
}

static void
sizes_take_a_suffix(void **state)
{
	struct fields fields = { 0 };

	(void)state;
	assert_taken(&fields, SIZE, "64K");
	assert_int_equal(fields.size_bytes, 65536);
	assert_taken(&fields, SIZE, "4m");
	assert_int_equal(fields.size_bytes, 4 << 20);
	assert_taken(&fields, SIZE, "64G");
	assert_int_equal(fields.size_bytes, INT64_C(64) << 30);
	assert_taken(&fields, SIZE, "1T");
	assert_taken(&fields, SIZE, "1025");
	assert_int_equal(fields.size_bytes, 1025);
}

static void
sizes_that_overflow_or_have_another_suffix_are_refused(void **state)
{
	static const char *const bad[] = { "5Q", "5KB", "K", "1023", "2T", "9223372036854775807K", "16777216T" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_refused(SIZE, bad[i], "size_bytes must be 1K to 1T");
}

static void
switches_take_the_usual_words(void **state)
{
	struct fields fields = { 0 };

	(void)state;
	assert_taken(&fields, FLAG, "yes");
	assert_true(fields.flag);
	assert_taken(&fields, FLAG, "Off");
	assert_false(fields.flag);
	assert_refused(FLAG, "1", "flag must be true or false");
}

static void
texts_have_a_length_and_paths_begin_at_the_root(void **state)
{
	struct fields fields = { 0 };

	(void)state;
	assert_taken(&fields, TEXT_ROW, "TWD");
	assert_taken(&fields, TEXT_ROW, "EUR");
	assert_string_equal(fields.text, "EUR");
	assert_refused(TEXT_ROW, "EUROS", "text must be 2 to 4 characters");
	assert_refused(PATH_ROW, "var/lib", "path must be an absolute path");
	clear_fields(&fields);
}

static void
a_list_is_replaced_as_a_whole(void **state)
{
	struct fields fields = { 0 };

	(void)state;
	assert_taken(&fields, LIST_ROW, "a,b");
	assert_taken(&fields, LIST_ROW, "c");
	assert_int_equal(fields.list.count, 1);
	assert_string_equal(fields.list.items[0], "c");
	assert_refused(LIST_ROW, "a,b,c,d", "list must be 1 to 3 values");
	assert_refused(LIST_ROW, "", "list must be 1 to 3 values");
	clear_fields(&fields);
}

static void
a_choice_is_the_place_of_its_word(void **state)
{
	struct fields fields = { 0 };

	(void)state;
	assert_taken(&fields, CHOICE_ROW, "always");
	assert_int_equal(fields.choice, 2);
	assert_refused(CHOICE_ROW, "alway", "choice must be one of never|unsure|always");
	assert_refused(CHOICE_ROW, "", "choice must be one of never|unsure|always");
}

static void
a_rate_is_a_number_in_a_time(void **state)
{
	static const struct {
		const char *text, *written;
		uint32_t count, period_ms;
	} good[] = { { "600/m", "600/m", 600, 60000 }, { "1000/10s", "1000/10s", 1000, 10000 }, { "5/60s", "5/m", 5, 60000 },
		{ "1/24h", "1/24h", 1, 86400000 }, { "1000000/s", "1000000/s", 1000000, 1000 }, { "0", "0", 0, 1000 } };
	static const char *const bad[] = { "", "600", "0/s", "600/", "600/x", "600/ms", "/s", "-1/s", "1000001/s", "1/25h",
		"1/99999999999999999999s", "99999999999999999999/s", "600/s ", "600 /s" };
	struct fields fields = { 0 };
	struct buf out = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_taken(&fields, RATE_ROW, good[i].text);
		assert_int_equal(fields.rate.count, good[i].count);
		assert_int_equal(fields.rate.period_ms, good[i].period_ms);
		buf_clear(&out);
		option_write(&rows[RATE_ROW], &fields, &out);
		assert_true(slice_equal(buf_slice(&out), slice_of(good[i].written)));
	}
	buf_fini(&out);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_refused(RATE_ROW, bad[i], "rate must be 0 or a number of at most 1000000 and a time of at most 24h, as 600/m or 1000/10s");
}

/* A file of the mode with the content; the caller frees and unlinks the path. */
static char *
make_file(const char *content, mode_t mode)
{
	char *path = strdup("/tmp/aiexpense-test-XXXXXX");
	size_t len = strlen(content);
	int fd = mkstemp(path);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, content, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static void
drop_file(char *path)
{
	unlink(path);
	free(path);
}

static void
a_secret_is_the_content_of_its_file_and_is_never_written_out(void **state)
{
	char *path = make_file("s3cret\n", 0640);
	struct fields fields = { 0 };
	struct buf out = BUF_INIT;

	(void)state;
	assert_taken(&fields, SECRET, path);
	assert_string_equal(fields.secret.value, "s3cret");
	option_write(&rows[SECRET], &fields, &out);
	assert_null(memmem(out.data, out.len, "s3cret", 6));
	assert_taken(&fields, SECRET, "");
	assert_null(fields.secret.value);
	buf_fini(&out);
	clear_fields(&fields);
	drop_file(path);
}

static void
a_secret_that_everybody_may_read_is_refused(void **state)
{
	char *path = make_file("s3cret\n", 0644), reason[128];

	(void)state;
	snprintf(reason, sizeof reason, "secret: %s may be read by everybody", path);
	assert_refused(SECRET, path, reason);
	drop_file(path);
}

static void
a_secret_that_is_missing_empty_or_no_file_is_refused(void **state)
{
	char *path = make_file("\n", 0600), reason[128];

	(void)state;
	assert_refused(SECRET, "/nonexistent/key", "secret: cannot read /nonexistent/key: No such file or directory");
	assert_refused(SECRET, "/dev/null", "secret: /dev/null is not a file");
	snprintf(reason, sizeof reason, "secret: %s must hold one text of 1 to 16383 bytes", path);
	assert_refused(SECRET, path, reason);
	drop_file(path);
}

/* The errors of a file with this content, without the file's name; freed by the caller. */
static struct buf
errors_of(const char *content, struct options *options)
{
	char *path = make_file(content, 0600), *at;
	struct buf errors = BUF_INIT;
	size_t len = strlen(path);
	bool is_read;

	assert_true(options_init(options));
	is_read = options_read_file(options, path, &errors);
	assert_int_equal(is_read, errors.len == 0);
	buf_append_char(&errors, '\0');
	while ((at = strstr(errors.data, path)) != NULL)
		memmove(at, at + len, strlen(at + len) + 1);
	drop_file(path);
	return errors;
}

static void
assert_file_errors(const char *content, const char *expected)
{
	struct options options;
	struct buf errors = errors_of(content, &options);

	assert_string_equal(errors.data, expected);
	buf_fini(&errors);
	options_fini(&options);
}

static void
an_error_tells_its_line_whatever_comments_stand_before_it(void **state)
{
	static const char error[] = ":4: workers must be 0 to 256\n";

	(void)state;
	assert_file_errors("\n\nhttp {\nworkers = 999\n}\n", error);
	assert_file_errors("# a\n# b\nhttp {\nworkers = 999\n}\n", error);
	assert_file_errors("// a { \" \n/* b # '\n*/ http {\nworkers = 999 # c\n}\n", error);
	assert_file_errors("run { user = \"#a\" } # it's\nstore { }\nhttp { # }\nworkers = x\n}\n", error);
}

static void
a_file_that_is_no_text_is_told_with_its_line(void **state)
{
	(void)state;
	assert_file_errors("http {\nworkers = 2 # \xe6\x97\n}\n", ":2: is no text in UTF-8\n");
	assert_file_errors("metrics { listen = \xff\xff \"\" }", ":1: is no text in UTF-8\n");
}

static void
a_backslash_stands_in_quotes_only(void **state)
{
	(void)state;
	assert_file_errors("# C:\\\n/* \\ */ run {\nuser = \"a\\\nb\"\ngroup = \\ }\n", ":5: a \\ stands in quotes only\n");
	assert_file_errors("run { user = 'it\\'s' }\nrun { user = \"\\\\\" }\n", "");
}

static void
a_quote_that_is_not_closed_is_told_with_its_line(void **state)
{
	(void)state;
	assert_file_errors("run {\nuser = \"a }\n", ":2: a quote is not closed\n");
	assert_file_errors("run { user = 'a\\'", ":1: a quote is not closed\n");
	assert_file_errors("run { user = \"a\\\"", ":1: a quote is not closed\n");
}

static void
all_wrong_values_of_a_file_are_told(void **state)
{
	(void)state;
	assert_file_errors("http {\nworkers = 999\n}\nlog { level = loud }\nstore { shards = 0 }\n",
	    ":2: workers must be 0 to 256\n"
	    ":4: level must be one of error|warning|info|debug\n"
	    ":5: shards must be 1 to 256\n");
}

static void
unknown_names_and_broken_syntax_are_told(void **state)
{
	(void)state;
	assert_file_errors("http {\nwrkers = 1\n}\n", ":2: no such option 'wrkers'\n");
	assert_file_errors("\nhtp { workers = 1 }\n", ":2: no such option 'htp'\n");
	assert_file_errors("http {\nworkers = 1\n", ": a { is not closed\n");
	assert_file_errors("http { listen = {} }\n", ": http.listen must be 1 to 64 values\n");
}

static void
a_file_sets_what_it_names_and_nothing_else(void **state)
{
	struct options options;
	struct buf errors = errors_of("http { listen = {\"a:1\", \"unix:/x,y\"} access_log = yes }\n"
	    "http { workers = 3 }\nstore { map_size_bytes = 1G path = \"/srv/#1\" }\n", &options);

	(void)state;
	assert_string_equal(errors.data, "");
	assert_int_equal(options.http_listen.count, 2);
	assert_string_equal(options.http_listen.items[1], "unix:/x,y");
	assert_true(options.http_access_log);
	assert_int_equal(options.http_workers, 3);
	assert_int_equal(options.store_map_size_bytes, 1 << 30);
	assert_string_equal(options.store_path, "/srv/#1");
	assert_int_equal(options.store_shards, 4);
	buf_fini(&errors);
	options_fini(&options);
}

static void
an_override_is_read_like_the_file(void **state)
{
	static const char *const bad[] = { "http.workers=999", "http.wrkers=1", "workers=1", "http.workers", "=", "" };
	struct options options;
	struct buf errors = BUF_INIT;

	(void)state;
	assert_true(options_init(&options));
	assert_true(options_override(&options, "store.map_size_bytes=2M", &errors));
	assert_int_equal(options.store_map_size_bytes, 2 << 20);
	assert_true(options_override(&options, "user.locale=a=b.c", &errors));
	assert_string_equal(options.user_locale, "a=b.c");
	assert_int_equal(errors.len, 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		buf_clear(&errors);
		assert_false(options_override(&options, bad[i], &errors));
		assert_true(errors.len > 0);
	}
	buf_fini(&errors);
	options_fini(&options);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_taken_up_to_both_ends_of_their_range),
		cmocka_unit_test(what_is_no_number_of_the_range_is_refused_with_the_range),
		cmocka_unit_test(sizes_take_a_suffix),
		cmocka_unit_test(sizes_that_overflow_or_have_another_suffix_are_refused),
		cmocka_unit_test(switches_take_the_usual_words),
		cmocka_unit_test(texts_have_a_length_and_paths_begin_at_the_root),
		cmocka_unit_test(a_list_is_replaced_as_a_whole),
		cmocka_unit_test(a_choice_is_the_place_of_its_word),
		cmocka_unit_test(a_rate_is_a_number_in_a_time),
		cmocka_unit_test(a_secret_is_the_content_of_its_file_and_is_never_written_out),
		cmocka_unit_test(a_secret_that_everybody_may_read_is_refused),
		cmocka_unit_test(a_secret_that_is_missing_empty_or_no_file_is_refused),
		cmocka_unit_test(an_error_tells_its_line_whatever_comments_stand_before_it),
		cmocka_unit_test(a_file_that_is_no_text_is_told_with_its_line),
		cmocka_unit_test(a_backslash_stands_in_quotes_only),
		cmocka_unit_test(a_quote_that_is_not_closed_is_told_with_its_line),
		cmocka_unit_test(all_wrong_values_of_a_file_are_told),
		cmocka_unit_test(unknown_names_and_broken_syntax_are_told),
		cmocka_unit_test(a_file_sets_what_it_names_and_nothing_else),
		cmocka_unit_test(an_override_is_read_like_the_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
