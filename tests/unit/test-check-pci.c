/* SPDX-License-Identifier: Apache-2.0 */
/* Each row of topic pci: what triggers it, and what does not. */
#include "check/check.h"
#include "facts/facts.h"
#include "snap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)

/* One discrete GPU below a root port, well. */
struct machine {
	struct snapshot *s;
	struct gpu *g;
	struct pci_device *d;
};

static struct machine build(void)
{
	struct machine m = {.s = snapshot_new()};

	snap_pci(m.s, "0000:00:01.0", NONE, "pci0000:00", 0);
	snap_pci(m.s, "0000:03:00.0", 0, "pci0000:00", 0);
	m.g = snap_gpu(m.s, 1);
	m.d = &m.s->pci.v[1];
	FIELD_SET(m.g, gpu, link_at, 1);
	FIELD_SET(m.g, gpu, state, GPU_STATE_READY);
	return m;
}

static struct finding_list check_all(struct machine *m)
{
	struct check_settings settings = {0};
	struct finding_list l;

	strs_add(m->s->arena, &settings.topics, "pci");
	check_run(m->s, &settings, m->s->arena, &l);
	return l;
}

/* How often a check speaks. */
static unsigned count(struct machine *m, const char *id)
{
	struct finding_list l = check_all(m);
	unsigned n = 0;
	uint32_t i;

	for (i = 0; i < l.n; i++)
		n += str_eq(l.v[i].id, id);
	return n;
}

static const struct finding *first(struct machine *m, const char *id)
{
	struct finding_list l = check_all(m);
	uint32_t i;

	for (i = 0; i < l.n; i++)
		if (str_eq(l.v[i].id, id))
			return &l.v[i];
	return NULL;
}

static void evidence(struct machine *m)
{
	struct evidence *e = LIST_PUSH(m->s->arena, &m->g->state_evidence);

	FIELD_SET(e, evidence, path, "somewhere");
	FIELD_KNOW(m->g, gpu, state_evidence);
}

static void well(void **state)
{
	struct machine m = build();

	assert_int_equal(check_all(&m).n, 0);
	snapshot_free(m.s);
}

static void bar(struct machine *m, uint64_t size)
{
	struct pci_bar *b = LIST_PUSH(m->s->arena, &m->d->bars);

	FIELD_SET(b, pci_bar, index, 2);
	FIELD_SET(b, pci_bar, size, size);
	FIELD_SET(b, pci_bar, prefetchable, true);
	FIELD_KNOW(m->d, pci_device, bars);
}

static void external(struct machine *m)
{
	FIELD_SET(&m->g->external, external, attachment, ATTACHMENT_EXTERNAL);
	FIELD_KNOW(m->g, gpu, external);
}

static void no_window(void **state)
{
	struct machine m = build();
	const struct finding *f;

	evidence(&m);
	m.g->state = GPU_STATE_NO_BAR;
	bar(&m, 12 * 1024 * MIB);
	FIELD_SET(&m.s->pci.v[0].config, pci_config, prefetch_window, 64 * MIB);
	f = first(&m, "GB3001");
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_ERROR);
	assert_int_equal(f->evidence.n, 2);
	assert_non_null(strstr(f->evidence.v[1].value, "64 MiB"));
	assert_string_equal(f->evidence.v[1].wanted, "12 GiB");
	assert_non_null(strstr(f->remedy, "Above 4G"));

	external(&m);
	assert_non_null(strstr(first(&m, "GB3001")->remedy, "pci=hpmmioprefsize=32768M and pci=realloc"));
	/* Where ACPI runs hot-plug the parameter does nothing, and that is said. */
	FIELD_SET(&m.s->platform, platform, pcie_ports_native, false);
	assert_non_null(strstr(first(&m, "GB3001")->remedy, "ignores pci=hpmmioprefsize"));
	snapshot_free(m.s);
}

static void resizable(void **state)
{
	struct machine m = build();

	FIELD_SET(m.g, gpu, vram_visible_bytes, 256 * MIB);
	assert_int_equal(check_all(&m).n, 0);
	FIELD_SET(m.g, gpu, bar_max_bytes, 16384 * MIB);
	assert_int_equal(count(&m, "GB3003"), 1);
	m.g->vram_visible_bytes = 16384 * MIB;
	assert_int_equal(count(&m, "GB3003"), 0);
	/* A window as large as the memory is enough, whatever the register would allow. */
	m.g->vram_visible_bytes = 8192 * MIB;
	FIELD_SET(m.g, gpu, vram_bytes, 8192 * MIB);
	assert_int_equal(count(&m, "GB3003"), 0);
	m.g->kind = GPU_KIND_INTEGRATED;
	m.g->vram_visible_bytes = 256 * MIB;
	assert_int_equal(count(&m, "GB3003"), 0);
	snapshot_free(m.s);
}

static void families_that_need_it(void **state)
{
	struct machine m = build();
	const struct finding *f;

	FIELD_SET(m.g, gpu, vram_visible_bytes, 256 * MIB);
	FIELD_SET(m.g, gpu, bar_max_bytes, 8192 * MIB);
	m.g->vendor_id = 0x8086;
	m.g->device_id = 0x56a0; /* Alchemist: slow */
	f = first(&m, "GB3002");
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	m.g->device_id = 0xe20b; /* Battlemage: its libraries refuse */
	assert_int_equal(first(&m, "GB3002")->severity, SEVERITY_ERROR);
	snapshot_free(m.s);
}

static void set_link(struct machine *m, uint32_t mts, uint32_t width, uint32_t up_mts, uint32_t up_width)
{
	snap_link(m->s, 1, mts, width, 16000, 16);
	snap_link(m->s, 0, mts, width, up_mts, up_width);
	FIELD_SET(m->g, gpu, link, m->s->pci.v[1].link);
	FIELD_SET(m->g, gpu, link_partner, m->s->pci.v[0].link);
}

static void links(void **state)
{
	struct machine m = build();

	set_link(&m, 16000, 8, 16000, 16);
	assert_int_equal(first(&m, "GB3010")->severity, SEVERITY_WARNING);
	assert_string_equal(first(&m, "GB3010")->evidence.v[0].wanted, "16");
	/* A narrow slot is not a fault of the link. */
	set_link(&m, 16000, 8, 16000, 8);
	assert_int_equal(check_all(&m).n, 0);
	set_link(&m, 2500, 16, 16000, 16);
	assert_int_equal(first(&m, "GB3011")->severity, SEVERITY_NOTE);
	assert_int_equal(count(&m, "GB3010"), 0);
	set_link(&m, 8000, 16, 8000, 16);
	assert_int_equal(check_all(&m).n, 0);
	/* 255 lanes is what a dead device says. */
	set_link(&m, 16000, 4, 16000, 255);
	assert_int_equal(count(&m, "GB3010"), 0);
	/* Only one end known: nothing can be said. */
	m.g->known &= ~(UINT64_C(1) << gpu_link_partner_bit);
	assert_int_equal(check_all(&m).n, 0);
	snapshot_free(m.s);
}

static void states(void **state)
{
	static const struct {
		enum gpu_state state;
		const char *id;
	} rows[] = {{GPU_STATE_LOST, "GB3020"}, {GPU_STATE_WEDGED, "GB3021"}, {GPU_STATE_DEGRADED, "GB3022"}};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct machine m = build();

		evidence(&m);
		assert_int_equal(count(&m, rows[i].id), 0);
		m.g->state = rows[i].state;
		assert_int_equal(first(&m, rows[i].id)->severity, SEVERITY_ERROR);
		assert_string_equal(first(&m, rows[i].id)->evidence.v[0].path, "somewhere");
		snapshot_free(m.s);
	}
}

static void power(void **state)
{
	struct machine m = build();
	struct pci_power *w = &m.d->power;

	FIELD_KNOW(m.d, pci_device, power);
	FIELD_SET(m.g, gpu, driver, "amdgpu");
	FIELD_SET(w, pci_power, state, "D3cold");
	FIELD_SET(w, pci_power, runtime_status, "suspended");
	FIELD_SET(w, pci_power, control, "auto");
	FIELD_SET(w, pci_power, asleep, true);
	assert_int_equal(first(&m, "GB3030")->severity, SEVERITY_NOTE);
	assert_int_equal(count(&m, "GB3031"), 0);
	w->control = "on";
	assert_int_equal(first(&m, "GB3031")->severity, SEVERITY_WARNING);
	assert_int_equal(count(&m, "GB3030"), 0);
	w->control = "auto";
	m.g->driver = "";
	assert_int_equal(count(&m, "GB3031"), 1);
	w->state = "D0";
	w->asleep = false;
	assert_int_equal(check_all(&m).n, 0);
	snapshot_free(m.s);
}

static void aspm(void **state)
{
	struct machine m = build();

	m.g->vendor_id = 0x8086;
	m.g->device_id = 0xe20b;
	snap_port(m.s, 0, PCI_PORT_TYPE_ROOT_PORT);
	FIELD_SET(&m.s->pci.v[0].config, pci_config, aspm, 2);
	assert_int_equal(count(&m, "GB3040"), 0);
	m.s->pci.v[0].config.aspm = 1;
	assert_int_equal(first(&m, "GB3040")->severity, SEVERITY_NOTE);
	m.s->pci.v[0].config.aspm = 2;
	FIELD_SET(&m.s->platform, platform, aspm_policy, "performance");
	assert_int_equal(count(&m, "GB3040"), 1);
	m.g->vendor_id = 0x10de;
	assert_int_equal(count(&m, "GB3040"), 0);
	snapshot_free(m.s);
}

static void groups(void **state)
{
	struct machine m = build();

	snap_pci(m.s, "0000:04:00.0", 0, "pci0000:00", 0);
	FIELD_SET(m.g, gpu, iommu_group, 7);
	FIELD_KNOW(m.g, gpu, iommu_shared);
	assert_int_equal(count(&m, "GB3050"), 0);
	u32s_add(m.s->arena, &m.g->iommu_shared, 2);
	assert_int_equal(first(&m, "GB3050")->severity, SEVERITY_NOTE);
	m.g->driver = "vfio-pci";
	assert_int_equal(first(&m, "GB3050")->severity, SEVERITY_WARNING);
	/* Bridges of the way do not count. */
	m.s->pci.v[2].bridge = true;
	assert_int_equal(count(&m, "GB3050"), 0);
	snapshot_free(m.s);
}

static void resets(void **state)
{
	struct machine m = build();

	m.g->driver = "vfio-pci";
	assert_int_equal(count(&m, "GB3051"), 0);
	m.s->pci.v[1].known |= UINT64_C(1) << pci_device_reset_methods_bit;
	assert_int_equal(count(&m, "GB3051"), 1);
	strs_add(m.s->arena, &m.s->pci.v[1].reset_methods, "flr");
	assert_int_equal(count(&m, "GB3051"), 0);
	snapshot_free(m.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well),   cmocka_unit_test(no_window), cmocka_unit_test(resizable), cmocka_unit_test(families_that_need_it),
		cmocka_unit_test(links),  cmocka_unit_test(states),    cmocka_unit_test(power),     cmocka_unit_test(aspm),
		cmocka_unit_test(groups), cmocka_unit_test(resets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
