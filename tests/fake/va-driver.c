/* SPDX-License-Identifier: Apache-2.0 */
/* A VA-API driver for the real libva: it decodes HEVC, does nothing, and misbehaves when told to. */
#include "fake.h"

#include <va/va_backend.h>

#include <stddef.h>

static VAStatus terminate(VADriverContextP ctx)
{
	return VA_STATUS_SUCCESS;
}

static VAStatus profiles(VADriverContextP ctx, VAProfile *list, int *n)
{
	fake_enter("vaQueryConfigProfiles");
	list[0] = VAProfileHEVCMain;
	*n = 1;
	return VA_STATUS_SUCCESS;
}

static VAStatus entrypoints(VADriverContextP ctx, VAProfile p, VAEntrypoint *list, int *n)
{
	list[0] = VAEntrypointVLD;
	*n = 1;
	return VA_STATUS_SUCCESS;
}

static VAStatus attributes(VADriverContextP ctx, VAProfile p, VAEntrypoint e, VAConfigAttrib *a,
			   int n)
{
	int i;

	for (i = 0; i < n; i++)
		a[i].value = a[i].type == VAConfigAttribRTFormat ? VA_RT_FORMAT_YUV420 :
								   VA_ATTRIB_NOT_SUPPORTED;
	return VA_STATUS_SUCCESS;
}

/* Whatever else libva wants to be there. */
static VAStatus nothing(void)
{
	return VA_STATUS_ERROR_UNIMPLEMENTED;
}

FAKE_EXPORT VAStatus __vaDriverInit_1_0(VADriverContextP ctx);

VAStatus __vaDriverInit_1_0(VADriverContextP ctx)
{
	struct VADriverVTable *v = ctx->vtable;
	void (**slot)(void) = (void (**)(void))(void *)v;
	size_t i, n = offsetof(struct VADriverVTable, reserved) / sizeof(*slot);

	fake_enter("vaInitialize");
	for (i = 0; i < n; i++)
		slot[i] = (void (*)(void))nothing;
	ctx->version_major = 1;
	ctx->version_minor = 0;
	ctx->max_profiles = ctx->max_entrypoints = ctx->max_attributes = 4;
	ctx->max_image_formats = ctx->max_subpic_formats = ctx->max_display_attributes = 1;
	ctx->str_vendor = "Fake driver behind the real libva";
	v->vaTerminate = terminate;
	v->vaQueryConfigProfiles = profiles;
	v->vaQueryConfigEntrypoints = entrypoints;
	v->vaGetConfigAttributes = attributes;
	return VA_STATUS_SUCCESS;
}
