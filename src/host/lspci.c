/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what lspci printed, as people paste it: with prompts, prose and Markdown around, quoted, indented, with CRs,
 * several runs one after the other, pieces that grep let through. A line counts only when its form says what it is:
 *
 *   a function   "03:00.0 VGA compatible controller [0300]: NVIDIA … [10de:2684] (rev a1)"   -nn
 *                "03:00.0 0300: 10de:2684 (rev a1)"                                          -n
 *                '03:00.0 "VGA … [0300]" "NVIDIA … [10de]" "AD102 … [2684]" -ra1'            -mm
 *                "03:00.0 VGA compatible controller: NVIDIA …"      names only: needs a hex dump for its ids
 *   a detail     more indented than its function, or one of the lines known by their beginning
 *   a dump       "00: de 10 84 26 …"                                                         -x -xxx -xxxx
 *   a block      "Slot:\t03:00.0" up to an empty line                                        -vmm
 */
#include "host/lspci.h"

#include "base/parse.h"
#include "host/lspci-reader.h"

#include <errno.h>

enum {
	TEXT_LIMIT = 64 * 1024 * 1024,
	CONFIG_MAX = 4096,
};

/* Dumps */

/* Bytes of "00: de 10 84 26 …"; -1 when the line has another form. */
static int dump_bytes(struct piece t, uint64_t *ret_offset, uint8_t out[static 16])
{
	const char *colon = memchr(t.s, ':', MIN(piece_left(&t), (size_t)4));
	uint64_t v;
	int n = 0;

	if (!colon || colon - t.s < 2 || !piece_hex(t.s, t.end, (unsigned)(colon - t.s), ret_offset))
		return -1;
	for (t.s = colon + 1; t.s < t.end && *t.s == ' ';) {
		t.s++;
		if (t.s == t.end)
			break;
		if (n == 16 || !piece_hex(t.s, t.end, 2, &v))
			return -1;
		out[n++] = (uint8_t)v;
		t.s += 2;
	}
	return t.s == t.end && n > 0 ? n : -1;
}

static int line_dump(struct lspci_reader *r, struct piece t)
{
	struct lspci_fn *f = lspci_current(r);
	uint8_t bytes[16];
	uint64_t offset;
	int n = dump_bytes(t, &offset, bytes);

	if (n < 0)
		return 0;
	if (!f)
		return n < 16 ? 0 : lspci_expected(r, r->line_no, "the line of a function before its dump");
	if (n < 16)
		return lspci_expected(r, r->line_no, "16 bytes, found %d", n);
	if (offset == 0 || !r->config) {
		r->config = arena_alloc(r->a, CONFIG_MAX);
		r->n_config = 0;
	}
	if (offset != r->n_config || offset + 16 > CONFIG_MAX)
		return lspci_expected(r, r->line_no, "offset %02x, found %02x", r->n_config, (unsigned)offset);
	memcpy(r->config + offset, bytes, 16);
	r->n_config += 16;
	if (r->n_config > f->n_config) {
		f->config = r->config;
		f->n_config = r->n_config;
	}
	return 1;
}

/* The whole text */

/* Cuts quote marks and white space; how far the text was indented behind the quote marks. */
static unsigned unquote(struct piece *t)
{
	const char *start;

	while (t->end > t->s && (piece_blank(t->end[-1]) || t->end[-1] == '\r'))
		t->end--;
	while (t->s < t->end && *t->s == '>')
		t->s += 1 + (t->s + 1 < t->end && t->s[1] == ' ');
	start = t->s;
	piece_skip_blanks(t);
	return (unsigned)(t->s - start);
}

static int one_line(struct lspci_reader *r, struct piece t)
{
	unsigned indent = unquote(&t);
	int code;

	if (t.s == t.end) {
		/* Terse output has no empty lines between functions. */
		r->ended |= r->bare && !r->block;
		r->block = false;
		return 0;
	}
	if (piece_left(&t) == 2 && memcmp(t.s, "--", 2) == 0) {
		r->cut = true;
		return 0;
	}
	code = lspci_line_block(r, t);
	if (code == 0)
		code = lspci_line_function(r, t);
	if (code > 0 && !r->block)
		r->indent = indent;
	if (code != 0)
		return MIN(code, 0);
	code = line_dump(r, t);
	if (code == 0)
		code = lspci_line_detail(r, t);
	if (code == 0 && r->cur != NONE && indent > r->indent)
		code = 1;
	if (code > 0)
		r->bare = false;
	if (code == 0)
		r->ended = r->run.n > 0; /* a prompt, a fence, prose */
	return MIN(code, 0);
}

/* What the dumps say, where the text did not. */
static void from_config(struct lspci_fn *f)
{
	const uint8_t *c = f->config;
	uint16_t vendor;

	if (!c || f->n_config < 64 || (c[0] == 0xff && c[1] == 0xff))
		return;
	vendor = (uint16_t)(c[0] | c[1] << 8);
	if (!(f->known & LSPCI_IDS)) {
		f->vendor = vendor;
		f->device = (uint16_t)(c[2] | c[3] << 8);
	}
	if (!(f->known & LSPCI_CLASS))
		f->class = (uint32_t)(c[11] << 16 | c[10] << 8);
	f->class = (f->class & ~0xffu) | c[9];
	f->revision = c[8];
	f->known |= LSPCI_IDS | LSPCI_CLASS | LSPCI_PROG_IF | LSPCI_REVISION;
	if ((c[14] & 0x7f) == 0 && !(f->known & LSPCI_SUBSYSTEM) && (c[0x2c] | c[0x2d]) && c[0x2c] + c[0x2d] != 0x1fe) {
		f->sub_vendor = (uint16_t)(c[0x2c] | c[0x2d] << 8);
		f->sub_device = (uint16_t)(c[0x2e] | c[0x2f] << 8);
		f->known |= LSPCI_SUBSYSTEM;
	}
	if ((c[14] & 0x7f) == 1) {
		f->secondary = c[0x19];
		f->subordinate = c[0x1a];
		f->known |= LSPCI_BUSES;
	}
}

static int check_all(struct lspci_reader *r)
{
	uint32_t i, with_ids = 0;

	if (r->fns.n == 0)
		return err_set(r->e, -EINVAL, "%s:1: expected lspci's output, found no PCI function in it; "
			       "run lspci -nn, -vmmnnk or -xxxx", r->name);
	for (i = 0; i < r->fns.n; i++) {
		struct lspci_fn *f = &r->fns.v[i];

		if (f->torn)
			return lspci_expected(r, f->line, "a block with 'Class:', 'Vendor:' and 'Device:'");
		from_config(f);
		with_ids += (f->known & LSPCI_IDS) != 0;
	}
	if (!with_ids)
		return lspci_expected(r, r->fns.v[0].line, "ids: this output has no numeric ids; run lspci -nn");
	return 0;
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = lspci_address_key(a), y = lspci_address_key(b);

	return x < y ? -1 : x > y;
}

int lspci_parse(const char *name, const char *text, size_t n, struct tree **ret, struct err *e)
{
	struct lspci_reader r = {.name = name, .e = e, .a = arena_new(), .cur = NONE};
	const char *end = text + n, *line;
	size_t len;
	int code = 0;

	if (n > TEXT_LIMIT)
		code = err_set(e, -EINVAL, "%s:1: expected at most %u bytes", name, (unsigned)TEXT_LIMIT);
	while (code == 0 && next_line(&text, end, &line, &len)) {
		r.line_no++;
		code = one_line(&r, (struct piece){line, line + len});
	}
	if (code == 0) {
		lspci_run_end(&r);
		code = check_all(&r);
	}
	if (code == 0) {
		qsort(r.fns.v, r.fns.n, sizeof(*r.fns.v), by_address);
		code = lspci_tree(name, &r.fns, ret);
	}
	arena_free(r.a);
	return code < 0 ? err_set(e, -EINVAL, "%s:1: expected lspci's output", name) : 0;
}
