/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes out of a capture what identifies a machine or a person, and puts an alias of the same shape in its place: the
 * same alias for the same value wherever and however it is written (a GUID with and without colons, a MAC inside an
 * EUI-64, a serial number inside a path).
 *
 * Some values are known by their form (UUIDs, MACs, GUIDs, GIDs), others only by where they are found (serial numbers,
 * host and user names); so a text is gone through twice: what the first pass learns, the second replaces everywhere.
 */
#ifndef GPUBAY_HOST_REDACT_H
#define GPUBAY_HOST_REDACT_H

#include "base/arena.h"
#include "base/buf.h"

struct redactor;

struct redactor *redactor_new(void);
void redactor_free(struct redactor *r); /* NULL-safe */

/* The content of the file `path`, text or binary, added to out. Learns from it. */
void redact_content(struct redactor *r, const char *path, const char *p, size_t n, struct buf *out);
/* A path, a name or the target of a link that is seen in `path`. */
void redact_path(struct redactor *r, const char *path, const char *text, struct buf *out);
/* An answer's text, or its key where that is NULL. */
void redact_answer(struct redactor *r, const char *kind, const char *key, const char *text, struct buf *out);
/* This file's content is the name of a machine, though its path does not say so. */
void redact_host_name(struct redactor *r, const char *path);

/* What was replaced: "3 UUIDs, 1 serial number"; "nothing". */
char *redact_summary(const struct redactor *r, struct arena *a);

#endif
