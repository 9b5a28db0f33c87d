/* SPDX-License-Identifier: Apache-2.0 */
/* Source: linux include/uapi/linux/bpf.h (struct bpf_cgroup_dev_ctx), kernel/bpf/core.c (bpf_jit_blind_insn). */
#include "swap/device-filter.h"

#include <errno.h>

enum {
	AX = 11,        /* the kernel's own register, which blinding uses */
	NOSPEC = 0xc0,  /* BPF_ST | BPF_NOSPEC: a speculation barrier that the verifier put in */
	BLOCK = 13,     /* instructions of one of our blocks */
	STEPS_MAX = 2 * DEVICE_FILTER_MAX,
};

#define OPEN_ACCESS (BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)
#define CTX_SIZE sizeof(struct bpf_cgroup_dev_ctx)
/* Where the interpreter says that the context lies: no number of the context is so large. */
#define CTX_AT (UINT64_C(1) << 40)

static bool is_jump(const struct bpf_insn *i)
{
	unsigned class = BPF_CLASS(i->code), op = BPF_OP(i->code);

	return (class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

static bool carried(const struct bpf_insn *i)
{
	unsigned class = BPF_CLASS(i->code), op = BPF_OP(i->code);

	if (i->dst_reg >= BPF_REG_10 || i->src_reg >= BPF_REG_10)
		return false;
	switch (class) {
	case BPF_ALU:
	case BPF_ALU64: return op <= BPF_END && i->off == 0;
	case BPF_JMP: return op != BPF_CALL;
	case BPF_JMP32: return op != BPF_CALL && op != BPF_EXIT && op != BPF_JA;
	case BPF_LDX: return BPF_MODE(i->code) == BPF_MEM;
	default: return false;
	}
}

/* ax = one part; ax ^= the other; instruction with ax: was one instruction with a constant. */
static bool blinded(const struct bpf_insn *i, uint32_t left)
{
	return left >= 3 && i[0].dst_reg == AX && BPF_OP(i[0].code) == BPF_MOV && BPF_SRC(i[0].code) == BPF_K &&
	       i[1].dst_reg == AX && BPF_OP(i[1].code) == BPF_XOR && BPF_SRC(i[1].code) == BPF_K && i[2].src_reg == AX &&
	       BPF_SRC(i[2].code) == BPF_X;
}

/* One instruction, or three that were one; how many were taken. */
static uint32_t take(const struct bpf_insn *i, uint32_t left, struct bpf_insn *ret)
{
	unsigned class;

	if (blinded(i, left)) {
		*ret = i[2];
		ret->code = (uint8_t)(i[2].code & ~BPF_X);
		ret->src_reg = 0;
		ret->imm = i[0].imm ^ i[1].imm;
		return 3;
	}
	*ret = *i;
	class = BPF_CLASS(i->code);
	if (class != BPF_ALU && class != BPF_ALU64)
		return 1;
	/* Blinding writes a constant 0 so; of a register that was not set before it cannot be loaded. */
	if (BPF_OP(i->code) == BPF_XOR && BPF_SRC(i->code) == BPF_X && i->dst_reg == i->src_reg)
		*ret = (struct bpf_insn){.code = (uint8_t)(class | BPF_MOV | BPF_K), .dst_reg = i->dst_reg};
	/* The kernel marks moves that it put in to clear the upper half. */
	if (BPF_OP(i->code) == BPF_MOV && BPF_SRC(i->code) == BPF_X)
		ret->imm = 0;
	return 1;
}

int device_filter_normalise(struct arena *a, const struct device_filter *seen, struct device_filter *ret)
{
	/* For each old instruction the new one that does its work, and for each new one where it stood. */
	uint32_t *now = arena_alloc(a, (seen->n + 1) * sizeof(*now)), *was = arena_alloc(a, (seen->n + 1) * sizeof(*was));
	uint32_t i, k, took;

	*ret = (struct device_filter){.v = arena_alloc(a, (seen->n + 1) * sizeof(*ret->v))};
	for (i = 0; i < seen->n; i += took) {
		took = 1;
		now[i] = ret->n;
		if (seen->v[i].code == NOSPEC)
			continue;
		took = take(&seen->v[i], seen->n - i, &ret->v[ret->n]);
		for (k = 1; k < took; k++)
			now[i + k] = ret->n;
		was[ret->n] = i + took - 1;
		if (!carried(&ret->v[ret->n]))
			return -EOPNOTSUPP;
		ret->n++;
	}
	for (i = 0; i < ret->n; i++) {
		int64_t target = (int64_t)was[i] + 1 + ret->v[i].off;

		if (!is_jump(&ret->v[i]))
			continue;
		if (target < 0 || target >= seen->n)
			return -EOPNOTSUPP;
		ret->v[i].off = (int16_t)((int64_t)now[target] - i - 1);
	}
	return ret->n ? 0 : -EOPNOTSUPP;
}

/* The bytes of the context that a load asks for. */
static int load(const struct bpf_insn *i, uint64_t at, const struct bpf_cgroup_dev_ctx *ctx, uint64_t *ret)
{
	static const unsigned sizes[] = {4, 2, 1, 8};
	unsigned size = sizes[BPF_SIZE(i->code) >> 3];
	uint64_t offset = at + (uint64_t)(int64_t)i->off - CTX_AT;
	union {
		uint8_t b;
		uint16_t h;
		uint32_t w;
	} u = {0};

	if (size == 8 || offset > CTX_SIZE || offset + size > CTX_SIZE)
		return -EOPNOTSUPP;
	memcpy(&u, (const char *)ctx + offset, size);
	*ret = size == 1 ? u.b : size == 2 ? u.h : u.w;
	return 0;
}

static int compute(unsigned op, bool wide, uint64_t left, uint64_t right, uint64_t *ret)
{
	unsigned bits = wide ? 63 : 31;

	switch (op) {
	case BPF_ADD: *ret = left + right; return 0;
	case BPF_SUB: *ret = left - right; return 0;
	case BPF_MUL: *ret = left * right; return 0;
	case BPF_DIV: *ret = right ? left / right : 0; return 0;
	case BPF_MOD: *ret = right ? left % right : left; return 0;
	case BPF_OR: *ret = left | right; return 0;
	case BPF_AND: *ret = left & right; return 0;
	case BPF_XOR: *ret = left ^ right; return 0;
	case BPF_NEG: *ret = 0 - left; return 0;
	case BPF_MOV: *ret = right; return 0;
	case BPF_LSH: *ret = left << (right & bits); return 0;
	case BPF_RSH: *ret = left >> (right & bits); return 0;
	case BPF_ARSH: *ret = (uint64_t)(wide ? (int64_t)left >> (right & bits) : (int32_t)left >> (right & bits)); return 0;
	default: return -EOPNOTSUPP;
	}
}

static int compare(unsigned op, bool wide, uint64_t left, uint64_t right)
{
	int64_t sl = wide ? (int64_t)left : (int32_t)left, sr = wide ? (int64_t)right : (int32_t)right;

	switch (op) {
	case BPF_JA: return 1;
	case BPF_JEQ: return left == right;
	case BPF_JNE: return left != right;
	case BPF_JGT: return left > right;
	case BPF_JGE: return left >= right;
	case BPF_JLT: return left < right;
	case BPF_JLE: return left <= right;
	case BPF_JSET: return (left & right) != 0;
	case BPF_JSGT: return sl > sr;
	case BPF_JSGE: return sl >= sr;
	case BPF_JSLT: return sl < sr;
	case BPF_JSLE: return sl <= sr;
	default: return -EOPNOTSUPP;
	}
}

/* Runs an instruction that is not an exit; how far to jump is added to *at. */
static int step(const struct bpf_insn *i, uint64_t *reg, const struct bpf_cgroup_dev_ctx *ctx, int64_t *at)
{
	unsigned class = BPF_CLASS(i->code);
	bool wide = class == BPF_ALU64 || class == BPF_JMP;
	uint64_t left = reg[i->dst_reg], right = BPF_SRC(i->code) == BPF_X ? reg[i->src_reg] : (uint64_t)(int64_t)i->imm;
	int r;

	if (class == BPF_LDX)
		return load(i, reg[i->src_reg], ctx, &reg[i->dst_reg]);
	if (!wide)
		left = (uint32_t)left, right = (uint32_t)right;
	if (class == BPF_JMP || class == BPF_JMP32) {
		r = compare(BPF_OP(i->code), wide, left, right);
		*at += r > 0 ? i->off : 0;
		return r < 0 ? r : 0;
	}
	r = compute(BPF_OP(i->code), wide, left, right, &reg[i->dst_reg]);
	if (!wide)
		reg[i->dst_reg] = (uint32_t)reg[i->dst_reg];
	return r;
}

static int run(const struct device_filter *f, const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t reg[BPF_REG_10 + 1] = {[BPF_REG_1] = CTX_AT};
	unsigned steps;
	int64_t at = 0;
	int r;

	for (steps = 0; steps < STEPS_MAX && at >= 0 && at < f->n; steps++, at++) {
		if (!carried(&f->v[at]))
			return -EOPNOTSUPP;
		if (f->v[at].code == (BPF_JMP | BPF_EXIT))
			return (reg[BPF_REG_0] & 1) != 0;
		r = step(&f->v[at], reg, ctx, &at);
		if (r < 0)
			return r;
	}
	return -EOPNOTSUPP;
}

int device_filter_allows(const struct device_filter *f, const struct device_number *d)
{
	/* An open asks for what it wants together, but a filter may also be asked for reading or writing alone. */
	static const unsigned asked[] = {OPEN_ACCESS, BPF_DEVCG_ACC_READ, BPF_DEVCG_ACC_WRITE};
	struct bpf_cgroup_dev_ctx ctx = {.major = d->major, .minor = d->minor};
	unsigned i;
	int r = 1;

	for (i = 0; i < ARRAY_LEN(asked) && r == 1; i++) {
		ctx.access_type = asked[i] << 16 | BPF_DEVCG_DEV_CHAR;
		r = run(f, &ctx);
	}
	return r;
}

/* if (major and minor are d's && it is a character device && nothing but reading and writing is wanted) return 1; */
static void block(const struct device_number *d, struct bpf_insn *ret)
{
	static const struct bpf_insn form[BLOCK] = {
		{.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1, .off = offsetof(struct bpf_cgroup_dev_ctx, major)},
		{.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 2, .off = BLOCK - 2},
		{.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1, .off = offsetof(struct bpf_cgroup_dev_ctx, minor)},
		{.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 2, .off = BLOCK - 4},
		{.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 3, .src_reg = 2},
		{.code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = 2, .imm = 0xffff},
		{.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 2, .off = BLOCK - 8, .imm = BPF_DEVCG_DEV_CHAR},
		{.code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = 3, .imm = 16},
		{.code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = 3, .imm = ~OPEN_ACCESS},
		{.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 3, .off = BLOCK - 11},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1},
		{.code = BPF_JMP | BPF_EXIT},
	};

	memcpy(ret, form, sizeof(form));
	ret[1].imm = (int32_t)d->major;
	ret[3].imm = (int32_t)d->minor;
}

void device_filter_open(struct arena *a, const struct device_filter *f, const struct device_number_list *devices,
			struct device_filter *ret)
{
	uint32_t i;

	*ret = (struct device_filter){.v = arena_alloc(a, (devices->n * BLOCK + f->n) * sizeof(*f->v))};
	for (i = 0; i < devices->n; i++, ret->n += BLOCK)
		block(&devices->v[i], &ret->v[ret->n]);
	memcpy(&ret->v[ret->n], f->v, f->n * sizeof(*f->v));
	ret->n += f->n;
}

/* A block of ours, and whose. */
static bool is_block(const struct device_filter *f, uint32_t at, struct device_number *ret)
{
	struct bpf_insn same[BLOCK];

	if (f->n - at < BLOCK)
		return false;
	*ret = (struct device_number){(uint32_t)f->v[at + 1].imm, (uint32_t)f->v[at + 3].imm};
	block(ret, same);
	return memcmp(same, &f->v[at], sizeof(same)) == 0;
}

static bool listed(const struct device_number_list *l, const struct device_number *d)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].major == d->major && l->v[i].minor == d->minor)
			return true;
	return false;
}

unsigned device_filter_close(struct arena *a, const struct device_filter *f, const struct device_number_list *devices,
			     struct device_filter *ret)
{
	struct device_number d;
	unsigned cut = 0;
	uint32_t at;

	*ret = (struct device_filter){.v = arena_alloc(a, f->n * sizeof(*f->v))};
	for (at = 0; is_block(f, at, &d); at += BLOCK) {
		if (listed(devices, &d)) {
			cut++;
			continue;
		}
		memcpy(&ret->v[ret->n], &f->v[at], BLOCK * sizeof(*f->v));
		ret->n += BLOCK;
	}
	memcpy(&ret->v[ret->n], &f->v[at], (f->n - at) * sizeof(*f->v));
	ret->n += f->n - at;
	return cut;
}
