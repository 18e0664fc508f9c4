/* SPDX-License-Identifier: MIT */
/* See address.h. */
#include "config.h"

#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { IPV4_BITS = 32, IPV6_BITS = 128, MAPPED_BITS = IPV6_BITS - IPV4_BITS, TEXT_MAX = 64 };

static const uint8_t mapped[MAPPED_BITS / 8] = { [10] = 0xff, [11] = 0xff };

static bool
is_ipv4(const struct address *address)
{
	return memcmp(address->ip, mapped, sizeof mapped) == 0;
}

static struct address
address_of_ipv4(const struct in_addr *in)
{
	struct address address = { .kind = ADDRESS_IP };

	memcpy(address.ip, mapped, sizeof mapped);
	memcpy(address.ip + sizeof mapped, in, sizeof *in);
	return address;
}

static struct address
address_of_ipv6(const struct in6_addr *in)
{
	struct address address = { .kind = ADDRESS_IP };

	memcpy(address.ip, in, sizeof address.ip);
	return address;
}

struct address
address_of_socket(const struct sockaddr *sa)
{
	switch (sa->sa_family) {
	case AF_INET:
		return address_of_ipv4(&((const struct sockaddr_in *)(const void *)sa)->sin_addr);
	case AF_INET6:
		return address_of_ipv6(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
	case AF_UNIX:
		return (struct address){ .kind = ADDRESS_UNIX };
	default:
		return (struct address){ .kind = ADDRESS_NONE };
	}
}

static bool
parse_ip(struct slice text, struct address *address)
{
	struct in_addr v4;
	struct in6_addr v6;
	char copy[TEXT_MAX];

	if (text.len == 0 || text.len >= sizeof copy || memchr(text.ptr, '\0', text.len) != NULL)
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, &v4) == 1)
		*address = address_of_ipv4(&v4);
	else if (inet_pton(AF_INET6, copy, &v6) == 1)
		*address = address_of_ipv6(&v6);
	else
		return false;
	return true;
}

/* Digits up to the end, 1 to 5 of them. */
static bool
is_port(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return len >= 1 && len <= 5;
}

bool
address_parse(struct slice text, struct address *address)
{
	const char *colon = text.len > 0 ? memrchr(text.ptr, ':', text.len) : NULL;
	bool is_bracketed = text.len > 0 && text.ptr[0] == '[';
	size_t host;

	if (is_bracketed && text.ptr[text.len - 1] == ']')
		return parse_ip((struct slice){ text.ptr + 1, text.len - 2 }, address);
	if (!is_bracketed && (colon == NULL || memchr(text.ptr, ':', text.len) != colon))
		return parse_ip(text, address);
	if (colon == NULL || !is_port(colon + 1, text.len - (size_t)(colon + 1 - text.ptr)))
		return false;
	host = (size_t)(colon - text.ptr);
	if (!is_bracketed)
		return parse_ip((struct slice){ text.ptr, host }, address);
	return host > 2 && text.ptr[host - 1] == ']' && parse_ip((struct slice){ text.ptr + 1, host - 2 }, address);
}

bool
address_range_parse(const char *text, struct address_range *range)
{
	size_t len = strcspn(text, "/");
	unsigned bits = 0, offset;

	*range = (struct address_range){ .first.kind = ADDRESS_UNIX };
	if (strcmp(text, "unix:") == 0)
		return true;
	if (!parse_ip((struct slice){ text, len }, &range->first))
		return false;
	offset = memchr(text, ':', len) == NULL ? MAPPED_BITS : 0;
	range->bits = IPV6_BITS;
	if (text[len] == '\0')
		return true;
	for (text += len + 1; *text >= '0' && *text <= '9' && bits <= IPV6_BITS; text++)
		bits = bits * 10 + (unsigned)(*text - '0');
	range->bits = offset + bits;
	return *text == '\0' && text[-1] != '/' && range->bits <= IPV6_BITS;
}

bool
address_is_in(const struct address *address, const struct address_range *range)
{
	size_t whole = range->bits / 8;
	unsigned rest = range->bits % 8;

	if (address->kind != range->first.kind)
		return false;
	if (address->kind != ADDRESS_IP)
		return address->kind == ADDRESS_UNIX;
	return memcmp(address->ip, range->first.ip, whole) == 0 &&
	    (rest == 0 || (address->ip[whole] ^ range->first.ip[whole]) >> (8 - rest) == 0);
}

void
address_network(const struct address *address, uint8_t network[16])
{
	memcpy(network, address->ip, 16);
	if (!is_ipv4(address))
		memset(network + 8, 0, 8);
}
