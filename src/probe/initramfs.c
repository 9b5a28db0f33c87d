/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The initramfs: which drivers are in it, and whether they find their firmware there. A driver that starts before the
 * disk is mounted does not see what lies on the disk.
 */
#include "probe/platform.h"

#include "base/parse.h"

#include <errno.h>

#define PHASE "modules"

/* Whether a name is in it: 1, 0, or negative when that cannot be said. */
static int holds(struct probe *p, const char *what, const char *name)
{
	const char *s;
	int r = tree_answer(p->tree, p->a, "initramfs", arena_printf(p->a, "%s/%s", what, name),
			    &s);

	return r < 0 ? r : *s != '\0';
}

static void firmware_mark(struct probe *p, struct firmware_file *f)
{
	bool found = false;
	uint32_t i;
	int r = -ENODATA;

	for (i = 0; i < f->names.n && !found; i++) {
		int one = holds(p, "firmware", f->names.v[i]);

		if (one >= 0)
			r = 0;
		found = one > 0;
	}
	if (r == 0)
		FIELD_SET(f, firmware_file, in_initramfs, found);
}

void modules_initramfs(struct probe *p)
{
	struct platform *m = &p->snap->platform;
	const char *image;
	uint32_t i;
	int r;

	/* Only for firmware: without a file that somebody wants, there is nothing to look for. */
	if (m->firmware.n == 0)
		return;
	r = tree_answer(p->tree, p->a, "initramfs", "image", &image);
	if (r < 0) {
		if (r != -ENODATA)
			snapshot_gap(p->snap, PHASE, "initramfs", r);
		return;
	}
	FIELD_SET(m, platform, initramfs, image);
	for (i = 0; i < m->firmware.n; i++) {
		struct firmware_file *f = &m->firmware.v[i];
		struct module *row = modules_row(p, f->module);

		if (!row)
			continue;
		if (!FIELD_KNOWN(row, module, in_initramfs)) {
			r = holds(p, "module", row->name);
			if (r >= 0)
				FIELD_SET(row, module, in_initramfs, r > 0);
		}
		if (row->in_initramfs)
			firmware_mark(p, f);
	}
}
