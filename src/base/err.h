/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results. A function that returns int gives 0 for done, a negative errno that the caller passes up unchanged, or a
 * positive value of an enum documented at its prototype, which the caller must handle. Where a person will read the
 * failure, the last argument is a struct err owned by the caller: set once where the failure happens, wrapped on the
 * way up only to add a name. Text is lower case, without a full stop, subject in single quotes.
 */
#ifndef GPUBAY_BASE_ERR_H
#define GPUBAY_BASE_ERR_H

#include "base/macro.h"

struct err {
	int code; /* negative errno, 0 = unset */
	char text[500];
};

/* Sets *e (may be NULL) unless it is set already; returns code. */
int err_set(struct err *e, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Puts "<fmt>: " before the text of *e; returns e->code. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* "ENOENT" for 2 or -2; "E<number>" for a number without a name. Static storage or a per-call slot of 8. */
const char *errno_name(int code);
/* 2 for "ENOENT"; 0 when the name is not known. */
int errno_value(const char *name);

#endif
