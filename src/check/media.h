/* SPDX-License-Identifier: Apache-2.0 */
/* What a render node's VA-API report says, codec by codec, against what the tables promise of the GPU's family. */
#ifndef GPUBAY_CHECK_MEDIA_H
#define GPUBAY_CHECK_MEDIA_H

#include "facts/codecs.h"
#include "model/snapshot.h"

#define MEDIA_CODEC(F, S) \
	F(S, key, str, _, FIELD_HIDDEN, "key of the codec") \
	F(S, codec, str, _, 0, "codec") \
	F(S, depth, u32, _, 0, "bits a sample") \
	F(S, chroma, str, _, 0, "chroma format") \
	F(S, decode, b, _, 0, "the driver decodes it") \
	F(S, encode, b, _, 0, "the driver encodes it") \
	F(S, decode_promised, b, _, 0, "GPUs of this family decode it; unknown where gpubay has no row") \
	F(S, encode_promised, b, _, 0, "GPUs of this family encode it") \
	F(S, never_encoded, b, _, FIELD_DETAIL, "often expected, but no GPU of this family encodes it") \
	F(S, rate_control, strs, _, 0, "rate control of the encoder") \
	F(S, width_max, u32, _, 0, "widest picture") \
	F(S, height_max, u32, _, 0, "highest picture") \
	F(S, missing, str, _, 0, "why something promised is not there; empty when nothing is missing")
FIELD_STRUCT(media_codec, MEDIA_CODEC)

#define MEDIA_NODE(F, S) \
	F(S, interface, str, _, 0, "VA-API, or NVIDIA's own: NVDEC and NVENC") \
	F(S, node, str, _, 0, "render node; empty for an interface that needs none") \
	F(S, gpu, ref, gpu, 0, "its GPU") \
	F(S, outcome, en, report_outcome, 0, "what came of asking") \
	F(S, message, str, _, 0, "in words") \
	F(S, error, str, _, 0, "what VA-API refused with") \
	F(S, driver, str, _, 0, "VA-API driver") \
	F(S, vendor, str, _, 0, "what the driver says of itself") \
	F(S, version, str, _, 0, "version of VA-API") \
	F(S, left_out, strs, _, 0, "what could not be asked") \
	F(S, codecs, list, media_codec, 0, "codecs")
FIELD_STRUCT(media_node, MEDIA_NODE)

/* One element for each report of VA-API, then one for each of NVDEC and NVENC. */
void media_nodes(const struct snapshot *s, struct arena *a, struct media_node_list *ret);
/* The row of tables for a GPU's family, NULL. */
const char *media_family(const struct snapshot *s, const struct gpu *g);
/* Whether HuC, which low-power encoders need for CBR and VBR, can be there: 1 yes, 0 no, -1 not known; *ret_why. */
int media_huc(const struct snapshot *s, struct arena *a, uint32_t gpu, const char **ret_why);
/* "H.264", "HEVC 10 bit", "HEVC 10 bit 4:2:2". */
const char *media_codec_name(struct arena *a, const char *codec, uint32_t depth, const char *chroma);
/* An encoder with constant quality only. */
bool media_lacks_rate_control(const struct media_codec *c);

#endif
