/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/stop.h"

#include "base/parse.h"
#include "facts/swap.h"
#include "host/program.h"
#include "host/users.h"

static void word(struct arena *a, struct stop_way *w, const char *text)
{
	strs_add(a, &w->argv, text);
}

/*
 * A user's manager and engine listen below that user's /run/user, and to that user only. docker asks the system's where it
 * is not told.
 */
static void as_user(struct tree *t, struct arena *a, struct stop_way *w, uint32_t uid, const char *engine)
{
	struct user_entry user;
	bool known = user_find(&t->root, a, arena_printf(a, "%u", uid), &user) == 0 && user.gids.n;

	word(a, w, "setpriv");
	word(a, w, arena_printf(a, "--reuid=%u", uid));
	word(a, w, arena_printf(a, "--regid=%u", known ? user.gids.v[0] : uid));
	word(a, w, known ? "--init-groups" : "--clear-groups");
	word(a, w, "env");
	word(a, w, arena_printf(a, "XDG_RUNTIME_DIR=/run/user/%u", uid));
	if (str_eq(engine, "docker"))
		word(a, w, arena_printf(a, "DOCKER_HOST=unix:///run/user/%u/docker.sock", uid));
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
		as_user(t, a, w, h->manager_uid, NULL);
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

static bool installed(struct tree *t, struct arena *a, const char *command)
{
	const char *name = arena_strn(a, command, strcspn(command, " "));
	const char *const *folder;

	for (folder = program_folders; *folder; folder++)
		if (tree_exists(&t->root, arena_printf(a, "%s/%s", *folder + 1, name)))
			return true;
	return false;
}

/* The first that is installed; where none is, the first. */
static const struct facts_engine_stop *row_of(struct tree *t, struct arena *a, const char *engine)
{
	const struct facts_engine_stop *f, *first = NULL;

	for (f = facts_engine_stops; engine && f->engine; f++) {
		if (!str_eq(f->engine, engine))
			continue;
		first = first ? first : f;
		if (installed(t, a, f->command))
			return f;
	}
	return first;
}

bool stop_is_known(const char *engine)
{
	const struct facts_engine_stop *f;

	for (f = facts_engine_stops; f->engine; f++)
		if (str_eq(f->engine, engine))
			return true;
	return false;
}

/* What stands for this in a command; NULL: it has no value. */
static const char *value_of(struct arena *a, const struct watched *c, char letter, uint32_t seconds)
{
	switch (letter) {
	case 't': return arena_printf(a, "%u", seconds);
	case 'n': return c && !c->docker ? c->space : NULL;
	case 'a': return c && !c->docker ? c->address : NULL;
	default: return NULL;
	}
}

/* podman is spoken to as the container's own podman was: it may have a storage of its own. */
static void command_add(struct arena *a, struct strs *argv, const char *command, const struct watched *c, uint32_t seconds)
{
	struct strs list = str_split(a, command, " ");
	uint32_t i, k;

	for (i = 0; i < list.n; i++) {
		const char *at = strchr(list.v[i], '%'), *value = at ? value_of(a, c, at[1], seconds) : NULL;

		if (i == 0 && c && c->engine_command.n && str_eq(list.v[0], "podman"))
			for (k = 0; k < c->engine_command.n; k++)
				strs_add(a, argv, c->engine_command.v[k]);
		else if (!at)
			strs_add(a, argv, list.v[i]);
		else if (value)
			strs_add(a, argv, arena_printf(a, "%.*s%s", (int)(at - list.v[i]), list.v[i], value));
	}
}

static void stop_container(struct tree *t, struct arena *a, const struct holder *h, const struct watched *c, uint32_t seconds, struct stop_way *w)
{
	const struct facts_engine_stop *row = row_of(t, a, h->engine);
	const char *name = c && c->name ? c->name : h->container_name ? h->container_name : h->container;

	w->name = h->container;
	w->what = arena_printf(a, "the container %s by %s", name, h->engine);
	w->unknown = !row;
	if (!row)
		return;
	if (FIELD_KNOWN(h, holder, manager_uid))
		as_user(t, a, w, h->manager_uid, h->engine);
	command_add(a, &w->argv, row->command, c, seconds);
	word(a, w, h->container);
	if (!row->by_force || FIELD_KNOWN(h, holder, manager_uid))
		return;
	command_add(a, &w->by_force, row->by_force, c, seconds);
	strs_add(a, &w->by_force, h->container);
	strs_add(a, &w->by_force, NULL);
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

struct strs stop_beside(struct arena *a, const struct strs *argv, uint32_t seconds)
{
	struct strs ret = {0};
	uint32_t i;

	strs_add(a, &ret, "systemd-run");
	strs_add(a, &ret, "--quiet");
	strs_add(a, &ret, "--wait");
	strs_add(a, &ret, "--pipe");
	strs_add(a, &ret, "--collect");
	strs_add(a, &ret, arena_printf(a, "--property=RuntimeMaxSec=%u", seconds));
	strs_add(a, &ret, "--");
	for (i = 0; i < argv->n; i++)
		strs_add(a, &ret, argv->v[i]);
	return ret;
}
