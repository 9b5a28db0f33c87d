/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/text.h"

#include "base/parse.h"

enum { NAME_WIDTH = 22, DEPTH_MAX = 6 };

struct any_list {
	const char *v;
	uint32_t n;
};

static void add_wrapped(struct buf *out, unsigned indent, unsigned width, const char *text)
{
	unsigned at = indent;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > indent && at + 1 + n > width) {
			buf_addf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			buf_addc(out, ' ');
			at++;
		}
		buf_add(out, text, n);
		at += (unsigned)n;
		text += n;
		text += strspn(text, " ");
	}
	buf_addc(out, '\n');
}

static void scalar(const struct snapshot *s, const void *at, const struct field *f, struct arena *a, struct buf *out)
{
	const struct strs *strs = at;
	const struct u32s *nums = at;
	const char *text;
	char addr[PCI_ADDR_TEXT];
	uint32_t i;

	switch (f->kind) {
	case FIELD_b:
		buf_adds(out, *(const bool *)at ? "yes" : "no");
		break;
	case FIELD_u32:
		buf_addf(out, "%u", *(const uint32_t *)at);
		break;
	case FIELD_i32:
		buf_addf(out, "%d", *(const int32_t *)at);
		break;
	case FIELD_u64:
		if (*(const uint64_t *)at == UINT64_MAX)
			buf_adds(out, "unlimited");
		else
			buf_addf(out, "%llu", (unsigned long long)*(const uint64_t *)at);
		break;
	case FIELD_str:
		text = *(const char *const *)at;
		buf_adds(out, text && *text ? text : "none");
		break;
	case FIELD_strs:
		for (i = 0; i < strs->n; i++)
			buf_addf(out, "%s%s", i ? " " : "", strs->v[i]);
		if (strs->n == 0)
			buf_adds(out, "none");
		break;
	case FIELD_nums:
	case FIELD_refs:
		for (i = 0; i < nums->n; i++) {
			text = f->kind == FIELD_refs ? snapshot_ref_text(s, a, f->ref, nums->v[i])
						     : arena_printf(a, "%u", nums->v[i]);
			buf_addf(out, "%s%s", i ? " " : "", text ? text : "?");
		}
		if (nums->n == 0)
			buf_adds(out, "none");
		break;
	case FIELD_ref:
		text = snapshot_ref_text(s, a, f->ref, *(const uint32_t *)at);
		buf_adds(out, text ? text : "none");
		break;
	case FIELD_hex2:
		buf_addf(out, "%02x", *(const uint8_t *)at);
		break;
	case FIELD_hex4:
		buf_addf(out, "%04x", *(const uint16_t *)at);
		break;
	case FIELD_hex6:
		buf_addf(out, "%06x", *(const uint32_t *)at);
		break;
	case FIELD_hex:
		buf_addf(out, "0x%llx", (unsigned long long)*(const uint64_t *)at);
		break;
	case FIELD_oct:
		buf_addf(out, "%04o", *(const uint32_t *)at);
		break;
	case FIELD_addr:
		buf_adds(out, pci_addr_text(*(const uint64_t *)at, addr));
		break;
	case FIELD_en:
		buf_adds(out, enum_name(f->tab, *(const unsigned *)at));
		break;
	case FIELD_obj:
	case FIELD_list:
		break;
	}
}

/* A list element on one line: its known values, "name value" each. */
static void element(const struct snapshot *s, const char *obj, const struct field *table, struct arena *a, struct buf *out)
{
	const struct field *f;
	uint64_t known;
	bool first = true;

	memcpy(&known, obj, sizeof(known));
	for (f = table; f->name; f++) {
		if (!(known >> f->bit & 1) || f->flags & (FIELD_HIDDEN | FIELD_DETAIL) || f->kind == FIELD_obj || f->kind == FIELD_list)
			continue;
		buf_addf(out, "%s%s ", first ? "" : ", ", f->name);
		scalar(s, obj + f->offset, f, a, out);
		first = false;
	}
}

static void fields(const struct snapshot *s, const void *obj, const struct field *table, unsigned indent, unsigned width,
		   struct buf *out, struct arena *a, struct buf *unknown)
{
	const struct field *f;
	uint64_t known;

	memcpy(&known, obj, sizeof(known));
	for (f = table; f->name; f++) {
		const char *at = (const char *)obj + f->offset;
		const struct any_list *l = (const void *)at;
		struct buf value CLEANUP(buf_free) = BUF_NULL;
		uint32_t i;

		if (f->flags & FIELD_HIDDEN)
			continue;
		if (!(known >> f->bit & 1)) {
			buf_addf(unknown, "%s%s", unknown->n ? ", " : "", f->name);
			continue;
		}
		if (f->kind == FIELD_obj && indent < DEPTH_MAX) {
			buf_addf(out, "%*s%s\n", (int)indent, "", f->name);
			fields(s, at, f->sub, indent + 2, width, out, a, unknown);
			continue;
		}
		if (f->kind == FIELD_list) {
			for (i = 0; i < l->n; i++) {
				buf_clear(&value);
				element(s, l->v + i * f->elem_size, f->sub, a, &value);
				buf_addf(out, "%*s%-*s", (int)indent, "", (int)(NAME_WIDTH - indent), i ? "" : f->name);
				add_wrapped(out, NAME_WIDTH, width, value.p ? value.p : "");
			}
			continue;
		}
		scalar(s, at, f, a, &value);
		buf_addf(out, "%*s%-*s ", (int)indent, "", (int)(NAME_WIDTH - indent - 1), f->name);
		add_wrapped(out, NAME_WIDTH, width, value.p ? value.p : "");
	}
}

void text_fields(const struct snapshot *s, const void *obj, const struct field *table, unsigned indent, unsigned width,
		 struct buf *out)
{
	struct buf unknown CLEANUP(buf_free) = BUF_NULL;
	struct arena *a = arena_new();

	fields(s, obj, table, indent, width, out, a, &unknown);
	if (unknown.n) {
		buf_addf(out, "%*s%-*s ", (int)indent, "", (int)(NAME_WIDTH - indent - 1), "unknown");
		add_wrapped(out, NAME_WIDTH, width, unknown.p);
	}
	arena_free(a);
}
