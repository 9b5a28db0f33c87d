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

#include "host/effects.h"
#include "model/snapshot.h"
#include "model/swap.h"

/*
 * Takes a GPU (by its stable id) back from every container that it was given to, before it is ejected: what opened it
 * before keeps it open, nothing opens it any more. Steps are told and added to out->steps. 0 also when it was given to
 * nobody, or to containers that are gone; the first failure is in *e.
 */
int give_take_back(struct effects *fx, const char *gpu_id, const struct swap_listener *tell, struct outcome *out, struct err *e);

#endif
