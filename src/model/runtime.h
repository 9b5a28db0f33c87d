/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container engines, and the kubelet that asks them for devices, as their files tell: version, whether CDI is on, what was
 * left of older ways to hand GPUs over, and what else keeps a container from a device node.
 */
#ifndef GPUBAY_MODEL_RUNTIME_H
#define GPUBAY_MODEL_RUNTIME_H

#include "base/field.h"

#define RUNTIME_KIND(E, P) E(P, PODMAN, "podman") E(P, DOCKER, "docker") E(P, CONTAINERD, "containerd") E(P, CRIO, "cri-o") E(P, KUBELET, "kubelet")
ENUM_DECL(runtime_kind, RUNTIME_KIND)

/* A place in a configuration that a finding points at. */
#define RUNTIME_MARK_KIND(E, P) \
	E(P, BROKEN, "cannot be read") E(P, LEGACY, "NVIDIA's older runtime") E(P, DEFAULT, "default runtime is NVIDIA's older one") \
	E(P, MERGE, "replaces the whole table") E(P, TEMPLATE, "template") \
	E(P, APART, "is not the same as /run")
ENUM_DECL(runtime_mark_kind, RUNTIME_MARK_KIND)
#define RUNTIME_MARK(F, S) \
	F(S, kind, en, runtime_mark_kind, 0, "what it is") \
	F(S, file, str, _, 0, "file") \
	F(S, line, u32, _, 0, "line; 0: the file as a whole") \
	F(S, key, str, _, 0, "key") \
	F(S, value, str, _, 0, "its value, or what is wrong") \
	F(S, exists, b, _, 0, "the program it names is there")
FIELD_STRUCT(runtime_mark, RUNTIME_MARK)

#define RUNTIME(F, S) \
	F(S, kind, en, runtime_kind, 0, "engine") \
	F(S, program, str, _, 0, "program") \
	F(S, managed_by, str, _, 0, "k3s or rke2 where it is a part of one; else empty") \
	F(S, package, str, _, FIELD_DETAIL, "version as the package database has it") \
	F(S, version, str, _, 0, "version of the engine itself") \
	F(S, version_number, u32, _, FIELD_HIDDEN, "major << 16 | minor << 8 | patch") \
	F(S, config, strs, _, 0, "configuration files there, in the order in which they count") \
	F(S, config_version, u32, _, 0, "version of containerd's configuration format") \
	F(S, cdi, b, _, 0, "takes devices by CDI name as it is configured") \
	F(S, cdi_file, str, _, 0, "file that switches CDI; empty: the built-in value counts") \
	F(S, cdi_line, u32, _, 0, "line of the switch") \
	F(S, cdi_spec_dirs, strs, _, 0, "folders it reads CDI specs from") \
	F(S, cdi_dirs_file, str, _, FIELD_DETAIL, "file that names them; empty: built in") \
	F(S, cdi_dirs_line, u32, _, FIELD_DETAIL, "line") \
	F(S, cdi_version, str, _, 0, "highest version of CDI specs that it reads") \
	F(S, cdi_version_number, u32, _, FIELD_HIDDEN, "major << 16 | minor << 8 | patch") \
	F(S, oci, strs, _, 0, "programs here that it can make containers with: crun, runc") \
	F(S, selinux, b, _, 0, "SELinux confines its containers") \
	F(S, selinux_on, strs, _, 0, "SELinux booleans that are on and let containers use devices") \
	F(S, rootless_barrier, str, _, 0, "kernel setting (kernel.NAME) that keeps users who are not root from making containers; empty when none does") \
	F(S, keeps_groups, b, _, 0, "containers keep the groups of who starts them, as it is configured") \
	F(S, marks, list, runtime_mark, 0, "places worth a word")
FIELD_STRUCT(runtime, RUNTIME)

/* A CDI spec on the machine, as far as it can be read. */
#define CDI_FILE(F, S) \
	F(S, path, str, _, 0, "file") \
	F(S, kind, str, _, 0, "vendor/class") \
	F(S, version, str, _, 0, "version of the specification") \
	F(S, version_number, u32, _, FIELD_HIDDEN, "major << 16 | minor << 8 | patch") \
	F(S, devices, strs, _, 0, "names of its devices") \
	F(S, missing, strs, _, 0, "device nodes that it names and that are not here") \
	F(S, fault, str, _, 0, "why no engine can use it; empty when it can be read") \
	F(S, ours, b, _, 0, "written by gpubay")
FIELD_STRUCT(cdi_file, CDI_FILE)

#endif
