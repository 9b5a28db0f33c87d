/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->code)
		return code;
	e->code = code ? code : -EINVAL;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char old[sizeof(e->text)];
	va_list ap;
	int n;

	if (!e || !e->code)
		return e ? e->code : 0;
	memcpy(old, e->text, sizeof(old));
	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n + 3 < sizeof(e->text))
		snprintf(e->text + n, sizeof(e->text) - (size_t)n, ": %.*s", (int)(sizeof(e->text) - (size_t)n - 3), old);
	return e->code;
}

/* Captures carry names, and these must mean the same on a system whose errno.h lacks them. */
#ifndef ENOTUNIQ
#define ENOTUNIQ 10076
#endif
#ifndef EREMOTEIO
#define EREMOTEIO 10121
#endif
#ifndef ENOKEY
#define ENOKEY 10126
#endif
#ifndef EKEYREJECTED
#define EKEYREJECTED 10129
#endif
#ifndef EUCLEAN
#define EUCLEAN 10117
#endif

static const struct {
	int code;
	const char *name;
} errnos[] = {
	{ENOTUNIQ, "ENOTUNIQ"}, {EREMOTEIO, "EREMOTEIO"}, {ENOKEY, "ENOKEY"}, {EKEYREJECTED, "EKEYREJECTED"},
	{EUCLEAN, "EUCLEAN"}, {ENODATA, "ENODATA"}, {EOPNOTSUPP, "EOPNOTSUPP"},
	{EPERM, "EPERM"},     {ENOENT, "ENOENT"},   {EIO, "EIO"},       {ENXIO, "ENXIO"},     {E2BIG, "E2BIG"},
	{EBADF, "EBADF"},     {EAGAIN, "EAGAIN"},   {ENOMEM, "ENOMEM"}, {EACCES, "EACCES"},   {EFAULT, "EFAULT"},
	{EBUSY, "EBUSY"},     {EEXIST, "EEXIST"},   {EXDEV, "EXDEV"},   {ENODEV, "ENODEV"},   {ENOTDIR, "ENOTDIR"},
	{EISDIR, "EISDIR"},   {EINVAL, "EINVAL"},   {ENFILE, "ENFILE"}, {EMFILE, "EMFILE"},   {ENOTTY, "ENOTTY"},
	{EFBIG, "EFBIG"},     {ENOSPC, "ENOSPC"},   {EROFS, "EROFS"},   {EPIPE, "EPIPE"},     {ERANGE, "ERANGE"},
	{ENAMETOOLONG, "ENAMETOOLONG"},             {ENOSYS, "ENOSYS"}, {ELOOP, "ELOOP"},     {EPROTO, "EPROTO"},
	{EOVERFLOW, "EOVERFLOW"},                   {EILSEQ, "EILSEQ"}, {ETIMEDOUT, "ETIMEDOUT"},
	{EBADMSG, "EBADMSG"},                       {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
	{EINTR, "EINTR"},     {ECANCELED, "ECANCELED"}, {ESRCH, "ESRCH"},
};

const char *errno_name(int code)
{
	static char slot[8][16];
	static unsigned next;
	unsigned i;

	if (code < 0)
		code = -code;
	for (i = 0; i < ARRAY_LEN(errnos); i++)
		if (errnos[i].code == code)
			return errnos[i].name;
	i = next++ % ARRAY_LEN(slot);
	snprintf(slot[i], sizeof(slot[i]), "E%d", code);
	return slot[i];
}

int errno_value(const char *name)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(errnos); i++)
		if (strcmp(errnos[i].name, name) == 0)
			return errnos[i].code;
	return 0;
}
