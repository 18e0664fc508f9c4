/* SPDX-License-Identifier: MIT */
/* What all protocols have in common; see provider.h. */
#include "config.h"

#include "provider.h"

#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "options.h"
#include "price.h"

const struct provider_protocol *const provider_protocols[] = { &provider_gemini, &provider_openai, &provider_anthropic };

/* --- the configuration ------------------------------------------------------------------------ */

static const char *
unless_empty(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void
read_sections(const struct options *o, struct provider sections[static PROVIDERS_MAX])
{
#define SECTION(n) (struct provider){ .section = (n) - 1, \
	.name = o->provider##n##_name, .protocol = provider_protocols[o->provider##n##_protocol], .model = o->provider##n##_model, \
	.base_url = o->provider##n##_base_url, .key = o->provider##n##_key_file.value, \
	.ca_file = o->provider##n##_ca_file, .anthropic_version = o->provider##n##_anthropic_version, \
	.extra = unless_empty(o->provider##n##_extra), .prices = &o->provider##n##_prices, \
	.timeout_ms = o->provider##n##_timeout_ms, \
	.reads_images = o->provider##n##_reads_images }
	sections[0] = SECTION(1);
	sections[1] = SECTION(2);
	sections[2] = SECTION(3);
#undef SECTION
}

size_t
providers_configured(const struct options *options, struct provider providers[static PROVIDERS_MAX])
{
	struct provider sections[PROVIDERS_MAX];
	size_t count = 0;

	read_sections(options, sections);
	for (size_t i = 0; i < PROVIDERS_MAX; i++) {
		if (sections[i].name[0] == '\0')
			continue;
		providers[count] = sections[i];
		if (providers[count].base_url[0] == '\0')
			providers[count].base_url = providers[count].protocol->base_url;
		count++;
	}
	return count;
}

bool
providers_any(const struct options *options)
{
	return options->provider1_name[0] != '\0' || options->provider2_name[0] != '\0' || options->provider3_name[0] != '\0';
}

bool
providers_read_images(const struct options *options)
{
	return (options->provider1_name[0] != '\0' && options->provider1_reads_images) ||
	    (options->provider2_name[0] != '\0' && options->provider2_reads_images) ||
	    (options->provider3_name[0] != '\0' && options->provider3_reads_images);
}

static json_t *
read_extra(const char *extra)
{
	json_t *object = json_loads(extra, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(object))
		return object;
	json_decref(object);
	return NULL;
}

static bool
is_name(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

/* http:// would send the key and people's texts in the clear, which is for this machine and networks of one's own. */
static bool
is_base_url(const char *url)
{
	size_t scheme = strncasecmp(url, "https://", 8) == 0 ? 8 : strncasecmp(url, "http://", 7) == 0 ? 7 : 0;

	return scheme > 0 && url[scheme] != '\0' && strpbrk(url, " ?#@\"\\") == NULL;
}

static bool
are_prices(const struct option_list *prices)
{
	struct price price;

	for (size_t i = 0; i < prices->count; i++)
		if (!price_parse(prices->items[i], &price))
			return false;
	return true;
}

static const char *
what_is_wrong(const struct provider *provider)
{
	json_t *extra = provider->extra != NULL ? read_extra(provider->extra) : NULL;
	bool is_extra_bad = provider->extra != NULL && extra == NULL;

	json_decref(extra);
	if (provider->name[0] == '\0')
		return provider->model[0] != '\0' || provider->key != NULL ? "name is missing: without it the provider is not used" : NULL;
	if (!is_name(provider->name))
		return "name must be lower-case letters, digits, - and _";
	if (strcmp(provider->name, "rules") == 0)
		return "name: rules are what answers without a provider";
	if (provider->model[0] == '\0')
		return "model is missing";
	if (provider->base_url[0] != '\0' && !is_base_url(provider->base_url))
		return "base_url must be https://host/path, or http:// for a server of one's own, without user, query and fragment";
	if (provider->key == NULL && provider->base_url[0] == '\0')
		return "key_file is missing";
	if (provider->key != NULL && strpbrk(provider->key, "\r\n") != NULL)
		return "key_file must hold one line";
	if (!are_prices(provider->prices))
		return "prices must be as \"2026-11-01 USD 0.15 0.60\": a day, a currency, a million tokens of input and of output";
	return is_extra_bad ? "extra must be a JSON object" : NULL;
}

bool
providers_check(const struct options *options, struct buf *errors)
{
	struct provider sections[PROVIDERS_MAX];
	bool is_sound = true;

	read_sections(options, sections);
	for (size_t i = 0; i < PROVIDERS_MAX; i++) {
		const char *wrong = what_is_wrong(&sections[i]);

		for (size_t k = 0; wrong == NULL && k < i && sections[i].name[0] != '\0'; k++)
			if (strcmp(sections[k].name, sections[i].name) == 0)
				wrong = "name is that of another provider";
		if (wrong == NULL)
			continue;
		buf_printf(errors, "provider%zu.%s\n", i + 1, wrong);
		is_sound = false;
	}
	return is_sound;
}

/* --- requests ---------------------------------------------------------------------------------- */

void
provider_header(struct provider_request *request, const char *name, const char *before, const char *value)
{
	buf_printf(&request->headers[request->header_count++], "%s: %s%s", name, before, value);
}

json_t *
provider_text(struct slice text)
{
	return json_stringn(text.ptr != NULL ? text.ptr : "", text.len);
}

json_t *
provider_image(const struct provider_question *question, bool is_url)
{
	struct buf text = BUF_INIT;
	json_t *string = NULL;
	char *out;

	if (is_url)
		buf_printf(&text, "data:%s;base64,", question->image_type);
	out = buf_space(&text, (question->image.len + 2) / 3 * 4 + 1);
	if (out != NULL) {
		buf_grew(&text, (size_t)EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)question->image.ptr,
		    (int)question->image.len));
		string = json_stringn(text.data, text.len);
	}
	buf_fini(&text);
	return string;
}

/* A member that extra has as null is left out of the request. */
static void
merge(json_t *body, const json_t *extra)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)extra, key, value) {
		json_t *own = json_object_get(body, key);

		if (json_is_null(value))
			json_object_del(body, key);
		else if (json_is_object(own) && json_is_object(value))
			merge(own, value);
		else
			json_object_set(body, key, value);
	}
}

static int
append(const char *data, size_t size, void *buf)
{
	buf_append(buf, data, size);
	return 0;
}

static bool
build_body(const struct provider *provider, const struct provider_question *question, struct buf *out)
{
	json_t *schema = json_loadb(question->answer_schema.ptr, question->answer_schema.len, 0, NULL);
	json_t *body = schema != NULL ? provider->protocol->body(provider, question, schema) : NULL;
	json_t *extra = provider->extra != NULL ? read_extra(provider->extra) : NULL;
	bool is_built = body != NULL && (provider->extra == NULL || extra != NULL);

	if (extra != NULL && is_built)
		merge(body, extra);
	is_built = is_built && json_dump_callback(body, append, out, JSON_COMPACT) == 0 && !out->has_failed;
	json_decref(extra);
	json_decref(body);
	return is_built;
}

bool
provider_build(const struct provider *provider, const struct provider_question *question, struct provider_request *request)
{
	bool is_built;
	size_t len = strlen(provider->base_url);

	*request = (struct provider_request){ 0 };
	while (len > 0 && provider->base_url[len - 1] == '/')
		len--;
	buf_append(&request->url, provider->base_url, len);
	provider->protocol->address(provider, request);
	is_built = build_body(provider, question, &request->body) && !request->url.has_failed;
	buf_append_char(&request->url, '\0');
	for (size_t i = 0; i < request->header_count; i++) {
		buf_append_char(&request->headers[i], '\0');
		is_built = is_built && !request->headers[i].has_failed;
	}
	return is_built && !request->url.has_failed;
}

void
provider_request_fini(struct provider_request *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (request->headers[i].data != NULL)
			explicit_bzero(request->headers[i].data, request->headers[i].len);
		buf_fini(&request->headers[i]);
	}
	buf_fini(&request->url);
	buf_fini(&request->body);
}

/* --- answers ----------------------------------------------------------------------------------- */

int64_t
provider_tokens(const json_t *usage, const char *key)
{
	const json_t *count = json_object_get(usage, key);
	json_int_t n = json_is_integer(count) ? json_integer_value(count) : 0;

	return n > 0 && n <= PROVIDER_TOKENS_MAX ? n : 0;
}

/* Models like to put JSON into a fence, schema or not. */
static struct slice
without_fence(struct slice text)
{
	const char *first = memchr(text.ptr, '{', text.len), *last = memrchr(text.ptr, '}', text.len);
	struct slice inner = { first, first != NULL && last != NULL && last > first ? (size_t)(last - first) + 1 : 0 };

	return text.len > 6 && memcmp(text.ptr, "```", 3) == 0 && inner.len > 0 ? inner : text;
}

void
provider_take_json(struct provider_answer *answer, const char *text, size_t len)
{
	struct slice json = without_fence((struct slice){ text, len });

	answer->json = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(answer->json))
		return;
	json_decref(answer->json);
	answer->json = NULL;
	answer->result = PROVIDER_BROKEN;
	answer->why = "its answer is not the JSON that was asked for";
}

static bool
is_busy(unsigned http_status)
{
	return http_status == 0 || http_status == 408 || http_status == 429 || http_status >= 500;
}

static void
read_error(const struct provider_protocol *protocol, const struct provider_response *response, const json_t *root,
    struct provider_answer *answer)
{
	unsigned status = response->http_status;

	answer->result = is_busy(status) ? PROVIDER_BUSY : PROVIDER_BROKEN;
	answer->why = status == 0 ? "no answer" : status == 429 ? "too many requests" : is_busy(status) ? "it is in trouble" :
	    status == 401 || status == 403 ? "the key is refused" : status == 404 ? "there is no such model or path" : "the request is refused";
	answer->retry_after_ms = response->retry_after_ms;
	if (protocol->read_error != NULL && root != NULL)
		protocol->read_error(root, answer);
}

void
provider_read(const struct provider_protocol *protocol, const struct provider_response *response, struct provider_answer *answer)
{
	json_t *root = response->body.len > 0 ? json_loadb(response->body.ptr, response->body.len, 0, NULL) : NULL;

	*answer = (struct provider_answer){ .result = PROVIDER_ANSWERED, .retry_after_ms = -1 };
	if (response->http_status != 200) {
		read_error(protocol, response, root, answer);
	} else if (json_is_object(root)) {
		protocol->read(root, answer);
	} else {
		answer->result = PROVIDER_BROKEN;
		answer->why = "its answer is not JSON";
	}
	json_decref(root);
}
