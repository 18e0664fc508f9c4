/* SPDX-License-Identifier: MIT */
/* Where a connection comes from, and lists of addresses in the configuration. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

struct sockaddr;

enum address_kind { ADDRESS_NONE, ADDRESS_UNIX, ADDRESS_IP };

struct address {
	enum address_kind kind;
	uint8_t           ip[16];      /* of ADDRESS_IP; IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2) */
};

/* All addresses that have their first bits in common; of kind ADDRESS_UNIX every Unix socket. */
struct address_range {
	struct address first;
	unsigned       bits;           /* of ip, IPv4 counted from 96 on */
};

struct address address_of_socket(const struct sockaddr *sa);

/* "192.0.2.1", "2001:db8::1", each with a port behind it or not ("192.0.2.1:80", "[2001:db8::1]:80").  false: something else. */
bool address_parse(struct slice text, struct address *address);

/* "unix:", an address without a port, or "10.0.0.0/8". */
bool address_range_parse(const char *text, struct address_range *range);

bool address_is_in(const struct address *address, const struct address_range *range);

/* Who may be one customer: an IPv4 address, the /64 of an IPv6 one. */
void address_network(const struct address *address, uint8_t network[16]);

#endif
