/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/unit-devices.h"

#include "base/parse.h"
#include "host/worker.h"

#include <errno.h>

enum { ASK_MS = 10000, CHANGE_MS = 20000, ARGS_MAX = 1024 };
#define SYSTEMCTL "/usr/bin/systemctl"

void unit_devices_parse(struct arena *a, const char *text, struct unit_devices *ret)
{
	struct strs lines = str_split(a, text, "\n");
	uint32_t i;

	*ret = (struct unit_devices){0};
	for (i = 0; i < lines.n; i++) {
		const char *value = strchr(lines.v[i], '=');

		if (value && str_starts(lines.v[i], "DevicePolicy="))
			ret->restricted |= !str_eq(value + 1, "auto");
		else if (value && value[1] && str_starts(lines.v[i], "DeviceAllow="))
			strs_add(a, &ret->allowed, value + 1);
	}
	/* With the policy auto a list of devices alone makes everything else forbidden. */
	ret->restricted |= ret->allowed.n > 0;
}

/* "/dev/dri/card0 rw": the node, and that it may be read and written. */
static bool names(const char *entry, const char *node)
{
	size_t n = strlen(node);

	return strncmp(entry, node, n) == 0 && entry[n] == ' ' && strchr(entry + n, 'r') && strchr(entry + n, 'w');
}

static bool listed(const struct strs *entries, const char *node)
{
	uint32_t i;

	for (i = 0; i < entries->n; i++)
		if (names(entries->v[i], node))
			return true;
	return false;
}

static int ask(struct tree *t, struct arena *a, const char *unit, struct unit_devices *ret, struct err *e)
{
	const char *const argv[] = {"systemctl", "show", "--property=DevicePolicy", "--property=DeviceAllow", "--", unit, NULL};
	struct worker w = {.program = SYSTEMCTL, .argv = argv, .deadline_ms = ASK_MS};
	int r = 0;

	*ret = (struct unit_devices){0};
	if (!t->live || !*unit || !tree_exists(&t->root, "run/systemd/system"))
		return 0;
	worker_run(&w, 1, 0);
	if (w.end == WORKER_END_EXITED && w.status == 0)
		unit_devices_parse(a, w.out.p ? w.out.p : "", ret);
	else
		r = err_set(e, -EIO, "systemd does not tell the devices of '%s'", unit);
	worker_free(&w);
	return r;
}

int unit_devices_missing(struct tree *t, struct arena *a, const char *unit, const struct strs *nodes, struct strs *ret, struct err *e)
{
	struct unit_devices now;
	uint32_t i;
	int r = ask(t, a, unit, &now, e);

	*ret = (struct strs){0};
	for (i = 0; r == 0 && i < nodes->n; i++)
		if (now.restricted && !listed(&now.allowed, nodes->v[i]))
			strs_add(a, ret, nodes->v[i]);
	return r;
}

static int set(struct effects *fx, const char *unit, const struct strs *properties, struct err *e)
{
	const char *argv[ARGS_MAX + 6] = {"systemctl", "set-property", "--runtime", "--", unit};
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;
	int r;

	if (properties->n > ARGS_MAX)
		return err_set(e, -E2BIG, "unit '%s' has too many devices", unit);
	for (i = 0; i < properties->n; i++)
		argv[5 + i] = properties->v[i];
	r = effects_run(fx, argv, CHANGE_MS, &out);
	if (r == 0)
		return 0;
	return err_set(e, r < 0 ? r : -EIO, "systemd does not take the devices of '%s': %s", unit,
		       r < 0 ? strerror(-r) : out.p ? str_trim(out.p) : "no reason given");
}

int unit_devices_open(struct effects *fx, const char *unit, const struct strs *nodes, struct err *e)
{
	struct strs properties = {0};
	uint32_t i;

	for (i = 0; i < nodes->n; i++)
		strs_add(fx->a, &properties, arena_printf(fx->a, "DeviceAllow=%s rw", nodes->v[i]));
	return set(fx, unit, &properties, e);
}

/* Single entries cannot be taken from the list: it is emptied and written anew in one go. */
int unit_devices_close(struct effects *fx, struct tree *t, const char *unit, const struct strs *nodes, struct err *e)
{
	struct strs properties = {0};
	struct unit_devices now;
	bool found = false;
	uint32_t i, k;
	int r = ask(t, fx->a, unit, &now, e);

	strs_add(fx->a, &properties, "DeviceAllow=");
	for (i = 0; i < now.allowed.n; i++) {
		bool ours = false;

		for (k = 0; k < nodes->n; k++)
			ours |= names(now.allowed.v[i], nodes->v[k]);
		found |= ours;
		if (!ours)
			strs_add(fx->a, &properties, arena_printf(fx->a, "DeviceAllow=%s", now.allowed.v[i]));
	}
	return r == 0 && found ? set(fx, unit, &properties, e) : r;
}
