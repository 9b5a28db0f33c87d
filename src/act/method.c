/* SPDX-License-Identifier: Apache-2.0 */
#include "act/method.h"

#include "base/parse.h"

#include <errno.h>

const struct method act_methods[] = {
	{"Eject", "org.gpubay.eject", "eject", 1, NULL, {{"stop", 'b'}, {"force", 'b'}, {"timeout", 'u'}, {"dry-run", 'b'}}},
	{"Attach", "org.gpubay.attach", "attach", 1, NULL, {{"once", 'b'}, {"wait", 'b'}, {"timeout", 'u'}, {"dry-run", 'b'}}},
	{"Give", "org.gpubay.container", "attach", 2, "container", {{"dry-run", 'b'}}},
	{"TakeBack", "org.gpubay.container", "detach", 2, "container", {{"dry-run", 'b'}}},
	{"Trust", "org.gpubay.trust", "trust", 2, NULL, {{"once", 'b'}, {"require-iommu", 'b'}, {"key", 'b'}, {"dry-run", 'b'}}},
	{0},
};

const struct method *method_find(const char *name)
{
	const struct method *m;

	for (m = act_methods; m->name; m++)
		if (str_eq(m->name, name))
			return m;
	return NULL;
}

const struct method_option *method_option_find(const struct method *m, const char *name)
{
	const struct method_option *o;

	for (o = m->options; o->name; o++)
		if (str_eq(o->name, name))
			return o;
	return NULL;
}

static bool is_argument(const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++)
		if (i == ARGUMENT_MAX || (unsigned char)text[i] < ' ' || text[i] == 127)
			return false;
	return true;
}

/* Listing needs no right and no service; a container must be named. */
static int check_meaning(const struct method *m, const char *const *args, struct err *e)
{
	if (str_eq(m->verb, "trust") && !str_eq(args[0], "add") && !str_eq(args[0], "remove"))
		return err_set(e, -EINVAL, "'%.40s' is not 'add' or 'remove'", args[0]);
	if (m->first && !*args[0])
		return err_set(e, -EINVAL, "which %s?", m->first);
	return 0;
}

int method_words(const struct method *m, const char *program, const struct strs *options, const char *const *args, struct arena *a,
		 struct strs *ret, struct err *e)
{
	unsigned i, plain = m->first ? 1 : 0;

	*ret = (struct strs){0};
	for (i = 0; i < m->args; i++)
		if (!is_argument(args[i]))
			return err_set(e, -EINVAL, "argument %u has control characters, or more than %d bytes", i + 1, ARGUMENT_MAX);
	strs_add(a, ret, program);
	strs_add(a, ret, m->verb);
	strs_add(a, ret, "--json");
	strs_add(a, ret, "--steps");
	if (m->first)
		strs_add(a, ret, arena_printf(a, "--%s=%s", m->first, args[0]));
	for (i = 0; i < options->n; i++)
		strs_add(a, ret, options->v[i]);
	strs_add(a, ret, "--");
	for (i = plain; i < m->args; i++)
		if (*args[i])
			strs_add(a, ret, arena_str(a, args[i]));
	return check_meaning(m, args, e);
}
