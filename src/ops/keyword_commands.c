/* SPDX-License-Identifier: MIT */
/* "show keywords" and "keywords refresh": the words that many users share, as numbers; which words they are nobody is told. */
#include "config.h"

#include <string.h>
#include <time.h>

#include "ai/ai_shared.h"
#include "clock.h"
#include "commands.h"
#include "keeper/keeper.h"
#include "keeper/keywords/keyword_refresh.h"
#include "master/child.h"
#include "understand/keywords/keyword_map.h"

enum { TIME_TEXT_MAX = sizeof "2024-01-01T00:00:00Z" };

struct shown {
	bool                    is_shared;
	struct keyword_map_head head;
	char                    counted_at[TIME_TEXT_MAX];     /* empty: never */
	int64_t                 age_s;
	uint64_t                hits, misses;
};

static void
format_time(char text[TIME_TEXT_MAX], int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void
read_shown(const struct keeper *keeper, struct shown *shown)
{
	const struct inherited *in = keeper->in;
	size_t slots = atomic_load(&in->segment->used);
	int64_t age_ms;

	*shown = (struct shown){ .is_shared = in->options->keywords_share };
	keyword_map_read_head(in->ai->keywords, &shown->head);
	shown->hits = counter_read(counter_find("keyword_hits"), in->segment->slots, slots);
	shown->misses = counter_read(counter_find("keyword_misses"), in->segment->slots, slots);
	if (shown->head.counted_ms == 0)
		return;
	age_ms = clock_wall_ms() - shown->head.counted_ms;
	shown->age_s = age_ms > 0 ? age_ms / 1000 : 0;
	format_time(shown->counted_at, shown->head.counted_ms);
}

static void
show_keywords(struct ctl_reply *reply, const char *args)
{
	struct buf *out = ctl_reply_out(reply);
	struct shown shown;

	(void)args;
	read_shown(ctl_reply_keeper(reply), &shown);
	buf_printf(out, "words   %zu%s\n", shown.head.count, shown.is_shared ? "" : " (keywords.share is off)");
	if (shown.counted_at[0] == '\0')
		buf_append_text(out, "counted never\n");
	else
		buf_printf(out, "users   %u or more of each\ncounted %s, %lld s ago\n", shown.head.users_min, shown.counted_at, (long long)shown.age_s);
	buf_printf(out, "hits    %llu\nmisses  %llu\n", (unsigned long long)shown.hits, (unsigned long long)shown.misses);
	ctl_reply_done(reply);
}

static void
show_keywords_json(struct ctl_reply *reply, const char *args)
{
	struct buf *out = ctl_reply_out(reply);
	struct shown shown;

	(void)args;
	read_shown(ctl_reply_keeper(reply), &shown);
	buf_printf(out, "{\"is_shared\":%s,\"words\":%zu,\"users_min\":%u,\"counted_at\":", shown.is_shared ? "true" : "false", shown.head.count,
	    shown.head.users_min);
	if (shown.counted_at[0] == '\0')
		buf_append_text(out, "null,\"age_s\":null");
	else
		buf_printf(out, "\"%s\",\"age_s\":%lld", shown.counted_at, (long long)shown.age_s);
	buf_printf(out, ",\"hits\":%llu,\"misses\":%llu}\n", (unsigned long long)shown.hits, (unsigned long long)shown.misses);
	ctl_reply_done(reply);
}

static void
on_refreshed(enum status st, bool is_over, void *arg)
{
	struct ctl_reply *reply = arg;
	struct shown shown;

	if (st != ST_OK) {
		ctl_reply_error(reply, "they could not be counted: %s", status_title(st));
		return;
	}
	read_shown(ctl_reply_keeper(reply), &shown);
	if (!is_over)
		buf_append_text(ctl_reply_out(reply), "they are being counted, which takes a while; \"show keywords\" tells when it was done\n");
	else
		buf_printf(ctl_reply_out(reply), "%zu words are shared by %u users or more\n", shown.head.count, shown.head.users_min);
	ctl_reply_done(reply);
}

static void
keywords_refresh(struct ctl_reply *reply, const char *args)
{
	struct keeper *keeper = ctl_reply_keeper(reply);

	(void)args;
	if (!keeper->in->options->keywords_share)
		ctl_reply_error(reply, "keywords.share is off");
	else if (!keyword_refresh_now(keeper->keywords, on_refreshed, reply))
		ctl_reply_error(reply, "too many ask for it");
}

const struct ctl_command keyword_commands[] = {
	{ "show keywords", NULL, false, show_keywords,
	    "How many words many users share, when they were counted, and how often they told a category; not which words they are." },
	{ "show keywords json", NULL, false, show_keywords_json, "The same in JSON." },
	{ "keywords refresh", NULL, true, keywords_refresh,
	    "Count the words that many users share anew, which is done once an hour, and wait for it." },
	{ NULL, NULL, false, NULL, NULL }
};
