/* SPDX-License-Identifier: MIT */
/* The REST API on loopback over a store in memory, with one user token; the test decides about its authorizer and starts it. */
#ifndef API_SCENE_H
#define API_SCENE_H

#include "api/services.h"
#include "harness.h"
#include "options.h"
#include "store.h"

struct scene {
	struct harness     *h;
	struct options      options;
	struct counters     counters;
	struct rate_table  *rates;
	struct route_table *table;
	struct services     services;
	struct token        token;             /* of line:U1, with the scope read */
	char                text[128];         /* of it */
	char                request[512];      /* a GET of it */
};

/* harness_start is left to the test. */
int scene_setup(void **state);
int scene_teardown(void **state);

/* Another token, its key id set and its text written. */
void scene_make_token(struct scene *f, struct token *token, char text[128]);

/* What a connection of its own sends is answered with this. */
void scene_expect(struct scene *f, const char *request, const char *answer);

/* For what the store has done and says. */
void scene_done(enum status st, void *arg);

#endif
