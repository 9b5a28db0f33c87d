/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Video codecs as VA-API names them, and which of them each GPU family decodes and encodes. Tables end with a zeroed
 * row.
 */
#ifndef GPUBAY_FACTS_CODECS_H
#define GPUBAY_FACTS_CODECS_H

#include "base/field.h"
#include "model/report.h"

/* A codec at one bit depth and chroma format. */
struct facts_codec {
	const char *key;      /* what the promises call it: "hevc10" */
	const char *name;     /* "HEVC" */
	uint32_t depth;
	const char *chroma;   /* "4:2:0" */
	const char *profiles; /* VA-API profiles, space separated: one of them is enough */
	const char *format;   /* surface format that has to be offered too, where the profile alone does not tell; or NULL */
};
extern const struct facts_codec facts_codecs[];

/* Whether a person means this row: by its key, or by the codec's name, whatever the bit depth; "h264", "H.264". */
bool facts_codec_named(const struct facts_codec *row, const char *text);
/* The same codec, depth and chroma format. */
bool facts_codec_is(const struct facts_codec *row, const struct video_codec *v);
/* What a driver's offer means for a row: CODEC_DECODE, CODEC_ENCODE, both or 0. */
unsigned facts_codec_does(const struct facts_codec *row, const struct va_config *offer);

/*
 * What a family's media engine does, one word for each codec: "hevc10:DE". D decode, E encode; in small letters where
 * only a full-feature build of the driver has it; "!E" is what people expect and no such GPU has.
 */
struct facts_media {
	const char *families; /* keys or prefixes ended with '*', space separated */
	const char *codecs;
	const char *source;
	const char *driver;   /* VA-API driver that it holds for, or FACTS_NVCODEC; NULL: any VA-API driver */
};
#define FACTS_NVCODEC "nvcodec"
extern const struct facts_media facts_medias[];
/* NULL: gpubay has no row for the family with this VA-API driver (NULL: not known). */
const struct facts_media *facts_media_of(const char *family, const char *driver);

enum {
	CODEC_DECODE = 1,
	CODEC_ENCODE = 2,
	CODEC_DECODE_FULL = 4, /* decoding is left out of builds without non-free kernels */
	CODEC_ENCODE_FULL = 8,
	CODEC_NEVER_ENCODE = 16,
};
/* What a row promises of one codec. */
unsigned facts_media_promise(const struct facts_media *row, const char *codec);

/* VA-API drivers: which one a kernel driver's GPUs want, and how it names itself. */
struct facts_va_driver {
	const char *name;    /* NAME_drv_video.so, LIBVA_DRIVER_NAME */
	const char *drivers; /* kernel drivers, space separated */
	const char *families; /* families it is for, as above; NULL: all of those kernel drivers */
	const char *vendor;  /* part of its vendor string */
	const char *package; /* Debian's */
	const char *source;
	const char *beside;  /* what programs have beside VA-API for these GPUs; NULL: nothing */
	const char *minimum; /* how new it has to be, where that is known; a sentence */
};
extern const struct facts_va_driver facts_va_drivers[];
/* The first that serves a family with a kernel driver; NULL when none is known. */
const struct facts_va_driver *facts_va_driver_for(const char *driver, const char *family);
/* The one of that name, if it serves such a GPU; NULL. */
const struct facts_va_driver *facts_va_driver_of_name(const char *name, const char *driver, const char *family);
/* By the vendor string that libva gives; NULL. */
const struct facts_va_driver *facts_va_driver_named(const char *vendor);
bool facts_va_driver_serves(const struct facts_va_driver *row, const char *driver, const char *family);

/* Builds of a driver that leave codecs out, by its vendor string. */
struct facts_va_build {
	const char *vendor; /* part of the vendor string */
	bool free_kernels;  /* without the shaders that are not free */
	const char *say;
	const char *mend;
	const char *source;
};
extern const struct facts_va_build facts_va_builds[];

/* Whether Intel's oneVPL runtime (vpl-gpu-rt) is for this family. */
bool facts_vpl_family(const char *family);

#endif
