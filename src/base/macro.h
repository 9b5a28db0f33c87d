/* SPDX-License-Identifier: Apache-2.0 */
/* The few macros everything uses. Included first by every header of ours. */
#ifndef GPUBAY_BASE_MACRO_H
#define GPUBAY_BASE_MACRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#define CLEANUP(fn) __attribute__((cleanup(fn)))
#if defined(__MINGW32__)
#define PRINTF_LIKE(f, a) __attribute__((format(gnu_printf, f, a)))
#else
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#endif

/* "No object": the value of an index that refers to nothing. */
#define NONE UINT32_MAX

#include "base/banned.h"

#endif
