/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/reader.h"

struct byte_case {
	const char *name;
	struct slice bytes;
	enum status  expected;     /* ST_OK: complete; ST_ACCEPTED: more is needed */
	struct slice body;
	size_t       rest;         /* bytes of the next request behind it */
};

#define TAKEN(name, bytes, body, rest)  { name, SLICE_LITERAL(bytes), ST_OK, SLICE_LITERAL(body), sizeof(rest) - 1 }
#define MORE(name, bytes)               { name, SLICE_LITERAL(bytes), ST_ACCEPTED, { NULL, 0 }, 0 }
#define REFUSED(name, bytes, st)        { name, SLICE_LITERAL(bytes), ST_##st, { NULL, 0 }, 0 }

#define GET "GET /a HTTP/1.1\r\nHost: x\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: x\r\n"
#define IMAGE POST "Content-Type: Image/png\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define NEXT "GET /b HTTP/1.1\r\nHost: x\r\n\r\n"
#define TEN(s) s s s s s s s s s s

static const struct http_limits limits = { 1024, 256, 20, 100, 400 };

static const struct byte_case cases[] = {
	/* The request line. */
	TAKEN("the smallest request", GET "\r\n", "", ""),
	TAKEN("one empty line before it", "\r\n" GET "\r\n", "", ""),
	REFUSED("two empty lines before it", "\r\n\r\n" GET "\r\n", MALFORMED),
	REFUSED("a bare LF before it", "\n" GET "\r\n", MALFORMED),
	REFUSED("a bare CR before it", "\r" GET "\r\n", MALFORMED),
	REFUSED("a blank before it", " " GET "\r\n", MALFORMED),
	REFUSED("a TLS handshake", "\x16\x03\x01\x02", MALFORMED),
	REFUSED("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", BAD_VERSION),
	TAKEN("a method that no route has", "BREW /a HTTP/1.1\r\nHost: x\r\n\r\n", "", ""),
	TAKEN("a method in lower case is another method", "get /a HTTP/1.1\r\nHost: x\r\n\r\n", "", ""),
	REFUSED("a method that is no token", "GE(T /a HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a method of 33 letters", TEN("GET") "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("no method", " /a HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("two blanks behind the method", "GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a tab behind the method", "GET\t/a HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("two blanks behind the target", "GET /a  HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a blank in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a blank behind the version", "GET /a HTTP/1.1 \r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("HTTP/0.9", "GET /a\r\n", MALFORMED),
	REFUSED("no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	TAKEN("HTTP/1.0 without a host", "GET /a HTTP/1.0\r\n\r\n", "", ""),
	REFUSED("HTTP/1.2", "GET /a HTTP/1.2\r\nHost: x\r\n\r\n", BAD_VERSION),
	REFUSED("HTTP/2.0", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n", BAD_VERSION),
	REFUSED("HTTP/0.9 by name", "GET /a HTTP/0.9\r\nHost: x\r\n\r\n", BAD_VERSION),
	REFUSED("a version in lower case", "GET /a http/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a version with three digits", "GET /a HTTP/1.10\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a version without a minor number", "GET /a HTTP/1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("another protocol", "GET /a ICAP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a request line that ends in LF", "GET /a HTTP/1.1\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a request line that ends in CR", "GET /a HTTP/1.1\rHost: x\r\n\r\n", MALFORMED),
	REFUSED("a request line with two CR", "GET /a HTTP/1.1\r\r\nHost: x\r\n\r\n", MALFORMED),
	MORE("half a request line", "GET /a HT"),
	/* The target. */
	TAKEN("a query", "GET /a?b=c&d HTTP/1.1\r\nHost: x\r\n\r\n", "", ""),
	TAKEN("the absolute form", "GET http://h:80/a HTTP/1.1\r\nHost: x\r\n\r\n", "", ""),
	TAKEN("the absolute form without a path", "GET http://h HTTP/1.1\r\nHost: x\r\n\r\n", "", ""),
	TAKEN("the absolute form with an IPv6 address", "GET https://[::1]:8/a HTTP/1.1\r\nHost: x\r\n\r\n", "", ""),
	REFUSED("the absolute form without a host", "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("the absolute form with a user", "GET http://u@h/a HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("the absolute form of another scheme", "GET ftp://h/a HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("the absolute form without a Host field", "GET http://h/a HTTP/1.1\r\n\r\n", MALFORMED),
	TAKEN("an asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "", ""),
	REFUSED("the authority form", "CONNECT h:443 HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a target without a slash", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a backslash in the target", "GET /a\\b HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a NUL in the target", "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a DEL in the target", "GET /a\177b HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("8-bit bytes in the target", "GET /\303\251 HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	REFUSED("a tab in the target", "GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n", MALFORMED),
	TAKEN("a target of 241 bytes", "GET /" TEN(TEN("ab")) TEN("abcd") " HTTP/1.1\r\nHost: x\r\n\r\n", "", ""),
	REFUSED("a target of 261 bytes", "GET /" TEN(TEN("ab")) TEN("abcdef") " HTTP/1.1\r\nHost: x\r\n\r\n", URI_TOO_LONG),
	REFUSED("a target that does not end", "GET /" TEN(TEN("abc")), URI_TOO_LONG),
	/* Header fields. */
	REFUSED("no Host", "GET /a HTTP/1.1\r\n\r\n", MALFORMED),
	REFUSED("no Host but other fields", "GET /a HTTP/1.1\r\nX: y\r\n\r\n", MALFORMED),
	TAKEN("an empty Host", "GET /a HTTP/1.1\r\nHost:\r\n\r\n", "", ""),
	TAKEN("a Host with a port", "GET /a HTTP/1.1\r\nHost: example.org:8080\r\n\r\n", "", ""),
	TAKEN("a Host that is an IPv6 address", "GET /a HTTP/1.1\r\nhost: [::1]:80\r\n\r\n", "", ""),
	REFUSED("two Hosts", GET "Host: y\r\n\r\n", MALFORMED),
	REFUSED("the same Host twice", GET "HOST: x\r\n\r\n", MALFORMED),
	REFUSED("a Host with a blank", "GET /a HTTP/1.1\r\nHost: a b\r\n\r\n", MALFORMED),
	REFUSED("a Host with a slash", "GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n", MALFORMED),
	REFUSED("a Host with a user", "GET /a HTTP/1.1\r\nHost: u@h\r\n\r\n", MALFORMED),
	REFUSED("a Host with a bad port", "GET /a HTTP/1.1\r\nHost: h:8x\r\n\r\n", MALFORMED),
	REFUSED("a Host that is only a port", "GET /a HTTP/1.1\r\nHost: :80\r\n\r\n", MALFORMED),
	REFUSED("a Host with an open bracket", "GET /a HTTP/1.1\r\nHost: [::1\r\n\r\n", MALFORMED),
	REFUSED("two Hosts in HTTP/1.0", "GET /a HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n", MALFORMED),
	TAKEN("a value with blanks around it", GET "X: \t y z \t\r\n\r\n", "", ""),
	TAKEN("a value without a blank before it", GET "X:y\r\n\r\n", "", ""),
	TAKEN("an empty value", GET "X:\r\n\r\n", "", ""),
	TAKEN("a value of blanks", GET "X: \t \r\n\r\n", "", ""),
	TAKEN("a value with 8-bit bytes", GET "X: \303\251\377\r\n\r\n", "", ""),
	TAKEN("every byte of a token in a name", GET "aZ09!#$%&'*+-.^_`|~: y\r\n\r\n", "", ""),
	REFUSED("a blank before the colon", GET "X : y\r\n\r\n", MALFORMED),
	REFUSED("a tab before the colon", GET "X\t: y\r\n\r\n", MALFORMED),
	REFUSED("a blank before the colon of Content-Length", POST "Content-Length : 5\r\n\r\nhello", MALFORMED),
	REFUSED("an empty name", GET ": y\r\n\r\n", MALFORMED),
	REFUSED("a name with a parenthesis", GET "X(y: z\r\n\r\n", MALFORMED),
	REFUSED("a name with an 8-bit byte", GET "X\351: z\r\n\r\n", MALFORMED),
	REFUSED("a name with a NUL", GET "X\0Y: z\r\n\r\n", MALFORMED),
	REFUSED("a line without a colon", GET "broken\r\n\r\n", MALFORMED),
	REFUSED("a folded line", GET "X: a\r\n b\r\n\r\n", MALFORMED),
	REFUSED("a line folded with a tab", GET "X: a\r\n\tb: c\r\n\r\n", MALFORMED),
	REFUSED("a first field that begins with a blank", "GET /a HTTP/1.1\r\n Host: x\r\n\r\n", MALFORMED),
	REFUSED("a NUL in a value", GET "X: a\0b\r\n\r\n", MALFORMED),
	REFUSED("a control character in a value", GET "X: a\001b\r\n\r\n", MALFORMED),
	REFUSED("a DEL in a value", GET "X: a\177b\r\n\r\n", MALFORMED),
	REFUSED("a bare CR in a value", GET "X: a\rY: b\r\n\r\n", MALFORMED),
	REFUSED("a field that ends in LF", GET "X: a\nY: b\r\n\r\n", MALFORMED),
	REFUSED("a head that ends in two LF", "GET /a HTTP/1.1\r\nHost: x\n\n", MALFORMED),
	REFUSED("a head that ends in CR LF LF", GET "\n", MALFORMED),
	REFUSED("an empty line with a blank", GET " \r\n\r\n", MALFORMED),
	TAKEN("twenty fields", GET TEN("X: y\r\n") "A:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\n\r\n", "", ""),
	REFUSED("twenty-one fields", GET TEN("X: y\r\n") TEN("A:b\r\n") "\r\n", HEAD_TOO_LARGE),
	REFUSED("a head over the limit", GET "X: " TEN(TEN("0123456789")) "\r\n\r\n", HEAD_TOO_LARGE),
	REFUSED("a field that does not end", GET "X: " TEN(TEN("0123456789")) TEN("012"), HEAD_TOO_LARGE),
	REFUSED("two Authorization fields", GET "Authorization: a\r\nauthorization: b\r\n\r\n", MALFORMED),
	REFUSED("two Content-Type fields", POST "Content-Type: a\r\nContent-Type: a\r\n\r\n", MALFORMED),
	REFUSED("two Idempotency-Key fields", POST "Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n", MALFORMED),
	MORE("a head without its empty line", GET "X: y\r\n"),
	MORE("a head without the last LF", GET "\r"),
	/* Content-Length. */
	TAKEN("a body", POST "Content-Length: 5\r\n\r\nhello", "hello", ""),
	TAKEN("a body of no bytes", POST "Content-Length: 0\r\n\r\n", "", ""),
	TAKEN("a body of a GET", GET "Content-Length: 5\r\n\r\nhello", "hello", ""),
	TAKEN("a length with leading zeros", POST "Content-Length: 0005\r\n\r\nhello", "hello", ""),
	TAKEN("a length in HTTP/1.0", "POST /a HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", "hello", ""),
	TAKEN("a body as long as is allowed", POST "Content-Length: 100\r\n\r\n" TEN("0123456789"), TEN("0123456789"), ""),
	TAKEN("a body and the next request", POST "Content-Length: 5\r\n\r\nhello" NEXT, "hello", NEXT),
	TAKEN("a body that looks like a request", POST "Content-Length: 29\r\n\r\n" "GET /b HTTP/1.1\r\nHost: x\r\n\r\n!",
	    "GET /b HTTP/1.1\r\nHost: x\r\n\r\n!", ""),
	TAKEN("two requests without bodies", GET "\r\n" NEXT, "", NEXT),
	MORE("half a body", POST "Content-Length: 5\r\n\r\nhel"),
	REFUSED("two lengths", POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", MALFORMED),
	REFUSED("the same length twice", POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", MALFORMED),
	REFUSED("a list of lengths", POST "Content-Length: 5, 5\r\n\r\nhello", MALFORMED),
	REFUSED("an empty length", POST "Content-Length:\r\n\r\n", MALFORMED),
	REFUSED("a length with a plus", POST "Content-Length: +5\r\n\r\nhello", MALFORMED),
	REFUSED("a length with a minus", POST "Content-Length: -5\r\n\r\nhello", MALFORMED),
	REFUSED("a length in hexadecimal", POST "Content-Length: 0x5\r\n\r\nhello", MALFORMED),
	REFUSED("a length with a letter", POST "Content-Length: 5a\r\n\r\nhello", MALFORMED),
	REFUSED("a length with a fraction", POST "Content-Length: 5.0\r\n\r\nhello", MALFORMED),
	REFUSED("a length with a blank inside", POST "Content-Length: 1 0\r\n\r\nhello", MALFORMED),
	REFUSED("a length over the limit", POST "Content-Length: 101\r\n\r\n", TOO_LARGE),
	TAKEN("an image over the limit of others", IMAGE "Content-Length: 120\r\n\r\n" TEN("0123456789ab"), TEN("0123456789ab"), ""),
	REFUSED("an image over its own limit", IMAGE "Content-Length: 401\r\n\r\n", TOO_LARGE),
	REFUSED("what is only named like an image", POST "Content-Type: images/png\r\nContent-Length: 120\r\n\r\n", TOO_LARGE),
	REFUSED("a length beyond 64 bits", POST "Content-Length: 18446744073709551621\r\n\r\nhello", TOO_LARGE),
	REFUSED("a huge length that ends in a letter", POST "Content-Length: 18446744073709551621x\r\n\r\nhello", MALFORMED),
	/* Transfer-Encoding. */
	TAKEN("a chunked body", CHUNKED "5\r\nhello\r\n0\r\n\r\n", "hello", ""),
	TAKEN("several chunks", CHUNKED "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello", ""),
	TAKEN("no chunk but the last", CHUNKED "0\r\n\r\n", "", ""),
	TAKEN("a chunk size in either case", CHUNKED "a\r\n0123456789\r\nA\r\nabcdefghij\r\n0\r\n\r\n", "0123456789abcdefghij", ""),
	TAKEN("a chunk size with leading zeros", CHUNKED "0005\r\nhello\r\n000\r\n\r\n", "hello", ""),
	TAKEN("a chunk extension", CHUNKED "5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n", "hello", ""),
	TAKEN("a trailer, which is dropped", CHUNKED "5\r\nhello\r\n0\r\nContent-Length: 9\r\nX: y\r\n\r\n", "hello", ""),
	TAKEN("a chunked body and the next request", CHUNKED "5\r\nhello\r\n0\r\n\r\n" NEXT, "hello", NEXT),
	TAKEN("the coding in capitals", POST "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", "", ""),
	TAKEN("chunk data of CR and LF", CHUNKED "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", ""),
	MORE("half a chunk", CHUNKED "5\r\nhel"),
	MORE("a chunk without the last", CHUNKED "5\r\nhello\r\n"),
	MORE("a last chunk without its end", CHUNKED "5\r\nhello\r\n0\r\n"),
	REFUSED("both a length and a coding", POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", MALFORMED),
	REFUSED("both a coding and a length", POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a coding in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", MALFORMED),
	REFUSED("two codings", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", MALFORMED),
	REFUSED("chunked twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", MALFORMED),
	REFUSED("an empty coding", POST "Transfer-Encoding:\r\n\r\n", MALFORMED),
	REFUSED("gzip before chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", NOT_IMPLEMENTED),
	REFUSED("chunked, chunked", POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", NOT_IMPLEMENTED),
	REFUSED("xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", NOT_IMPLEMENTED),
	REFUSED("identity", POST "Transfer-Encoding: identity\r\n\r\n", NOT_IMPLEMENTED),
	REFUSED("chunked with a parameter", POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", NOT_IMPLEMENTED),
	REFUSED("a vertical tab before chunked", POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk size with 0x", CHUNKED "0x3\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk size with a plus", CHUNKED "+3\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk size with a minus", CHUNKED "-3\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk size with a blank before it", CHUNKED " 3\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk size with a blank behind it", CHUNKED "3 \r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("an empty chunk size", CHUNKED "\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk size that is a word", CHUNKED "xyz\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk size of 17 digits", CHUNKED "00000000000000003\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk size beyond 64 bits", CHUNKED "10000000000000003\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("the largest chunk size", CHUNKED "ffffffffffffffff\r\nabc\r\n0\r\n\r\n", TOO_LARGE),
	REFUSED("a chunk over the limit", CHUNKED "65\r\n", TOO_LARGE),
	TAKEN("an image in chunks", IMAGE "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n78\r\n" TEN("0123456789ab") "\r\n0\r\n\r\n",
	    "hello" TEN("0123456789ab"), ""),
	REFUSED("an image in chunks over its own limit together", IMAGE "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n18c\r\n", TOO_LARGE),
	REFUSED("chunks over the limit together", CHUNKED "5\r\nhello\r\n60\r\n", TOO_LARGE),
	REFUSED("a chunk size that ends in LF", CHUNKED "3\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk that ends in LF", CHUNKED "3\r\nabc\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk that is longer than its size", CHUNKED "3\r\nabcdef\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk that is shorter than its size", CHUNKED "5\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk that ends in CR and something", CHUNKED "3\r\nabc\rx0\r\n\r\n", MALFORMED),
	REFUSED("a control character in a chunk extension", CHUNKED "3;a\001\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a bare CR in a chunk extension", CHUNKED "3;a\rb\r\nabc\r\n0\r\n\r\n", MALFORMED),
	REFUSED("a chunk extension without an end", CHUNKED "3;" TEN(TEN("abc")), MALFORMED),
	REFUSED("more extensions than a head may have",
	    CHUNKED TEN("1;" TEN("0123456789") "0123456789" "\r\na\r\n") "0\r\n\r\n", HEAD_TOO_LARGE),
	REFUSED("a folded trailer", CHUNKED "0\r\nX: a\r\n b\r\n\r\n", MALFORMED),
	REFUSED("a trailer without a colon", CHUNKED "0\r\nbroken\r\n\r\n", MALFORMED),
	REFUSED("a trailer that ends in LF", CHUNKED "0\r\nX: y\n\r\n", MALFORMED),
	REFUSED("more trailers than fields are allowed", CHUNKED "0\r\n" TEN("X: y\r\n") TEN("A:b\r\n") "A:b\r\n\r\n",
	    HEAD_TOO_LARGE),
	REFUSED("trailers over the limit", CHUNKED "0\r\nX: " TEN(TEN("0123456789")) TEN("0123") "\r\n\r\n", HEAD_TOO_LARGE),
	/* Expect. */
	TAKEN("100-continue", POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\na", "a", ""),
	TAKEN("100-continue in capitals", POST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\na", "a", ""),
	REFUSED("another expectation", POST "Expect: 200-maybe\r\nContent-Length: 1\r\n\r\na", BAD_EXPECTATION),
	REFUSED("an empty expectation", POST "Expect:\r\nContent-Length: 1\r\n\r\na", BAD_EXPECTATION),
};

enum { CASES = sizeof cases / sizeof cases[0] };

struct outcome {
	enum status status;
	size_t      at;            /* bytes given when it was clear */
	char        body[512];
	size_t      body_len;
};

/* Feed the bytes in pieces of this size, as a connection would. */
static struct outcome
feed(struct slice bytes, size_t piece)
{
	static struct reader r;
	struct outcome out = { .status = ST_ACCEPTED };
	char *buffer = malloc(bytes.len + 1);
	size_t len = 0, given = 0, before;
	enum reader_result result = READER_MORE;

	reader_init(&r, &limits);
	while (given < bytes.len && result == READER_MORE) {
		size_t n = bytes.len - given < piece ? bytes.len - given : piece;

		memcpy(buffer + len, bytes.ptr + given, n);
		given += n;
		len += n;
		before = len;
		result = reader_read(&r, buffer, &len);
		assert_true(len <= before);
	}
	out.at = given;
	if (result == READER_FAILED)
		out.status = r.error;
	if (result == READER_COMPLETE) {
		out.status = ST_OK;
		out.at = given - (len - r.consumed);
		out.body_len = r.body.len;
		memcpy(out.body, buffer + r.body.at, r.body.len);
	}
	free(buffer);
	return out;
}

static void
check(const struct byte_case *c, size_t piece)
{
	struct outcome got = feed(c->bytes, piece);

	if (got.status != c->expected || (c->expected == ST_OK && got.at + c->rest != c->bytes.len))
		fail_msg("%s, %zu bytes at a time: %s after %zu of %zu bytes", c->name, piece, status_type(got.status), got.at,
		    c->bytes.len);
	if (c->expected == ST_OK && (got.body_len != c->body.len || memcmp(got.body, c->body.ptr, got.body_len) != 0))
		fail_msg("%s, %zu bytes at a time: another body", c->name, piece);
}

static void
requests_are_taken_or_refused_as_rfc_9112_says(void **state)
{
	(void)state;
	assert_true(CASES >= 120);
	for (size_t i = 0; i < CASES; i++)
		check(&cases[i], cases[i].bytes.len);
}

static void
the_result_does_not_depend_on_how_the_bytes_arrive(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++)
		for (size_t piece = 1; piece < 8; piece++)
			check(&cases[i], piece);
}

static void
the_parts_of_a_head_are_found(void **state)
{
	static struct reader r;
	char data[] = "PATCH http://h:1/p?q HTTP/1.1\r\nHost: x\r\nContent-Type: t \r\nX-A: 1\r\nX-B: 2\r\nx-b: 3\r\n\r\n";
	size_t len = sizeof data - 1;

	(void)state;
	reader_init(&r, &limits);
	assert_int_equal(reader_read(&r, data, &len), READER_COMPLETE);
	assert_int_equal(r.method, HTTP_PATCH);
	assert_true(slice_equal(http_span_slice(data, r.authority), SLICE_LITERAL("h:1")));
	assert_true(slice_equal(http_span_slice(data, r.path), SLICE_LITERAL("/p")));
	assert_true(slice_equal(http_span_slice(data, r.query), SLICE_LITERAL("q")));
	assert_true(slice_equal(http_span_slice(data, r.known[HTTP_CONTENT_TYPE]), SLICE_LITERAL("t")));
	assert_true(slice_equal(reader_field(&r, data, "X-a"), SLICE_LITERAL("1")));
	assert_null(reader_field(&r, data, "X-B").ptr);
	assert_null(reader_field(&r, data, "X-C").ptr);
}

static bool
closes(const char *head)
{
	static struct reader r;
	char data[256];
	size_t len = (size_t)snprintf(data, sizeof data, "%s\r\n", head);

	reader_init(&r, &limits);
	assert_int_equal(reader_read(&r, data, &len), READER_COMPLETE);
	return r.must_close;
}

static void
a_connection_persists_as_its_version_and_options_say(void **state)
{
	(void)state;
	assert_false(closes(GET));
	assert_true(closes(GET "Connection: close\r\n"));
	assert_true(closes(GET "Connection: x , CLOSE ,y\r\n"));
	assert_true(closes(GET "Connection: x\r\nConnection: close\r\n"));
	assert_true(closes(GET "Connection: keep-alive, close\r\n"));
	assert_false(closes(GET "Connection: closed\r\n"));
	assert_true(closes("GET / HTTP/1.0\r\n"));
	assert_false(closes("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n"));
}

static void
a_client_that_waits_to_continue_is_known_by_its_head(void **state)
{
	static struct reader r;
	char data[] = POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n";
	size_t len = sizeof data - 1;

	(void)state;
	reader_init(&r, &limits);
	assert_int_equal(reader_read(&r, data, &len), READER_MORE);
	assert_true(r.is_head_complete);
	assert_true(r.expects_continue);
}

/* Framing is taken out as it comes, so that a body in small chunks takes no more memory than its bytes. */
static void
chunk_framing_does_not_pile_up(void **state)
{
	static struct reader r;
	char data[256] = CHUNKED;
	size_t head = strlen(data), len = head;

	(void)state;
	reader_init(&r, &limits);
	assert_int_equal(reader_read(&r, data, &len), READER_MORE);
	for (size_t i = 1; i <= 100; i++) {
		memcpy(data + len, "1;x\r\na\r\n", 8);
		len += 8;
		assert_int_equal(reader_read(&r, data, &len), READER_MORE);
		assert_int_equal(len, head + i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_taken_or_refused_as_rfc_9112_says),
		cmocka_unit_test(the_result_does_not_depend_on_how_the_bytes_arrive),
		cmocka_unit_test(the_parts_of_a_head_are_found),
		cmocka_unit_test(a_connection_persists_as_its_version_and_options_say),
		cmocka_unit_test(a_client_that_waits_to_continue_is_known_by_its_head),
		cmocka_unit_test(chunk_framing_does_not_pile_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
