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

#include "model/snapshot.h"
#include "swap/steps.h"

/*
 * Takes a GPU (by its stable id) back from every container that it was given to, before it is ejected: what opened it
 * before keeps it open, nothing opens it any more. A step for each container. 0 also when it was given to nobody, or to
 * containers that are gone; the first failure is in *e.
 */
int give_take_back(struct steps *s, const char *gpu_id, struct err *e);

#endif
