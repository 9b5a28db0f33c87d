/* SPDX-License-Identifier: Apache-2.0 */
/* The rooms of give: what a gift is, what is done in a container for it, and undone. */
#ifndef GPUBAY_SWAP_GIVE_INTERNAL_H
#define GPUBAY_SWAP_GIVE_INTERNAL_H

#include "host/effects.h"
#include "swap/give.h"
#include "swap/given.h"

enum { GIVE_CHILD_MS = 10000 };

/* One giving, from the wish to what is there at its end. */
struct gift {
	struct steps *s;
	struct arena *a;
	struct tree *t;
	const struct give_wish *wish;
	struct given given;         /* what was planned, or is to be taken back */
	struct given_node_list all; /* every node of the GPU, those that the container had before too */
	struct given_list others;   /* what else was given to the same container */
	struct err e;
};

const char *gift_say_container(struct arena *a, const struct container *c);
bool gift_has_device(const struct device_number_list *l, const struct device_number *d);
bool gift_has_node(const struct given_node_list *l, const char *path);
/* Nodes that all GPUs of a driver share stay for as long as one of these is given. */
bool gift_others_have_node(const struct gift *g, const char *path);
/* Fills g->others. */
void gift_find_others(struct gift *g);

/*
 * The parts, each run in a child. A child outlives a parent that is killed; so that it does not go on giving while somebody
 * already takes back, they wait for each other, and one whose turn comes when its parent is gone does nothing.
 */
int gift_do_part(struct effects *fx, const char *what, effects_fn fn, void *arg, struct err *e);
/* For gift_do_part, over a struct given: how many filters were changed, or the error. */
int gift_open_filters(void *arg, struct err *e);
int gift_open_list(void *arg, struct err *e);
/* All of it is tried, whatever fails; what failed stays written down. */
int gift_undo(struct gift *g, struct err *e);

#endif
