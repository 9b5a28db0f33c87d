/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USB Type-C from /sys/class/typec: what each port, its partner and the cable say. Below a port lie
 * its own alternate modes (what the machine can do), its partner (what is attached, with modes of
 * its own) and the cable with its plugs. How much of it exists depends on the port's driver:
 * firmware that speaks UCSI often hides partners' modes, so what is not listed is not always not
 * there. Verdicts are drawn in typec-link.c, when displays and GPUs are known.
 */
#include "probe/probe.h"

#include "base/parse.h"
#include "format/vdo.h"
#include "probe/typec.h"

#include <errno.h>

#define PHASE "typec"
enum { PORTS_MAX = 256, MODES_MAX = 64 };

/* A port while it is being read: directory of its own, then of partner and cable. */
struct reader {
	struct probe *p;
	struct typec_port *t;
	const char *dir;
};

static void gap(struct probe *p, const char *path, int code)
{
	if (code != -ENOENT)
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s", path), code);
}

static bool get_str(struct probe *p, const char *dir, const char *name, const char **ret)
{
	const char *path = arena_printf(p->a, "%s/%s", dir, name);
	int r = tree_read_str(p->root, path, p->a, ret);

	if (r < 0)
		gap(p, path, r);
	return r == 0;
}

static bool get_number(struct probe *p, const char *dir, const char *name, unsigned base,
		       uint64_t max, uint64_t *ret)
{
	const char *path = arena_printf(p->a, "%s/%s", dir, name);
	int r = tree_read_u64(p->root, path, base, ret);

	if (r == 0 && *ret > max)
		r = -ERANGE;
	if (r < 0)
		gap(p, path, r);
	return r == 0;
}

/* "[host] "
   "device" is host; without brackets the whole text is meant, with nothing chosen there is no value. */
const char *typec_current(struct arena *a, const char *text)
{
	const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (close)
		return arena_strn(a, open + 1, (size_t)(close - open) - 1);
	return strchr(text, ' ') ? "" : text;
}

static const char *without_brackets(struct arena *a, const char *text)
{
	char *copy = arena_str(a, text), *to = copy;

	for (; *text; text++)
		if (*text != '[' && *text != ']')
			*to++ = *text;
	*to = '\0';
	return copy;
}

static void mode_decode(struct arena *a, struct typec_altmode *m)
{
	char pins[VDO_PINS_TEXT];
	struct vdo_dp dp;

	if (!FIELD_KNOWN(m, typec_altmode, svid) || !FIELD_KNOWN(m, typec_altmode, vdo))
		return;
	if (m->svid == SVID_TBT)
		FIELD_SET(m, typec_altmode, vdo_valid, vdo_tbt_valid((uint32_t)m->vdo));
	else if (m->svid != SVID_DP)
		FIELD_SET(m, typec_altmode, vdo_valid, !vdo_is_header((uint32_t)m->vdo, m->svid));
	if (m->svid != SVID_DP)
		return;
	dp = vdo_dp_decode((uint32_t)m->vdo);
	FIELD_SET(m, typec_altmode, vdo_valid, dp.valid);
	if (!dp.valid)
		return;
	FIELD_SET(m, typec_altmode, source, dp.source);
	FIELD_SET(m, typec_altmode, sink, dp.sink);
	/*
	 * The machine's side counts as a source, what is attached as a sink; a dock that can be
	 * both is shown as it is used.
	 */
	FIELD_SET(
		m, typec_altmode, pins,
		arena_str(a, vdo_pins_text(m->side == TYPEC_SIDE_PORT ?
						   dp.source_pins ? dp.source_pins : dp.sink_pins :
					   dp.sink_pins ? dp.sink_pins :
							  dp.source_pins,
					   pins)));
}

static bool mode_str(struct probe *p, const char *dir, const char *name, const char **ret)
{
	/* Kernels before 4.19 kept a mode's attributes one level down. */
	if (tree_read_str(p->root, arena_printf(p->a, "%s/%s", dir, name), p->a, ret) == 0)
		return true;
	return get_str(p, dir, arena_printf(p->a, "mode1/%s", name), ret);
}

static void mode_read(struct reader *r, enum typec_side side, const char *dir, const char *name)
{
	struct probe *p = r->p;
	struct typec_altmode *m;
	const char *text;
	uint64_t v;

	if (r->t->altmodes.n >= MODES_MAX)
		return;
	m = LIST_PUSH(p->a, &r->t->altmodes);
	FIELD_SET(m, typec_altmode, name, name);
	FIELD_SET(m, typec_altmode, side, side);
	if (get_number(p, dir, "svid", 16, 0xffff, &v))
		FIELD_SET(m, typec_altmode, svid, (uint16_t)v);
	if (get_number(p, dir, "mode", 10, 255, &v))
		FIELD_SET(m, typec_altmode, mode, (uint32_t)v);
	if (mode_str(p, dir, "vdo", &text)) {
		if (parse_u64(text, 16, UINT32_MAX, &v) == 0)
			FIELD_SET(m, typec_altmode, vdo, v);
		else
			gap(p, arena_printf(p->a, "%s/vdo", dir), -EINVAL);
	}
	if (mode_str(p, dir, "active", &text) && (str_eq(text, "yes") || str_eq(text, "no")))
		FIELD_SET(m, typec_altmode, active, str_eq(text, "yes"));
	if (mode_str(p, dir, "description", &text))
		FIELD_SET(m, typec_altmode, description, text);
	mode_decode(p->a, m);
}

/*
 * Modes in `dir` are called `owner`.0, `owner`.1 ...; returns how many, or -1 when the directory
 * cannot be listed.
 */
static int modes_read(struct reader *r, enum typec_side side, const char *dir, const char *owner)
{
	struct strs names;
	size_t n = strlen(owner);
	uint32_t i;
	int found = 0, code = tree_list(r->p->root, dir, r->p->a, &names);

	if (code < 0) {
		gap(r->p, dir, code);
		return -1;
	}
	for (i = 0; i < names.n; i++) {
		const char *s = names.v[i];

		if (str_starts(s, owner) && s[n] == '.' && s[n + 1] &&
		    s[n + 1 + strspn(s + n + 1, "0123456789")] == '\0') {
			mode_read(r, side, arena_printf(r->p->a, "%s/%s", dir, s), s);
			found++;
		}
	}
	return found;
}

/*
 * Entered means that the partner's mode is; where it has none listed, the port's own word is all
 * there is.
 */
static void displayport_read(struct reader *r, const char *dir)
{
	struct probe *p = r->p;
	struct typec_port *t = r->t;
	const char *text;
	uint64_t v;

	if (get_str(p, dir, "displayport/configuration", &text))
		FIELD_SET(t, typec_port, dp_configuration, typec_current(p->a, text));
	if (get_str(p, dir, "displayport/pin_assignment", &text)) {
		const char *pin = strchr(text, '[') ? typec_current(p->a, text) : "";

		FIELD_SET(t, typec_port, dp_pin, pin);
		if (*pin && vdo_pin_lanes(*pin))
			FIELD_SET(t, typec_port, dp_lanes, vdo_pin_lanes(*pin));
	}
	if (get_number(p, dir, "displayport/hpd", 10, 1, &v))
		FIELD_SET(t, typec_port, dp_hpd, v == 1);
}

/* A child of the port's directory, or beside it in the class: NULL when neither is there. */
static const char *child_dir(struct reader *r, const char *name)
{
	const char *inside = arena_printf(r->p->a, "%s/%s", r->dir, name);
	const char *beside = arena_printf(r->p->a, TYPEC_CLASS "/%s", name);

	if (tree_exists(r->p->root, inside))
		return inside;
	return tree_exists(r->p->root, beside) ? beside : NULL;
}

static void partner_read(struct reader *r)
{
	struct probe *p = r->p;
	struct typec_port *t = r->t;
	const char *name = arena_printf(p->a, "%s-partner", t->name), *dir = child_dir(r, name),
		   *text;
	uint64_t v, count = 0;
	bool counted;
	uint32_t i;
	int n;

	FIELD_SET(t, typec_port, partner, dir != NULL);
	if (!dir) {
		FIELD_SET(t, typec_port, dp_partner, false);
		FIELD_SET(t, typec_port, dp_entered, false);
		return;
	}
	if (get_str(p, dir, "type", &text) && *text)
		FIELD_SET(t, typec_port, partner_type, text);
	else if (get_number(p, dir, "identity/id_header", 16, UINT32_MAX, &v))
		FIELD_SET(t, typec_port, partner_type, vdo_partner_kind((uint32_t)v));
	if (get_str(p, dir, "usb_mode", &text))
		FIELD_SET(t, typec_port, partner_usb_mode, typec_current(p->a, text));
	if (get_str(p, dir, "accessory_mode", &text))
		FIELD_SET(t, typec_port, accessory, text);
	counted = get_number(p, dir, "number_of_alternate_modes", 10, 64, &count);
	n = modes_read(r, TYPEC_SIDE_PARTNER, dir, name);
	/*
	 * A driver that lists no mode and gives no count has not asked the partner: not known, not
	 * none.
	 */
	if (n > 0 || (n == 0 && counted && count == 0))
		FIELD_SET(t, typec_port, dp_partner, false);
	for (i = 0; i < t->altmodes.n; i++) {
		const struct typec_altmode *m = &t->altmodes.v[i];

		if (m->side != TYPEC_SIDE_PARTNER || m->svid != SVID_DP)
			continue;
		FIELD_SET(t, typec_port, dp_partner, true);
		if (FIELD_KNOWN(m, typec_altmode, active))
			FIELD_SET(t, typec_port, dp_entered, t->dp_entered || m->active);
		displayport_read(r, arena_printf(p->a, "%s/%s", dir, m->name));
	}
	if (!FIELD_KNOWN(t, typec_port, dp_entered) && FIELD_KNOWN(t, typec_port, dp_partner) &&
	    !t->dp_partner)
		FIELD_SET(t, typec_port, dp_entered, false);
}

static void cable_read(struct reader *r)
{
	struct probe *p = r->p;
	const char *dir = child_dir(r, arena_printf(p->a, "%s-cable", r->t->name)), *text;
	struct strs names;
	uint64_t v;
	uint32_t i;

	if (!dir)
		return;
	if (get_str(p, dir, "type", &text))
		FIELD_SET(r->t, typec_port, cable_type, text);
	if (get_number(p, dir, "identity/product_type_vdo1", 16, UINT32_MAX, &v) &&
	    vdo_cable_decode((uint32_t)v).valid)
		FIELD_SET(r->t, typec_port, cable_speed, vdo_cable_decode((uint32_t)v).speed);
	if (tree_list(p->root, dir, p->a, &names) < 0)
		return;
	for (i = 0; i < names.n; i++)
		if (str_starts(names.v[i], arena_printf(p->a, "%s-plug", r->t->name)))
			modes_read(r, TYPEC_SIDE_PLUG, arena_printf(p->a, "%s/%s", dir, names.v[i]),
				   names.v[i]);
}

static void port_attributes(struct reader *r)
{
	struct probe *p = r->p;
	struct typec_port *t = r->t;
	const char *text;

	if (get_str(p, r->dir, "data_role", &text))
		FIELD_SET(t, typec_port, data_role, typec_current(p->a, text));
	if (get_str(p, r->dir, "power_role", &text))
		FIELD_SET(t, typec_port, power_role, typec_current(p->a, text));
	if (get_str(p, r->dir, "orientation", &text) && !str_eq(text, "unknown"))
		FIELD_SET(t, typec_port, orientation, text);
	if (get_str(p, r->dir, "power_operation_mode", &text))
		FIELD_SET(t, typec_port, power_operation_mode, text);
	if (get_str(p, r->dir, "usb_typec_revision", &text))
		FIELD_SET(t, typec_port, usb_typec_revision, text);
	if (get_str(p, r->dir, "usb_power_delivery_revision", &text))
		FIELD_SET(t, typec_port, usb_pd_revision, text);
	if (get_str(p, r->dir, "usb_capability", &text))
		FIELD_SET(t, typec_port, usb_capability, without_brackets(p->a, text));
	if (tree_read_str(p->root, arena_printf(p->a, "%s/firmware_node/path", r->dir), p->a,
			  &text) == 0)
		FIELD_SET(t, typec_port, firmware_node, text);
	if (tree_readlink(p->root, r->dir, p->a, &text) == 0 && strstr(text, "devices/"))
		FIELD_SET(t, typec_port, path, strstr(text, "devices/"));
}

static void port_read(struct probe *p, const char *name)
{
	struct typec_port *t = LIST_PUSH(p->a, &p->snap->typec);
	struct reader r = {.p = p, .t = t, .dir = arena_printf(p->a, TYPEC_CLASS "/%s", name)};
	uint32_t i;

	t->connector = t->gpu = t->router = NONE;
	FIELD_SET(t, typec_port, name, name);
	port_attributes(&r);
	if (modes_read(&r, TYPEC_SIDE_PORT, r.dir, name) >= 0)
		FIELD_SET(t, typec_port, dp_capable, false);
	for (i = 0; i < t->altmodes.n; i++)
		if (t->altmodes.v[i].svid == SVID_DP)
			FIELD_SET(t, typec_port, dp_capable, true);
	partner_read(&r);
	cable_read(&r);
	FIELD_KNOW(t, typec_port, altmodes);
}

void probe_typec(struct probe *p)
{
	struct strs names;
	uint32_t i;
	int r = tree_list(p->root, TYPEC_CLASS, p->a, &names);

	p->snap->typec_class = r == 0;
	if (r < 0) {
		gap(p, TYPEC_CLASS, r);
		return;
	}
	for (i = 0; i < names.n && p->snap->typec.n < PORTS_MAX; i++) {
		const char *s = names.v[i];

		if (str_starts(s, "port") && s[4] && s[4 + strspn(s + 4, "0123456789")] == '\0')
			port_read(p, s);
	}
}
