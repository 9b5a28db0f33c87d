/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field tables. A model struct is written once, as a list of rows; the struct, the bit of each field in `known`, and
 * the table that every output walks (JSON, text, capture comparison, JSON Schema) all come from that list:
 *
 *   #define PCI_LINK(F, S) \
 *           F(S, speed_mts, u32, _, FIELD_VOLATILE, "link speed now, MT/s per lane") \
 *           F(S, width,     u32, _, FIELD_VOLATILE, "lanes in use now")
 *   FIELD_STRUCT(pci_link, PCI_LINK)      in the header
 *   FIELD_TABLE(pci_link, PCI_LINK)       in one .c file: pci_link_fields[], ended by a row with name NULL
 *
 * A field is unknown until FIELD_SET (or FIELD_KNOW after filling a list) says otherwise. "Known to be nothing" is a
 * known field with the value NULL, NONE or an empty list; JSON shows unknown as null, nothing as "" or [].
 *
 * Kinds (third column; the fourth is the kind's argument, _ where there is none):
 *   b bool | u32 | i32 | u64 | str const char * | strs struct strs | nums struct u32s (numbers)
 *   hex4 uint16_t "8086" | hex2 uint8_t "0c" | hex6 uint32_t "030000" | hex uint64_t "0x1f"
 *   addr uint64_t, a PCI address (pci_addr_*) | oct uint32_t, a file mode "0660"
 *   en ENUM: enum ENUM, table ENUM_tab | obj S: struct S inside, unknown as a whole when its bit is not set
 *   list S: struct S_list { struct S *v; uint32_t n; } | ref KIND: uint32_t index or NONE | refs KIND: struct u32s of them
 */
#ifndef GPUBAY_BASE_FIELD_H
#define GPUBAY_BASE_FIELD_H

#include "base/arena.h"
#include "base/enumtab.h"

enum field_kind {
	FIELD_b,
	FIELD_u32,
	FIELD_i32,
	FIELD_u64,
	FIELD_str,
	FIELD_strs,
	FIELD_nums,
	FIELD_hex2,
	FIELD_hex4,
	FIELD_hex6,
	FIELD_hex,
	FIELD_addr,
	FIELD_oct,
	FIELD_en,
	FIELD_obj,
	FIELD_list,
	FIELD_ref,
	FIELD_refs,
};

/* What an index refers to: which array of the snapshot. */
enum ref_kind {
	REF_none,
	REF_pci,
	REF_gpu,
	REF_drm,
	REF_connector,
	REF_domain,
	REF_router,
	REF_typec,
	REF_rdma,
	REF_slice,
};

enum {
	FIELD_VOLATILE = 1, /* may change by itself: no event, never a premise */
	FIELD_WAKES = 2,    /* reading it powers a sleeping device up */
	FIELD_HIDDEN = 4,   /* internal: not shown to people, not in JSON */
	FIELD_SECRET = 8,   /* an identifying value (serial, uuid): aliased in captures */
	FIELD_DETAIL = 16,  /* left out of the short text form */
};

struct field {
	const char *name;
	enum field_kind kind;
	unsigned flags;
	unsigned bit;
	enum ref_kind ref;
	size_t offset;
	size_t elem_size;           /* obj, list */
	const struct field *sub;    /* obj, list */
	const struct enumtab *tab;  /* en */
	const char *doc;
};

/* C declaration of each kind. */
#define FIELD_C_b(m, x) bool m;
#define FIELD_C_u32(m, x) uint32_t m;
#define FIELD_C_i32(m, x) int32_t m;
#define FIELD_C_u64(m, x) uint64_t m;
#define FIELD_C_str(m, x) const char *m;
#define FIELD_C_strs(m, x) struct strs m;
#define FIELD_C_nums(m, x) struct u32s m;
#define FIELD_C_hex2(m, x) uint8_t m;
#define FIELD_C_hex4(m, x) uint16_t m;
#define FIELD_C_hex6(m, x) uint32_t m;
#define FIELD_C_hex(m, x) uint64_t m;
#define FIELD_C_addr(m, x) uint64_t m;
#define FIELD_C_oct(m, x) uint32_t m;
#define FIELD_C_en(m, x) enum x m;
#define FIELD_C_obj(m, x) struct x m;
#define FIELD_C_list(m, x) struct x##_list m;
#define FIELD_C_ref(m, x) uint32_t m;
#define FIELD_C_refs(m, x) struct u32s m;

/* Table part of each kind. */
#define FIELD_T_b(x)
#define FIELD_T_u32(x)
#define FIELD_T_i32(x)
#define FIELD_T_u64(x)
#define FIELD_T_str(x)
#define FIELD_T_strs(x)
#define FIELD_T_nums(x)
#define FIELD_T_hex2(x)
#define FIELD_T_hex4(x)
#define FIELD_T_hex6(x)
#define FIELD_T_hex(x)
#define FIELD_T_addr(x)
#define FIELD_T_oct(x)
#define FIELD_T_en(x) .tab = &x##_tab,
#define FIELD_T_obj(x) .sub = x##_fields, .elem_size = sizeof(struct x),
#define FIELD_T_list(x) .sub = x##_fields, .elem_size = sizeof(struct x),
#define FIELD_T_ref(x) .ref = REF_##x,
#define FIELD_T_refs(x) .ref = REF_##x,

#define FIELD_MEMBER(S, m, kind, x, flags, doc) FIELD_C_##kind(m, x)
#define FIELD_BIT(S, m, kind, x, flags, doc) S##_##m##_bit,
#define FIELD_ROW(S, m, kind_, x, flags_, doc_) \
	{.name = #m, .kind = FIELD_##kind_, .flags = (flags_), .bit = S##_##m##_bit, \
	 .offset = offsetof(struct S, m), FIELD_T_##kind_(x).doc = doc_},

#define FIELD_STRUCT(S, LIST) \
	enum { LIST(FIELD_BIT, S) S##_n_bits }; \
	struct S { \
		uint64_t known; \
		LIST(FIELD_MEMBER, S) \
	}; \
	struct S##_list { \
		struct S *v; \
		uint32_t n; \
	}; \
	_Static_assert(S##_n_bits <= 64, "too many fields for one known mask"); \
	extern const struct field S##_fields[];
#define FIELD_TABLE(S, LIST) const struct field S##_fields[] = {LIST(FIELD_ROW, S){.name = NULL}};

#define FIELD_KNOW(p, S, m) ((p)->known |= UINT64_C(1) << S##_##m##_bit)
#define FIELD_SET(p, S, m, value) ((p)->m = (value), FIELD_KNOW(p, S, m))
#define FIELD_KNOWN(p, S, m) (((p)->known >> S##_##m##_bit) & 1)

#endif
