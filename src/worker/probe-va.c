/* SPDX-License-Identifier: Apache-2.0 */
/* VA-API on one render node: every profile at every entrypoint, and what an encoder there can control. */
#include "worker/worker.h"

#ifdef HAVE_VA
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <va/va.h>
#include <va/va_drm.h>
#include <va/va_str.h>

enum { ENTRYPOINTS_MAX = 64 };

/* library (0 libva, 1 libva-drm), name */
/* clang-format off */
#define VA_FUNCTIONS(X) \
	X(1, vaGetDisplayDRM) X(0, vaInitialize) X(0, vaQueryVendorString) X(0, vaMaxNumProfiles) X(0, vaMaxNumEntrypoints) \
	X(0, vaQueryConfigProfiles) X(0, vaQueryConfigEntrypoints) X(0, vaGetConfigAttributes) X(0, vaErrorStr) \
	X(0, vaSetErrorCallback) X(0, vaSetInfoCallback) X(0, vaProfileStr) X(0, vaEntrypointStr)
/* clang-format on */
#define MEMBER(lib, name) __typeof__(name) *name;
static struct {
	VA_FUNCTIONS(MEMBER)
} va;

static const struct {
	uint32_t bit;
	const char *name;
} rate_bits[] =
	{
		{VA_RC_CQP, "CQP"},
		{VA_RC_CBR, "CBR"},
		{VA_RC_VBR, "VBR"},
		{VA_RC_VCM, "VCM"},
		{VA_RC_VBR_CONSTRAINED, "VBR-constrained"},
		{VA_RC_ICQ, "ICQ"},
		{VA_RC_QVBR, "QVBR"},
		{VA_RC_AVBR, "AVBR"},
		{VA_RC_TCBRC, "TCBRC"},
		{VA_RC_MB, "MB"},
		{VA_RC_PARALLEL, "PARALLEL"},
},
  format_bits[] = {
	  {VA_RT_FORMAT_YUV420, "4:2:0"},	    {VA_RT_FORMAT_YUV422, "4:2:2"},
	  {VA_RT_FORMAT_YUV444, "4:4:4"},	    {VA_RT_FORMAT_YUV411, "4:1:1"},
	  {VA_RT_FORMAT_YUV400, "4:0:0"},	    {VA_RT_FORMAT_YUV420_10, "4:2:0 10 bit"},
	  {VA_RT_FORMAT_YUV422_10, "4:2:2 10 bit"}, {VA_RT_FORMAT_YUV444_10, "4:4:4 10 bit"},
	  {VA_RT_FORMAT_YUV420_12, "4:2:0 12 bit"}, {VA_RT_FORMAT_YUV422_12, "4:2:2 12 bit"},
	  {VA_RT_FORMAT_YUV444_12, "4:4:4 12 bit"}, {VA_RT_FORMAT_RGB32, "RGB32"},
};

/* What is newer than this machine's headers keeps its number. */
static const char *cut(struct work *w, const char *name, const char *prefix, int number)
{
	if (!name || !str_starts(name, prefix))
		return arena_printf(w->a, "%d", number);
	return name + strlen(prefix);
}

static void attributes(struct work *w, struct va_config *c, VADisplay d, VAProfile p,
		       VAEntrypoint e)
{
	VAConfigAttrib a[] = {{.type = VAConfigAttribRTFormat},
			      {.type = VAConfigAttribRateControl},
			      {.type = VAConfigAttribMaxPictureWidth},
			      {.type = VAConfigAttribMaxPictureHeight}};
	unsigned i;

	if (va.vaGetConfigAttributes(d, p, e, a, ARRAY_LEN(a)) != VA_STATUS_SUCCESS)
		return;
	if (a[0].value != VA_ATTRIB_NOT_SUPPORTED) {
		for (i = 0; i < ARRAY_LEN(format_bits); i++)
			if (a[0].value & format_bits[i].bit)
				strs_add(w->a, &c->formats, format_bits[i].name);
		FIELD_KNOW(c, va_config, formats);
	}
	if (a[1].value != VA_ATTRIB_NOT_SUPPORTED) {
		for (i = 0; i < ARRAY_LEN(rate_bits); i++)
			if (a[1].value & rate_bits[i].bit)
				strs_add(w->a, &c->rate_control, rate_bits[i].name);
		FIELD_KNOW(c, va_config, rate_control);
	}
	if (a[2].value != VA_ATTRIB_NOT_SUPPORTED)
		FIELD_SET(c, va_config, width_max, a[2].value);
	if (a[3].value != VA_ATTRIB_NOT_SUPPORTED)
		FIELD_SET(c, va_config, height_max, a[3].value);
}

static void profile(struct work *w, VADisplay d, VAProfile p)
{
	int n = va.vaMaxNumEntrypoints(d), i;
	VAEntrypoint *all;

	if (n <= 0 || n > ENTRYPOINTS_MAX)
		return;
	all = arena_alloc(w->a, sizeof(*all) * (size_t)n);
	if (va.vaQueryConfigEntrypoints(d, p, all, &n) != VA_STATUS_SUCCESS)
		return;
	for (i = 0; i < MIN(n, (int)ENTRYPOINTS_MAX); i++) {
		struct va_config *c = LIST_PUSH(w->a, &w->r->va);

		FIELD_SET(c, va_config, profile,
			  cut(w, va.vaProfileStr ? va.vaProfileStr(p) : NULL, "VAProfile", p));
		FIELD_SET(c, va_config, entrypoint,
			  cut(w, va.vaEntrypointStr ? va.vaEntrypointStr(all[i]) : NULL,
			      "VAEntrypoint", all[i]));
		attributes(w, c, d, p, all[i]);
	}
}

static void profiles(struct work *w, VADisplay d)
{
	int n = va.vaMaxNumProfiles(d), i;
	VAProfile *all;

	FIELD_KNOW(w->r, report, va);
	if (n <= 0 || n > ITEMS_MAX)
		return;
	all = arena_alloc(w->a, sizeof(*all) * (size_t)n);
	if (va.vaQueryConfigProfiles(d, all, &n) != VA_STATUS_SUCCESS)
		return;
	for (i = 0; i < MIN(n, ITEMS_MAX); i++)
		profile(w, d, all[i]);
}

/* libva says which driver it tried and why that failed, through callbacks alone. */
static void note(void *arg, const char *text)
{
	fputs(text, stderr);
}

static void display(struct work *w, int fd)
{
	VADisplay d = va.vaGetDisplayDRM(fd);
	int major = 0, minor = 0;
	const char *vendor;
	VAStatus r;

	if (!d) {
		work_error(w, "vaGetDisplayDRM refuses the node");
		return;
	}
	if (va.vaSetErrorCallback)
		va.vaSetErrorCallback(d, note, NULL);
	if (va.vaSetInfoCallback)
		va.vaSetInfoCallback(d, note, NULL);
	r = va.vaInitialize(d, &major, &minor);
	if (r != VA_STATUS_SUCCESS) {
		work_error(w, "vaInitialize: %s", va.vaErrorStr(r));
		FIELD_KNOW(w->r, report, va);
		return;
	}
	FIELD_SET(w->r, report, api_version, arena_printf(w->a, "%d.%d", major, minor));
	vendor = va.vaQueryVendorString(d);
	if (vendor)
		FIELD_SET(w->r, report, vendor, work_text(w, vendor, TEXT_MAX));
	profiles(w, d);
}

static bool is_node_name(const char *s)
{
	return s && str_starts(s, "renderD") && strspn(s + 7, "0123456789") == strlen(s + 7) &&
	       s[7];
}

void probe_va(struct work *w)
{
	static const char *const variables[] = {"LIBVA_DRIVER_NAME", "LIBVA_DRIVERS_PATH",
						"LIBVA_MESSAGING_LEVEL", NULL};
	void *lib[2];
	const char *path;
	int fd;

	work_variables(w, variables);
	if (!is_node_name(w->about)) {
		work_outcome(w, REPORT_OUTCOME_PENDING, "no render node was named");
		return;
	}
	lib[0] = work_open(w, "libva.so.2");
	lib[1] = lib[0] ? work_open(w, "libva-drm.so.2") : NULL;
	if (!lib[1])
		return;
#define LOAD(l, name) va.name = (__typeof__(va.name))work_sym(lib[l], #name);
	VA_FUNCTIONS(LOAD)
	if (!va.vaGetDisplayDRM || !va.vaInitialize || !va.vaQueryConfigProfiles ||
	    !va.vaQueryConfigEntrypoints || !va.vaMaxNumProfiles || !va.vaMaxNumEntrypoints ||
	    !va.vaGetConfigAttributes || !va.vaErrorStr || !va.vaQueryVendorString) {
		work_error(w, "libva has not the functions of version 2");
		return;
	}
	path = arena_printf(w->a, "/dev/dri/%s", w->about);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		display(w, fd);
	else if (errno == EACCES || errno == EPERM)
		work_outcome(w, REPORT_OUTCOME_DENIED, "no permission to open %s", path);
	else
		work_error(w, "cannot open %s: %s", path, strerror(errno));
}
#else
void probe_va(struct work *w)
{
	work_outcome(w, REPORT_OUTCOME_NOT_ASKED, "gpubay-probe was built without the headers of VA-API");
}
#endif
