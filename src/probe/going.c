/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/going.h"

#include "base/parse.h"

void going_read(struct probe *p, struct strs *ret)
{
	const char *at, *line;
	struct strs files;
	uint32_t i;
	char *text;
	size_t n, k = strlen(GOING_KEY);

	*ret = (struct strs){0};
	if (tree_list(p->root, GOING_FOLDER, p->a, &files) < 0)
		return;
	for (i = 0; i < files.n; i++) {
		if (tree_read_file(p->root, arena_printf(p->a, GOING_FOLDER "/%s", files.v[i]), p->a, TREE_ATTR_MAX, &text, NULL) < 0)
			continue;
		for (at = text; next_line(&at, text + strlen(text), &line, &n);)
			if (n > k && memcmp(line, GOING_KEY " ", k + 1) == 0)
				strs_add(p->a, ret, arena_strn(p->a, line + k + 1, n - k - 1));
	}
}
