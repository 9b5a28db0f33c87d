/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verbs that change something tell: one line for each step as it happens, who holds a GPU, and the outcome as
 * a whole. Text, JSON and D-Bus all print these tables.
 */
#ifndef GPUBAY_MODEL_SWAP_H
#define GPUBAY_MODEL_SWAP_H

#include "model/gpu.h"

#define STEP_RESULT(E, P) \
	E(P, DOING, "doing") E(P, DONE, "done") E(P, SKIPPED, "skipped") E(P, WOULD, "would") E(P, REFUSED, "refused") \
	E(P, FAILED, "failed") E(P, HUNG, "hung")
ENUM_DECL(step_result, STEP_RESULT)

/* One step of a change. A step that takes time is told twice: as it begins (doing) and with its result. */
#define SWAP_STEP(F, S) \
	F(S, name, str, _, 0, "what is done, in a few words: authorize, driver, unbind 0000:03:00.1") \
	F(S, result, en, step_result, 0, "what came of it") \
	F(S, detail, str, _, 0, "what was seen") \
	F(S, remedy, str, _, 0, "what a person can do, where it failed") \
	F(S, path, str, _, 0, "file that was written or read") \
	F(S, took_ms, u32, _, FIELD_VOLATILE, "how long it took")
FIELD_STRUCT(swap_step, SWAP_STEP)

/* How a process holds a GPU. */
#define HOLD(E, P) \
	E(P, OPEN, "open file") E(P, MAPPED, "mapping") E(P, OPEN_DELETED, "open file of a node that is gone") \
	E(P, MAPPED_DELETED, "mapping of a node that is gone") E(P, CONSOLE, "console") E(P, MOUNT, "mounted file system") \
	E(P, NETWORK, "network interface")
ENUM_DECL(hold, HOLD)

/* A process that has a GPU open. Nodes that all GPUs of a vendor share (nvidiactl, nvidia-uvm, kfd) make it possible, not certain. */
#define HOLDER(F, S) \
	F(S, gpu, ref, gpu, 0, "the GPU it holds") \
	F(S, pid, u32, _, 0, "process") \
	F(S, start_ticks, u64, _, FIELD_HIDDEN, "start time, so that a number used again is not taken for it") \
	F(S, command, str, _, 0, "name of the program") \
	F(S, uid, u32, _, 0, "user") \
	F(S, user, str, _, 0, "name of the user") \
	F(S, certain, b, _, 0, "holds this very GPU; otherwise only a node that it shares with others") \
	F(S, how, en, hold, 0, "by what") \
	F(S, nodes, strs, _, 0, "device nodes it has open") \
	F(S, unit, str, _, 0, "systemd unit") \
	F(S, manager_uid, u32, _, 0, "user whose own service manager or engine runs it; not known: the system's") \
	F(S, engine, str, _, 0, "container engine: podman, docker, containerd, cri-o") \
	F(S, container, str, _, 0, "container id") \
	F(S, container_name, str, _, 0, "container's name") \
	F(S, pod, str, _, 0, "Kubernetes pod uid") \
	F(S, compositor, b, _, 0, "it is the display server of a seat")
FIELD_STRUCT(holder, HOLDER)

/* A container that uses a GPU, or was given one. */
#define GPU_CONTAINER(F, S) \
	F(S, engine, str, _, 0, "container engine: podman, docker, containerd, cri-o") \
	F(S, id, str, _, 0, "container id") \
	F(S, name, str, _, 0, "its name") \
	F(S, image, str, _, 0, "image") \
	F(S, pod, str, _, 0, "Kubernetes pod: namespace/name, else its uid") \
	F(S, manager_uid, u32, _, 0, "user whose own engine runs it; not known: the system's") \
	F(S, gpus, refs, gpu, 0, "GPUs") \
	F(S, in_use, b, _, 0, "a process of it has one open now") \
	F(S, pids, nums, _, 0, "these processes") \
	F(S, nodes, strs, _, 0, "device nodes of GPUs that it has") \
	F(S, ways, strs, _, 0, "how it got them: CDI NAME, --device NODE, bind mount, privileged, gpubay attach")
FIELD_STRUCT(gpu_container, GPU_CONTAINER)

#define VERDICT(E, P) \
	E(P, SAFE, "SAFE TO UNPLUG") E(P, NOT_SAFE, "NOT SAFE") E(P, REFUSED, "refused") E(P, USABLE, "usable") \
	E(P, NOT_USABLE, "not usable") E(P, CHANGED, "done") E(P, FAILED, "failed")
ENUM_DECL(verdict, VERDICT)

#define OUTCOME(F, S) \
	F(S, verb, str, _, 0, "attach, eject, trust ...") \
	F(S, subject, str, _, 0, "GPU, router or container it was about") \
	F(S, verdict, en, verdict, 0, "what came of it") \
	F(S, reason, str, _, 0, "why, in one sentence") \
	F(S, remedy, str, _, 0, "what to do next") \
	F(S, dry_run, b, _, 0, "nothing was changed") \
	F(S, steps, list, swap_step, 0, "what was done, in order") \
	F(S, holders, list, holder, 0, "processes that hold the GPU") \
	F(S, holders_partial, b, _, 0, "not every process could be looked at") \
	F(S, holders_unseen, strs, _, 0, "those that could not: name and number")
FIELD_STRUCT(outcome, OUTCOME)

/* A GPU that went while it was in use: pulled, or lost. */
#define GONE_GPU(F, S) \
	F(S, id, str, _, FIELD_SECRET, "stable id") \
	F(S, address, addr, _, 0, "PCI address that it had") \
	F(S, name, str, _, 0, "name") \
	F(S, state, en, gpu_state, 0, "lost: it is there and does not answer; absent") \
	F(S, holders, list, holder, 0, "processes that still have its nodes open or mapped")
FIELD_STRUCT(gone_gpu, GONE_GPU)

#define GONE_ALL(F, S) \
	F(S, gpus, list, gone_gpu, 0, "GPUs that went while they were in use") \
	F(S, partial, b, _, 0, "not every process could be looked at") \
	F(S, unseen, strs, _, 0, "those that could not: name and number") \
	F(S, steps, list, swap_step, 0, "what was taken back from containers") \
	F(S, reason, str, _, 0, "why not all could be done; empty when it could")
FIELD_STRUCT(gone, GONE_ALL)

/* Told of each step as it happens. */
struct swap_listener {
	void (*step)(void *arg, const struct swap_step *step);
	void *arg;
};

#endif
