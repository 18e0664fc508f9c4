/* SPDX-License-Identifier: MIT */
/*
 * The readers of the providers' answers under libFuzzer.  The first byte says
 * which protocol and with which status, the rest is the body.
 *
 *	make fuzz_provider && ./fuzz_provider -max_total_time=60 ../tests/fuzz/corpus/provider
 */
#include "config.h"

#include "ai/provider/provider.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct provider_protocol *const protocols[] = { &provider_gemini, &provider_openai, &provider_anthropic };
	static const unsigned statuses[] = { 200, 200, 429, 529, 400, 0 };
	struct provider_response response = { .retry_after_ms = -1 };
	struct provider_answer answer;

	if (size == 0)
		return 0;
	response.http_status = statuses[data[0] / 3 % 6];
	response.body = (struct slice){ (const char *)data + 1, size - 1 };
	provider_read(protocols[data[0] % 3], &response, &answer);
	CHECK((answer.result == PROVIDER_ANSWERED) == (answer.json != NULL));
	CHECK(answer.json == NULL || (json_is_object(answer.json) && response.http_status == 200));
	CHECK((answer.why == NULL) == (answer.json != NULL));
	CHECK(answer.input_tokens >= 0 && answer.output_tokens >= 0 && answer.retry_after_ms >= -1);
	json_decref(answer.json);
	return 0;
}
