/* SPDX-License-Identifier: Apache-2.0 */
#include "base/enumtab.h"

#include "base/parse.h"

const char *enum_name(const struct enumtab *t, unsigned value)
{
	return value < t->n ? t->names[value] : t->names[0];
}

unsigned enum_value(const struct enumtab *t, const char *name)
{
	unsigned i;

	for (i = 1; i < t->n; i++)
		if (str_ieq(t->names[i], name))
			return i;
	return 0;
}
