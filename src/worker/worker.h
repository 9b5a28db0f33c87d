/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpubay-probe: asks one driver library and prints one report. It may hang or crash with the library; whoever started
 * it (host/worker.c) sees to that. Libraries are opened by name, never linked, so that one program serves every machine.
 */
#ifndef GPUBAY_WORKER_WORKER_H
#define GPUBAY_WORKER_WORKER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/parse.h"
#include "model/report.h"

struct work {
	struct arena *a;
	struct report *r;
	const char *about; /* NULL: not given */
};

/* What is not taken from the library. */
enum { ITEMS_MAX = 4096, TEXT_MAX = 4096 };

void probe_nvml(struct work *w);
void probe_vulkan(struct work *w);
void probe_vulkan_files(struct work *w);
void probe_va(struct work *w);
void probe_nvcodec(struct work *w);
void probe_vpl(struct work *w);
void probe_level_zero(struct work *w);
void probe_opencl(struct work *w);
void probe_verbs(struct work *w);
void probe_rdma_test(struct work *w);

/* Opens the first of the names (blank separated) that is there; NULL with the outcome set when none is. */
void *work_open(struct work *w, const char *names);
/* A function of it. */
void *work_sym(void *library, const char *name);
/* The file that a loaded library came from. */
const char *work_file_of(struct work *w, void *symbol);
/* The library said no; the report stays fresh and carries it. */
void work_error(struct work *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
void work_outcome(struct work *w, enum report_outcome outcome, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Text from a library: at most n bytes, ended by the first NUL, made clean. */
const char *work_text(struct work *w, const char *s, size_t n);
const char *work_hex(struct work *w, const void *p, size_t n); /* "00112233…" */
const char *work_uuid(struct work *w, const void *p);          /* 16 bytes, 8-4-4-4-12 */
/* Notes which of these variables are set. */
void work_variables(struct work *w, const char *const *names);
/*
 * After a library has found no device: the nodes that are there and may not be opened make the outcome "no permission".
 * Nodes are the files in `dir` whose names begin with `prefix`.
 */
void work_nodes(struct work *w, const char *dir, const char *prefix, bool no_device);
/* Prints the report as it stands and ends the program. */
_Noreturn void work_print(struct work *w);

/* The program's own confinement; adds to r->sandbox what was put in place. */
enum { SANDBOX_FORKS = 1, SANDBOX_WRITES = 2, SANDBOX_NONE = 4 };
void sandbox_enter(struct work *w, unsigned flags);

#endif
