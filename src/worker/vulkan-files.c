/* SPDX-License-Identifier: Apache-2.0 */
/* The report on files alone: which manifests there are, which the loader takes, and whether their libraries load. */
#include "worker/vulkan-manifest.h"

#include "facts/vulkan.h"

#include <sys/stat.h>
#include <sys/xattr.h>

/* Setuid, setgid or with file capabilities: the loader trusts no variable there. */
static void privileged(struct work *w)
{
	const struct facts_privileged *p;
	struct stat st;

	for (p = facts_privilegeds; p->path; p++)
		if (stat(p->path, &st) == 0 &&
		    (st.st_mode & (S_ISUID | S_ISGID) ||
		     getxattr(p->path, "security.capability", NULL, 0) > 0))
			strs_add(w->a, &w->r->privileged, p->path);
	FIELD_KNOW(w->r, report, privileged);
}

static const char *const variables[] = {
	"VK_DRIVER_FILES",
	"VK_ICD_FILENAMES",
	"VK_ADD_DRIVER_FILES",
	"VK_LOADER_DRIVERS_SELECT",
	"VK_LOADER_DRIVERS_DISABLE",
	"VK_LOADER_DEVICE_SELECT",
	"VK_LAYER_PATH",
	"VK_ADD_LAYER_PATH",
	"VK_ADD_IMPLICIT_LAYER_PATH",
	"LIBVA_DRIVERS_PATH",
	"LIBVA_DRIVER_NAME",
	"VK_LOADER_LAYERS_DISABLE",
	"VK_INSTANCE_LAYERS",
	"MESA_VK_DEVICE_SELECT",
	"DRI_PRIME",
	"NODEVICE_SELECT",
	NULL,
};

void probe_vulkan_files(struct work *w)
{
	struct report *r = w->r;
	uint32_t i;

	work_variables(w, variables);
	privileged(w);
	manifest_drivers(w, &r->drivers);
	manifest_layers(w, &r->layers);
	FIELD_KNOW(r, report, drivers);
	FIELD_KNOW(r, report, layers);
	for (i = 0; i < r->drivers.n; i++)
		if (!vendor_is_out(w, r->drivers.v[i].vendor))
			trial_run(w, &r->drivers.v[i], true);
	/* Explicit layers hurt nobody who does not ask for them. */
	for (i = 0; i < r->layers.n; i++)
		if (r->layers.v[i].implicit)
			trial_run(w, &r->layers.v[i], false);
}
