/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of an enum's values, in both directions. Zero is always "unknown".
 *   ENUM_DECL(gpu_state, GPU_STATE)          in the header, from  #define GPU_STATE(E, P) E(P, BOUND, "bound") ...
 *   ENUM_TABLE(gpu_state, GPU_STATE)         in one .c file
 * gives enum gpu_state { GPU_STATE_UNKNOWN, GPU_STATE_BOUND, ... } and gpu_state_tab.
 */
#ifndef GPUBAY_BASE_ENUMTAB_H
#define GPUBAY_BASE_ENUMTAB_H

#include "base/macro.h"

struct enumtab {
	const char *const *names;
	uint32_t n;
};

#define ENUM_VALUE(P, NAME, text) P##_##NAME,
#define ENUM_NAME(P, NAME, text) text,
#define ENUM_DECL(name, LIST) \
	enum name { LIST##_UNKNOWN, LIST(ENUM_VALUE, LIST) LIST##_COUNT }; \
	extern const struct enumtab name##_tab;
#define ENUM_TABLE(name, LIST) \
	static const char *const name##_names[] = {"unknown", LIST(ENUM_NAME, LIST)}; \
	const struct enumtab name##_tab = {name##_names, ARRAY_LEN(name##_names)};

/* "unknown" for a value out of range. */
const char *enum_name(const struct enumtab *t, unsigned value);
/* 0 (unknown) for a name that is not there; case is ignored. */
unsigned enum_value(const struct enumtab *t, const char *name);

#endif
