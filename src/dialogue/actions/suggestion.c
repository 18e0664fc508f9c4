/* SPDX-License-Identifier: MIT */
/* See suggestion.h; what its buttons do is in buttons.c. */
#include "config.h"

#include "suggestion.h"

#include "chat/reply.h"
#include "message/message.h"
#include "dialogue/turn.h"

void
suggestion_add(struct suggestion *s, const struct expense *expense, const struct category *category)
{
	struct slice values[VALUES_MAX] = { expense->description, message_category_name(category, s->language) };
	struct reply_expense said = { .description = expense->description, .amount_minor = expense->amount_minor,
		.currency = expense->currency, .category = values[1], .day = expense->day };
	struct buf label = BUF_INIT;

	if (s->button_count == REPLY_BUTTONS_MAX)
		return;                  /* what cannot be pressed is not suggested */
	say(&label, s->language, TEXT_suggest_button, values);
	if (!label.has_failed && button_file_there(s->arena, &s->message_id, buf_slice(&label), expense, category, &s->buttons[s->button_count])) {
		if (s->button_count++ > 0)
			buf_append_char(&s->text, '\n');
		reply_expense(&s->text, s->language, TEXT_suggest_line, &said, s->today);
	}
	buf_fini(&label);
}

bool
suggestion_end(struct suggestion *s, struct outbox_entry *notice)
{
	bool has_any = s->button_count > 0 && !s->text.has_failed;

	notice->text = has_any ? arena_copy(s->arena, buf_slice(&s->text)) : SLICE_EMPTY;
	notice->button_count = s->button_count;
	memcpy(notice->buttons, s->buttons, sizeof notice->buttons);
	buf_fini(&s->text);
	return has_any && notice->text.ptr != NULL;
}
