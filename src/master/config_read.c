/* SPDX-License-Identifier: MIT */
/* See config_read.h. */
#include "config.h"

#include "config_read.h"

#include "address.h"
#include "ai/budget.h"
#include "ai/provider/provider.h"
#include "http/cors.h"
#include "listener.h"
#include "messenger/messenger.h"
#include "redis/shared.h"

static bool
is_range(const char *text)
{
	struct address_range range;

	return address_range_parse(text, &range);
}

static bool
check_list(const char *name, const struct option_list *list, bool (*is_valid)(const char *text), const char *what,
    struct buf *errors)
{
	bool are_valid = true;

	for (size_t i = 0; i < list->count; i++) {
		if (is_valid(list->items[i]))
			continue;
		buf_printf(errors, "%s: %s is not %s\n", name, list->items[i], what);
		are_valid = false;
	}
	return are_valid;
}

/* A daemon in the background is in another directory. */
static bool
check_log_file(const char *name, const char *path, struct buf *errors)
{
	if (path[0] == '\0' || path[0] == '/')
		return true;
	buf_printf(errors, "%s: %s is not an absolute path\n", name, path);
	return false;
}

/* What the type of an option cannot tell. */
static bool
check_values(const struct options *options, struct buf *errors)
{
	struct budget_limits limits;
	bool is_valid = check_list("http.listen", &options->http_listen, listener_is_valid,
	    "host:port, [address]:port, *:port or unix:path", errors);

	is_valid = check_list("http.trusted_proxies", &options->http_trusted_proxies, is_range,
	    "an address, address/bits or unix:", errors) && is_valid;
	is_valid = check_list("http.cors_origins", &options->http_cors_origins, cors_origin_is_valid,
	    "an origin as https://app.example.org, in lower case", errors) && is_valid;
	is_valid = check_log_file("log.file", options->log_file, errors) && is_valid;
	is_valid = check_log_file("http.access_log_file", options->http_access_log_file, errors) && is_valid;
	is_valid = check_log_file("log.syslog", options->log_syslog, errors) && is_valid;
	if (options->log_syslog[0] != '\0' && options->log_file[0] != '\0') {
		buf_append_text(errors, "log.syslog and log.file are both set, and lines go to one of them\n");
		is_valid = false;
	}
	is_valid = providers_check(options, errors) && is_valid;
	is_valid = budget_limits_read(options, &limits, errors) && is_valid;
	is_valid = shared_check(options, errors) && is_valid;
	return messenger_check(options, errors) && is_valid;
}

bool
config_read(struct options *options, const char *file, const char *const *overrides, size_t override_count,
    struct buf *errors)
{
	bool is_valid = options_init(options) && options_read_file(options, file, errors);

	for (size_t i = 0; i < override_count; i++)
		is_valid = options_override(options, overrides[i], errors) && is_valid;
	return check_values(options, errors) && is_valid;
}
