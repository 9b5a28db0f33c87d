/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/codecs.h"

#include "base/parse.h"
#include "facts/facts.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

const struct facts_codec facts_codecs[] = {
	{"mpeg2", "MPEG-2", 8, "4:2:0", "MPEG2Main MPEG2Simple", NULL},
	{"vc1", "VC-1", 8, "4:2:0", "VC1Advanced VC1Main VC1Simple", NULL},
	{"h264", "H.264", 8, "4:2:0", "H264High H264Main H264ConstrainedBaseline", NULL},
	{"jpeg", "JPEG", 8, "4:2:0", "JPEGBaseline", NULL},
	{"vp8", "VP8", 8, "4:2:0", "VP8Version0_3", NULL},
	{"hevc8", "HEVC", 8, "4:2:0", "HEVCMain", NULL},
	{"hevc10", "HEVC", 10, "4:2:0", "HEVCMain10", NULL},
	{"hevc12", "HEVC", 12, "4:2:0", "HEVCMain12", NULL},
	{"hevc422", "HEVC", 10, "4:2:2", "HEVCMain422_10", NULL},
	{"hevc444", "HEVC", 10, "4:4:4", "HEVCMain444_10", NULL},
	{"vp9-8", "VP9", 8, "4:2:0", "VP9Profile0", NULL},
	{"vp9-10", "VP9", 10, "4:2:0", "VP9Profile2", NULL},
	{"vp9-12", "VP9", 12, "4:2:0", "VP9Profile2", "4:2:0 12 bit"},
	{"vp9-444", "VP9", 8, "4:4:4", "VP9Profile1", NULL},
	{"av1-8", "AV1", 8, "4:2:0", "AV1Profile0", NULL},
	{"av1-10", "AV1", 10, "4:2:0", "AV1Profile0", "4:2:0 10 bit"},
	{"vvc", "VVC", 10, "4:2:0", "VVCMain10", NULL},
	{0},
};

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);
	const char *at = words;

	while (n && (at = strstr(at, word))) {
		if ((at == words || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			return true;
		at += n;
	}
	return false;
}

/* Letters and digits of two names, whatever their case: "H.264" is "h264". */
static bool same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strcspn(a, ALNUM);
		b += strcspn(b, ALNUM);
		if (!*a || !*b)
			return !*a && !*b;
		if ((*a | 0x20) != (*b | 0x20))
			return false;
	}
}

bool facts_codec_named(const struct facts_codec *row, const char *text)
{
	return same_name(row->key, text) || same_name(row->name, text);
}

/* MTL and newer encode at EncSlice what older ones do at EncSliceLP; JPEG has a picture as its unit. */
static const char *const encoders = "EncSlice EncSliceLP EncPicture";

bool facts_codec_is(const struct facts_codec *row, const struct video_codec *v)
{
	return row->depth == v->depth && str_eq(row->name, v->codec) && str_eq(row->chroma, v->chroma);
}

unsigned facts_codec_does(const struct facts_codec *row, const struct va_config *offer)
{
	if (!offer->profile || !offer->entrypoint || !has_word(row->profiles, offer->profile))
		return 0;
	if (row->format && FIELD_KNOWN(offer, va_config, formats) && !strs_has(&offer->formats, row->format))
		return 0;
	return (str_eq(offer->entrypoint, "VLD") ? CODEC_DECODE : 0) | (has_word(encoders, offer->entrypoint) ? CODEC_ENCODE : 0);
}

#define IHD "intel/media-driver README.md, docs/media_features.md"
#define XE2 "intel/media-driver media_softlet/linux/xe2_hpm: VP9 profiles with VLD only"
#define AMD_C "linux drivers/gpu/drm/amd/amdgpu/"

#define NVDEC "developer.nvidia.com: video encode and decode GPU support matrix; elFarto/nvidia-vaapi-driver README.md"
#define NVCODEC "NVIDIA Video Codec SDK 13.0, NVDEC and NVENC application notes: hardware capabilities"
#define NVDEC_1 "mpeg2:D vc1:D h264:D "
#define NVDEC_2 NVDEC_1 "hevc8:D hevc10:D vp9-8:D vp9-10:D "
#define HEVC_ALL "hevc8:DE hevc10:DE hevc422:DE hevc444:DE hevc12:D "
#define VP9_DECODE "vp9-8:D vp9-10:D vp9-12:D vp9-444:D "
#define VP9_BOTH "vp9-8:DE vp9-10:DE vp9-12:D vp9-444:DE "
#define AV1_BOTH "av1-8:DE av1-10:DE "

const struct facts_media facts_medias[] = {
	{"skl", "mpeg2:De vc1:d h264:DE jpeg:DE vp8:D hevc8:De", IHD},
	{"bxt glk", "mpeg2:D vc1:d h264:DE jpeg:DE vp8:D hevc8:De hevc10:D vp9-8:D", IHD},
	{"kbl cfl whl cml", "mpeg2:De vc1:d h264:DE jpeg:DE vp8:De hevc8:De hevc10:De vp9-8:D vp9-10:D", IHD},
	{"icl", "mpeg2:De vc1:d h264:DE jpeg:DE vp8:De hevc8:DE hevc10:DE hevc422:De hevc444:DE vp9-8:DE vp9-10:DE vp9-444:DE", IHD},
	{"ehl jsl", "mpeg2:D vc1:d h264:DE jpeg:DE vp8:D hevc8:DE hevc10:DE hevc422:D hevc444:DE vp9-8:DE vp9-10:DE vp9-444:DE", IHD},
	{"tgl", "mpeg2:De vc1:d h264:DE jpeg:DE vp8:D hevc8:DE hevc10:DE hevc422:De hevc444:DE hevc12:D " VP9_BOTH "av1-8:d av1-10:d", IHD},
	{"rkl adl-* rpl-* dg1",
	 "mpeg2:De vc1:d h264:DE jpeg:DE hevc8:DE hevc10:DE hevc422:De hevc444:DE hevc12:D " VP9_BOTH "av1-8:d av1-10:d", IHD},
	{"dg2-* ats-m", "mpeg2:D h264:DE jpeg:DE " HEVC_ALL VP9_BOTH AV1_BOTH, IHD},
	{"mtl arl-*", "mpeg2:D h264:DE jpeg:DE vp8:D hevc8:DE hevc10:DE hevc422:D hevc444:DE hevc12:D " VP9_BOTH AV1_BOTH, IHD},
	{"lnl", "mpeg2:D h264:DE jpeg:DE vp8:D " HEVC_ALL "vp9-8:D!E vp9-10:D!E vp9-12:D vp9-444:D " AV1_BOTH "vvc:D", XE2},
	{"bmg-*", "mpeg2:D h264:DE jpeg:DE vp8:D " HEVC_ALL "vp9-8:D!E vp9-10:D!E vp9-12:D vp9-444:D " AV1_BOTH, XE2},
	{"ptl wcl", "mpeg2:D h264:DE jpeg:DE vp8:D " HEVC_ALL VP9_BOTH AV1_BOTH "vvc:D", IHD},
	{"nvl-*", "h264:DE jpeg:DE vp8:D " HEVC_ALL VP9_BOTH AV1_BOTH "vvc:D", IHD},
	{"tahiti pitcairn cape-verde oland", "mpeg2:D vc1:D h264:D", AMD_C "si.c: tahiti_video_codecs; encoding depends on the kernel driver"},
	{"bonaire hawaii kaveri kabini mullins", "mpeg2:D vc1:D h264:DE", AMD_C "cik.c: cik_video_codecs"},
	{"tonga", "mpeg2:D vc1:D h264:DE", AMD_C "vi.c: tonga_video_codecs"},
	{"fiji carrizo stoney", "mpeg2:D vc1:D h264:DE jpeg:D hevc8:D", AMD_C "vi.c: cz_video_codecs_decode, tonga_video_codecs_encode"},
	{"polaris10 polaris11 polaris12 vegam", "mpeg2:D vc1:D h264:DE jpeg:D hevc8:DE hevc10:D", AMD_C "vi.c: polaris_video_codecs"},
	{"vega10 vega12 vega20", "mpeg2:D vc1:D h264:DE jpeg:D hevc8:DE hevc10:D", AMD_C "soc15.c: vega_video_codecs"},
	{"raven picasso", "mpeg2:D vc1:D h264:DE jpeg:D hevc8:DE hevc10:D vp9-8:D vp9-10:D", AMD_C "soc15.c: rv_video_codecs"},
	{"renoir cezanne", "mpeg2:D vc1:D h264:DE jpeg:D hevc8:DE hevc10:DE vp9-8:D vp9-10:D", AMD_C "soc15.c: rn_video_codecs"},
	{"navi10 navi12 navi14", "mpeg2:D vc1:D h264:DE jpeg:D hevc8:DE hevc10:DE vp9-8:D vp9-10:D", AMD_C "nv.c: nv_video_codecs"},
	{"navi21 navi22 navi23", "mpeg2:D vc1:D h264:DE jpeg:D hevc8:DE hevc10:DE vp9-8:D vp9-10:D av1-8:D!E av1-10:D!E",
	 AMD_C "nv.c: sc_video_codecs"},
	{"navi24", "h264:D!E jpeg:D hevc8:D!E hevc10:D!E vp9-8:D vp9-10:D", AMD_C "nv.c: bg_video_codecs"},
	{"rembrandt raphael vangogh mendocino", "h264:DE jpeg:D hevc8:DE hevc10:DE vp9-8:D vp9-10:D av1-8:D!E av1-10:D!E",
	 AMD_C "nv.c: yc_video_codecs"},
	{"navi31 navi32 phoenix strix*", "h264:DE jpeg:D hevc8:DE hevc10:DE vp9-8:D vp9-10:D " AV1_BOTH, AMD_C "soc21.c: vcn_4_0_0_video_codecs"},
	{"navi33", "h264:DE jpeg:D hevc8:DE hevc10:DE vp9-8:D vp9-10:D " AV1_BOTH, AMD_C "soc21.c: vcn_4_0_0_video_codecs"},
	{"navi44 navi48", "h264:DE jpeg:D hevc8:DE hevc10:DE vp9-8:D vp9-10:D " AV1_BOTH, AMD_C "soc24.c: vcn_5_0_0_video_codecs"},
	/* NVIDIA's own driver encodes by NVENC, which is not VA-API. */
	{"gm107 gm200 gm204", NVDEC_1, NVDEC, "nvidia"},
	{"gm206", NVDEC_1 "hevc8:D hevc10:D vp9-8:D", NVDEC, "nvidia"},
	{"gp102 gp104 gp106 gp107 gp108 gv100 tu102 tu104 tu106 tu116 tu117", NVDEC_2, NVDEC, "nvidia"},
	{"ga102 ga103 ga104 ga106 ga107 ad10* gb20*", NVDEC_2 "av1-8:D av1-10:D", NVDEC, "nvidia"},
	/* GM107, GP107, TU117 and GA107 are sold without their encoder, too. */
	{"gm107", "mpeg2:D vc1:D h264:D", NVCODEC, FACTS_NVCODEC},
	{"gm200 gm204", "mpeg2:D vc1:D h264:DE vp8:D hevc8:E", NVCODEC, FACTS_NVCODEC},
	{"gm206", "mpeg2:D vc1:D h264:DE vp8:D hevc8:DE hevc10:D vp9-8:D", NVCODEC, FACTS_NVCODEC},
	{"gp107", "mpeg2:D vc1:D h264:D hevc8:D hevc10:D vp9-8:D", NVCODEC, FACTS_NVCODEC},
	{"gp102 gp104 gp106", "mpeg2:D vc1:D h264:DE hevc8:DE hevc10:DE vp9-8:D", NVCODEC, FACTS_NVCODEC},
	{"gp108", "mpeg2:D vc1:D h264:D!E hevc8:D!E hevc10:D!E vp9-8:D", NVCODEC, FACTS_NVCODEC},
	{"gv100", "mpeg2:D vc1:D h264:DE vp8:D hevc8:DE hevc10:DE vp9-8:D", NVCODEC, FACTS_NVCODEC},
	{"tu117", "mpeg2:D vc1:D h264:D vp8:D hevc8:D hevc10:D hevc444:D vp9-8:D", NVCODEC, FACTS_NVCODEC},
	{"tu102 tu104 tu106 tu116", "mpeg2:D vc1:D h264:DE vp8:D hevc8:DE hevc10:DE hevc444:DE vp9-8:D", NVCODEC, FACTS_NVCODEC},
	{"ga100 gh100", "mpeg2:D vc1:D h264:D!E vp8:D hevc8:D!E hevc10:D!E hevc444:D vp9-8:D", NVCODEC, FACTS_NVCODEC},
	{"ga107", "mpeg2:D vc1:D h264:D vp8:D hevc8:D hevc10:D hevc444:D vp9-8:D av1-8:D!E av1-10:D!E", NVCODEC, FACTS_NVCODEC},
	{"ga102 ga103 ga104 ga106", "mpeg2:D vc1:D h264:DE vp8:D hevc8:DE hevc10:DE hevc444:DE vp9-8:D av1-8:D!E av1-10:D!E", NVCODEC,
	 FACTS_NVCODEC},
	{"ad10* gb20*", "mpeg2:D vc1:D h264:DE vp8:D hevc8:DE hevc10:DE hevc444:DE vp9-8:D " AV1_BOTH, NVCODEC, FACTS_NVCODEC},
	{0},
};

const struct facts_media *facts_media_of(const char *family, const char *driver)
{
	const struct facts_media *m;

	for (m = facts_medias; family && m->families; m++)
		if (facts_any_fits(m->families, family) &&
		    (m->driver ? str_eq(m->driver, driver) : !str_eq(driver, FACTS_NVCODEC)))
			return m;
	return NULL;
}

static unsigned promise_bits(const char *s)
{
	unsigned bits = 0;

	for (; *s && *s != ' '; s++) {
		if (*s == '!' && s[1] == 'E') {
			bits |= CODEC_NEVER_ENCODE;
			s++;
		} else {
			bits |= *s == 'D' ? CODEC_DECODE : *s == 'E' ? CODEC_ENCODE : *s == 'd' ? CODEC_DECODE | CODEC_DECODE_FULL :
				*s == 'e' ? CODEC_ENCODE | CODEC_ENCODE_FULL : 0;
		}
	}
	return bits;
}

unsigned facts_media_promise(const struct facts_media *row, const char *codec)
{
	const char *at = row ? row->codecs : "";
	size_t n = strlen(codec);

	while (*at) {
		if (strncmp(at, codec, n) == 0 && at[n] == ':')
			return promise_bits(at + n + 1);
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return 0;
}

#define VA_DRM "intel/libva va/drm/va_drm_utils.c"

const struct facts_va_driver facts_va_drivers[] = {
	{"i965", "i915", "ilk snb ivb vlv hsw chv", "Intel i965 driver", "i965-va-driver", "intel/media-driver#1298; " VA_DRM},
	{"iHD", "i915", NULL, "Intel iHD driver", "intel-media-va-driver", VA_DRM},
	{"iHD", "xe", NULL, "Intel iHD driver", "intel-media-va-driver", "intel/intel-device-plugins-for-kubernetes gpu_plugin README; " VA_DRM, NULL,
	 "With the kernel driver xe it has to be 25.2.2 or later, or a build that has xe enabled."},
	{"i965", "i915", "bdw skl bxt glk kbl cfl whl cml", "Intel i965 driver", "i965-va-driver", VA_DRM},
	{"radeonsi", "amdgpu", NULL, "Mesa Gallium driver", "mesa-va-drivers", VA_DRM},
	{"radeonsi", "radeon", "tahiti pitcairn cape-verde oland hainan bonaire hawaii kaveri kabini mullins", "Mesa Gallium driver",
	 "mesa-va-drivers", VA_DRM},
	{"r600", "radeon", NULL, "Mesa Gallium driver", "mesa-va-drivers", VA_DRM},
	{"virtio_gpu", "virtio_gpu", NULL, "Mesa Gallium driver", "mesa-va-drivers", "Mesa src/gallium/targets/va; " VA_DRM},
	{"nouveau", "nouveau", NULL, "Mesa Gallium driver", "mesa-va-drivers", VA_DRM},
	{"nvidia", "nvidia nvidia-drm", NULL, "VA-API NVDEC driver", "nvidia-vaapi-driver", "elFarto/nvidia-vaapi-driver src/vabackend.c; " VA_DRM,
	 "NVDEC and NVENC"},
	{0},
};

bool facts_va_driver_serves(const struct facts_va_driver *row, const char *driver, const char *family)
{
	return driver && has_word(row->drivers, driver) && (!row->families || facts_any_fits(row->families, family));
}

const struct facts_va_driver *facts_va_driver_for(const char *driver, const char *family)
{
	const struct facts_va_driver *d;

	for (d = facts_va_drivers; d->name; d++)
		if (facts_va_driver_serves(d, driver, family))
			return d;
	return NULL;
}

const struct facts_va_driver *facts_va_driver_of_name(const char *name, const char *driver, const char *family)
{
	const struct facts_va_driver *d;

	for (d = facts_va_drivers; d->name; d++)
		if (str_eq(d->name, name) && facts_va_driver_serves(d, driver, family))
			return d;
	return NULL;
}

const struct facts_va_driver *facts_va_driver_named(const char *vendor)
{
	const struct facts_va_driver *d;

	for (d = facts_va_drivers; vendor && d->name; d++)
		if (strstr(vendor, d->vendor))
			return d;
	return NULL;
}

const struct facts_va_build facts_va_builds[] = {
	{"Intel iHD driver", true, "a build without the kernels that are not free leaves it out",
	 "On Debian and Ubuntu intel-media-va-driver-non-free has it.", "intel/media-driver README.md: ENABLE_NONFREE_KERNELS"},
	{"Mesa Gallium driver", false, "Mesa may be built without codecs that are under patents",
	 "Use a build of Mesa with these codecs (Fedora: mesa-va-drivers-freeworld; else -Dvideo-codecs=all).",
	 "Mesa meson_options.txt: video-codecs"},
	{"VA-API NVDEC driver", false, "it is built without a parser that it needs, or older than this GPU",
	 "Install a newer nvidia-vaapi-driver; for VP9 it has to be built with gstreamer-codecparsers-1.0.",
	 "elFarto/nvidia-vaapi-driver README.md"},
	{"NVDEC and NVENC", false, "NVIDIA's driver is older than this GPU, or does not have all of its video libraries",
	 "Install NVIDIA's driver in a release that knows the GPU, with libnvcuvid and libnvidia-encode; in a container ask for the capability "
	 "'video' (NVIDIA_DRIVER_CAPABILITIES).",
	 NVCODEC},
	{0},
};

bool facts_vpl_family(const char *family)
{
	/* intel/vpl-gpu-rt README.md: Tiger Lake and later. */
	return facts_any_fits("tgl rkl adl-* rpl-* dg1 dg2-* ats-m mtl arl-* lnl bmg-* ptl wcl nvl-*", family);
}
