/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/edid.h"

#include "base/parse.h"

#include <errno.h>

/* Layout: VESA E-EDID 1.4 section 3; CTA-861 section 7 for the extension. */
enum {
	BLOCK = 128,
	AT_MAKER = 8,
	AT_PRODUCT = 10,
	AT_SERIAL = 12,
	AT_WEEK = 16,
	AT_YEAR = 17,
	AT_VERSION = 18,
	AT_INPUT = 20,
	AT_SIZE_CM = 21,
	AT_DESCRIPTORS = 54,
	AT_EXTENSIONS = 126,
	DESCRIPTOR = 18,
	N_DESCRIPTORS = 4,
	TAG_SERIAL = 0xff,
	TAG_NAME = 0xfc,
	EXTENSION_CTA = 2,
};

/* A descriptor with a pixel clock is a timing; all others begin with two zero bytes. */
static bool is_timing(const uint8_t *d)
{
	return d[0] || d[1];
}

/*
 * The 13 bytes of text end at a line feed and are padded with blanks; broken monitors pad with
 * NULs.
 */
static const char *descriptor_text(const uint8_t *d, struct arena *a)
{
	size_t n = 0;

	while (n < 13 && d[5 + n] != '\n' && d[5 + n] != '\0')
		n++;
	return str_trim(utf8_clean(a, (const char *)d + 5, n));
}

static const uint8_t *find_text(const uint8_t *p, size_t n, uint8_t tag)
{
	for (; n >= DESCRIPTOR; p += DESCRIPTOR, n -= DESCRIPTOR)
		if (!is_timing(p) && p[2] == 0 && p[3] == tag)
			return p;
	return NULL;
}

/*
 * In the first block, or among the descriptors of a CTA extension (behind its data blocks, up to
 * the checksum).
 */
static const char *text_of(const uint8_t *p, size_t n, uint8_t tag, struct arena *a)
{
	const uint8_t *d = find_text(p + AT_DESCRIPTORS, N_DESCRIPTORS * DESCRIPTOR, tag);
	size_t at;

	for (at = BLOCK; !d && at + BLOCK <= n; at += BLOCK)
		if (p[at] == EXTENSION_CTA && p[at + 2] >= 4 && p[at + 2] < BLOCK - 1)
			d = find_text(p + at + p[at + 2], (size_t)(BLOCK - 1 - p[at + 2]), tag);
	return d ? descriptor_text(d, a) : "";
}

static void put_identity(const uint8_t *p, size_t n, struct arena *a, struct edid *e)
{
	unsigned maker = (unsigned)p[AT_MAKER] << 8 | p[AT_MAKER + 1];
	uint32_t number = p[AT_SERIAL] | (uint32_t)p[AT_SERIAL + 1] << 8 |
			  (uint32_t)p[AT_SERIAL + 2] << 16 | (uint32_t)p[AT_SERIAL + 3] << 24;
	char letters[4] = {0};
	const char *serial = text_of(p, n, TAG_SERIAL, a);
	unsigned i;

	/* Three letters of five bits, 1 is A; what is no letter shows as '?'. */
	for (i = 0; i < 3; i++) {
		unsigned v = maker >> (10 - 5 * i) & 31;

		letters[i] = v >= 1 && v <= 26 ? (char)('A' + v - 1) : '?';
	}
	FIELD_SET(e, edid, manufacturer, arena_str(a, letters));
	FIELD_SET(e, edid, product, (uint16_t)(p[AT_PRODUCT] | p[AT_PRODUCT + 1] << 8));
	FIELD_SET(e, edid, name, text_of(p, n, TAG_NAME, a));
	if (!*serial && number)
		serial = arena_printf(a, "%u", number);
	FIELD_SET(e, edid, serial, serial);
	/* Week 255 says that the year is the model's; 0 that there is no week. */
	FIELD_SET(e, edid, week, p[AT_WEEK] <= 54 ? p[AT_WEEK] : 0);
	if (p[AT_YEAR] || p[AT_WEEK])
		FIELD_SET(e, edid, year, 1990u + p[AT_YEAR]);
	FIELD_SET(e, edid, version, arena_printf(a, "%u.%u", p[AT_VERSION], p[AT_VERSION + 1]));
}

struct timing {
	uint32_t width, height, hz;
	uint32_t width_mm, height_mm;
	bool interlaced;
};

/*
 * Detailed timing descriptor: sizes are split in a low byte and a nibble. False when it describes
 * no picture.
 */
static bool timing_read(const uint8_t *d, struct timing *ret)
{
	uint64_t clock = ((uint64_t)d[1] << 8 | d[0]) * 10000;
	uint32_t h_blank = d[3] | (d[4] & 0x0fu) << 8, v_blank = d[6] | (d[7] & 0x0fu) << 8;
	uint64_t total;

	*ret = (struct timing){
		.width = d[2] | (d[4] & 0xf0u) << 4,
		.height = d[5] | (d[7] & 0xf0u) << 4,
		.width_mm = d[12] | (d[14] & 0xf0u) << 4,
		.height_mm = d[13] | (d[14] & 0x0fu) << 8,
		.interlaced = d[17] & 0x80,
	};
	total = (uint64_t)(ret->width + h_blank) * (ret->height + v_blank);
	if (!ret->width || !ret->height || !clock)
		return false;
	/* An interlaced timing gives one field: half the lines at the rate that is advertised. */
	ret->hz = (uint32_t)((clock + total / 2) / total);
	if (ret->interlaced)
		ret->height *= 2;
	return true;
}

/*
 * The base block has centimetres, the preferred timing millimetres. The finer figures count where
 * both agree; elsewhere they are an aspect ratio, or those of another panel, and the coarse ones
 * count.
 */
static bool near_cm(uint32_t mm, uint32_t cm)
{
	return mm + 10 > cm * 10 && mm < cm * 10 + 10;
}

static void put_size(const uint8_t *p, const struct timing *t, struct edid *e)
{
	uint32_t cm_w = p[AT_SIZE_CM], cm_h = p[AT_SIZE_CM + 1];
	bool coarse =
		cm_w &&
		cm_h; /* one of the two alone is an aspect ratio (EDID 1.4); a projector has none */
	bool fine = coarse ? near_cm(t->width_mm, cm_w) && near_cm(t->height_mm, cm_h) :
			     t->width_mm >= 50 && t->height_mm >= 30;

	FIELD_SET(e, edid, width_mm, fine ? t->width_mm : coarse ? cm_w * 10 : 0);
	FIELD_SET(e, edid, height_mm, fine ? t->height_mm : coarse ? cm_h * 10 : 0);
}

static void put_picture(const uint8_t *p, struct arena *a, struct edid *e)
{
	struct timing t = {0};
	const char *mode = "";
	unsigned i;

	for (i = 0; i < N_DESCRIPTORS; i++) {
		const uint8_t *d = p + AT_DESCRIPTORS + i * DESCRIPTOR;

		if (is_timing(d) && timing_read(d, &t)) {
			mode = arena_printf(a, "%ux%u%s@%u", t.width, t.height,
					    t.interlaced ? "i" : "", t.hz);
			break;
		}
		t = (struct timing){0};
	}
	FIELD_SET(e, edid, preferred_mode, mode);
	put_size(p, &t, e);
}

int edid_parse(const uint8_t *p, size_t n, struct arena *a, struct edid *ret)
{
	static const uint8_t header[8] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
	unsigned i, sum = 0;

	if (n < BLOCK || memcmp(p, header, sizeof(header)) != 0)
		return -EINVAL;
	*ret = (struct edid){0};
	put_identity(p, n, a, ret);
	put_picture(p, a, ret);
	for (i = 0; i < BLOCK; i++)
		sum += p[i];
	FIELD_SET(ret, edid, checksum_ok, (sum & 0xff) == 0);
	FIELD_SET(ret, edid, digital, p[AT_INPUT] >> 7 == 1);
	FIELD_SET(ret, edid, extensions, p[AT_EXTENSIONS]);
	return 0;
}
