/* SPDX-License-Identifier: MIT */
/* The table of options, and what each of their types takes.  The file's syntax is in options_file.c. */
#include "config.h"

#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_MAX_BYTES = 16384 };

const struct option_row option_rows[] = {
#define OPTION(section, name, type, value, min, max, when, help) \
	{ #section, #name, OPTION_##type, value, min, max, OPTION_##when, help, \
	    offsetof(struct options, section##_##name), NULL },
#define CHOICE(section, name, choices, value, when, help) \
	{ #section, #name, OPTION_CHOICE, value, 0, 0, OPTION_##when, help, \
	    offsetof(struct options, section##_##name), choices },
#include "tables/options.def"
};
const size_t option_row_count = sizeof option_rows / sizeof option_rows[0];

static const struct {
	char     letter;
	unsigned shift;
} suffixes[] = { { 'T', 40 }, { 'G', 30 }, { 'M', 20 }, { 'K', 10 } };
enum { SUFFIXES = sizeof suffixes / sizeof suffixes[0] };

static void *
field_of(const struct option_row *row, void *fields)
{
	return (char *)fields + row->offset;
}

static const void *
const_field_of(const struct option_row *row, const void *fields)
{
	return (const char *)fields + row->offset;
}

static void
write_bytes(struct buf *out, uint64_t n)
{
	for (size_t i = 0; i < SUFFIXES; i++) {
		if (n > 0 && n % (UINT64_C(1) << suffixes[i].shift) == 0) {
			buf_printf(out, "%llu%c", (unsigned long long)(n >> suffixes[i].shift), suffixes[i].letter);
			return;
		}
	}
	buf_append_uint(out, n);
}

void
option_write_number(const struct option_row *row, int64_t n, struct buf *out)
{
	if (row->type == OPTION_BYTES)
		write_bytes(out, (uint64_t)n);
	else
		buf_append_int(out, n);
}

/* "workers must be 0 to 256" */
static bool
out_of_range(const struct option_row *row, struct buf *why, const char *unit)
{
	buf_printf(why, "%s must be ", row->name);
	option_write_number(row, row->min, why);
	if (row->max != row->min) {
		buf_append_text(why, " to ");
		option_write_number(row, row->max, why);
	}
	buf_append_text(why, unit);
	return false;
}

/* Digits and, for BYTES, one suffix; anything else, and what overflows, is out of range. */
static bool
read_number(const struct option_row *row, const char *text, int64_t *value)
{
	char *end;
	long long n;
	unsigned shift = 0;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0)
		return false;
	for (size_t i = 0; row->type == OPTION_BYTES && i < SUFFIXES; i++) {
		if (*end == suffixes[i].letter || *end == (suffixes[i].letter | 0x20)) {
			shift = suffixes[i].shift;
			end++;
			break;
		}
	}
	if (*end != '\0' || n > (INT64_MAX >> shift))
		return false;
	*value = (int64_t)n << shift;
	return *value >= row->min && *value <= row->max;
}

static bool
set_number(const struct option_row *row, void *field, const char *text, struct buf *why)
{
	int64_t n;

	if (!read_number(row, text, &n))
		return out_of_range(row, why, row->type == OPTION_MSEC ? " milliseconds" : "");
	if (row->type == OPTION_COUNT)
		*(option_COUNT *)field = (option_COUNT)n;
	else if (row->type == OPTION_MSEC)
		*(option_MSEC *)field = n;
	else
		*(option_BYTES *)field = (option_BYTES)n;
	return true;
}

static bool
set_bool(const struct option_row *row, void *field, const char *text, struct buf *why)
{
	static const char *const words[][2] = { { "false", "true" }, { "no", "yes" }, { "off", "on" } };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		for (size_t is = 0; is < 2; is++) {
			if (strcasecmp(text, words[i][is]) == 0) {
				*(option_BOOL *)field = is;
				return true;
			}
		}
	}
	buf_printf(why, "%s must be true or false", row->name);
	return false;
}

static bool
no_memory(const struct option_row *row, struct buf *why)
{
	buf_printf(why, "%s: out of memory", row->name);
	return false;
}

static bool
replace_text(const struct option_row *row, char **field, const char *text, struct buf *why)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return no_memory(row, why);
	free(*field);
	*field = copy;
	return true;
}

static bool
set_text(const struct option_row *row, void *field, const char *text, struct buf *why)
{
	int64_t len = (int64_t)strlen(text);

	if (len < row->min || len > row->max)
		return out_of_range(row, why, row->max == 1 ? " character" : " characters");
	if (row->type == OPTION_PATH && text[0] != '/') {
		buf_printf(why, "%s must be an absolute path", row->name);
		return false;
	}
	return replace_text(row, field, text, why);
}

static const struct {
	char     letter;
	uint32_t ms;
} periods[] = { { 's', 1000 }, { 'm', 60 * 1000 }, { 'h', 3600 * 1000 } };
enum { PERIODS = sizeof periods / sizeof periods[0] };

/* "s", "10s", "5m", "h"; 0 when it is none, or too long. */
static uint32_t
read_period_ms(const char *text)
{
	uint64_t n = 0;

	for (; *text >= '0' && *text <= '9' && n <= RATE_PERIOD_MAX_MS; text++)
		n = n * 10 + (uint64_t)(*text - '0');
	for (size_t i = 0; i < PERIODS; i++)
		if (text[0] == periods[i].letter && text[1] == '\0') {
			n = (n > 0 ? n : 1) * periods[i].ms;
			return n <= RATE_PERIOD_MAX_MS ? (uint32_t)n : 0;
		}
	return 0;
}

/* "600/m", "1000/10s", or 0 for none. */
static bool
set_rate(const struct option_row *row, void *field, const char *text, struct buf *why)
{
	option_RATE rate = { 0, 1000 };
	uint64_t count = 0;

	if (strcmp(text, "0") == 0) {
		*(option_RATE *)field = rate;
		return true;
	}
	for (; *text >= '0' && *text <= '9' && count <= RATE_COUNT_MAX; text++)
		count = count * 10 + (uint64_t)(*text - '0');
	rate = (option_RATE){ (uint32_t)count, *text == '/' ? read_period_ms(text + 1) : 0 };
	if (count >= 1 && count <= RATE_COUNT_MAX && rate.period_ms != 0) {
		*(option_RATE *)field = rate;
		return true;
	}
	buf_printf(why, "%s must be 0 or a number of at most %d and a time of at most 24h, as 600/m or 1000/10s", row->name,
	    RATE_COUNT_MAX);
	return false;
}

static void
write_rate(struct buf *out, const option_RATE *rate)
{
	size_t i = PERIODS - 1;

	buf_append_uint(out, rate->count);
	if (rate->count == 0)
		return;
	while (rate->period_ms % periods[i].ms != 0)
		i--;
	buf_append_char(out, '/');
	if (rate->period_ms != periods[i].ms)
		buf_append_uint(out, rate->period_ms / periods[i].ms);
	buf_append_char(out, periods[i].letter);
}

static bool
set_choice(const struct option_row *row, void *field, const char *text, struct buf *why)
{
	const char *at = row->choices;

	for (unsigned n = 0;; n++) {
		size_t len = strcspn(at, "|");

		if (strlen(text) == len && memcmp(at, text, len) == 0) {
			*(option_CHOICE *)field = n;
			return true;
		}
		if (at[len] == '\0')
			break;
		at += len + 1;
	}
	buf_printf(why, "%s must be one of %s", row->name, row->choices);
	return false;
}

static bool
add_item(const struct option_row *row, option_LIST *list, const char *text, size_t len, struct buf *why)
{
	char **items;

	if ((int64_t)list->count >= row->max)
		return out_of_range(row, why, " values");
	items = realloc(list->items, (list->count + 1) * sizeof *items);
	if (items == NULL)
		return no_memory(row, why);
	list->items = items;
	items[list->count] = strndup(text, len);
	if (items[list->count] == NULL)
		return no_memory(row, why);
	list->count++;
	return true;
}

static bool
has_enough_items(const struct option_row *row, const option_LIST *list, struct buf *why)
{
	return (int64_t)list->count >= row->min || out_of_range(row, why, " values");
}

static bool
set_list(const struct option_row *row, void *fields, const char *text, struct buf *why)
{
	option_LIST *list = field_of(row, fields);

	option_clear(row, fields);
	while (*text != '\0') {
		size_t len = strcspn(text, ",");

		if (!add_item(row, list, text, len, why))
			return false;
		text += len + (text[len] == ',');
	}
	return has_enough_items(row, list, why);
}

bool
option_set_list(const struct option_row *row, void *fields, const char *const *items, size_t count, struct buf *why)
{
	option_LIST *list = field_of(row, fields);

	option_clear(row, fields);
	for (size_t i = 0; i < count; i++)
		if (!add_item(row, list, items[i], strlen(items[i]), why))
			return false;
	return has_enough_items(row, list, why);
}

static ssize_t
read_all(int fd, char *data, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size && (n = read(fd, data + len, size - len)) != 0) {
		if (n == -1 && errno != EINTR)
			return -1;
		len += n > 0 ? (size_t)n : 0;
	}
	return (ssize_t)len;
}

/* The content of an open secret file without its last line end; false with the reason in why. */
static bool
read_secret(int fd, const char *path, char *value, struct buf *why)
{
	struct stat st;
	ssize_t len;

	if (fd == -1 || fstat(fd, &st) == -1) {
		buf_printf(why, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & S_IROTH) != 0) {
		buf_printf(why, "%s %s", path, S_ISREG(st.st_mode) ? "may be read by everybody" : "is not a file");
		return false;
	}
	len = read_all(fd, value, SECRET_MAX_BYTES);
	if (len == -1) {
		buf_printf(why, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	while (len > 0 && (value[len - 1] == '\n' || value[len - 1] == '\r'))
		len--;
	if (len == 0 || len == SECRET_MAX_BYTES || memchr(value, '\0', (size_t)len) != NULL) {
		buf_printf(why, "%s must hold one text of 1 to %d bytes", path, SECRET_MAX_BYTES - 1);
		return false;
	}
	value[len] = '\0';
	return true;
}

static bool
set_secret(const struct option_row *row, void *fields, const char *text, struct buf *why)
{
	option_SECRET_FILE *secret = field_of(row, fields);
	char value[SECRET_MAX_BYTES];
	bool is_set;
	int fd;

	option_clear(row, fields);
	if (*text == '\0')
		return true;
	buf_printf(why, "%s: ", row->name);
	fd = open(text, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	is_set = read_secret(fd, text, value, why);
	if (fd != -1)
		close(fd);
	if (!is_set)
		return false;
	buf_clear(why);
	is_set = replace_text(row, &secret->path, text, why) && replace_text(row, &secret->value, value, why);
	explicit_bzero(value, sizeof value);
	return is_set;
}

bool
option_set(const struct option_row *row, void *fields, const char *text, struct buf *why)
{
	void *field = field_of(row, fields);

	switch (row->type) {
	case OPTION_BOOL:        return set_bool(row, field, text, why);
	case OPTION_COUNT:
	case OPTION_MSEC:
	case OPTION_BYTES:       return set_number(row, field, text, why);
	case OPTION_TEXT:
	case OPTION_PATH:        return set_text(row, field, text, why);
	case OPTION_CHOICE:      return set_choice(row, field, text, why);
	case OPTION_RATE:        return set_rate(row, field, text, why);
	case OPTION_LIST:        return set_list(row, fields, text, why);
	case OPTION_SECRET_FILE: return set_secret(row, fields, text, why);
	}
	return false;
}

static void
free_secret(char **text)
{
	if (*text != NULL)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

void
option_clear(const struct option_row *row, void *fields)
{
	void *field = field_of(row, fields);

	if (row->type == OPTION_TEXT || row->type == OPTION_PATH) {
		free(*(char **)field);
		*(char **)field = NULL;
	} else if (row->type == OPTION_LIST) {
		option_LIST *list = field;

		for (size_t i = 0; i < list->count; i++)
			free(list->items[i]);
		free(list->items);
		*list = (option_LIST){ NULL, 0 };
	} else if (row->type == OPTION_SECRET_FILE) {
		option_SECRET_FILE *secret = field;

		free_secret(&secret->path);
		free_secret(&secret->value);
	}
}

static bool
copy_text(char **field, char *const *from)
{
	*field = *from != NULL ? strdup(*from) : NULL;
	return *field != NULL || *from == NULL;
}

bool
option_copy(const struct option_row *row, void *fields, const void *from)
{
	static const size_t sizes[] = { [OPTION_BOOL] = sizeof(option_BOOL), [OPTION_COUNT] = sizeof(option_COUNT),
		[OPTION_MSEC] = sizeof(option_MSEC), [OPTION_BYTES] = sizeof(option_BYTES), [OPTION_RATE] = sizeof(option_RATE),
		[OPTION_CHOICE] = sizeof(option_CHOICE) };
	void *field = field_of(row, fields);
	const void *source = const_field_of(row, from);
	const option_LIST *list = source;
	const option_SECRET_FILE *secret = source;
	struct buf why = BUF_INIT;
	bool is_copied;

	option_clear(row, fields);
	switch (row->type) {
	case OPTION_TEXT:
	case OPTION_PATH:
		return copy_text(field, source);
	case OPTION_SECRET_FILE:
		return copy_text(&((option_SECRET_FILE *)field)->path, &secret->path) &&
		    copy_text(&((option_SECRET_FILE *)field)->value, &secret->value);
	case OPTION_LIST:
		is_copied = option_set_list(row, fields, (const char *const *)list->items, list->count, &why);
		buf_fini(&why);
		return is_copied;
	default:
		memcpy(field, source, sizes[row->type]);
		return true;
	}
}

static void
write_quoted(struct buf *out, const char *text)
{
	buf_append_char(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_append_char(out, '\\');
		buf_append_char(out, *text);
	}
	buf_append_char(out, '"');
}

static void
write_list(struct buf *out, const option_LIST *list)
{
	buf_append_char(out, '{');
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			buf_append_text(out, ", ");
		write_quoted(out, list->items[i]);
	}
	buf_append_char(out, '}');
}

static void
write_choice(struct buf *out, const char *choices, unsigned n)
{
	while (n-- > 0)
		choices += strcspn(choices, "|") + 1;
	buf_append(out, choices, strcspn(choices, "|"));
}

void
option_write(const struct option_row *row, const void *fields, struct buf *out)
{
	const void *field = const_field_of(row, fields);
	const char *text;

	switch (row->type) {
	case OPTION_BOOL:
		buf_append_text(out, *(const option_BOOL *)field ? "true" : "false");
		break;
	case OPTION_COUNT:
		buf_append_uint(out, *(const option_COUNT *)field);
		break;
	case OPTION_MSEC:
		buf_append_int(out, *(const option_MSEC *)field);
		break;
	case OPTION_BYTES:
		write_bytes(out, *(const option_BYTES *)field);
		break;
	case OPTION_TEXT:
	case OPTION_PATH:
		write_quoted(out, *(char *const *)field);
		break;
	case OPTION_CHOICE:
		write_choice(out, row->choices, *(const option_CHOICE *)field);
		break;
	case OPTION_RATE:
		write_rate(out, field);
		break;
	case OPTION_LIST:
		write_list(out, field);
		break;
	case OPTION_SECRET_FILE:
		text = ((const option_SECRET_FILE *)field)->path;
		write_quoted(out, text != NULL ? text : "");
		break;
	}
}

const struct option_row *
option_find(const char *section, const char *name)
{
	for (size_t i = 0; i < option_row_count; i++)
		if (strcmp(option_rows[i].section, section) == 0 && strcmp(option_rows[i].name, name) == 0)
			return &option_rows[i];
	return NULL;
}

bool
options_init(struct options *options)
{
	struct buf why = BUF_INIT;
	bool is_set = true;

	memset(options, 0, sizeof *options);
	for (size_t i = 0; i < option_row_count && is_set; i++)
		is_set = option_set(&option_rows[i], options, option_rows[i].value, &why);
	buf_fini(&why);
	return is_set;
}

void
options_fini(struct options *options)
{
	for (size_t i = 0; i < option_row_count; i++)
		option_clear(&option_rows[i], options);
}

void
options_dump(const struct options *options, struct buf *out)
{
	const char *section = "";

	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (strcmp(section, row->section) != 0)
			buf_printf(out, "%s%s {\n", i > 0 ? "}\n" : "", row->section);
		section = row->section;
		buf_printf(out, "\t%s = ", row->name);
		option_write(row, options, out);
		buf_append_char(out, '\n');
	}
	buf_append_text(out, "}\n");
}
