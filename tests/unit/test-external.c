/* SPDX-License-Identifier: Apache-2.0 */
/* Thunderbolt and USB4 as they are read, and every rung of the evidence for external GPUs. */
#include "facts/thunderbolt.h"
#include "host/capture.h"
#include "probe/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define HEAD "gpubay capture 1\norigin: written\ncovers: sys proc etc var\n\n"
#define BUS "sys/devices/pci0000:00/"
#define NHI "0000:00:0d.2"

struct machine {
	struct buf links, dirs;
	struct tree *tree;
	struct snapshot *snap;
};

static int set_up(void **state)
{
	*state = xmalloc(sizeof(struct machine));
	memset(*state, 0, sizeof(struct machine));
	return 0;
}

static int tear_down(void **state)
{
	struct machine *m = *state;

	snapshot_free(m->snap);
	tree_free(m->tree);
	buf_free(&m->links);
	buf_free(&m->dirs);
	free(m);
	return 0;
}

/* `path` below the root bus, ids "8086:7EC4", class as uevent writes it. */
static void pci(struct machine *m, const char *path, const char *ids, const char *class,
		const char *more)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	buf_addf(&m->links, "%s -> ../../../devices/pci0000:00/%s\n", name, path);
	buf_addf(&m->dirs, "[" BUS "%s]\nuevent :\n\tPCI_CLASS=%s\n\tPCI_ID=%s\n%s\n", path, class,
		 ids, more);
}

enum { PORT_ROOT = 4, PORT_UP = 5, PORT_DOWN = 6, HOTPLUG = 0x100, VSEC = 0x200 };

/* Configuration space of a bridge: PCIe capability at 40, Intel's vendor capability at 100. */
static const char *config(char *text, size_t size, unsigned what)
{
	unsigned flags = (what & 0xf) << 4 | 2 | (what & HOTPLUG ? 0x100 : 0);

	snprintf(
		text, size,
		"config %%\n\t0004: 00 00 10 00\n\t000e: 01\n\t0034: 40\n\t0040: 10 00 %02x %02x\n\t0054: %02x 00 00 00\n"
		"\t0100: %s\n\t0104: 34 12 01 00\n\tsize: 4096\n",
		flags & 0xff, flags >> 8, what & HOTPLUG ? 0x60 : 0,
		what & VSEC ? "0b 00 01 00" : "03 00 01 00");
	return text;
}

static void port(struct machine *m, const char *path, const char *ids, unsigned what,
		 const char *link)
{
	char text[512], all[1024];

	snprintf(all, sizeof(all), "%s%s", config(text, sizeof(text), what), link);
	pci(m, path, ids, "60400", all);
}

static void router(struct machine *m, const char *path, const char *text)
{
	buf_addf(&m->dirs, "[" BUS "%s]\n%s\n", path, text);
}

static struct snapshot *look(struct machine *m, const char *more)
{
	struct probe_request req = {.phases = PROBE_ALL};
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};

	buf_adds(&text, HEAD "[sys/bus/pci/devices]\n");
	buf_add(&text, m->links.p, m->links.n);
	buf_addf(&text, "\n%s%s", m->dirs.p, more);
	if (capture_parse("test", text.p, text.n, &m->tree, &e) < 0)
		fail_msg("%s", e.text);
	m->snap = probe_snapshot(m->tree, &req);
	if (snapshot_check(m->snap, &e) < 0)
		fail_msg("%s", e.text);
	return m->snap;
}

#define LINKS_TB \
	"[sys/bus/thunderbolt/devices]\ndomain0 -> ../../../devices/pci0000:00/" NHI "/domain0\n" \
	"0-0 -> ../../../devices/pci0000:00/" NHI "/domain0/0-0\n"
#define LINK_BOX "0-1 -> ../../../devices/pci0000:00/" NHI "/domain0/0-0/0-1\n"
#define BOX \
	"uevent :\n\tDEVTYPE=thunderbolt_device\nauthorized = 1\nboot = 1\ngeneration = 3\nunique_id = c0ffee00-0001\n" \
	"vendor_name = Razer\ndevice_name = Core X\nrx_speed = 20.0 Gb/s\nrx_lanes = 2\ntx_speed = 20.0 Gb/s\ntx_lanes = 2\n"

static void host(struct machine *m)
{
	pci(m, NHI, "8086:7EC2", "C0340", "driver -> ../../../bus/pci/drivers/thunderbolt\n");
	router(m, NHI "/domain0",
	       "uevent :\n\tDEVTYPE=thunderbolt_domain\nsecurity = user\niommu_dma_protection = 1\ndeauthorization = 1\n");
	router(m, NHI "/domain0/0-0",
	       "uevent :\n\tDEVTYPE=thunderbolt_device\n\tUSB4_VERSION=1.0\ngeneration = 4\nauthorized = 1\n");
}

#define SLOW \
	"max_link_speed = 2.5 GT/s PCIe\nmax_link_width = 4\ncurrent_link_speed = 2.5 GT/s PCIe\ncurrent_link_width = 4\n"
#define GEN3X4 \
	"max_link_speed = 8.0 GT/s PCIe\nmax_link_width = 4\ncurrent_link_speed = 2.5 GT/s PCIe\ncurrent_link_width = 4\n"
#define GEN4X16 \
	"max_link_speed = 16.0 GT/s PCIe\nmax_link_width = 16\ncurrent_link_speed = 2.5 GT/s PCIe\ncurrent_link_width = 4\n"

static struct snapshot *capability_machine(struct machine *m, const char *more)
{
	host(m);
	router(m, NHI "/domain0/0-0/0-1", BOX);
	port(m, "0000:00:07.0", "8086:FFF0", PORT_ROOT | HOTPLUG, SLOW);
	port(m, "0000:00:07.0/0000:02:00.0", "8086:FFF1", PORT_UP | VSEC, SLOW);
	port(m, "0000:00:07.0/0000:02:00.0/0000:03:00.0", "8086:FFF1", PORT_DOWN | VSEC, GEN3X4);
	pci(m, "0000:00:07.0/0000:02:00.0/0000:03:00.0/0000:04:00.0", "10DE:2684", "30000",
	    GEN4X16);
	return look(m, more);
}

static void by_capability(void **state)
{
	struct snapshot *s = capability_machine(*state, LINKS_TB LINK_BOX);
	const struct external *x = &s->gpus.v[0].external;

	assert_int_equal(s->gpus.n, 1);
	assert_int_equal(x->attachment, ATTACHMENT_EXTERNAL);
	assert_int_equal(x->confidence, CONFIDENCE_HIGH);
	assert_string_equal(x->interface, "thunderbolt");
	assert_string_equal(s->routers.v[x->router].name, "0-1");
	assert_string_equal(x->enclosure, "Razer Core X");
	assert_true(x->authorized);
	assert_int_equal(s->pci.v[x->port].address, PCI_ADDR(0, 0, 7, 0));
	/* 40 Gb/s on the cable; the link in the box is x4 of 8 GT/s, whatever it idles at. */
	assert_int_equal(x->bandwidth_mbps, 31504);
	assert_int_equal(x->possible_mbps, 40000);
	assert_non_null(strstr(x->limited_by, "inside the box"));
	assert_true(u32s_has(&s->routers.v[x->router].gpus, 0));
}

static void which_of_two_is_not_guessed(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	router(m, NHI "/domain0/0-0/0-3", BOX);
	s = capability_machine(m, LINKS_TB LINK_BOX "0-3 -> ../../../devices/pci0000:00/" NHI
						    "/domain0/0-0/0-3\n");
	assert_int_equal(s->routers.n, 3);
	assert_int_equal(s->gpus.v[0].external.attachment, ATTACHMENT_EXTERNAL);
	assert_int_equal(s->gpus.v[0].external.router, NONE);
	assert_false(FIELD_KNOWN(&s->gpus.v[0].external, external, enclosure));
	assert_false(FIELD_KNOWN(&s->routers.v[1], tb_router, gpus));
}

static void in_the_last_box_of_a_chain(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	host(m);
	router(m, NHI "/domain0/0-0/0-1", BOX);
	router(m, NHI "/domain0/0-0/0-1/0-301", BOX);
	port(m, "0000:00:07.0", "8086:7EC4", PORT_ROOT | HOTPLUG, SLOW);
	port(m, "0000:00:07.0/0000:02:00.0", "8086:0B26", PORT_UP | VSEC, SLOW);
	port(m, "0000:00:07.0/0000:02:00.0/0000:03:01.0", "8086:0B26", PORT_DOWN | VSEC, SLOW);
	port(m, "0000:00:07.0/0000:02:00.0/0000:03:01.0/0000:04:00.0", "8086:15EF", PORT_UP | VSEC,
	     SLOW);
	port(m, "0000:00:07.0/0000:02:00.0/0000:03:01.0/0000:04:00.0/0000:05:01.0", "8086:15EF",
	     PORT_DOWN | VSEC, GEN3X4);
	pci(m, "0000:00:07.0/0000:02:00.0/0000:03:01.0/0000:04:00.0/0000:05:01.0/0000:06:00.0",
	    "1002:744C", "30000", GEN4X16);
	s = look(m, LINKS_TB LINK_BOX "0-301 -> ../../../devices/pci0000:00/" NHI
				      "/domain0/0-0/0-1/0-301\n");
	assert_string_equal(s->routers.v[s->gpus.v[0].external.router].name, "0-301");
	assert_int_equal(s->routers.v[2].depth, 2);
	assert_string_equal(s->routers.v[s->routers.v[2].parent].name, "0-1");
}

static void by_mark_of_the_firmware(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	port(m, "0000:00:1c.0", "8086:FFF0", PORT_ROOT, "");
	pci(m, "0000:00:1c.0/0000:04:00.0", "10DE:2684", "30000", "removable = removable\n");
	s = look(m, "");
	assert_int_equal(s->gpus.v[0].external.attachment, ATTACHMENT_EXTERNAL);
	assert_int_equal(s->gpus.v[0].external.confidence, CONFIDENCE_HIGH);
	assert_string_equal(s->gpus.v[0].external.evidence.v[0].value, "removable");
}

/* Without root only 64 bytes of configuration can be read: ids still tell. */
static void by_id_of_the_bridge(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	pci(m, "0000:00:01.1", "1022:FFF0", "60400", "");
	pci(m, "0000:00:01.1/0000:02:00.0", "1B21:2461", "60400", "");
	pci(m, "0000:00:01.1/0000:02:00.0/0000:03:00.0", "1B21:2461", "60400", "");
	pci(m, "0000:00:01.1/0000:02:00.0/0000:03:00.0/0000:04:00.0", "1002:744C", "30000", "");
	s = look(m, "");
	assert_int_equal(s->gpus.v[0].external.attachment, ATTACHMENT_EXTERNAL);
	assert_string_equal(s->gpus.v[0].external.interface, "usb4");
}

static void by_link_to_the_controller(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	host(m);
	port(m, "0000:00:07.1", "8086:FFF0", PORT_ROOT, "");
	pci(m, "0000:00:07.1/0000:04:00.0", "10DE:2684", "30000", "");
	s = look(m, LINKS_TB "\n[sys/class/devlink]\npci:" NHI "--pci:0000:00:07.1 -> x\npci:" NHI
			     "--pci:0000:00:0d.0 -> x\n");
	assert_int_equal(s->domains.v[0].root_ports.n, 1);
	assert_int_equal(s->gpus.v[0].external.attachment, ATTACHMENT_EXTERNAL);
	assert_int_equal(s->gpus.v[0].external.confidence, CONFIDENCE_HIGH);
}

/*
 * An ASMedia card in a slot: switch, host interface and cable port are one controller. A GPU beside
 * the card is inside.
 */
static void by_add_in_controller(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	port(m, "0000:00:01.2", "1022:FFF0", PORT_ROOT, "");
	port(m, "0000:00:01.2/0000:02:00.0", "1022:43F4", PORT_UP, "");
	port(m, "0000:00:01.2/0000:02:00.0/0000:03:00.0", "1022:43F5", PORT_DOWN, "");
	port(m, "0000:00:01.2/0000:02:00.0/0000:03:01.0", "1022:43F5", PORT_DOWN, "");
	port(m, "0000:00:01.2/0000:02:00.0/0000:03:00.0/0000:04:00.0", "1B21:FFF1", PORT_UP, "");
	port(m, "0000:00:01.2/0000:02:00.0/0000:03:00.0/0000:04:00.0/0000:05:00.0", "1B21:FFF2",
	     PORT_DOWN, "");
	port(m, "0000:00:01.2/0000:02:00.0/0000:03:00.0/0000:04:00.0/0000:05:01.0", "1B21:FFF2",
	     PORT_DOWN, "");
	pci(m, "0000:00:01.2/0000:02:00.0/0000:03:00.0/0000:04:00.0/0000:05:00.0/0000:06:00.0",
	    "1B21:FFF3", "C0340", "");
	pci(m, "0000:00:01.2/0000:02:00.0/0000:03:00.0/0000:04:00.0/0000:05:01.0/0000:07:00.0",
	    "10DE:2684", "30000", "");
	pci(m, "0000:00:01.2/0000:02:00.0/0000:03:01.0/0000:08:00.0", "10DE:2684", "30000", "");
	s = look(m, "");
	assert_int_equal(s->gpus.n, 2);
	assert_int_equal(s->gpus.v[0].external.attachment, ATTACHMENT_EXTERNAL);
	assert_int_equal(s->pci.v[s->gpus.v[0].external.port].address, PCI_ADDR(0, 5, 1, 0));
	assert_int_equal(s->gpus.v[1].external.attachment, ATTACHMENT_INTERNAL);
}

static void by_being_the_only_one(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	host(m);
	router(m, NHI "/domain0/0-0/0-1", BOX);
	port(m, "0000:00:07.0", "8086:FFF0", PORT_ROOT | HOTPLUG, "");
	pci(m, "0000:00:07.0/0000:04:00.0", "10DE:2684", "30000", "");
	s = look(m, LINKS_TB LINK_BOX);
	assert_int_equal(s->gpus.v[0].external.attachment, ATTACHMENT_EXTERNAL);
	assert_int_equal(s->gpus.v[0].external.confidence, CONFIDENCE_MEDIUM);
	assert_string_equal(s->gpus.v[0].external.enclosure, "Razer Core X");
}

static void a_second_hotplug_port_spoils_it(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	host(m);
	router(m, NHI "/domain0/0-0/0-1", BOX);
	port(m, "0000:00:07.0", "8086:FFF0", PORT_ROOT | HOTPLUG, "");
	pci(m, "0000:00:07.0/0000:04:00.0", "10DE:2684", "30000", "");
	port(m, "0000:00:08.0", "8086:FFF0", PORT_ROOT | HOTPLUG, "");
	pci(m, "0000:00:08.0/0000:05:00.0", "144D:A80A", "10802", "");
	s = look(m, LINKS_TB LINK_BOX);
	assert_int_equal(s->gpus.v[0].external.attachment, ATTACHMENT_UNKNOWN);
	assert_int_equal(s->gpus.v[0].external.confidence, CONFIDENCE_LOW);
	assert_string_equal(s->gpus.v[0].external.interface, "hot-plug slot");
}

static void oculink_by_configuration(void **state)
{
	struct machine *m = *state;
	const struct external *x;
	struct snapshot *s;

	port(m, "0000:00:01.1", "1022:FFF0", PORT_ROOT, GEN3X4);
	pci(m, "0000:00:01.1/0000:03:00.0", "10DE:2684", "30000",
	    "max_link_speed = 16.0 GT/s PCIe\nmax_link_width = 16\ncurrent_link_speed = 8.0 GT/s PCIe\ncurrent_link_width = 4\n");
	s = look(m, "[etc/gpubay]\nexternal-ports :\n\t# the port at the back\n\t00:01.1\n");
	x = &s->gpus.v[0].external;
	assert_int_equal(x->attachment, ATTACHMENT_EXTERNAL);
	assert_string_equal(x->interface, "oculink");
	assert_non_null(strstr(x->evidence.v[0].note, "configuration"));
	assert_int_equal(s->pci.v[x->port].address, PCI_ADDR(0, 0, 1, 1));
	assert_int_equal(x->possible_mbps, 31504);
}

static void inside(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	pci(m, "0000:00:02.0", "8086:A7A0", "30000", "");
	port(m, "0000:00:01.0", "8086:FFF0", PORT_ROOT, "");
	pci(m, "0000:00:01.0/0000:01:00.0", "10DE:2684", "30000", "");
	pci(m, "0000:00:06.0", "8086:FFF0", "60400", "");
	pci(m, "0000:00:06.0/0000:02:00.0", "10DE:2684", "30000", "");
	s = look(m, "");
	assert_int_equal(s->gpus.n, 3);
	assert_int_equal(s->gpus.v[0].external.attachment, ATTACHMENT_INTERNAL);
	assert_int_equal(s->gpus.v[0].external.confidence, CONFIDENCE_HIGH);
	assert_int_equal(s->gpus.v[1].external.attachment, ATTACHMENT_INTERNAL);
	assert_int_equal(s->gpus.v[1].external.confidence, CONFIDENCE_MEDIUM);
	/* Nothing was readable above this one. */
	assert_int_equal(s->gpus.v[2].external.confidence, CONFIDENCE_LOW);
}

static void cable_falls_back(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	host(m);
	router(m, NHI "/domain0/0-0/0-1",
	       "uevent :\n\tDEVTYPE=thunderbolt_device\n\tUSB4_VERSION=1.0\nauthorized = 1\ngeneration = 4\nrx_speed = 10.0 Gb/s\n"
	       "rx_lanes = 2\ntx_speed = 10.0 Gb/s\ntx_lanes = 2\n");
	port(m, "0000:00:07.0", "8086:7EC4", PORT_ROOT | HOTPLUG, SLOW);
	pci(m, "0000:00:07.0/0000:04:00.0", "10DE:2684", "30000", GEN4X16);
	s = look(m, LINKS_TB LINK_BOX);
	assert_int_equal(s->gpus.v[0].external.bandwidth_mbps, 20000);
	assert_int_equal(s->gpus.v[0].external.possible_mbps, 40000);
	assert_non_null(strstr(s->gpus.v[0].external.limited_by, "cable"));
}

/*
 * Another computer on the cable has a name that is nobody's business; keys are secrets; sleepers
 * are left alone.
 */
static void what_is_never_read(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;
	uint32_t i;

	pci(m, NHI, "8086:15EB", "88000", "");
	router(m, NHI "/power", "runtime_status = suspended\n");
	router(m, NHI "/domain0",
	       "uevent :\n\tDEVTYPE=thunderbolt_domain\nsecurity = user\nboot_acl ! EIO\n");
	router(m, NHI "/domain0/0-0",
	       "uevent :\n\tDEVTYPE=thunderbolt_device\ngeneration = 3\nkey ! EIO\n");
	router(m, NHI "/domain0/0-0/0-1",
	       "uevent :\n\tDEVTYPE=thunderbolt_xdomain\ndevice_name ! EIO\ngeneration = 3\n");
	router(m, NHI "/domain0/0-0/0-0:1.1",
	       "uevent :\n\tDEVTYPE=thunderbolt_retimer\nnvm_version ! EIO\n");
	s = look(m, LINKS_TB LINK_BOX "0-0:1.1 -> ../../../devices/pci0000:00/" NHI
				      "/domain0/0-0/0-0:1.1\n");
	assert_int_equal(s->routers.n, 1);
	assert_true(s->domains.v[0].asleep);
	assert_false(FIELD_KNOWN(&s->domains.v[0], tb_domain, boot_acl));
	for (i = 0; i < s->gaps.n; i++)
		assert_string_not_equal(s->gaps.v[i].error, "EIO");
}

static void hostile_values(void **state)
{
	struct machine *m = *state;
	const struct tb_router *r;
	struct snapshot *s;

	host(m);
	router(m, NHI "/domain0/0-0/0-1",
	       "uevent :\n\tDEVTYPE=thunderbolt_device\nauthorized = 7\ngeneration = x\nunique_id = ../../../etc/shadow\n"
	       "rx_speed = 99999999.9 Gb/s\nrx_lanes = -1\ntx_speed = 20.0 Mb/s\nvendor = 0x12345\n");
	s = look(m, LINKS_TB LINK_BOX "0-ffffffffffffffffff -> y\n9-1 -> z\n");
	r = &s->routers.v[1];
	assert_string_equal(r->name, "0-1");
	assert_false(FIELD_KNOWN(r, tb_router, authorized));
	assert_false(FIELD_KNOWN(r, tb_router, generation));
	assert_false(FIELD_KNOWN(r, tb_router, rx_speed_mbps));
	assert_false(FIELD_KNOWN(r, tb_router, tx_speed_mbps));
	assert_false(FIELD_KNOWN(r, tb_router, vendor_id));
	assert_false(FIELD_KNOWN(r, tb_router, bolt_stored));
	assert_int_equal(tb_router_rate_mbps(r), 0);
}

static void bolt_database(void **state)
{
	struct machine *m = *state;
	struct snapshot *s;

	host(m);
	router(m, NHI "/domain0/0-0/0-1", BOX);
	s = look(
		m, LINKS_TB LINK_BOX
		"\n[var/lib/boltd/devices]\nc0ffee00-0001 :\n\t[device]\n\tname=Core X\n\t[user]\n\tpolicy=auto\n");
	assert_true(s->routers.v[1].bolt_stored);
	assert_string_equal(s->routers.v[1].bolt_policy, "auto");
}

static void tables(void **state)
{
	const struct facts_tb *f;

	for (f = facts_tbs; f->vendor; f++) {
		assert_ptr_equal(facts_tb_find(f->vendor, f->first), f);
		assert_ptr_equal(facts_tb_find(f->vendor, f->last), f);
		assert_non_null(f->source);
	}
	assert_null(facts_tb_find(0x8086, 0x0000));
	assert_null(facts_tb_find(0xffff, 0xffff));
	assert_int_equal(facts_tb_rate_mbps(3, NULL), 40000);
	assert_int_equal(facts_tb_rate_mbps(4, "2.0"), 80000);
	assert_int_equal(facts_tb_rate_mbps(99, ""), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(by_capability),
		TEST(which_of_two_is_not_guessed),
		TEST(in_the_last_box_of_a_chain),
		TEST(by_mark_of_the_firmware),
		TEST(by_id_of_the_bridge),
		TEST(by_link_to_the_controller),
		TEST(by_add_in_controller),
		TEST(by_being_the_only_one),
		TEST(a_second_hotplug_port_spoils_it),
		TEST(oculink_by_configuration),
		TEST(inside),
		TEST(cable_falls_back),
		TEST(what_is_never_read),
		TEST(hostile_values),
		TEST(bolt_database),
		TEST(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
