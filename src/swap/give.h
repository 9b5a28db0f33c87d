/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GPU given to a container that already runs: device nodes made in its mount namespace, its device filter opened, and
 * all of it taken back. What was given stands below /run, a file for each GPU and container, written before the first
 * change: who finds it there can undo it, also after we died in the middle.
 *
 * Needs root without a sandbox in the way: CAP_SYS_ADMIN, MKNOD, SYS_PTRACE, SYS_CHROOT, DAC_OVERRIDE, FOWNER, CHOWN,
 * SETUID and SETGID; the calls bpf, setns, unshare, open_tree, move_mount; /proc of every process; a writable
 * /sys/fs/cgroup; no private device policy of its own.
 */
#ifndef GPUBAY_SWAP_GIVE_H
#define GPUBAY_SWAP_GIVE_H

#include "host/tree.h"
#include "model/snapshot.h"
#include "swap/steps.h"

struct give_wish {
	struct tree *tree;
	const struct snapshot *snap;
	const struct gpu *gpu; /* in snap->gpus or snap->displays */
	const char *container; /* id, unique beginning of one, or name */
};

/*
 * Gives the GPU: steps are told and kept, the verdict is usable, refused or failed. A failure leaves nothing behind. Where
 * the container has the GPU already nothing is changed but what has got lost.
 */
enum verdict give_attach(struct steps *s, const struct give_wish *wish);
/* Takes one GPU, or with gpu_id NULL every one, back from one container. The verdict is done, refused or failed. */
enum verdict give_detach(struct steps *s, struct tree *t, const char *gpu_id, const char *container);

/*
 * Takes a GPU (by its stable id) back from every container that it was given to, before it is ejected: what opened it
 * before keeps it open, nothing opens it any more. A step for each container. 0 also when it was given to nobody, or to
 * containers that are gone; the first failure is in *e.
 */
int give_take_back(struct steps *s, const char *gpu_id, struct err *e);
/*
 * Takes back what was given of GPUs that are not there any more, or have other device numbers by now: the old ones may
 * become another GPU's. Forgets containers that are gone. For whoever sees that a GPU was pulled.
 */
int give_sweep(struct steps *s, struct tree *t, const struct snapshot *snap, struct err *e);

#endif
