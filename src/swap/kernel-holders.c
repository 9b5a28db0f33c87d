/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk behind the same cable as a GPU goes with it. Which device a file system lies on is told by its number, or, for
 * those that make up a number of their own (btrfs), by the node it was mounted from.
 */
#include "swap/kernel-holders.h"

#include "base/parse.h"
#include "host/scan.h"
#include "swap/company.h"
#include "swap/console.h"

enum { FB_MAJOR = 29 };

struct look {
	struct tree *t;
	struct arena *a;
	const struct held_nodes *nodes;
	struct holder_list *to;
	struct strs numbers;   /* block devices whose file systems were told */
	const char *elsewhere; /* whose view of the file systems it is; NULL: our own */
};

static struct holder *kernel_holder(struct look *k, uint32_t gpu, enum hold how, bool certain, const char *command)
{
	struct holder *h = LIST_PUSH(k->a, k->to);

	FIELD_SET(h, holder, gpu, k->nodes->gpus.v[gpu].index);
	FIELD_SET(h, holder, command, command);
	FIELD_SET(h, holder, certain, certain);
	FIELD_SET(h, holder, how, how);
	FIELD_KNOW(h, holder, nodes);
	return h;
}

static void consoles(struct look *k)
{
	const char *console = console_on_framebuffer(k->t, k->a);
	struct strs all;
	uint32_t i;

	console_framebuffers(k->t, k->a, &all);
	for (i = 0; console && i < k->nodes->n; i++) {
		const struct held_node *node = &k->nodes->v[i];
		struct holder *h;

		if (node->major != FB_MAJOR)
			continue;
		h = kernel_holder(k, node->gpu, HOLD_CONSOLE, all.n == 1, arena_printf(k->a, "text console %s", console));
		strs_add(k->a, &h->nodes, node->path);
	}
}

static void block_used(struct look *k, const char *number, const char *node, const char *command)
{
	const char *link = arena_printf(k->a, "sys/dev/block/%s", number);
	uint32_t i;

	for (i = 0; i < k->nodes->gpus.n; i++)
		if (company_has_disk(k->t, k->a, k->nodes, i, link)) {
			struct holder *h = kernel_holder(k, i, HOLD_MOUNT, true, command);

			strs_add(k->a, &h->nodes, node);
		}
}

/* The number of a block device's node; NULL when it is none. */
static const char *number_of(struct look *k, const char *node)
{
	struct tree_stat st;

	if (!str_starts(node, "/dev/") || tree_stat(&k->t->root, node + 1, &st) < 0 || st.type != TREE_BLOCK)
		return NULL;
	return arena_printf(k->a, "%u:%u", st.major, st.minor);
}

/* The kernel writes blanks in names as \040. */
static char *unescape(char *s)
{
	char *from = s, *to = s;

	while (*from) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' && from[3] >= '0' && from[3] <= '7') {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return s;
}

/* "36 35 98:0 /root /mounted/at options tags... - type source superblock-options" */
static bool mount_look(void *arg, const char *record, size_t n)
{
	struct look *k = arg;
	struct strs c = str_split(k->a, arena_strn(k->a, record, n), " ");
	const char *number, *source;
	char *at;
	uint32_t i;

	if (c.n < 10)
		return true;
	for (i = 6; i < c.n && !str_eq(c.v[i], "-"); i++)
		;
	if (i + 2 >= c.n)
		return true;
	source = c.v[i + 2];
	number = str_starts(c.v[2], "0:") ? number_of(k, source) : c.v[2];
	if (!number || (k->elsewhere && strs_has(&k->numbers, number)))
		return true;
	strs_add(k->a, &k->numbers, number);
	at = unescape(arena_str(k->a, c.v[4]));
	at = utf8_clean(k->a, at, strlen(at));
	block_used(k, number, source, arena_printf(k->a, "file system %s%s", at, k->elsewhere ? k->elsewhere : ""));
	return true;
}

static bool swap_look(void *arg, const char *record, size_t n)
{
	struct look *k = arg;
	struct strs c = str_split(k->a, arena_strn(k->a, record, n), " \t");
	const char *node = unescape(arena_str(k->a, c.n ? c.v[0] : "")), *number = number_of(k, node);

	if (number)
		block_used(k, number, node, "swap");
	return true;
}

/* Containers and confined services may have file systems that nobody else sees. */
static void mounts_elsewhere(struct look *k)
{
	const char *ns, *command;
	struct strs pids, known = {0};
	uint32_t i;

	if (tree_readlink(&k->t->root, "proc/self/ns/mnt", k->a, &ns) == 0)
		strs_add(k->a, &known, ns);
	if (tree_list(&k->t->root, "proc", k->a, &pids) < 0)
		return;
	for (i = 0; i < pids.n; i++) {
		if (pids.v[i][0] < '1' || pids.v[i][0] > '9' ||
		    tree_readlink(&k->t->root, arena_printf(k->a, "proc/%s/ns/mnt", pids.v[i]), k->a, &ns) < 0 || strs_has(&known, ns))
			continue;
		strs_add(k->a, &known, ns);
		if (tree_read_str(&k->t->root, arena_printf(k->a, "proc/%s/comm", pids.v[i]), k->a, &command) < 0)
			continue;
		k->elsewhere = arena_printf(k->a, ", as %s (%s) sees it", utf8_clean(k->a, command, strlen(command)), pids.v[i]);
		(void)tree_scan(&k->t->root, arena_printf(k->a, "proc/%s/mountinfo", pids.v[i]), '\n', mount_look, k);
	}
}

/* Only where something with disks could be unplugged. */
static bool has_company(const struct held_nodes *l)
{
	uint32_t i;

	for (i = 0; i < l->gpus.n; i++)
		if (l->gpus.v[i].with.n)
			return true;
	return false;
}

void kernel_holders_add(struct tree *t, const struct held_nodes *nodes, struct arena *a, struct holder_list *l)
{
	struct look k = {.t = t, .a = a, .nodes = nodes, .to = l};

	consoles(&k);
	(void)tree_scan(&t->root, "proc/self/mountinfo", '\n', mount_look, &k);
	(void)tree_scan(&t->root, "proc/swaps", '\n', swap_look, &k);
	if (!has_company(nodes))
		return;
	mounts_elsewhere(&k);
	company_network_add(t, nodes, a, l);
}
