/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Type-C ports and displays. Only a picture that should be there and is not is an error: hot-plug
 * detect says that a display is at the end, the mode is active, and the connector stays empty. A
 * dock without a monitor looks nearly the same and is no fault.
 */
#include "check/check.h"

#include "base/parse.h"
#include "format/vdo.h"

static const char *port_path(struct check *c, const struct typec_port *t, const char *attr)
{
	return arena_printf(c->arena, "/sys/class/typec/%s/%s", t->name, attr);
}

static const char *mode_path(struct check *c, const struct typec_port *t,
			     const struct typec_altmode *m, const char *attr)
{
	const char *side =
		m->side == TYPEC_SIDE_PARTNER ? arena_printf(c->arena, "%s-partner/", t->name) : "";

	return arena_printf(c->arena, "/sys/class/typec/%s/%s%s/%s", t->name, side, m->name, attr);
}

static const struct typec_altmode *dp_mode(const struct typec_port *t, enum typec_side side)
{
	uint32_t i;

	for (i = 0; i < t->altmodes.n; i++)
		if (t->altmodes.v[i].side == side && t->altmodes.v[i].svid == SVID_DP)
			return &t->altmodes.v[i];
	return NULL;
}

/* The mode that was entered, of whatever kind; NULL when none was. */
static const struct typec_altmode *entered_mode(const struct typec_port *t)
{
	uint32_t i;

	for (i = 0; i < t->altmodes.n; i++)
		if (t->altmodes.v[i].side == TYPEC_SIDE_PARTNER && t->altmodes.v[i].active)
			return &t->altmodes.v[i];
	return NULL;
}

static uint32_t gpu_of(const struct typec_port *t)
{
	return FIELD_KNOWN(t, typec_port, gpu) ? t->gpu : NONE;
}

static void facts_evidence(struct check *c, struct finding *f, const struct typec_port *t)
{
	const struct typec_altmode *theirs = dp_mode(t, TYPEC_SIDE_PARTNER);

	if (theirs && FIELD_KNOWN(theirs, typec_altmode, active))
		check_evidence(c, f, mode_path(c, t, theirs, "active"),
			       theirs->active ? "yes" : "no", theirs->active ? NULL : "yes");
	if (theirs && FIELD_KNOWN(t, typec_port, dp_pin))
		check_evidence(c, f, mode_path(c, t, theirs, "displayport/pin_assignment"),
			       *t->dp_pin ? t->dp_pin : "none", NULL);
	if (theirs && FIELD_KNOWN(t, typec_port, dp_hpd))
		check_evidence(c, f, mode_path(c, t, theirs, "displayport/hpd"),
			       t->dp_hpd ? "1" : "0", NULL);
	if (FIELD_KNOWN(t, typec_port, connector) && t->connector != NONE &&
	    FIELD_KNOWN(t, typec_port, dp_connected))
		check_evidence(c, f,
			       arena_printf(c->arena, "/sys/class/drm/%s/status",
					    c->snap->connectors.v[t->connector].name),
			       t->dp_connected ? "connected" : "disconnected",
			       t->dp_connected ? NULL : "connected");
}

static void check_not_entered(struct check *c, const struct typec_port *t)
{
	const struct module *m = snapshot_module(c->snap, "typec_displayport");
	struct finding *f;

	if (t->dp_verdict != DP_VERDICT_NOT_ENTERED)
		return;
	f = check_add(c, "GB7001", t->name, gpu_of(t), "%s: %s", t->name, t->dp_reason);
	facts_evidence(c, f, t);
	if (m && m->state == MODULE_STATE_ABSENT) {
		check_evidence(c, f, "module typec_displayport", "not loaded", "loaded");
		check_remedy(
			c, f,
			"Load the mode's driver: modprobe typec_displayport. Then unplug and plug "
			"in again.");
	}
}

static void check_no_video(struct check *c, const struct typec_port *t)
{
	bool hpd = FIELD_KNOWN(t, typec_port, dp_hpd),
	     pin = FIELD_KNOWN(t, typec_port, dp_pin) && *t->dp_pin;
	struct finding *f;

	if (t->dp_verdict != DP_VERDICT_NO_VIDEO)
		return;
	f = check_add(c, "GB7002", t->name, gpu_of(t), "%s: %s", t->name, t->dp_reason);
	if (hpd && !t->dp_hpd && pin)
		FIELD_SET(f, finding, severity, SEVERITY_NOTE); /* a dock without a monitor */
	else if (!hpd || !t->dp_hpd)
		FIELD_SET(f, finding, severity, SEVERITY_WARNING);
	if (hpd && !t->dp_hpd && pin)
		check_remedy(
			c, f,
			"If a display is plugged into the dock or adapter and switched on: check "
			"its cable, then suspend and "
			"resume. Without one nothing is wrong.");
	facts_evidence(c, f, t);
}

static uint32_t count_dp(const struct typec_port *t, enum typec_side side)
{
	uint32_t i, n = 0;

	for (i = 0; i < t->altmodes.n; i++)
		n += t->altmodes.v[i].side == side && t->altmodes.v[i].svid == SVID_DP;
	return n;
}

static void check_junk(struct check *c, const struct typec_port *t)
{
	struct finding *f;
	uint32_t i;

	for (i = 0; i < t->altmodes.n; i++) {
		const struct typec_altmode *m = &t->altmodes.v[i];
		uint32_t vdo = (uint32_t)m->vdo;

		if (!FIELD_KNOWN(m, typec_altmode, vdo_valid) || m->vdo_valid)
			continue;
		f = check_add(c, "GB7003", t->name, gpu_of(t),
			      "%s: the %s's capabilities 0x%08x cannot be right%s%s", t->name,
			      enum_name(&typec_side_tab, m->side), vdo,
			      vdo_is_header(vdo, m->svid) ?
				      ": that is the header of an answer, not the answer" :
			      m->svid == SVID_DP ? ": " :
						   "",
			      !vdo_is_header(vdo, m->svid) && m->svid == SVID_DP ?
				      vdo_dp_decode(vdo).why :
				      "");
		check_evidence(c, f, mode_path(c, t, m, "vdo"),
			       arena_printf(c->arena, "0x%08x", vdo), NULL);
		if (count_dp(t, TYPEC_SIDE_PARTNER) > 1 && m->svid == SVID_DP)
			check_evidence(
				c, f,
				port_path(c, t, arena_printf(c->arena, "%s-partner", t->name)),
				"DisplayPort is listed more than once", "once");
	}
}

static void check_limits(struct check *c, const struct typec_port *t)
{
	const struct typec_altmode *theirs = dp_mode(t, TYPEC_SIDE_PARTNER);
	struct finding *f;

	if (t->dp_verdict == DP_VERDICT_WORKING && FIELD_KNOWN(t, typec_port, dp_lanes) &&
	    t->dp_lanes == 2) {
		f = check_add(c, "GB7004", t->name, gpu_of(t), "%s: %s", t->name, t->dp_limit);
		if (theirs)
			check_evidence(c, f, mode_path(c, t, theirs, "displayport/pin_assignment"),
				       t->dp_pin, NULL);
		if (theirs && FIELD_KNOWN(theirs, typec_altmode, pins))
			check_evidence(c, f, mode_path(c, t, theirs, "vdo"),
				       arena_printf(c->arena, "0x%08x: offers %s",
						    (unsigned)theirs->vdo, theirs->pins),
				       NULL);
	}
	if (FIELD_KNOWN(t, typec_port, cable_speed) && str_starts(t->cable_speed, "USB 2.0") &&
	    t->dp_partner && t->dp_verdict != DP_VERDICT_WORKING) {
		f = check_add(c, "GB7005", t->name, gpu_of(t),
			      "%s: the cable says that it carries USB 2.0 only", t->name);
		check_evidence(c, f,
			       arena_printf(c->arena,
					    "/sys/class/typec/%s-cable/identity/product_type_vdo1",
					    t->name),
			       t->cable_speed, NULL);
	}
}

static void check_tunnel(struct check *c, const struct typec_port *t)
{
	const struct typec_altmode *entered = entered_mode(t);
	struct finding *f;

	if (t->dp_verdict != DP_VERDICT_TUNNELLED)
		return;
	f = check_add(c, "GB7007", t->name, gpu_of(t), "%s: %s", t->name, t->dp_reason);
	if (t->router != NONE)
		check_evidence(c, f,
			       arena_printf(c->arena, "/sys/bus/thunderbolt/devices/%s",
					    c->snap->routers.v[t->router].name),
			       "attached to this port", NULL);
	if (FIELD_KNOWN(t, typec_port, partner_usb_mode))
		check_evidence(
			c, f,
			arena_printf(c->arena, "/sys/class/typec/%s-partner/usb_mode", t->name),
			t->partner_usb_mode, NULL);
	if (entered)
		check_evidence(c, f, mode_path(c, t, entered, "active"),
			       arena_printf(c->arena, "yes (%04x)", entered->svid), NULL);
}

static void check_not_capable(struct check *c, const struct typec_port *t)
{
	const struct typec_altmode *theirs = dp_mode(t, TYPEC_SIDE_PARTNER);
	struct finding *f;

	if (t->dp_verdict != DP_VERDICT_NOT_CAPABLE || !t->dp_partner || !theirs)
		return;
	f = check_add(c, "GB7008", t->name, gpu_of(t),
		      "%s: what is plugged in offers DisplayPort, the port does not", t->name);
	check_evidence(c, f, mode_path(c, t, theirs, "svid"), "ff01", NULL);
}

static void check_typec_ports(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->typec.n; i++) {
		const struct typec_port *t = &c->snap->typec.v[i];

		check_not_entered(c, t);
		check_no_video(c, t);
		check_junk(c, t);
		check_limits(c, t);
		check_tunnel(c, t);
		check_not_capable(c, t);
	}
}

/* The class could be looked at, and is empty or not there. */
static bool class_known_empty(const struct snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->gaps.n; i++)
		if (str_eq(s->gaps.v[i].path, "/sys/class/typec"))
			return false;
	return s->typec.n == 0;
}

/* SMBIOS chassis types of machines that are carried about: they have had Type-C ports for years. */
static bool is_portable(const struct platform *pl)
{
	static const uint8_t portable[] = {8, 9, 10, 14, 30, 31, 32};
	unsigned i;

	for (i = 0; FIELD_KNOWN(pl, platform, chassis) && i < ARRAY_LEN(portable); i++)
		if (pl->chassis == portable[i])
			return true;
	return false;
}

static void check_class(struct check *c)
{
	struct finding *f;

	if (!class_known_empty(c->snap) || !(c->snap->domains.n || is_portable(&c->snap->platform)))
		return;
	f = check_add(
		c, "GB7006", "typec", NONE,
		"the kernel shows no Type-C ports, so nothing can be said of alternate modes");
	check_evidence(c, f, "/sys/class/typec", c->snap->typec_class ? "empty" : "not there",
		       NULL);
}

/* People plug a display into the machine and expect it to come from the box. */
static void check_whose_port(struct check *c)
{
	const struct snapshot *s = c->snap;
	uint32_t i, k;

	for (i = 0; i < s->gpus.n; i++) {
		const struct gpu *g = &s->gpus.v[i];
		struct finding *f;

		if (g->external.attachment != ATTACHMENT_EXTERNAL ||
		    (FIELD_KNOWN(g, gpu, displays_lit) && g->displays_lit))
			continue;
		for (k = 0; k < s->typec.n; k++)
			if (s->typec.v[k].connector != NONE && s->typec.v[k].dp_connected &&
			    gpu_of(&s->typec.v[k]) != i)
				break;
		if (k == s->typec.n)
			continue;
		f = check_add(c, "GB7009", s->typec.v[k].name, i,
			      "the display on %s does not come from the external %s",
			      s->typec.v[k].name, g->name);
		check_evidence(c, f,
			       arena_printf(c->arena, "/sys/class/drm/%s",
					    s->connectors.v[s->typec.v[k].connector].name),
			       s->typec.v[k].connector_why, NULL);
	}
}

static void check_monitors(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->connectors.n; i++) {
		const struct connector *con = &c->snap->connectors.v[i];
		uint32_t gpu = FIELD_KNOWN(con, connector, gpu) ? con->gpu : NONE;
		struct finding *f;

		if (con->status != CONNECTOR_STATUS_CONNECTED || gpu == NONE ||
		    strstr(con->name, "-Virtual-"))
			continue;
		if (!FIELD_KNOWN(con, connector, monitor) && FIELD_KNOWN(con, connector, modes) &&
		    con->modes == 0) {
			f = check_add(c, "GB7020", con->name, gpu,
				      "%s is connected, but its display says nothing of itself",
				      con->name);
			check_evidence(c, f,
				       arena_printf(c->arena, "/sys/class/drm/%s/edid", con->name),
				       "empty", NULL);
			check_evidence(c, f,
				       arena_printf(c->arena, "/sys/class/drm/%s/modes", con->name),
				       "empty", NULL);
		} else if (FIELD_KNOWN(con, connector, monitor) && !con->monitor.checksum_ok) {
			f = check_add(c, "GB7021", con->name, gpu,
				      "%s: the display's EDID has a wrong checksum", con->name);
			check_evidence(c, f,
				       arena_printf(c->arena, "/sys/class/drm/%s/edid", con->name),
				       "checksum wrong", NULL);
		}
	}
}

const struct check_fn check_typec_fns[] = {
	{"typec", "GB7001 GB7002 GB7003 GB7004 GB7005 GB7007 GB7008", check_typec_ports},
	{"typec", "GB7006", check_class},
	{"typec", "GB7009", check_whose_port},
	{"typec", "GB7020 GB7021", check_monitors},
	{.run = NULL},
};
