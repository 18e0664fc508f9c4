/* SPDX-License-Identifier: MIT */
/* See route.h.  The table is a tree with a node for each segment of the patterns. */
#include "config.h"

#include "route.h"

#include <stdio.h>
#include <stdlib.h>

#include "log.h"

struct node {
	struct slice        literal;
	struct node        *sibling;
	struct node        *literals;      /* the segments that may follow ... */
	struct node        *any;           /* ... and the "{name}" that may */
	const struct route *by_method[HTTP_METHODS];
	char                allow[64];     /* empty: no pattern ends here */
};

struct route_table {
	struct node root;
};

/* Cut the first segment off; false when there is none. */
static bool
next_segment(struct slice *rest, struct slice *segment)
{
	const char *slash;

	if (rest->len == 0 || rest->ptr[0] != '/')
		return false;
	*rest = (struct slice){ rest->ptr + 1, rest->len - 1 };
	slash = memchr(rest->ptr, '/', rest->len);
	*segment = (struct slice){ rest->ptr, slash != NULL ? (size_t)(slash - rest->ptr) : rest->len };
	*rest = (struct slice){ rest->ptr + segment->len, rest->len - segment->len };
	return true;
}

static bool
is_parameter(struct slice segment)
{
	return segment.len > 2 && segment.ptr[0] == '{' && segment.ptr[segment.len - 1] == '}';
}

static struct node *
find_literal(const struct node *node, struct slice segment)
{
	struct node *child;

	for (child = node->literals; child != NULL; child = child->sibling)
		if (slice_equal(child->literal, segment))
			return child;
	return NULL;
}

/* The child for a segment of a pattern, made if need be; NULL without memory. */
static struct node *
child_for(struct node *node, struct slice segment)
{
	struct node *child = is_parameter(segment) ? node->any : find_literal(node, segment);

	if (child != NULL)
		return child;
	child = calloc(1, sizeof *child);
	if (child == NULL)
		return NULL;
	child->literal = segment;
	if (is_parameter(segment)) {
		node->any = child;
	} else {
		child->sibling = node->literals;
		node->literals = child;
	}
	return child;
}

static bool
add_route(struct route_table *table, const struct route *route)
{
	struct slice rest = slice_of(route->pattern), segment;
	struct node *node = &table->root;
	unsigned params = 0;

	while (rest.len > 0) {
		if (!next_segment(&rest, &segment) || (params += is_parameter(segment)) > ROUTE_PARAMS_MAX)
			return false;
		node = child_for(node, segment);
		if (node == NULL)
			return false;
	}
	if (node == &table->root || route->method >= HTTP_OTHER || node->by_method[route->method] != NULL)
		return false;
	node->by_method[route->method] = route;
	return true;
}

/* A GET route answers HEAD, once every route is there. */
static void
finish_node(struct node *node)
{
	size_t len = 0;

	if (node->by_method[HTTP_HEAD] == NULL)
		node->by_method[HTTP_HEAD] = node->by_method[HTTP_GET];
	for (int i = 0; i < HTTP_OTHER; i++)
		if (node->by_method[i] != NULL)
			len += (size_t)snprintf(node->allow + len, sizeof node->allow - len, "%s%s", len > 0 ? ", " : "",
			    http_method_name((enum http_method)i));
	for (struct node *child = node->literals; child != NULL; child = child->sibling)
		finish_node(child);
	if (node->any != NULL)
		finish_node(node->any);
}

static void
free_children(struct node *node)
{
	struct node *child = node->literals, *next;

	for (; child != NULL; child = next) {
		next = child->sibling;
		free_children(child);
		free(child);
	}
	if (node->any != NULL)
		free_children(node->any);
	free(node->any);
}

bool
route_table_add(struct route_table *table, const struct route *routes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (add_route(table, &routes[i]))
			continue;
		log_error("routes: cannot add %s %s", http_method_name(routes[i].method), routes[i].pattern);
		return false;
	}
	finish_node(&table->root);
	return true;
}

struct route_table *
route_table_new(const struct route *routes, size_t count)
{
	struct route_table *table = calloc(1, sizeof *table);

	if (table == NULL) {
		log_error("routes: no memory");
		return NULL;
	}
	if (route_table_add(table, routes, count))
		return table;
	route_table_free(table);
	return NULL;
}

void
route_table_free(struct route_table *table)
{
	if (table == NULL)
		return;
	free_children(&table->root);
	free(table);
}

/* The node where the rest of the path ends, going through literals first. */
static const struct node *
walk(const struct node *node, struct slice rest, unsigned params, struct route_match *match)
{
	const struct node *found = NULL, *child;
	struct slice segment;

	if (!next_segment(&rest, &segment))
		return node->allow[0] != '\0' ? node : NULL;
	child = find_literal(node, segment);
	if (child != NULL)
		found = walk(child, rest, params, match);
	if (found != NULL || node->any == NULL || segment.len == 0)
		return found;
	match->params[params] = segment;
	return walk(node->any, rest, params + 1, match);
}

enum status
route_find(const struct route_table *table, enum http_method method, struct slice path, struct route_match *match)
{
	const struct node *node;

	if (path.len == 0 || path.ptr[0] != '/')
		return ST_NOT_FOUND;
	node = walk(&table->root, path, 0, match);
	if (node == NULL)
		return ST_NOT_FOUND;
	match->allow = node->allow;
	match->route = node->by_method[method];
	return match->route != NULL ? ST_OK : ST_BAD_METHOD;
}
