/* SPDX-License-Identifier: Apache-2.0 */
/* oneVPL (Quick Sync): which implementations the dispatcher finds, on which device, and what each decodes and encodes. */
#include "worker/worker.h"

#ifdef HAVE_VPL
#define ONEVPL_EXPERIMENTAL
#include <vpl/mfx.h>

enum { IMPLEMENTATIONS_MAX = 32, CODECS_MAX = 64, PROFILES_MAX = 64, FORMATS_MAX = 64 };

#define VPL_FUNCTIONS(X) X(MFXLoad) X(MFXEnumImplementations) X(MFXDispReleaseImplDescription)
#define MEMBER(name) __typeof__(name) *name;
static struct {
	VPL_FUNCTIONS(MEMBER)
} vpl;

/* Bits a sample of the formats that have more than eight. */
static const struct {
	mfxU32 format;
	uint32_t depth;
} depths[] = {
	{MFX_FOURCC_P010, 10}, {MFX_FOURCC_P210, 10},	 {MFX_FOURCC_Y210, 10},
	{MFX_FOURCC_Y410, 10}, {MFX_FOURCC_A2RGB10, 10}, {MFX_FOURCC_P016, 12},
	{MFX_FOURCC_Y216, 12}, {MFX_FOURCC_Y416, 12},
};

static const char *say_fourcc(struct work *w, mfxU32 v)
{
	char text[5] = {(char)(v & 0xff), (char)(v >> 8 & 0xff), (char)(v >> 16 & 0xff),
			(char)(v >> 24 & 0xff)};

	return work_text(w, text, 4);
}

static void format_add(struct work *w, struct vpl_codec *c, mfxU32 format)
{
	const char *name = say_fourcc(w, format);
	unsigned i;

	if (!strs_has(&c->formats, name) && c->formats.n < FORMATS_MAX)
		strs_add(w->a, &c->formats, name);
	for (i = 0; i < ARRAY_LEN(depths); i++)
		if (depths[i].format == format)
			c->depth_max = MAX(c->depth_max, depths[i].depth);
}

static struct vpl_codec *codec_add(struct work *w, struct vpl_implementation *m, mfxU32 id,
				   bool encode)
{
	struct vpl_codec *c = LIST_PUSH(w->a, &m->codecs);

	FIELD_SET(c, vpl_codec, codec, say_fourcc(w, id));
	FIELD_SET(c, vpl_codec, encode, encode);
	FIELD_SET(c, vpl_codec, depth_max, 8);
	FIELD_SET(c, vpl_codec, width_max, 0);
	FIELD_SET(c, vpl_codec, height_max, 0);
	FIELD_KNOW(c, vpl_codec, profiles);
	FIELD_KNOW(c, vpl_codec, formats);
	return c;
}

/* Decoders and encoders are described by structs of different names and the same members. */
#define CODEC_READ(w, c, from) \
	do { \
		unsigned p_, m_, f_; \
		for (p_ = 0; p_ < MIN((from)->NumProfiles, PROFILES_MAX); p_++) { \
			strs_add((w)->a, &(c)->profiles, \
				 arena_printf((w)->a, "%u", (from)->Profiles[p_].Profile)); \
			for (m_ = 0; m_ < MIN((from)->Profiles[p_].NumMemTypes, FORMATS_MAX); \
			     m_++) { \
				__typeof__(&(from)->Profiles[p_].MemDesc[m_]) d_ = \
					&(from)->Profiles[p_].MemDesc[m_]; \
				(c)->width_max = MAX((c)->width_max, d_->Width.Max); \
				(c)->height_max = MAX((c)->height_max, d_->Height.Max); \
				for (f_ = 0; f_ < MIN(d_->NumColorFormats, FORMATS_MAX); f_++) \
					format_add((w), (c), d_->ColorFormats[f_]); \
			} \
		} \
	} while (0)

static void codecs(struct work *w, struct vpl_implementation *m, const mfxImplDescription *d)
{
	unsigned i;

	for (i = 0; i < MIN(d->Dec.NumCodecs, CODECS_MAX); i++) {
		struct vpl_codec *c = codec_add(w, m, d->Dec.Codecs[i].CodecID, false);

		CODEC_READ(w, c, &d->Dec.Codecs[i]);
	}
	for (i = 0; i < MIN(d->Enc.NumCodecs, CODECS_MAX); i++) {
		struct vpl_codec *c = codec_add(w, m, d->Enc.Codecs[i].CodecID, true);

		CODEC_READ(w, c, &d->Enc.Codecs[i]);
	}
	FIELD_KNOW(m, vpl_implementation, codecs);
}

static void place(struct work *w, struct vpl_implementation *m, mfxLoader loader, unsigned i)
{
	const mfxExtendedDeviceId *id = NULL;
	mfxHDL h = NULL;

	if (vpl.MFXEnumImplementations(loader, i, MFX_IMPLCAPS_IMPLPATH, &h) == MFX_ERR_NONE && h)
		FIELD_SET(m, vpl_implementation, library, work_text(w, h, TEXT_MAX));
	h = NULL;
	if (vpl.MFXEnumImplementations(loader, i, MFX_IMPLCAPS_DEVICE_ID_EXTENDED, &h) !=
		    MFX_ERR_NONE ||
	    !h)
		return;
	id = h;
	FIELD_SET(m, vpl_implementation, vendor_id, id->VendorID);
	FIELD_SET(m, vpl_implementation, device_id, id->DeviceID);
	if (id->PCIBus < 256 && id->PCIDevice < 32 && id->PCIFunction < 8 &&
	    (id->PCIBus || id->PCIDevice))
		FIELD_SET(m, vpl_implementation, address,
			  PCI_ADDR(id->PCIDomain, id->PCIBus, id->PCIDevice, id->PCIFunction));
	if (id->DRMRenderNodeNum)
		FIELD_SET(m, vpl_implementation, render_minor, id->DRMRenderNodeNum);
}

static void implementation(struct work *w, mfxLoader loader, unsigned i,
			   const mfxImplDescription *d)
{
	struct vpl_implementation *m = LIST_PUSH(w->a, &w->r->vpl);

	FIELD_SET(m, vpl_implementation, name, work_text(w, d->ImplName, sizeof(d->ImplName)));
	FIELD_SET(m, vpl_implementation, hardware, d->Impl == MFX_IMPL_TYPE_HARDWARE);
	FIELD_SET(m, vpl_implementation, api_version,
		  arena_printf(w->a, "%u.%u", d->ApiVersion.Major, d->ApiVersion.Minor));
	FIELD_SET(m, vpl_implementation, device,
		  work_text(w, d->Dev.DeviceID, sizeof(d->Dev.DeviceID)));
	FIELD_SET(m, vpl_implementation, vendor_id, d->VendorID);
	codecs(w, m, d);
	place(w, m, loader, i);
}

void probe_vpl(struct work *w)
{
	static const char *const variables[] = {"ONEVPL_PRIORITY_PATH", "ONEVPL_SEARCH_PATH",
						"LIBVA_DRIVER_NAME", NULL};
	mfxLoader loader;
	mfxHDL h = NULL;
	unsigned i;
	void *library;

	work_variables(w, variables);
	library = work_open(w, "libvpl.so.2");
	if (!library)
		return;
#define LOAD(name) vpl.name = (__typeof__(vpl.name))work_sym(library, #name);
	VPL_FUNCTIONS(LOAD)
	loader = vpl.MFXLoad && vpl.MFXEnumImplementations ? vpl.MFXLoad() : NULL;
	FIELD_KNOW(w->r, report, vpl);
	if (!loader) {
		work_error(w, "the dispatcher does not start");
		return;
	}
	for (i = 0; i < IMPLEMENTATIONS_MAX; i++) {
		if (vpl.MFXEnumImplementations(loader, i, MFX_IMPLCAPS_IMPLDESCSTRUCTURE, &h) !=
			    MFX_ERR_NONE ||
		    !h)
			break;
		implementation(w, loader, i, h);
	}
	if (i == 0)
		work_error(w, "the dispatcher finds no implementation");
	work_nodes(w, "/dev/dri", "renderD", i == 0);
}
#else
void probe_vpl(struct work *w)
{
	work_outcome(w, REPORT_OUTCOME_NOT_ASKED, "gpubay-probe was built without the headers of oneVPL");
}
#endif
