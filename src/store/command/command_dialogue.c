/* SPDX-License-Identifier: MIT */
/* What a message changes beside its own expenses, as part of its command: each change as the command that it also is. */
#include "config.h"

#include "command_parts.h"

static const struct command_row *const rows[CHANGE_KINDS] = {
	[CHANGE_EXPENSE] = &command_change_expense,
	[CHANGE_CATEGORY_NAME] = &command_name_category,
	[CHANGE_CATEGORY_DELETION] = &command_delete_category,
	[CHANGE_KEYWORD] = &command_set_keyword,
	[CHANGE_USER] = &command_change_user,
	[CHANGE_USER_DELETION] = &command_begin_deletion,
	[CHANGE_ALIAS] = &command_set_alias,
	[CHANGE_LINK] = &command_set_link,
};

static void
to_command(const struct message_change *change, struct command *command)
{
	switch (change->kind) {
	case CHANGE_EXPENSE:
		command->change = change->expense;
		break;
	case CHANGE_CATEGORY_NAME:
		command->category = change->category_name;
		break;
	case CHANGE_CATEGORY_DELETION:
		command->category_deletion = change->category_deletion;
		break;
	case CHANGE_KEYWORD:
		command->keyword = change->keyword;
		break;
	case CHANGE_USER:
		command->user = change->user;
		break;
	case CHANGE_USER_DELETION:
		command->deletion = change->user_deletion;
		break;
	case CHANGE_ALIAS:
	case CHANGE_LINK:
	default:
		command->link = change->link;
	}
}

static void
from_command(const struct command *command, struct message_change *change)
{
	switch (change->kind) {
	case CHANGE_EXPENSE:
		change->expense = command->change;
		break;
	case CHANGE_CATEGORY_NAME:
		change->category_name = command->category;
		break;
	case CHANGE_CATEGORY_DELETION:
		change->category_deletion = command->category_deletion;
		break;
	case CHANGE_KEYWORD:
		change->keyword = command->keyword;
		break;
	case CHANGE_USER:
		change->user = command->user;
		break;
	case CHANGE_USER_DELETION:
		change->user_deletion = command->deletion;
		break;
	case CHANGE_ALIAS:
	case CHANGE_LINK:
	default:
		change->link = command->link;
	}
}

static void
put_dialogue(msgpack_packer *pk, const struct dialogue_entry *entry)
{
	mp_put_str(pk, entry->conversation);
	msgpack_pack_uint32(pk, entry->if_version);
	msgpack_pack_int64(pk, entry->keep_until_ms);
	mp_put_bin(pk, entry->state.ptr, entry->state.len);
}

static const struct dialogue_entry *
read_dialogue(struct mp *mp, struct arena *arena)
{
	struct dialogue_entry *entry = arena_alloc(arena, sizeof *entry);

	if (entry == NULL) {
		mp->is_bad = true;
		return NULL;
	}
	entry->conversation = mp_str(mp);
	entry->if_version = mp_u32(mp);
	entry->keep_until_ms = mp_int(mp);
	entry->state = mp_bin(mp);
	return entry;
}

void
command_put_changes(msgpack_packer *pk, const struct message_entry *entry)
{
	struct command command;

	msgpack_pack_uint64(pk, entry->change_count);
	for (size_t i = 0; i < entry->change_count; i++) {
		to_command(&entry->changes[i], &command);
		msgpack_pack_uint32(pk, entry->changes[i].kind);
		rows[entry->changes[i].kind]->pack(pk, &command);
	}
	mp_put_bool(pk, entry->dialogue != NULL);
	if (entry->dialogue != NULL)
		put_dialogue(pk, entry->dialogue);
}

void
command_read_changes(struct mp *mp, struct arena *arena, struct message_entry *entry)
{
	struct message_change *changes;
	struct command command;

	entry->changes = changes = command_read_list(mp, arena, &entry->change_count, MESSAGE_CHANGES_MAX, sizeof *changes);
	for (size_t i = 0; !mp->is_bad && i < entry->change_count; i++) {
		changes[i].kind = (enum change_kind)mp_int_in(mp, 0, CHANGE_KINDS - 1);
		if (mp->is_bad)
			return;
		rows[changes[i].kind]->unpack(mp, arena, &command);
		from_command(&command, &changes[i]);
	}
	entry->dialogue = mp_bool(mp) ? read_dialogue(mp, arena) : NULL;
}
