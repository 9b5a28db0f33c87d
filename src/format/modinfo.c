/* SPDX-License-Identifier: Apache-2.0 */
/* ELF as in the System V ABI; both word sizes and both byte orders, because Linux has GPUs on all of them. */
#include "format/modinfo.h"

#include "base/parse.h"

#include <errno.h>

enum {
	ELF_HEADER = 64,
	ELF_SECTIONS_MAX = 1 << 16,
	ELF_NAMES_MAX = 1 << 20,
	SIGNATURE_MAX = 1 << 16,
};

struct elf {
	const struct byte_source *src;
	bool wide, big;
	uint64_t sections;
	uint32_t section_size, n_sections, names;
};

static uint64_t number(const struct elf *e, const unsigned char *p, unsigned n)
{
	uint64_t v = 0;
	unsigned i;

	for (i = 0; i < n; i++)
		v = v << 8 | p[e->big ? i : n - 1 - i];
	return v;
}

static int read_exactly(const struct byte_source *src, uint64_t offset, void *buf, size_t n)
{
	long got;

	if (offset > src->size || n > src->size - offset)
		return -EBADMSG;
	got = src->read(src->arg, offset, buf, n);
	return got < 0 ? (int)got : (size_t)got == n ? 0 : -EBADMSG;
}

static int elf_open(const struct byte_source *src, struct elf *e)
{
	unsigned char h[ELF_HEADER];
	int r = read_exactly(src, 0, h, sizeof(h));

	if (r < 0)
		return r;
	if (memcmp(h, "\177ELF", 4) != 0 || h[4] < 1 || h[4] > 2 || h[5] < 1 || h[5] > 2)
		return -EBADMSG;
	*e = (struct elf){.src = src, .wide = h[4] == 2, .big = h[5] == 2};
	e->sections = e->wide ? number(e, h + 40, 8) : number(e, h + 32, 4);
	e->section_size = (uint32_t)number(e, h + (e->wide ? 58 : 46), 2);
	e->n_sections = (uint32_t)number(e, h + (e->wide ? 60 : 48), 2);
	e->names = (uint32_t)number(e, h + (e->wide ? 62 : 50), 2);
	if (e->section_size < (e->wide ? 64u : 40u) || e->section_size > 256)
		return -EBADMSG;
	return 0;
}

/* Where a section's bytes are, and where its name is in the table of names. */
static void section_place(const struct elf *e, const unsigned char *h, uint32_t *ret_name,
			  uint64_t *ret_offset, uint64_t *ret_size)
{
	*ret_name = (uint32_t)number(e, h, 4);
	*ret_offset = e->wide ? number(e, h + 24, 8) : number(e, h + 16, 4);
	*ret_size = e->wide ? number(e, h + 32, 8) : number(e, h + 20, 4);
}

/* A section's content, a NUL behind it. */
static int section_read(const struct elf *e, uint64_t offset, uint64_t size, uint64_t max,
			char **ret)
{
	char *p;
	int r;

	if (size > max)
		return -EBADMSG;
	p = xmalloc((size_t)size + 1);
	r = read_exactly(e->src, offset, p, (size_t)size);
	if (r < 0) {
		free(p);
		return r;
	}
	p[size] = '\0';
	*ret = p;
	return 0;
}

static int section_find(const struct elf *e, const unsigned char *table, const char *wanted,
			uint64_t *ret_offset, uint64_t *ret_size)
{
	uint64_t offset, size, names_size;
	char *names;
	uint32_t name, i;
	int r;

	section_place(e, table + (size_t)e->names * e->section_size, &name, &offset, &names_size);
	r = section_read(e, offset, names_size, ELF_NAMES_MAX, &names);
	if (r < 0)
		return r;
	r = -ENOENT;
	for (i = 0; i < e->n_sections && r < 0; i++) {
		section_place(e, table + (size_t)i * e->section_size, &name, &offset, &size);
		if (name < names_size && strcmp(names + name, wanted) == 0)
			r = 0;
	}
	free(names);
	*ret_offset = offset;
	*ret_size = size;
	return r;
}

int modinfo_section(const struct byte_source *src, struct arena *a, const char **ret, size_t *ret_n)
{
	uint64_t offset, size;
	struct elf e;
	char *table, *text;
	int r = elf_open(src, &e);

	if (r < 0)
		return r;
	if (e.names >= e.n_sections)
		return -EBADMSG;
	r = section_read(&e, e.sections, (uint64_t)e.section_size * e.n_sections,
			 (uint64_t)ELF_SECTIONS_MAX * 256, &table);
	if (r < 0)
		return r;
	r = section_find(&e, (const unsigned char *)table, ".modinfo", &offset, &size);
	free(table);
	if (r < 0)
		return r;
	r = section_read(&e, offset, size, MODINFO_MAX, &text);
	if (r < 0)
		return r;
	*ret = arena_strn(a, text, (size_t)size);
	*ret_n = (size_t)size;
	free(text);
	return 0;
}

/*
 * The last common name (2.5.4.3) in a PKCS#7 signature. A module's signature names the issuer and serial number of the
 * key's certificate and no other certificate, so that this is the signer. No DER parser for one string.
 */
static const char *common_name(struct arena *a, const unsigned char *der, size_t n)
{
	static const unsigned char oid[] = {0x06, 0x03, 0x55, 0x04, 0x03};
	const char *name = "unknown";
	size_t i;

	for (i = 0; i + sizeof(oid) + 2 <= n; i++) {
		size_t len = der[i + sizeof(oid) + 1];

		if (memcmp(der + i, oid, sizeof(oid)) == 0 && len < 0x80 &&
		    len <= n - i - sizeof(oid) - 2)
			name = utf8_clean(a, (const char *)der + i + sizeof(oid) + 2, len);
	}
	return name;
}

int modinfo_signer(const struct byte_source *src, struct arena *a, const char **ret)
{
	static const char magic[] = "~Module signature appended~\n";
	enum { MAGIC = sizeof(magic) - 1, TAIL = MAGIC + 12 };
	unsigned char tail[TAIL], *der;
	uint32_t len;
	int r;

	if (src->size < TAIL) {
		*ret = "";
		return 0;
	}
	r = read_exactly(src, src->size - TAIL, tail, TAIL);
	if (r < 0)
		return r;
	if (memcmp(tail + 12, magic, MAGIC) != 0) {
		*ret = "";
		return 0;
	}
	len = (uint32_t)tail[8] << 24 | (uint32_t)tail[9] << 16 | (uint32_t)tail[10] << 8 |
	      tail[11];
	if (len > SIGNATURE_MAX || len > src->size - TAIL)
		return -EBADMSG;
	der = xmalloc(len + 1);
	r = read_exactly(src, src->size - TAIL - len, der, len);
	if (r == 0)
		*ret = common_name(a, der, len);
	free(der);
	return r;
}

bool modinfo_next(const char **p, const char *end, const char **ret_key, size_t *ret_n_key,
		  const char **ret_value)
{
	while (*p < end) {
		const char *s = *p, *eq = strchr(s, '=');

		*p = s + strlen(s) + 1;
		if (!eq)
			continue;
		*ret_key = s;
		*ret_n_key = (size_t)(eq - s);
		*ret_value = eq + 1;
		return true;
	}
	return false;
}
