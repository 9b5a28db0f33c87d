/* SPDX-License-Identifier: Apache-2.0 */
/* A libva whose driver does H.264 and HEVC, encodes the first, and misbehaves when told to. */
#include "fake.h"

#include <va/va.h>
#include <va/va_str.h>

#include <string.h>

static const VAProfile profiles[] = {VAProfileH264Main, VAProfileHEVCMain, VAProfileHEVCMain10};

FAKE_EXPORT VAStatus vaInitialize(VADisplay d, int *major, int *minor)
{
	fake_enter("vaInitialize");
	*major = 1;
	*minor = 17;
	return fake_is("refuse") ? VA_STATUS_ERROR_UNKNOWN : VA_STATUS_SUCCESS;
}

FAKE_EXPORT const char *vaQueryVendorString(VADisplay d)
{
	fake_enter("vaQueryVendorString");
	return fake_is("lies") ? "\xff\xfe\x01 driver" : "Fake driver for tests - 1.0";
}

FAKE_EXPORT const char *vaErrorStr(VAStatus code)
{
	return "unknown libva error";
}

FAKE_EXPORT const char *vaProfileStr(VAProfile p)
{
	return p == VAProfileH264Main	? "VAProfileH264Main" :
	       p == VAProfileHEVCMain	? "VAProfileHEVCMain" :
	       p == VAProfileHEVCMain10 ? "VAProfileHEVCMain10" :
					  "<unknown profile>";
}

FAKE_EXPORT const char *vaEntrypointStr(VAEntrypoint e)
{
	return e == VAEntrypointVLD	 ? "VAEntrypointVLD" :
	       e == VAEntrypointEncSlice ? "VAEntrypointEncSlice" :
					   "<unknown>";
}

FAKE_EXPORT int vaMaxNumProfiles(VADisplay d)
{
	return fake_is("lies") ? 0x7fffffff : (int)(sizeof(profiles) / sizeof(*profiles));
}

FAKE_EXPORT int vaMaxNumEntrypoints(VADisplay d)
{
	return 2;
}

FAKE_EXPORT VAStatus vaQueryConfigProfiles(VADisplay d, VAProfile *list, int *n)
{
	fake_enter("vaQueryConfigProfiles");
	memcpy(list, profiles, sizeof(profiles));
	*n = sizeof(profiles) / sizeof(*profiles);
	return VA_STATUS_SUCCESS;
}

FAKE_EXPORT VAStatus vaQueryConfigEntrypoints(VADisplay d, VAProfile p, VAEntrypoint *list, int *n)
{
	*n = 1;
	list[0] = VAEntrypointVLD;
	if (p == VAProfileH264Main)
		list[(*n)++] = VAEntrypointEncSlice;
	return VA_STATUS_SUCCESS;
}

FAKE_EXPORT VAStatus vaGetConfigAttributes(VADisplay d, VAProfile p, VAEntrypoint e,
					   VAConfigAttrib *a, int n)
{
	int i;

	for (i = 0; i < n; i++)
		switch (a[i].type) {
		case VAConfigAttribRTFormat: a[i].value = VA_RT_FORMAT_YUV420; break;
		case VAConfigAttribRateControl:
			a[i].value = e == VAEntrypointEncSlice ? VA_RC_CQP | VA_RC_CBR :
								 VA_ATTRIB_NOT_SUPPORTED;
			break;
		default: a[i].value = 4096;
		}
	return VA_STATUS_SUCCESS;
}
