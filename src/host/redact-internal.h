/* SPDX-License-Identifier: Apache-2.0 */
/* Between redact.c, which knows values and their aliases, and redact-file.c, which knows where in files they stand. */
#ifndef GPUBAY_HOST_REDACT_INTERNAL_H
#define GPUBAY_HOST_REDACT_INTERNAL_H

#include "host/redact.h"

enum redact_kind { UUID, MAC, ID64, NET64, IPV4, SERIAL, HOST, USER, N_KINDS };

/* A value and what stands for it. Values of a form are bytes, the others the text itself. */
struct secret {
	enum redact_kind kind;
	unsigned char key[16];
	uint32_t number; /* counts in its kind, from 1 */
	const char *text, *alias;
	size_t len;
	bool everywhere; /* replaced wherever it is seen, not only where it was found */
};

struct redactor {
	struct arena *a;
	struct {
		struct secret *v;
		uint32_t n;
	} secrets;
	uint32_t counts[N_KINDS];
	struct strs public;     /* UUIDs that are names of things everywhere, like those of EFI variables */
	struct strs host_files; /* see redact_host_name */
	struct strs accounts;   /* names in etc/passwd that are the system's */
	uint64_t first[4];      /* which first bytes a text secret may have */
};

/* The number of a value that has no text form; a new one when it is seen first. */
uint32_t redact_number(struct redactor *r, enum redact_kind kind, const unsigned char *key, size_t n);
/* Replaces the eight bytes, most significant first, by their alias. */
void redact_id64(struct redactor *r, unsigned char key[8]);
/* The alias of a text that was found where its kind is known by the place. */
const char *redact_learn(struct redactor *r, enum redact_kind kind, const char *s, size_t n, bool everywhere);
struct secret *redact_find(struct redactor *r, enum redact_kind kind, const char *s, size_t n);
/* Whether the whole text is a UUID. */
bool redact_is_uuid(const char *s, size_t n);
/* Free text. `names`: host and user names are looked for too. */
void redact_text(struct redactor *r, const char *s, size_t n, bool names, struct buf *out);
/* A value that is a serial number or the like because of where it stands. */
void redact_serial(struct redactor *r, const char *s, size_t n, struct buf *out);

/* redact-engine.c: an engine's configuration (TOML, JSON); kubelet's (YAML, or flags in a file of variables): only switches stay. */
void redact_engine(struct redactor *r, const char *p, size_t n, struct buf *out);
void redact_kubelet(const char *p, size_t n, struct buf *out);

bool redact_alnum(char c);
int redact_hex(char c);

#endif
