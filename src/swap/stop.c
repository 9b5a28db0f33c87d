/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/stop.h"

#include "base/parse.h"
#include "facts/swap.h"
#include "host/users.h"

static void word(struct arena *a, struct stop_way *w, const char *text)
{
	strs_add(a, &w->argv, text);
}

static void words(struct arena *a, struct stop_way *w, const struct strs *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		strs_add(a, &w->argv, l->v[i]);
}

/* A user's manager and engine listen below that user's /run/user, and to that user only. */
static void as_user(struct tree *t, struct arena *a, struct stop_way *w, uint32_t uid)
{
	struct user_entry user;
	bool known = user_find(&t->root, a, arena_printf(a, "%u", uid), &user) == 0 && user.gids.n;

	word(a, w, "setpriv");
	word(a, w, arena_printf(a, "--reuid=%u", uid));
	word(a, w, arena_printf(a, "--regid=%u", known ? user.gids.v[0] : uid));
	word(a, w, known ? "--init-groups" : "--clear-groups");
	word(a, w, "env");
	word(a, w, arena_printf(a, "XDG_RUNTIME_DIR=/run/user/%u", uid));
}

/* A service that is stopped is not started again by its manager; a login session, or a scope around one program, is no service. */
static bool is_service(const struct holder *h)
{
	return h->unit && str_ends(h->unit, ".service") && !str_starts(h->unit, "user@");
}

static void stop_service(struct tree *t, struct arena *a, const struct holder *h, struct stop_way *w)
{
	bool users = FIELD_KNOWN(h, holder, manager_uid);

	w->name = w->what = h->unit;
	if (users)
		as_user(t, a, w, h->manager_uid);
	word(a, w, "systemctl");
	if (users)
		word(a, w, "--user");
	word(a, w, "stop");
	word(a, w, h->unit);
}

static const struct watched *watched_by_id(const struct watched_list *l, const char *id)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].id, id))
			return &l->v[i];
	return NULL;
}

/*
 * "podman stop -t %t", with what the container's own podman was called with before "stop" (a storage of its own), or the
 * namespace in which containerd has it.
 */
static void stop_container(struct tree *t, struct arena *a, const struct holder *h, const struct watched *c, uint32_t seconds, struct stop_way *w)
{
	const struct facts_engine_stop *row = facts_engine_stop_find(h->engine);
	const char *name = c && c->name ? c->name : h->container_name ? h->container_name : h->container;
	struct strs command;
	uint32_t i;

	w->name = h->container;
	w->what = arena_printf(a, "the container %s by %s", name, h->engine);
	w->unknown = !row;
	if (!row)
		return;
	if (FIELD_KNOWN(h, holder, manager_uid))
		as_user(t, a, w, h->manager_uid);
	command = str_split(a, row->command, " ");
	for (i = 0; i < command.n; i++) {
		if (i == 0 && c && c->engine_command.n && str_eq(h->engine, "podman"))
			words(a, w, &c->engine_command);
		else
			word(a, w, str_eq(command.v[i], "%t") ? arena_printf(a, "%u", seconds) : command.v[i]);
		if (i == 0 && c && c->space && !c->docker)
			word(a, w, arena_printf(a, "--namespace=%s", c->space));
	}
	word(a, w, h->container);
}

void stop_way_of(struct tree *t, struct arena *a, const struct holder *h, const struct watched_list *containers, uint32_t seconds,
		 struct stop_way *ret)
{
	*ret = (struct stop_way){0};
	/* podman's container inside of a service is started again by that service, so the service is what must end. */
	if (is_service(h) && (!h->container || str_eq(h->engine, "podman")))
		stop_service(t, a, h, ret);
	else if (h->container)
		stop_container(t, a, h, watched_by_id(containers, h->container), seconds, ret);
	if (ret->argv.n)
		strs_add(a, &ret->argv, NULL);
}
