/* SPDX-License-Identifier: Apache-2.0 */
#include "live/wish.h"

#include "base/parse.h"
#include "host/statefile.h"

#include <errno.h>
#include <unistd.h>

static void line_read(struct arena *a, const char *line, struct cdi_wish *w)
{
	struct strs words = str_split(a, line, " ");
	const char *value = words.n == 2 ? words.v[1] : "";

	if (str_eq(words.n ? words.v[0] : "", "highest"))
		parse_u32(value, 10, UINT32_MAX, &w->max_version);
	else if (str_eq(line, "no groups"))
		w->no_groups = true;
	else if (str_starts(line, "hook /"))
		w->hook = line + strlen("hook ");
}

bool cdi_wish_read(struct tree *t, struct arena *a, struct cdi_wish *ret)
{
	const char *text;
	struct strs lines;
	uint32_t i;

	*ret = (struct cdi_wish){0};
	if (tree_read_str(&t->root, CDI_WISH, a, &text) < 0)
		return false;
	lines = str_split(a, text, "\n");
	for (i = 0; i < lines.n; i++)
		line_read(a, lines.v[i], ret);
	return true;
}

int cdi_wish_keep(const struct cdi_wish *wish, struct err *e)
{
	struct statefile f CLEANUP(statefile_close) = {.lock = -1};
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	int r;

	buf_adds(&text, "wanted\n");
	if (wish->max_version)
		buf_addf(&text, "highest %u\n", wish->max_version);
	if (wish->no_groups)
		buf_adds(&text, "no groups\n");
	if (wish->hook && *wish->hook == '/' && !strchr(wish->hook, '\n'))
		buf_addf(&text, "hook %s\n", wish->hook);
	r = statefile_open(&f, "/" CDI_WISH, e);
	return r < 0 ? r : statefile_write(&f, &text, e);
}

int cdi_wish_forget(struct err *e)
{
	if (unlink("/" CDI_WISH) < 0 && errno != ENOENT)
		return err_set(e, -errno, "cannot remove '/" CDI_WISH "': %s", strerror(errno));
	return 0;
}
