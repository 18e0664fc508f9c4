/* SPDX-License-Identifier: MIT */
/* See redis_place.h, and redis.h for redis_check. */
#include "config.h"

#include "redis_place.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/util.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "buf.h"
#include "options.h"
#include "redis.h"
#include "sockets.h"

enum { KEEPALIVE_S = 10 };

/* --- addresses ------------------------------------------------------------------------------- */

static bool
has_port(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ((const struct sockaddr_in *)address)->sin_port != 0;
	return ((const struct sockaddr_in6 *)address)->sin6_port != 0;
}

bool
redis_place_read(const char *text, struct redis_place *place)
{
	int size = sizeof place->address;

	*place = (struct redis_place){ .size = sizeof(struct sockaddr_un) };
	if (strncmp(text, "unix:/", 6) == 0)
		return unix_address((struct sockaddr_un *)&place->address, text + 5);
	if (evutil_parse_sockaddr_port(text, (struct sockaddr *)&place->address, &size) == -1)
		return false;
	place->size = (socklen_t)size;
	return has_port(&place->address);
}

static bool
check_place(const char *option, const char *text, struct buf *errors)
{
	struct redis_place place;

	if (strlen(text) < PLACE_TEXT_MAX && redis_place_read(text, &place))
		return true;
	buf_printf(errors, "cache.%s: %s is not address:port, [address]:port or unix:path; names of hosts are not looked up\n", option, text);
	return false;
}

bool
redis_check(const struct options *options, struct buf *errors)
{
	const struct option_list *sentinels = &options->cache_sentinels;
	struct ssl_ctx_st *tls;
	bool is_sound = check_place("address", options->cache_address, errors);

	for (size_t i = 0; i < sentinels->count; i++)
		is_sound = check_place("sentinels", sentinels->items[i], errors) && is_sound;
	is_sound = redis_tls_open(options, &tls, errors) && is_sound;
	SSL_CTX_free(tls);
	return is_sound;
}

/* --- TLS ------------------------------------------------------------------------------------- */

/* Why OpenSSL did not take a file. */
static bool
refuse(const char *option, const char *file, struct buf *errors)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	buf_printf(errors, "cache.%s: %s cannot be used: %s\n", option, file, why != NULL ? why : strerror(errno));
	ERR_clear_error();
	return false;
}

static bool
load_authorities(const struct options *options, SSL_CTX *context, struct buf *errors)
{
	const char *file = options->cache_tls_ca_file;

	if (file[0] == '\0')
		return SSL_CTX_set_default_verify_paths(context) == 1 || refuse("tls_ca_file", "what the system trusts", errors);
	return SSL_CTX_load_verify_locations(context, file, NULL) == 1 || refuse("tls_ca_file", file, errors);
}

/* Redis asks for a client's certificate unless it is told not to. */
static bool
load_own(const struct options *options, SSL_CTX *context, struct buf *errors)
{
	const char *certificate = options->cache_tls_cert_file, *key = options->cache_tls_key_file;

	if (certificate[0] == '\0' && key[0] == '\0')
		return true;
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
		return refuse("tls_cert_file", certificate, errors);
	return SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 || refuse("tls_key_file", key, errors);
}

bool
redis_tls_open(const struct options *options, struct ssl_ctx_st **context, struct buf *errors)
{
	*context = NULL;
	if (!options->cache_tls)
		return true;
	*context = SSL_CTX_new(TLS_client_method());
	if (*context == NULL) {
		buf_append_text(errors, "cache.tls: there is no memory for it\n");
		return false;
	}
	SSL_CTX_set_min_proto_version(*context, TLS1_2_VERSION);
	SSL_CTX_set_verify(*context, SSL_VERIFY_PEER, NULL);
	if (load_authorities(options, *context, errors) && load_own(options, *context, errors))
		return true;
	SSL_CTX_free(*context);
	*context = NULL;
	return false;
}

/* The certificate must be of this name or, without one, of the address. */
static bool
expect_name(SSL *ssl, const struct redis_place *place, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (name[0] != '\0')
		return SSL_set_tlsext_host_name(ssl, name) == 1 && X509_VERIFY_PARAM_set1_host(param, name, 0) == 1;
	if (place->address.ss_family == AF_INET)
		return X509_VERIFY_PARAM_set1_ip(param, (const void *)&((const struct sockaddr_in *)&place->address)->sin_addr, 4) == 1;
	if (place->address.ss_family == AF_INET6)
		return X509_VERIFY_PARAM_set1_ip(param, (const void *)&((const struct sockaddr_in6 *)&place->address)->sin6_addr, 16) == 1;
	return true;
}

static struct bufferevent *
make_bufferevent(struct event_base *base, const struct redis_place *place, SSL_CTX *tls, const char *name)
{
	SSL *ssl;

	if (tls == NULL)
		return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	ssl = SSL_new(tls);
	if (ssl == NULL)
		return NULL;
	if (expect_name(ssl, place, name))
		return bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
	SSL_free(ssl);
	return NULL;
}

/* A machine that vanished is noticed also where nothing is sent. */
static void
keep_alive(int fd)
{
	int on = 1, seconds = KEEPALIVE_S;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

struct bufferevent *
redis_connect(struct event_base *base, const struct redis_place *place, struct ssl_ctx_st *tls, const char *name)
{
	struct bufferevent *bev = make_bufferevent(base, place, tls, name);

	if (bev == NULL || bufferevent_socket_connect(bev, (const struct sockaddr *)&place->address, (int)place->size) == -1) {
		if (bev != NULL)
			bufferevent_free(bev);
		return NULL;
	}
	if (place->address.ss_family != AF_UNIX)
		keep_alive(bufferevent_getfd(bev));
	return bev;
}
