/* SPDX-License-Identifier: Apache-2.0 */
/* Type-C ports: the facts as they are read, and the verdict for each combination of them. */
#include "host/capture.h"
#include "probe/probe.h"
#include "probe/typec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define HEAD \
	"gpubay capture 1\norigin: written\ncovers: sys\n\n[sys/bus/pci/devices]\n" \
	"0000:00:02.0 -> ../../../devices/pci0000:00/0000:00:02.0\n\n" \
	"[sys/devices/pci0000:00/0000:00:02.0]\nuevent :\n\tPCI_CLASS=30000\n\tPCI_ID=8086:A7A0\n\n" \
	"[sys/class/drm]\ncard0 -> ../../devices/pci0000:00/0000:00:02.0/drm/card0\n"
#define CARD "sys/devices/pci0000:00/0000:00:02.0/drm/card0"
#define OUTPUT(n, status) \
	"card0-DP-" n " -> ../../devices/pci0000:00/0000:00:02.0/drm/card0/card0-DP-" n \
	"\n\n[" CARD "/card0-DP-" n "]\nstatus = " status "\n"
#define PORT "\n[sys/class/typec/port0]\ndata_role = [host] device\npower_role = source [sink]\n"
#define DP(dir, name, word, on) \
	"\n[" dir "/" name "]\nsvid = ff01\nmode = 1\nvdo = " word "\nactive = " on "\n"
#define PORT_DP DP("sys/class/typec/port0", "port0.0", "0x001c1c46", "yes")
#define PARTNER "\n[sys/class/typec/port0/port0-partner]\nnumber_of_alternate_modes = 1\n"
#define PARTNER_DIR "sys/class/typec/port0/port0-partner"
#define CONFIGURED(pin, hpd) \
	"\n[" PARTNER_DIR \
	"/port0-partner.0/displayport]\nconfiguration = USB [source]\npin_assignment = " pin \
	"\nhpd = " hpd "\n"

struct machine {
	struct tree *tree;
	struct snapshot *snap;
};

static int set_up(void **state)
{
	*state = xmalloc(sizeof(struct machine));
	memset(*state, 0, sizeof(struct machine));
	return 0;
}

static void forget(struct machine *m)
{
	snapshot_free(m->snap);
	tree_free(m->tree);
	*m = (struct machine){0};
}

static int tear_down(void **state)
{
	forget(*state);
	free(*state);
	return 0;
}

/* The first port of the machine that the text describes. */
static const struct typec_port *look(void **state, const char *text)
{
	struct probe_request req = {.phases = PROBE_ALL};
	struct machine *m = *state;
	struct err e = {0};

	forget(m);
	if (capture_parse("test", text, strlen(text), &m->tree, &e) < 0)
		fail_msg("%s", e.text);
	m->snap = probe_snapshot(m->tree, &req);
	if (snapshot_check(m->snap, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(m->snap->typec.n > 0);
	return &m->snap->typec.v[0];
}

static void verdicts(void **state)
{
	static const struct {
		const char *text;
		enum dp_verdict verdict;
	} rows[] = {
		{HEAD PORT, DP_VERDICT_NOT_CAPABLE},
		{HEAD PORT PORT_DP, DP_VERDICT_NOTHING_ATTACHED},
		{HEAD PORT PORT_DP "\n[" PARTNER_DIR "]\nnumber_of_alternate_modes = 0\n",
		 DP_VERDICT_NOTHING_ATTACHED},
		{HEAD PORT PORT_DP "\n[" PARTNER_DIR "]\nsupports_usb_power_delivery = yes\n",
		 DP_VERDICT_UNKNOWN},
		{HEAD PORT PORT_DP PARTNER DP(PARTNER_DIR, "port0-partner.0", "0x001c0045", "no"),
		 DP_VERDICT_NOT_ENTERED},
		{HEAD OUTPUT("1", "connected")
			 PORT PORT_DP PARTNER DP(PARTNER_DIR, "port0-partner.0", "0x001c0045",
						 "yes") CONFIGURED("[C] D", "1"),
		 DP_VERDICT_WORKING},
		{HEAD OUTPUT("1", "disconnected")
			 PORT PORT_DP PARTNER DP(PARTNER_DIR, "port0-partner.0", "0x001c0045",
						 "yes") CONFIGURED("C D", "0"),
		 DP_VERDICT_NO_VIDEO},
		{HEAD PORT PORT_DP PARTNER "usb_mode = usb2 [usb4]\n", DP_VERDICT_TUNNELLED},
		{HEAD PORT PORT_DP PARTNER
		 "\n[" PARTNER_DIR
		 "/port0-partner.0]\nsvid = 8087\nmode = 1\nvdo = 0x00000001\nactive = yes\n",
		 DP_VERDICT_TUNNELLED},
	};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const struct typec_port *t = look(state, rows[i].text);

		if (t->dp_verdict != rows[i].verdict)
			fail_msg("row %u: %s (%s)", i, enum_name(&dp_verdict_tab, t->dp_verdict),
				 t->dp_reason);
		assert_true(FIELD_KNOWN(t, typec_port, dp_reason));
		assert_int_equal(FIELD_KNOWN(t, typec_port, dp_verdict),
				 rows[i].verdict != DP_VERDICT_UNKNOWN);
	}
}

static void five_facts(void **state)
{
	const struct typec_port *t =
		look(state, HEAD OUTPUT("1", "connected") PORT PORT_DP PARTNER DP(
				    PARTNER_DIR, "port0-partner.0", "0x000c0045", "yes")
				    CONFIGURED("C [D]", "1"));

	assert_string_equal(t->data_role, "host");
	assert_string_equal(t->power_role, "sink");
	assert_true(t->dp_capable && t->dp_partner && t->dp_entered && t->dp_hpd &&
		    t->dp_connected);
	assert_string_equal(t->dp_configuration, "source");
	assert_string_equal(t->dp_pin, "D");
	assert_int_equal(t->dp_lanes, 2);
	assert_non_null(strstr(t->dp_limit, "two lanes"));
	assert_string_equal(t->altmodes.v[0].pins, "CDE");
	assert_string_equal(t->altmodes.v[1].pins, "CD");
	assert_int_equal(t->gpu, 0);
}

static void junk_is_marked(void **state)
{
	const struct typec_port *t =
		look(state, HEAD PORT PORT_DP PARTNER DP(PARTNER_DIR, "port0-partner.0",
							 "0xff01a043", "no"));

	assert_true(FIELD_KNOWN(&t->altmodes.v[1], typec_altmode, vdo_valid));
	assert_false(t->altmodes.v[1].vdo_valid);
	assert_false(FIELD_KNOWN(&t->altmodes.v[1], typec_altmode, pins));
	assert_non_null(strstr(t->dp_reason, "no sense"));
}

static void connectors(void **state)
{
	const struct typec_port *t = look(
		state, HEAD
		"card0-DP-2 -> ../../devices/pci0000:00/0000:00:02.0/drm/card0/card0-DP-2\n" OUTPUT(
			"1", "connected") "typec_connector -> ../../../../../class/typec/port0\n\n"
					  "[" CARD
					  "/card0-DP-2]\nstatus = connected\n" PORT PORT_DP);

	assert_string_equal(((struct machine *)*state)->snap->connectors.v[t->connector].name,
			    "card0-DP-1");
	assert_non_null(strstr(t->connector_why, "kernel"));
	/* The same without the kernel's word. */
	t = look(
		state, HEAD
		"card0-DP-2 -> ../../devices/pci0000:00/0000:00:02.0/drm/card0/card0-DP-2\n" OUTPUT(
			"1", "connected") "\n[" CARD
					  "/card0-DP-2]\nstatus = connected\n" PORT PORT_DP);
	assert_int_equal(t->connector, NONE);
	assert_non_null(strstr(t->connector_why, "cannot be known, because"));
	/* One of each can only be wired to each other. */
	t = look(state, HEAD OUTPUT("1", "disconnected") PORT PORT_DP);
	assert_int_equal(t->connector, 0);
}

static void current_value(void **state)
{
	struct arena *a = arena_new();

	assert_string_equal(typec_current(a, "[host] device"), "host");
	assert_string_equal(typec_current(a, "USB [source] sink"), "source");
	assert_string_equal(typec_current(a, "host"), "host");
	assert_string_equal(typec_current(a, "C D E"), "");
	assert_string_equal(typec_current(a, "[C"), "[C");
	assert_string_equal(typec_current(a, "]["), "][");
	assert_string_equal(typec_current(a, ""), "");
	arena_free(a);
}

static void hostile(void **state)
{
	const struct typec_port *t = look(
		state, HEAD PORT
		"\n[sys/class/typec/port0/port0.0]\nsvid = ffff01\nmode = -1\nvdo = 0x1234567890\nactive = maybe\n"
		"\n[sys/class/typec/port0/port0.x]\nsvid = ff01\n\n[sys/class/typec/portal]\n"
		"\n[sys/class/typec/port1/port1-partner]\nnumber_of_alternate_modes = 99999999999\ntype ! EIO\n");

	assert_int_equal(t->altmodes.n, 1);
	assert_false(FIELD_KNOWN(&t->altmodes.v[0], typec_altmode, svid));
	assert_false(FIELD_KNOWN(&t->altmodes.v[0], typec_altmode, vdo));
	assert_false(FIELD_KNOWN(&t->altmodes.v[0], typec_altmode, active));
	assert_int_equal(((struct machine *)*state)->snap->typec.n, 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verdicts),	  TEST(five_facts),    TEST(junk_is_marked),
		TEST(connectors), TEST(current_value), TEST(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
