/* SPDX-License-Identifier: MIT */
/* See config_read.h. */
#include "config.h"

#include "config_read.h"

#include "listener.h"

/* What the type of an option cannot tell. */
static bool
check_values(const struct options *options, struct buf *errors)
{
	bool is_valid = true;

	for (size_t i = 0; i < options->http_listen.count; i++) {
		if (listener_is_valid(options->http_listen.items[i]))
			continue;
		buf_printf(errors, "http.listen: %s is not host:port, [address]:port, *:port or unix:path\n",
		    options->http_listen.items[i]);
		is_valid = false;
	}
	return is_valid;
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
