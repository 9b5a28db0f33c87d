/* SPDX-License-Identifier: Apache-2.0 */
/* From the box on its cable over the permission to the PCIe tunnel and what comes out of it. */
#include "base/parse.h"
#include "facts/checks.h"
#include "facts/thunderbolt.h"
#include "swap/attach-internal.h"
#include "swap/box.h"
#include "swap/keys.h"

#include <errno.h>

enum { BOLT_OPEN_MS = 5000, KEY_MS = 10000 };

/* A box while it is attached: its place may change under it, its id does not. */
struct boxed {
	const char *name, *id; /* router, unique id ("": none) */
	struct strs before;    /* GPUs that were there before it was let in */
	bool was_in;
	struct u32s gpus;      /* behind it, by index into the snapshot of now */
	bool guessed;          /* or behind another one */
};

static uint32_t find(const struct attach *at, const struct boxed *b)
{
	uint32_t i;

	for (i = 0; i < at->s->routers.n; i++) {
		const struct tb_router *r = &at->s->routers.v[i];

		if (*b->id ? str_ieq(r->unique_id, b->id) : str_eq(r->name, b->name))
			return i;
	}
	return NONE;
}

static struct boxed boxed_of(const struct attach *at, uint32_t router)
{
	const struct tb_router *r = &at->s->routers.v[router];

	return (struct boxed){.name = arena_str(at->a, r->name), .id = arena_str(at->a, r->unique_id ? r->unique_id : "")};
}

static void say_box(struct attach *at, const struct tb_router *r)
{
	const struct tb_domain *d = box_domain(at->s, r);
	const char *level = d && FIELD_KNOWN(d, tb_domain, security) ? enum_name(&tb_security_tab, d->security) : "unknown";

	steps_tell(&at->st, arena_printf(at->a, "box %s", r->name), STEP_RESULT_DONE,
		   arena_printf(at->a, "%s, %s, security level %s%s", box_name(at->a, r), d ? d->name : "unknown domain", level,
				!d || !FIELD_KNOWN(d, tb_domain, iommu_dma_protection) ? ""
				: d->iommu_dma_protection                            ? ", confined by the IOMMU"
										     : ", not confined by the IOMMU"),
		   NULL);
}

/* A slow cable keeps nothing from working: it is said, and no more. */
static void say_link(struct attach *at, const struct tb_router *r)
{
	uint32_t mbps = tb_router_rate_mbps(r);
	struct attach_why why;
	const char *rate;

	if (!mbps)
		return;
	rate = arena_printf(at->a, "%u.%u Gb/s (%u lane%s)", mbps / 1000, mbps % 1000 / 100, r->rx_lanes, r->rx_lanes == 1 ? "" : "s");
	if (at->m->why(at->m->arg, at->s, NONE, r->name, "thunderbolt", at->a, &why) && str_eq(why.id, "GB6007"))
		steps_tell(&at->st, "cable", STEP_RESULT_DONE, arena_printf(at->a, "%s; %s (gpubay explain %s)", rate, why.message, why.id),
			   why.remedy);
	else
		steps_tell(&at->st, "cable", STEP_RESULT_DONE, rate, NULL);
}

/* Permission. */

struct bolt_call {
	const char *id;
	uint32_t deadline_ms;
};

static int ask_bolt(void *arg, struct err *e)
{
	const struct bolt_call *call = arg;
	struct bolt *b CLEANUP(bolt_freep) = NULL;
	int r = bolt_open(&b, false, BOLT_OPEN_MS, e);

	if (r >= 0 && r != BOLT_RUNS)
		return err_set(e, -ECONNRESET, "bolt is gone: 'systemctl status bolt' tells why, then try again");
	return r < 0 ? r : bolt_authorize(b, call->id, call->deadline_ms, e);
}

static bool is_in(struct attach *at, void *arg)
{
	uint32_t i = find(at, arg);

	return i != NONE && FIELD_KNOWN(&at->s->routers.v[i], tb_router, authorized) && at->s->routers.v[i].authorized > 0;
}

static bool through_bolt(struct attach *at, struct boxed *b)
{
	struct bolt_call call = {b->id, attach_patience(at)};
	struct err e = {0};
	int r;

	steps_begin(&at->st, "authorize %s through bolt", b->name);
	r = effects_child(at->fx, "ask bolt to authorize it", ask_bolt, &call, 2 * BOLT_OPEN_MS + call.deadline_ms, &e);
	if (r == 0)
		return attach_wrote(at, 0, NULL, NULL);
	/* Whatever became of the answer: let in is let in. */
	attach_look(at, false);
	if (is_in(at, b)) {
		steps_end(&at->st, STEP_RESULT_DONE, arena_printf(at->a, "it is in, though %s", e.text), NULL);
		return true;
	}
	return attach_wrote(at, r == -ETIMEDOUT ? -EIO : r, arena_str(at->a, e.text), NULL);
}

static bool wrote_authorized(struct attach *at, struct boxed *b, int r)
{
	const char *anew = arena_printf(at->a, "if it is the box that you know, and it was reset: gpubay trust remove %s, then gpubay trust "
					       "add %s", b->id, b->id);

	if (r == -ENOKEY)
		return attach_wrote(at, r, "the box does not have the key that it was given on this machine", anew);
	if (r == -EKEYREJECTED)
		return attach_wrote(at, r, "the box does not know the key that it was given on this machine: it may be another one that "
					   "pretends to be it", anew);
	if (r == -ESTALE)
		return attach_wrote(at, r, "another box was plugged in at its place meanwhile", "look again: gpubay trust");
	if (r == -ENOENT || r == -ENODEV)
		return attach_wrote(at, r, "it was unplugged meanwhile", "plug it in again");
	if (r == -EPERM || r == -EACCES)
		return attach_wrote(at, r, "the kernel does not allow it", "look whether kernel lockdown or a sandbox forbids it");
	return attach_wrote(at, r, NULL, check_row_find("GB6009")->remedy);
}

/* A box that has a key proves itself by it; one that has none is given one, kept once it took it. */
static bool by_key(struct attach *at, struct boxed *b, const char *place)
{
	int state = key_state(&at->m->tree->root, at->a, b->id);
	bool kept = state == KEY_KEPT;
	struct err e = {0};
	int r = state < 0 ? state : kept ? 0 : key_offer(at->fx, b->id, &e);

	steps_begin(&at->st, kept ? "challenge %s by its key" : "give %s a key", b->name);
	if (r == 0)
		r = key_show(at->fx, place, b->id, !kept, KEY_MS, &e);
	if (r < 0 && r != -ESTALE)
		return attach_wrote(at, r, *e.text ? arena_str(at->a, e.text) : NULL, NULL);
	if (r == 0)
		r = box_write(at->fx, place, b->id, "authorized", kept ? "2" : "1", attach_patience(at));
	if (r == 0 && !kept)
		r = key_taken(at->fx, b->id, &e);
	return wrote_authorized(at, b, r);
}

static bool through_sysfs(struct attach *at, struct boxed *b, const struct trust_answer *answer)
{
	/* Where it is now: it may have been plugged in elsewhere since it was named. */
	const char *place = arena_str(at->a, at->s->routers.v[find(at, b)].name);

	if (at->trust.manager_note)
		steps_tell(&at->st, "bolt", STEP_RESULT_SKIPPED,
			   arena_printf(at->a, "%s; gpubay's own list decides", at->trust.manager_note), NULL);
	if (answer->by_key)
		return by_key(at, b, place);
	steps_begin(&at->st, "authorize %s", b->name);
	return wrote_authorized(at, b, box_write(at->fx, place, b->id, "authorized", "1", attach_patience(at)));
}

static bool use_up(struct attach *at, const struct trust_entry *entry)
{
	struct err e = {0};
	int r;

	if (!entry || !entry->once)
		return true;
	steps_begin(&at->st, "use up line %u of %s", entry->line, entry->file);
	r = trust_use_up(entry, at->fx, &e);
	return attach_wrote(at, r, *e.text ? arena_str(at->a, e.text) : NULL,
			    "it was allowed one time, and that is used up: take the line out");
}

static bool let_in(struct attach *at, struct boxed *b);

/* What it hangs behind comes first: the kernel makes no tunnel through a box that is out. */
static bool let_in_before(struct attach *at, const struct boxed *b)
{
	uint32_t i, up;

	while ((i = find(at, b)) != NONE && (up = box_before(at->s, i)) != NONE) {
		struct boxed before = boxed_of(at, up);

		if (!let_in(at, &before))
			return false;
		/* Over dry effects it stays out. */
		if (at->fx->dry)
			return true;
	}
	return true;
}

static bool let_in(struct attach *at, struct boxed *b)
{
	struct trust_answer answer;
	uint32_t i;

	if (is_in(at, b)) {
		steps_tell(&at->st, "permission", STEP_RESULT_DONE,
			   at->s->routers.v[find(at, b)].boot ? "let in by the firmware before the system started" : "let in", NULL);
		return true;
	}
	if (!let_in_before(at, b))
		return false;
	i = find(at, b);
	if (i == NONE)
		return attach_fails(at, STEP_RESULT_FAILED, arena_printf(at->a, "box %s", b->name), "it was unplugged meanwhile",
				    "plug it in again");
	trust_judge(&at->trust, at->s, i, at->req->once && at->req->what, at->a, &answer);
	if (!answer.allowed)
		return attach_fails(at, STEP_RESULT_REFUSED, arena_printf(at->a, "permission for %s", b->name), answer.why, answer.remedy);
	steps_tell(&at->st, "permission", STEP_RESULT_DONE, answer.why, NULL);
	if (!(answer.by_bolt ? through_bolt(at, b) : through_sysfs(at, b, &answer)))
		return false;
	if (!at->fx->dry && !attach_until(at, at->timeout_ms, is_in, b))
		return attach_fails(at, STEP_RESULT_FAILED, "permission", "it was let in, and the kernel says that it is not",
				    check_row_find("GB6009")->remedy);
	return use_up(at, answer.entry);
}

/* The tunnel. */

static bool there_before(const struct boxed *b, const struct gpu *g)
{
	char address[PCI_ADDR_TEXT];

	return strs_has(&b->before, pci_addr_text(g->address, address));
}

/* GPUs behind it; where that cannot be told, those that came with it, or that belong to no other. */
static bool gpus_came(struct attach *at, void *arg)
{
	struct boxed *b = arg;
	uint32_t i = find(at, b), k;
	bool told;

	b->gpus = (struct u32s){0};
	b->guessed = false;
	if (i == NONE)
		return false;
	if (FIELD_KNOWN(&at->s->routers.v[i], tb_router, gpus))
		for (k = 0; k < at->s->routers.v[i].gpus.n; k++)
			u32s_add(at->a, &b->gpus, at->s->routers.v[i].gpus.v[k]);
	told = b->gpus.n > 0;
	for (k = 0; k < at->s->gpus.n && !told; k++) {
		const struct external *x = &at->s->gpus.v[k].external;
		bool somebodys = FIELD_KNOWN(x, external, router) && x->router != NONE;

		if (x->attachment == ATTACHMENT_EXTERNAL && (b->was_in ? !somebodys : !there_before(b, &at->s->gpus.v[k]))) {
			u32s_add(at->a, &b->gpus, k);
			b->guessed = b->was_in;
		}
	}
	return b->gpus.n > 0;
}

static bool is_empty(struct attach *at, const struct boxed *b, struct attach_why *why)
{
	return at->m->why(at->m->arg, at->s, NONE, b->name, "thunderbolt", at->a, why) && str_eq(why->id, "GB6009");
}

/* A dock has no GPU and nothing is wrong with it, unless it was said that there is one. */
static bool no_gpu_in_it(struct attach *at)
{
	if (at->req->what)
		return attach_fails(at, STEP_RESULT_FAILED, "PCIe tunnel", "devices came out of it, and none of them is a GPU",
				    "look whether the GPU in the box has power and sits well");
	steps_tell(&at->st, "PCIe tunnel", STEP_RESULT_SKIPPED, "no GPU is behind it", NULL);
	return true;
}

static bool tunnel(struct attach *at, struct boxed *b)
{
	struct attach_why why;

	attach_look(at, true);
	if (gpus_came(at, b))
		return true;
	if (b->was_in && !is_empty(at, b, &why))
		return no_gpu_in_it(at);
	/* Devices announce themselves; looking again disturbs the whole bus, so it comes second. */
	if (!b->was_in && attach_until(at, at->timeout_ms / 2, gpus_came, b))
		return true;
	if (!attach_rescan(at))
		return false;
	if (!at->fx->dry && attach_until(at, at->timeout_ms / 2, gpus_came, b))
		return true;
	attach_look(at, true);
	if (gpus_came(at, b))
		return true;
	if (find(at, b) != NONE && !is_empty(at, b, &why))
		return no_gpu_in_it(at);
	return attach_fails_by(at, "PCIe tunnel", NONE, b->name, "thunderbolt", "no PCI device came out of it", "GB6009");
}

static void say_gpus(struct attach *at, const struct boxed *b)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; i < b->gpus.n; i++)
		buf_addf(&text, "%s%s", i ? ", " : "", pci_addr_text(at->s->gpus.v[b->gpus.v[i]].address, address));
	if (b->guessed)
		buf_adds(&text, ", here or in another box: that cannot be told");
	steps_tell(&at->st, "PCIe tunnel", STEP_RESULT_DONE, arena_strn(at->a, text.p, text.n), NULL);
}

static void remember(struct attach *at, struct boxed *b)
{
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; i < at->s->gpus.n; i++)
		strs_add(at->a, &b->before, arena_str(at->a, pci_addr_text(at->s->gpus.v[i].address, address)));
}

bool attach_box(struct attach *at, uint32_t router)
{
	const struct tb_router *r = &at->s->routers.v[router];
	struct boxed b = boxed_of(at, router);
	uint64_t addresses[16];
	uint32_t i, n;
	bool good = true;

	say_box(at, r);
	say_link(at, r);
	b.was_in = is_in(at, &b);
	remember(at, &b);
	if (!let_in(at, &b))
		return false;
	if (at->fx->dry && !b.was_in) {
		at->pending = true;
		return true;
	}
	if (!tunnel(at, &b))
		return false;
	n = MIN(b.gpus.n, (uint32_t)ARRAY_LEN(addresses));
	if (n)
		say_gpus(at, &b);
	at->arriving = !b.was_in;
	for (i = 0; i < n; i++)
		addresses[i] = at->s->gpus.v[b.gpus.v[i]].address;
	for (i = 0; i < n && !attach_ends(at); i++)
		good &= attach_gpu(at, addresses[i]);
	at->arriving = false;
	return good;
}
