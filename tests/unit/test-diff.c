/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of machines, and what happened between the two. */
#include "base/parse.h"
#include "host/capture.h"
#include "model/diff.h"
#include "probe/probe.h"
#include "snap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* From what to what in the text of a machine; ended by NULL. */
struct swap {
	const char *from, *to;
};

struct world {
	struct arena *a;
	struct view view;
	struct event_list events;
	struct snapshot *snap;
	struct buf shown; /* "kind subject-address", one a line */
};

static int set_up(void **state)
{
	struct world *w = xmalloc(sizeof(*w));

	*w = (struct world){.a = arena_new()};
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	buf_free(&w->shown);
	snapshot_free(w->snap);
	arena_free(w->a);
	free(w);
	return 0;
}

static void read_machine(const char *name, struct buf *ret)
{
	char path[512], piece[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), TEST_MACHINES "/%s.machine", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("no machine '%s'", path);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(ret, piece, n);
	fclose(f);
}

static void replace(struct buf *text, const struct swap *s)
{
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	const char *at = text->p, *hit;

	while ((hit = strstr(at, s->from))) {
		buf_add(&out, at, (size_t)(hit - at));
		buf_adds(&out, s->to);
		at = hit + strlen(s->from);
	}
	buf_adds(&out, at);
	buf_clear(text);
	buf_add(text, out.p, out.n);
}

static struct snapshot *load(const char *name, const struct swap *swaps)
{
	struct probe_request req = {.phases = PROBE_ALL & ~PROBE_FILES};
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct snapshot *s;
	struct tree *t;
	struct err e = {0};

	read_machine(name, &text);
	for (; swaps && swaps->from; swaps++)
		replace(&text, swaps);
	if (capture_parse(name, text.p, text.n, &t, &e) < 0)
		fail_msg("%s", e.text);
	s = probe_snapshot(t, &req);
	if (snapshot_check(s, &e) < 0)
		fail_msg("%s", e.text);
	tree_free(t);
	return s;
}

static void show(struct world *w)
{
	char addr[PCI_ADDR_TEXT];
	uint32_t i;

	buf_clear(&w->shown);
	buf_adds(&w->shown, "");
	for (i = 0; i < w->events.n; i++) {
		const struct event *e = &w->events.v[i];

		buf_addf(&w->shown, "%s", enum_name(&event_kind_tab, e->kind));
		if (FIELD_KNOWN(e, event, address))
			buf_addf(&w->shown, " %s", pci_addr_text(e->address, addr));
		if (FIELD_KNOWN(e, event, old_address))
			buf_addf(&w->shown, " was %s", pci_addr_text(e->old_address, addr));
		if (FIELD_KNOWN(e, event, router) && !FIELD_KNOWN(e, event, gpu))
			buf_addf(&w->shown, " %s", e->router);
		if (FIELD_KNOWN(e, event, connector))
			buf_addf(&w->shown, " %s %s", e->connector, e->monitor ? e->monitor : "?");
		if (!FIELD_KNOWN(e, event, reason) || !*e->reason)
			fail_msg("event %u (%s) says no reason", i, enum_name(&event_kind_tab, e->kind));
		buf_addc(&w->shown, '\n');
	}
}

/* The next moment: a snapshot, which is thrown away at once, so that what was kept of it is all that counts. */
static void step(struct world *w, struct snapshot *s)
{
	struct view before = w->view;

	w->events = (struct event_list){0};
	view_diff(&before, s, w->a, &w->view, &w->events);
	snapshot_free(s);
	show(w);
}

static void go(struct world *w, const char *machine, const struct swap *swaps)
{
	step(w, load(machine, swaps));
}

static void expect(struct world *w, const char *shown)
{
	assert_string_equal(w->shown.p, shown);
}

static const char *reason(const struct world *w, uint32_t i)
{
	assert_in_range(i, 0, w->events.n - 1);
	return w->events.v[i].reason;
}

static void start(void **state)
{
	struct world *w = *state;

	go(w, "1gpu-usb4-unauthorized", NULL);
	expect(w, "router-added 0-1\n"
		  "added 0000:00:02.0\nready 0000:00:02.0\ndisplay-connected 0000:00:02.0 eDP-1 DELL U2723QE\n");
	assert_string_equal(reason(w, 0), "found at the start; not authorized, so no GPU in it can be seen");
	assert_string_equal(reason(w, 2), "driver i915, card1 renderD128");
	go(w, "1gpu-usb4-unauthorized", NULL);
	expect(w, "");
}

static void authorize(void **state)
{
	struct world *w = *state;

	go(w, "1gpu-usb4-unauthorized", NULL);
	go(w, "1gpu-usb4-authorized-no-gpu", NULL);
	expect(w, "authorized 0-1\n");
	go(w, "2gpu-tb4-nvidia-lost", NULL);
	expect(w, "added 0000:22:00.0\nlost 0000:22:00.0\n");
	go(w, "2gpu-tb-deauthorized", NULL);
	expect(w, "deauthorized 0-1\nunauthorized 0000:22:00.0\n");
	go(w, "1gpu-usb4-unauthorized", NULL);
	expect(w, "removed 0000:22:00.0\n");
	assert_string_equal(reason(w, 0), "the tunnel to box 0-1 was taken down");
}

static void eject(void **state)
{
	struct world *w = *state;
	const char *id = "box-c0ffee00-0000-0000-0000-000000000004-0";

	go(w, "2gpu-egpu-removing", NULL);
	go(w, "2gpu-egpu-safe-to-unplug", NULL);
	expect(w, "safe-to-unplug 0000:22:00.0\n");
	assert_int_equal(w->events.v[0].old_state, GPU_STATE_REMOVING);
	go(w, "2gpu-egpu-removing", NULL);
	go(w, "1gpu-tb-safe-to-unplug", NULL);
	expect(w, "removed 0000:22:00.0\ndeauthorized 0-1\n");
	assert_string_equal(reason(w, 0), "taken out as asked");

	/* Eject's note about what is not there any more. */
	w->events = (struct event_list){0};
	view_noted(&w->view, id, GPU_STATE_SAFE_TO_UNPLUG, w->a, &w->events);
	view_noted(&w->view, id, GPU_STATE_SAFE_TO_UNPLUG, w->a, &w->events);
	view_noted(&w->view, "box-of-nobody", GPU_STATE_SAFE_TO_UNPLUG, w->a, &w->events);
	show(w);
	expect(w, "safe-to-unplug 0000:22:00.0\n");
}

static const struct swap elsewhere[] = {{"0000:24:", "0000:64:"}, {NULL}};

static void return_elsewhere(void **state)
{
	struct world *w = *state;

	go(w, "2gpu-tb-arc-a770", NULL);
	go(w, "1gpu-tb-safe-to-unplug", (const struct swap[]){{"0-1", "0-9"}, {"c0ffee", "decade"}, {NULL}});
	go(w, "2gpu-tb-arc-a770", elsewhere);
	assert_non_null(strstr(w->shown.p, "returned 0000:64:00.0 was 0000:24:00.0"));
	assert_null(strstr(w->shown.p, "added 0000:64:"));
	/* Pulled and plugged again between two looks. */
	go(w, "2gpu-tb-arc-a770", NULL);
	assert_non_null(strstr(w->shown.p, "returned 0000:24:00.0 was 0000:64:00.0"));
	assert_null(strstr(w->shown.p, "removed"));
	assert_null(strstr(w->shown.p, "added"));
}

static void slow_cable(void **state)
{
	struct world *w = *state;

	go(w, "2gpu-apu-egpu-usb4", NULL);
	go(w, "2gpu-tb-20g-fallback", NULL);
	expect(w, "link-changed 0-2\n");
	assert_string_equal(w->events.v[0].before, "40 Gb/s");
	assert_string_equal(w->events.v[0].after, "20 Gb/s");
}

/* Egpu captures show the same healthy card at 2.5, 8 and 16 GT/s. */
static void resting_link(void **state)
{
	struct world *w = *state;
	static const struct swap fast[] = {{"current_link_speed = 2.5 GT/s PCIe", "current_link_speed = 16.0 GT/s PCIe"}, {NULL}};

	go(w, "2gpu-egpu-removing", NULL);
	go(w, "2gpu-egpu-removing", fast);
	expect(w, "");
}

static struct gpu *card(struct snapshot *s, const char *address, const char *id, enum id_source source)
{
	uint32_t pci = snap_pci(s, address, NONE, "pci0000:00", 0);
	struct gpu *g = snap_gpu(s, pci);

	s->has_pci = true;
	FIELD_SET(g, gpu, id, id);
	FIELD_SET(g, gpu, id_source, source);
	FIELD_SET(g, gpu, device_id, 0x1234);
	FIELD_SET(g, gpu, state, GPU_STATE_UNBOUND);
	FIELD_KNOW(g, gpu, drm);
	return g;
}

static struct gpu *driven(struct snapshot *s, const char *address, const char *id, enum id_source source)
{
	struct gpu *g = card(s, address, id, source);
	struct drm_node *n = LIST_PUSH(s->arena, &s->drm);

	FIELD_SET(n, drm_node, name, "card1");
	u32s_add(s->arena, &g->drm, s->drm.n - 1);
	FIELD_SET(g, gpu, driver, "amdgpu");
	FIELD_SET(g, gpu, state, GPU_STATE_READY);
	return g;
}

/* AMD's unique id can be read only while the driver is bound. */
static void id_becomes_known(void **state)
{
	struct world *w = *state;
	struct snapshot *s = snapshot_new();

	card(s, "0000:03:00.0", "box-1-0", ID_SOURCE_ENCLOSURE);
	step(w, s);
	expect(w, "added 0000:03:00.0\n");
	driven(s = snapshot_new(), "0000:03:00.0", "amd-7", ID_SOURCE_AMD_UNIQUE_ID);
	step(w, s);
	expect(w, "renamed 0000:03:00.0\nready 0000:03:00.0\n");
	card(s = snapshot_new(), "0000:03:00.0", "box-1-0", ID_SOURCE_ENCLOSURE);
	step(w, s);
	expect(w, "unbound 0000:03:00.0\n");
	assert_string_equal(w->events.v[0].gpu, "amd-7");
	step(w, snapshot_new());
	expect(w, "removed 0000:03:00.0\n");

	/* Back in another place: nobody knows it until the driver is there. */
	card(s = snapshot_new(), "0000:05:00.0", "pci-0000:05:00.0", ID_SOURCE_ADDRESS);
	step(w, s);
	expect(w, "added 0000:05:00.0\n");
	driven(s = snapshot_new(), "0000:05:00.0", "amd-7", ID_SOURCE_AMD_UNIQUE_ID);
	step(w, s);
	expect(w, "returned 0000:05:00.0 was 0000:03:00.0\nready 0000:05:00.0\n");
}

/* An address names a place, not a card. */
static void other_card_same_place(void **state)
{
	struct world *w = *state;
	struct snapshot *s = snapshot_new();
	struct gpu *g;

	card(s, "0000:03:00.0", "pci-0000:03:00.0", ID_SOURCE_ADDRESS);
	step(w, s);
	g = card(s = snapshot_new(), "0000:03:00.0", "pci-0000:03:00.0", ID_SOURCE_ADDRESS);
	FIELD_SET(g, gpu, device_id, 0x5678);
	step(w, s);
	expect(w, "removed 0000:03:00.0\nadded 0000:03:00.0\n");
	step(w, snapshot_new());
	card(s = snapshot_new(), "0000:03:00.0", "pci-0000:03:00.0", ID_SOURCE_ADDRESS);
	step(w, s);
	expect(w, "added 0000:03:00.0\n");
	/* Two cards with serial numbers of their own, one in place of the other. */
	card(s = snapshot_new(), "0000:03:00.0", "amd-sn-1", ID_SOURCE_PCIE_SERIAL);
	step(w, s);
	card(s = snapshot_new(), "0000:03:00.0", "amd-sn-2", ID_SOURCE_PCIE_SERIAL);
	step(w, s);
	expect(w, "removed 0000:03:00.0\nadded 0000:03:00.0\n");
}

static void monitor(struct snapshot *s, struct gpu *g, const char *name, const char *edid)
{
	struct connector *c = LIST_PUSH(s->arena, &s->connectors);

	FIELD_SET(c, connector, name, name);
	FIELD_SET(c, connector, status, edid ? CONNECTOR_STATUS_CONNECTED : CONNECTOR_STATUS_DISCONNECTED);
	if (edid) {
		FIELD_SET(&c->monitor, edid, name, edid);
		FIELD_KNOW(c, connector, monitor);
	}
	u32s_add(s->arena, &g->connectors, s->connectors.n - 1);
	FIELD_KNOW(g, gpu, connectors);
}

static void displays(void **state)
{
	static const struct {
		const char *name, *edid, *shown;
	} steps[] = {
		{"card1-DP-1", NULL, "added 0000:03:00.0\nready 0000:03:00.0\n"},
		{"card1-DP-1", "", "display-connected 0000:03:00.0 DP-1 ?\n"},
		{"card1-DP-1", "DELL U2720Q", ""}, /* its name came a moment later */
		{"card1-DP-1", "LG HDR 4K", "display-disconnected 0000:03:00.0 DP-1 DELL U2720Q\n"
					    "display-connected 0000:03:00.0 DP-1 LG HDR 4K\n"},
		{"card2-DP-1", "LG HDR 4K", ""}, /* bound again */
		{"card2-DP-1", NULL, "display-disconnected 0000:03:00.0 DP-1 LG HDR 4K\n"},
	};
	struct world *w = *state;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(steps); i++) {
		struct snapshot *s = snapshot_new();

		monitor(s, driven(s, "0000:03:00.0", "amd-7", ID_SOURCE_AMD_UNIQUE_ID), steps[i].name, steps[i].edid);
		step(w, s);
		expect(w, steps[i].shown);
	}
}

/* What cannot be read now is as it was. */
static void unknown_is_no_change(void **state)
{
	struct world *w = *state;
	struct snapshot *s = snapshot_new();
	struct gpu *g;

	driven(s, "0000:03:00.0", "amd-7", ID_SOURCE_AMD_UNIQUE_ID);
	step(w, s);
	g = card(s = snapshot_new(), "0000:03:00.0", "amd-7", ID_SOURCE_AMD_UNIQUE_ID);
	g->known &= ~(UINT64_C(1) << gpu_state_bit | UINT64_C(1) << gpu_drm_bit | UINT64_C(1) << gpu_driver_bit);
	step(w, s);
	expect(w, "");
	s = snapshot_new();
	s->pci_error = -EACCES;
	step(w, s);
	expect(w, "");
	driven(s = snapshot_new(), "0000:03:00.0", "amd-7", ID_SOURCE_AMD_UNIQUE_ID);
	step(w, s);
	expect(w, "");
	s = snapshot_new();
	s->pci_error = -ENOENT;
	step(w, s);
	expect(w, "removed 0000:03:00.0\n");
}

static void many_come_and_go(void **state)
{
	struct world *w = *state;
	char id[32], address[32];
	unsigned i;

	for (i = 0; i < 100; i++) {
		struct snapshot *s = snapshot_new();

		snprintf(id, sizeof(id), "amd-%u", i);
		snprintf(address, sizeof(address), "0000:%02x:00.0", i);
		driven(s, address, id, ID_SOURCE_AMD_UNIQUE_ID);
		step(w, s);
		assert_int_equal(w->events.n, i ? 3 : 2);
	}
	assert_int_equal(w->view.gone.n, VIEW_GONE_MAX);
	assert_string_equal(w->view.gone.v[VIEW_GONE_MAX - 1].id, "amd-98");
}

static void two_snapshots(void **state)
{
	struct world *w = *state;
	struct snapshot *a = load("2gpu-egpu-removing", NULL), *b = load("2gpu-egpu-safe-to-unplug", NULL);

	snapshot_diff(a, b, w->a, &w->events);
	show(w);
	expect(w, "safe-to-unplug 0000:22:00.0\n");
	w->events.n = 0;
	snapshot_diff(b, NULL, w->a, &w->events);
	assert_int_equal(w->events.n, 3);
	w->events.n = 0;
	snapshot_diff(NULL, NULL, w->a, &w->events);
	assert_int_equal(w->events.n, 0);
	snapshot_free(a);
	snapshot_free(b);
}

/* Every state of a GPU has an event of its name, but those that say nothing of a GPU that is there. */
static void kinds(void **state)
{
	unsigned i;

	for (i = 0; i < GPU_STATE_COUNT; i++)
		if (i != GPU_STATE_UNKNOWN && i != GPU_STATE_ABSENT)
			assert_int_not_equal(event_kind_of(i), EVENT_KIND_UNKNOWN);
	assert_int_equal(event_kind_of(GPU_STATE_UNKNOWN), EVENT_KIND_UNKNOWN);
	assert_int_equal(event_kind_of(GPU_STATE_ABSENT), EVENT_KIND_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(start, set_up, tear_down),
		cmocka_unit_test_setup_teardown(authorize, set_up, tear_down),
		cmocka_unit_test_setup_teardown(eject, set_up, tear_down),
		cmocka_unit_test_setup_teardown(return_elsewhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slow_cable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(resting_link, set_up, tear_down),
		cmocka_unit_test_setup_teardown(id_becomes_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_card_same_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(displays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_is_no_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_come_and_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_snapshots, set_up, tear_down),
		cmocka_unit_test(kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
