/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/console.h"

#include "base/parse.h"

const char *console_on_framebuffer(struct tree *t, struct arena *a)
{
	struct strs names = {0};
	const char *text;
	uint64_t bound;
	uint32_t i;

	(void)tree_list(&t->root, CONSOLES, a, &names);
	for (i = 0; i < names.n; i++)
		if (tree_read_str(&t->root, arena_printf(a, CONSOLES "/%s/name", names.v[i]), a, &text) == 0 && strstr(text, "frame buffer") &&
		    tree_read_u64(&t->root, arena_printf(a, CONSOLES "/%s/bind", names.v[i]), 10, &bound) == 0 && bound)
			return names.v[i];
	return NULL;
}

void console_framebuffers(struct tree *t, struct arena *a, struct strs *ret)
{
	struct strs names = {0};
	uint32_t i;

	*ret = (struct strs){0};
	(void)tree_list(&t->root, FRAMEBUFFERS, a, &names);
	for (i = 0; i < names.n; i++)
		if (str_starts(names.v[i], "fb") && names.v[i][2] >= '0' && names.v[i][2] <= '9')
			strs_add(a, ret, names.v[i]);
}
