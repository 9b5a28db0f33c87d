/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gone.h"

#include "codec/event-json.h"
#include "swap/left.h"

#include <errno.h>

enum { GONE_MAX = 1 << 20 };

int gone_views(struct cli *c, struct gpu_view_list *ret, struct err *e)
{
	struct err own = {0};
	struct view view;
	char *text;
	size_t n;
	int r = tree_read_file(&c->tree->root, GONE_FILE + 1, c->a, GONE_MAX, &text, &n);

	*ret = (struct gpu_view_list){0};
	if (r == -ENOENT || r == -ENODATA)
		return 0;
	if (r < 0)
		return err_set(e, r, "cannot read '%s': %s", GONE_FILE, strerror(-r));
	r = view_read(c->a, text, n, &view, &own);
	if (r < 0)
		return err_set(e, r, "%s: %s", GONE_FILE, own.text);
	*ret = view.gone;
	return 0;
}
