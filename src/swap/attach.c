/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "facts/checks.h"
#include "swap/attach-internal.h"
#include "swap/box.h"
#include "swap/interrupt.h"
#include "swap/journal.h"
#include "swap/note.h"

#include <errno.h>
#include <time.h>

enum { PIECE_MIN_MS = 20, PIECE_MAX_MS = 250 };
#define PORTS_ASLEEP "GB6006 GB0503"

void attach_look(struct attach *at, bool whole)
{
	snapshot_free(at->s);
	at->s = at->m->look(at->m->arg, whole);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

bool attach_until(struct attach *at, uint32_t ms, attach_test test, void *arg)
{
	uint64_t end = now_ms() + ms;
	uint32_t piece = PIECE_MIN_MS;

	for (;;) {
		struct timespec t = {.tv_sec = 0, .tv_nsec = (long)piece * 1000000};

		attach_look(at, false);
		if (test(at, arg))
			return true;
		if (at->fx->dry || now_ms() >= end || interrupt_came())
			return false;
		nanosleep(&t, NULL);
		piece = MIN(piece * 2, (uint32_t)PIECE_MAX_MS);
	}
}

bool attach_ends(const struct attach *at)
{
	return at->hung || interrupt_came();
}

uint32_t attach_patience(const struct attach *at)
{
	return 3 * at->timeout_ms;
}

static void keep_reason(struct attach *at, const char *reason, const char *remedy)
{
	if (at->reason)
		return;
	at->reason = reason;
	at->remedy = remedy;
}

bool attach_fails(struct attach *at, enum step_result result, const char *layer, const char *detail, const char *remedy)
{
	/* What was not waited for to its end says nothing of the layer. */
	if (interrupt_came() && result == STEP_RESULT_FAILED) {
		detail = "interrupted: it was not waited for any longer";
		remedy = "gpubay attach: goes on from here";
	}
	detail = arena_str(at->a, detail);
	remedy = arena_str(at->a, remedy);
	steps_tell(&at->st, layer, result, detail, remedy);
	keep_reason(at, arena_printf(at->a, "%s: %s", layer, detail), remedy);
	return false;
}

bool attach_fails_by(struct attach *at, const char *layer, uint32_t gpu, const char *subject, const char *topics, const char *detail,
		     const char *id)
{
	const struct check_row *row = id ? check_row_find(id) : NULL;
	struct attach_why why;

	if (at->m->why(at->m->arg, at->s, gpu, subject, topics, at->a, &why))
		return attach_fails(at, STEP_RESULT_FAILED, layer, arena_printf(at->a, "%s (gpubay explain %s)", why.message, why.id),
				    why.remedy);
	if (row)
		detail = arena_printf(at->a, "%s (gpubay explain %s)", detail, row->id);
	return attach_fails(at, STEP_RESULT_FAILED, layer, detail, row ? row->remedy : NULL);
}

bool attach_wrote(struct attach *at, int r, const char *words, const char *remedy)
{
	if (r == 0) {
		steps_end(&at->st, STEP_RESULT_DONE, NULL, NULL);
		return true;
	}
	if (r == -ETIMEDOUT) {
		at->hung = true;
		words = "the kernel does not come back from it: it is left alone, and nothing more is tried";
		remedy = "look at the kernel's messages (dmesg); a reboot ends it";
	} else if (!words) {
		words = arena_printf(at->a, "the kernel says: %s", strerror(-r));
	}
	keep_reason(at, arena_printf(at->a, "%s: %s", at->st.now.name, words), remedy);
	steps_end(&at->st, r == -ETIMEDOUT ? STEP_RESULT_HUNG : STEP_RESULT_FAILED, words, remedy);
	return false;
}

bool attach_rescan(struct attach *at)
{
	const char *path = "/sys/bus/pci/rescan";

	if (attach_ends(at))
		return attach_fails(at, STEP_RESULT_FAILED, "PCI devices", "", NULL);
	steps_begin(&at->st, "look for PCI devices again");
	steps_path(&at->st, path);
	return attach_wrote(at, effects_write(at->fx, path, "1", attach_patience(at)), NULL, NULL);
}

/* What is to be attached. */

static bool is_noted(struct attach *at, const char *id)
{
	return tree_exists(&at->m->tree->root, arena_printf(at->a, NOTE_FOLDER "/%s", id) + 1);
}

/* One that came back by itself keeps the note that it may be unplugged, until it is attached. */
static bool wants_attaching(struct attach *at, const struct gpu *g)
{
	return FIELD_KNOWN(g, gpu, state) && (g->state != GPU_STATE_READY || is_noted(at, g->id));
}

static bool is_box_of(const struct snapshot *s, uint32_t router)
{
	return box_is(&s->routers.v[router]);
}

/* A port that sleeps may have missed the plug: no fault, and the first thing to know when nothing is seen. */
static void say_sleeping_ports(struct attach *at)
{
	struct attach_why why;
	uint32_t n;

	for (n = 0; at->m->note(at->m->arg, at->s, PORTS_ASLEEP, n, at->a, &why); n++)
		steps_tell(&at->st, arena_printf(at->a, "port %s", why.subject), STEP_RESULT_SKIPPED,
			   arena_printf(at->a, "%s (gpubay explain %s)", why.message, why.id), why.remedy);
}

/* Why no box is seen, where there is a reason. */
static void say_controllers(struct attach *at)
{
	const char *layer = "host controller";
	struct attach_why why;
	uint32_t i;

	for (i = 0; i < at->s->routers.n; i++)
		if (is_box_of(at->s, i))
			return;
	if (at->m->why(at->m->arg, at->s, NONE, NULL, "thunderbolt", at->a, &why)) {
		if (str_eq(why.id, "GB6019"))
			layer = "ports that are named";
		attach_fails(at, STEP_RESULT_FAILED, layer, arena_printf(at->a, "%s (gpubay explain %s)", why.message, why.id), why.remedy);
		return;
	}
	steps_tell(&at->st, "boxes", STEP_RESULT_SKIPPED,
		   at->s->domains.n ? "none is seen on the Thunderbolt and USB4 ports: look at the cable, and whether the box "
				      "has power"
				    : "no Thunderbolt or USB4 controller is seen here",
		   NULL);
	say_sleeping_ports(at);
}

static void attach_boxes(struct attach *at)
{
	struct strs names = {0};
	uint32_t i, k, depth;

	/* By depth: what hangs behind another comes after it. The snapshot changes on the way, so they are kept by name. */
	for (depth = 1; depth < 8; depth++)
		for (i = 0; i < at->s->routers.n; i++)
			if (is_box_of(at->s, i) && at->s->routers.v[i].depth == depth)
				strs_add(at->a, &names, arena_str(at->a, at->s->routers.v[i].name));
	for (i = 0; i < names.n && !attach_ends(at); i++)
		for (k = 0; k < at->s->routers.n; k++)
			if (str_eq(at->s->routers.v[k].name, names.v[i])) {
				attach_box(at, k);
				break;
			}
}

static void attach_gpus(struct attach *at)
{
	struct u32s todo = {0};
	uint64_t addresses[64];
	uint32_t i;

	for (i = 0; i < at->s->gpus.n && todo.n < ARRAY_LEN(addresses); i++)
		if (wants_attaching(at, &at->s->gpus.v[i])) {
			addresses[todo.n] = at->s->gpus.v[i].address;
			u32s_add(at->a, &todo, i);
		}
	for (i = 0; i < todo.n && !attach_ends(at); i++)
		attach_gpu(at, addresses[i]);
}

/* The id of a GPU that was ejected, by its id, the beginning of it, or the address that it had. */
static const char *ejected(struct attach *at, const char *name)
{
	struct journal j;

	return journal_find(at->m->tree, name, at->a, &j) == 0 && is_noted(at, j.gpu_id) ? j.gpu_id : NULL;
}

/* GPUs that were ejected and are not on the bus: their notes outlive them. */
static void attach_ejected(struct attach *at)
{
	struct strs ids;
	uint32_t i;

	if (tree_list(&at->m->tree->root, NOTE_FOLDER + 1, at->a, &ids) < 0)
		return;
	for (i = 0; i < ids.n && !attach_ends(at); i++)
		if (snapshot_gpu_with_id(at->s, ids.v[i]) == NONE && ejected(at, ids.v[i]))
			attach_absent(at, ids.v[i], UINT64_MAX);
}

static void attach_everything(struct attach *at)
{
	uint32_t i;

	say_controllers(at);
	attach_boxes(at);
	attach_gpus(at);
	attach_ejected(at);
	/* What is ready already stands in the list too: it answers the question. */
	for (i = 0; i < at->s->gpus.n; i++) {
		const struct gpu *g = &at->s->gpus.v[i];
		char address[PCI_ADDR_TEXT];

		pci_addr_text(g->address, address);
		if (g->state == GPU_STATE_READY && !strs_has(&at->done, address)) {
			steps_tell(&at->st, arena_printf(at->a, "GPU %s", address), STEP_RESULT_DONE,
				   arena_printf(at->a, "%s: ready", g->name ? g->name : ""), NULL);
			at->usable++;
		}
	}
}

/* One of the three that a name can mean. */
struct named {
	uint32_t router, gpu;
	bool absent;
	const char *id;
	uint64_t address;
};

static int find_named(struct attach *at, struct named *ret, struct err *e)
{
	const char *what = at->req->what;

	*ret = (struct named){.router = NONE, .gpu = NONE, .address = UINT64_MAX};
	*e = (struct err){0};
	ret->router = box_find(at->s, what, e);
	if (ret->router != NONE || e->code)
		return e->code;
	ret->gpu = snapshot_gpu_find(at->s, what, e);
	if (ret->gpu != NONE || e->code == -EEXIST)
		return e->code;
	ret->id = ejected(at, what);
	ret->absent = ret->id || pci_addr_parse(what, &ret->address) == 0;
	if (ret->absent)
		return 0;
	*e = (struct err){0};
	return err_set(e, -ENODEV, "no GPU and no box fits '%s': 'gpubay list' shows the GPUs, 'gpubay trust' the boxes that are plugged in; "
				   "with --wait it may be plugged in later", what);
}

static bool appeared(struct attach *at, void *arg)
{
	struct err e;

	return find_named(at, arg, &e) == 0;
}

static bool attach_named(struct attach *at, const struct named *n)
{
	const struct gpu *g;
	uint32_t box;

	if (n->router != NONE)
		return attach_box(at, n->router);
	if (n->absent)
		return attach_absent(at, n->id, n->address);
	g = &at->s->gpus.v[n->gpu];
	box = FIELD_KNOWN(&g->external, external, router) ? g->external.router : NONE;
	return box != NONE ? attach_box(at, box) : attach_gpu(at, g->address);
}

/* Engines read the specs anew for each container; that they could not be written keeps the GPU from no one else. */
static void publish(struct attach *at)
{
	struct strs changed = {0};
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};
	uint32_t i;
	int r;

	if (!at->m->publish || at->fx->dry || !at->usable)
		return;
	r = at->m->publish(at->m->publish_arg, NULL, at->a, &changed, &e);
	for (i = 0; i < changed.n; i++)
		buf_addf(&text, "%s%s", i ? ", " : "", changed.v[i]);
	if (r < 0)
		attach_fails(at, STEP_RESULT_FAILED, "offered to containers", e.text, "gpubay cdi generate");
	else if (changed.n)
		steps_tell(&at->st, "offered to containers", STEP_RESULT_DONE, arena_strn(at->a, text.p, text.n), NULL);
}

static void conclude(struct attach *at)
{
	if (at->reason)
		steps_conclude(&at->st, VERDICT_NOT_USABLE, at->reason, at->remedy);
	else if (at->pending)
		steps_conclude(&at->st, VERDICT_CHANGED, "what comes after that shows only when it is done", NULL);
	else if (at->usable)
		steps_conclude(&at->st, VERDICT_USABLE,
			       at->usable == 1 ? "1 GPU is ready" : arena_printf(at->a, "%u GPUs are ready", at->usable), NULL);
	else if (at->kept)
		steps_conclude(&at->st, VERDICT_NOT_USABLE, "what is there is kept for something else",
			       "gpubay attach GPU: what keeps it, and what gives it back");
	else
		steps_conclude(&at->st, VERDICT_NOT_USABLE, "no GPU is there", "plug it in and give it power, then try again");
}

int attach_run(const struct attach_request *req, const struct attach_machine *m, struct outcome *out, struct err *e)
{
	struct attach at = {.req = req, .m = m, .fx = m->fx, .a = m->fx->a,
			    .timeout_ms = req->timeout_ms ? req->timeout_ms : ATTACH_TIMEOUT_MS};
	struct named named;
	int r;

	*out = (struct outcome){0};
	FIELD_SET(out, outcome, verb, "attach");
	FIELD_SET(out, outcome, subject, req->what ? req->what : "");
	steps_init(&at.st, at.a, m->fx, out, m->listener);
	r = trust_open(&at.trust, &m->tree->root, m->live, !m->fx->dry, at.a, e);
	if (r < 0)
		return r;
	attach_look(&at, true);
	if (req->what) {
		r = find_named(&at, &named, e);
		if (r == -ENODEV && req->wait && attach_until(&at, at.timeout_ms, appeared, &named))
			r = 0;
		else if (r == -ENODEV && interrupt_came()) {
			*e = (struct err){0};
			err_set(e, r, "interrupted: '%s' was not plugged in meanwhile", req->what);
		}
		if (r == 0)
			attach_named(&at, &named);
	} else {
		attach_everything(&at);
	}
	if (r == 0) {
		publish(&at);
		conclude(&at);
	}
	snapshot_free(at.s);
	return r;
}
