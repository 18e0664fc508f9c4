/* SPDX-License-Identifier: MIT */
/* See policy_texts.h.  What is said here of the daemon must stay true of it. */
#include "config.h"

#include "policy_texts.h"

const struct policy_text policy_texts[POLICIES] = {
	[POLICY_PRIVACY] = { "privacy_policy", "Privacy policy",
	"This is the text that comes with the software. Whoever runs this service may replace it by a text of their own.\n"
	"\n"
	"What is stored. For each user: the id that the chat service or the operator gives, language, time zone and home\n"
	"currency. For each expense: description, amount, currency, category, account, date, and when it was entered and\n"
	"changed, with what it was before. For each chat message: when it came, the answer to it and which expenses came of it;\n"
	"the text of the message itself is kept only until it has been worked on. The texts of expenses stay on the machine\n"
	"of this service, unless its operator has set up an AI provider to understand messages: then the text of a message\n"
	"may be sent to that provider, and so may the photo of a receipt. Such a photo is kept only if the operator has chosen\n"
	"to keep the photos of which expenses were recorded, and then for a number of days that the operator has set, or until\n"
	"you remove it, the last of its expenses or everything.\n"
	"\n"
	"What the operator sees. Sums over all users by day, currency and category, and how many users are active. If an AI\n"
	"provider is used, what each user's messages cost, and for some months when it was asked for whom, but not what was said.\n"
	"\n"
	"Deleting. An expense that you delete stays in the trash for 30 days, so that it can be restored. After that it may\n"
	"be removed for good at any time.\n"
	"\n"
	"Your data. You can read all your expenses, with their history, by the same interface by which they are entered. For\n"
	"a copy of everything, or to have everything deleted, use the means that this service offers or ask its operator.\n" },
	[POLICY_TERMS] = { "terms_of_use", "Terms of use",
	"This is the text that comes with the software. Whoever runs this service may replace it by a text of their own.\n"
	"\n"
	"This service records what you tell it about your expenses and adds it up. Messages are understood by rules or by an\n"
	"AI, and both make mistakes: look at what was recorded, and change or delete what is wrong.\n"
	"\n"
	"The sums are for your own overview. They are no tax, legal or financial advice.\n"
	"\n"
	"Use only your own account. Do not use the service to store what you may not store, and do not disturb it for others;\n"
	"the operator may limit how much is asked of it.\n"
	"\n"
	"The service is provided as it is, without any warranty. You may stop using it at any time; what you have stored is\n"
	"treated as the privacy policy says.\n" },
};
