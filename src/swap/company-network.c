/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network card in the box of a GPU goes with it. Pulled while the machine is reached through it, the machine is not
 * reached any more; so an interface is in use while the kernel sends anything its way: a route of its own, or of what is
 * built on it (a bridge, a bond, a VLAN), or something built on it that needs none.
 */
#include "swap/company.h"

#include "base/parse.h"
#include "host/scan.h"

#include <stdlib.h>

#define NET "sys/class/net"
enum { DEPTH_MAX = 6, LOCAL_ROUTE_V6 = 0x80000000, ANYCAST_ROUTE_V6 = 0x00100000 };

struct routes {
	struct arena *a;
	struct strs with_default; /* interfaces */
	struct strs with_any;
};

static void route_add(struct routes *r, const char *interface, bool all)
{
	struct strs *l = all ? &r->with_default : &r->with_any;

	if (!strs_has(l, interface))
		strs_add(r->a, l, interface);
}

/* "eth0 00000000 0101A8C0 0003 0 0 0 00000000 ...": interface, destination, gateway, flags, ..., mask. */
static bool route_v4(void *arg, const char *record, size_t n)
{
	struct routes *r = arg;
	struct strs c = str_split(r->a, arena_strn(r->a, record, n), " \t");
	uint32_t to, mask;

	if (c.n >= 8 && parse_u32(c.v[1], 16, UINT32_MAX, &to) == 0 && parse_u32(c.v[7], 16, UINT32_MAX, &mask) == 0)
		route_add(r, c.v[0], to == 0 && mask == 0);
	return true;
}

/* Destination, length, source, length, next hop, metric, references, uses, flags, interface. */
static bool route_v6(void *arg, const char *record, size_t n)
{
	struct routes *r = arg;
	struct strs c = str_split(r->a, arena_strn(r->a, record, n), " \t");
	uint32_t length, flags;

	if (c.n < 10 || parse_u32(c.v[1], 16, 128, &length) < 0 || parse_u32(c.v[8], 16, UINT32_MAX, &flags) < 0)
		return true;
	/* Those that every interface has: of itself, of its link, of groups. */
	if ((flags & (LOCAL_ROUTE_V6 | ANYCAST_ROUTE_V6)) || str_starts(c.v[0], "fe8") || str_starts(c.v[0], "ff"))
		return true;
	route_add(r, c.v[9], length == 0);
	return true;
}

/* Why it is in use, by itself or by what is built on it; NULL: it is not. */
static const char *used_by(struct tree *t, const struct routes *r, const char *interface, unsigned depth)
{
	struct strs names;
	const char *upper, *why = NULL;
	uint32_t i;

	if (strs_has(&r->with_default, interface))
		return "the default route";
	if (strs_has(&r->with_any, interface))
		why = "a route";
	if (depth > DEPTH_MAX || tree_list(&t->root, arena_printf(r->a, NET "/%s", interface), r->a, &names) < 0)
		return why;
	for (i = 0; i < names.n; i++) {
		if (!str_starts(names.v[i], "upper_"))
			continue;
		upper = used_by(t, r, names.v[i] + strlen("upper_"), depth + 1);
		if (upper && strstr(upper, "default"))
			return upper;
		why = upper ? upper : why ? why : arena_printf(r->a, "part of %s", names.v[i] + strlen("upper_"));
	}
	return why;
}

void company_network_add(struct tree *t, const struct held_nodes *l, struct arena *a, struct holder_list *to)
{
	struct routes r = {.a = a};
	struct strs names;
	uint32_t i, k;

	if (tree_list(&t->root, NET, a, &names) < 0)
		return;
	(void)tree_scan(&t->root, "proc/net/route", '\n', route_v4, &r);
	(void)tree_scan(&t->root, "proc/net/ipv6_route", '\n', route_v6, &r);
	for (i = 0; i < l->gpus.n; i++)
		for (k = 0; l->gpus.v[i].with.n && k < names.n; k++) {
			const char *why = company_leads(t, a, l, i, arena_printf(a, NET "/%s", names.v[k])) ? used_by(t, &r, names.v[k], 0) : NULL;
			struct holder *h;

			if (!why)
				continue;
			h = LIST_PUSH(a, to);
			FIELD_SET(h, holder, gpu, l->gpus.v[i].index);
			FIELD_SET(h, holder, command, arena_printf(a, "network interface %s (%s)", names.v[k], why));
			FIELD_SET(h, holder, certain, true);
			FIELD_SET(h, holder, how, HOLD_NETWORK);
			FIELD_KNOW(h, holder, nodes);
		}
}
