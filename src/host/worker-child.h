/* SPDX-License-Identifier: Apache-2.0 */
/* The child's side of a worker, and what is seen of it from outside. Included by worker*.c alone. */
#ifndef GPUBAY_HOST_WORKER_CHILD_H
#define GPUBAY_HOST_WORKER_CHILD_H

#include "host/worker.h"

/* Becomes the program; an errno goes into `start` when it cannot. */
_Noreturn void worker_child(const struct worker *w, int out, int err, int start, int parent);
/* Bytes in RAM of a process and what it started, as far as /proc shows. */
uint64_t worker_memory(int pid);

#endif
