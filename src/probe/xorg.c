/* SPDX-License-Identifier: Apache-2.0 */
/* What Xorg was told about GPUs: an NVIDIA box stays dark without AllowExternalGPUs, and a BusID goes stale. */
#include "probe/platform.h"

#include "base/parse.h"
#include "format/xorg-conf.h"

#include <errno.h>

#define PHASE "modules"
enum { FILES_MAX = 256, CONF_MAX = 1 << 20 };

static const char *const names_kept[] = {"AllowExternalGPUs", "PrimaryGPU",
					 "AllowEmptyInitialConfiguration", "BusID"};

static bool kept(const char *name)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(names_kept); i++)
		if (xorg_name_eq(name, names_kept[i]))
			return true;
	return false;
}

static void read_conf(struct probe *p, const char *path)
{
	struct platform *m = &p->snap->platform;
	struct xorg_lines lines = {0};
	char *text;
	size_t n;
	uint32_t i;
	int r = tree_read_file(p->root, path, p->a, CONF_MAX, &text, &n);

	if (r < 0) {
		snapshot_gap(p->snap, PHASE, path, r);
		return;
	}
	xorg_conf_parse(p->a, text, n, &lines);
	for (i = 0; i < lines.n; i++) {
		struct xorg_option *o;

		if (!kept(lines.v[i].name))
			continue;
		o = LIST_PUSH(p->a, &m->xorg);
		FIELD_SET(o, xorg_option, name, lines.v[i].name);
		FIELD_SET(o, xorg_option, value, lines.v[i].value);
		FIELD_SET(o, xorg_option, driver, lines.v[i].driver);
		FIELD_SET(o, xorg_option, file, arena_printf(p->a, "/%s", path));
		FIELD_SET(o, xorg_option, line, lines.v[i].line);
	}
}

/* False when the folder cannot be looked at. */
static bool read_folder(struct probe *p, const char *dir, const char *above)
{
	struct strs names;
	uint32_t i;
	int r = tree_list(p->root, dir, p->a, &names);

	if (r < 0)
		return r == -ENOENT && platform_absent(p, dir, above) == -ENOENT;
	for (i = 0; i < names.n && i < FILES_MAX; i++)
		if (str_ends(names.v[i], ".conf"))
			read_conf(p, arena_printf(p->a, "%s/%s", dir, names.v[i]));
	return true;
}

void modules_xorg(struct probe *p)
{
	bool known = true;

	if (tree_exists(p->root, "etc/X11/xorg.conf"))
		read_conf(p, "etc/X11/xorg.conf");
	known &= read_folder(p, "etc/X11/xorg.conf.d", "etc");
	known &= read_folder(p, "usr/share/X11/xorg.conf.d", "usr/share");
	if (known || p->snap->platform.xorg.n)
		FIELD_KNOW(&p->snap->platform, platform, xorg);
}
