/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/engines.h"

#define V ENGINE_VERSION

const struct facts_engine facts_engines[] = {
	{RUNTIME_KIND_PODMAN, "Podman", "usr/bin/podman usr/local/bin/podman", "podman", NULL, V(4, 1, 0), V(4, 1, 0), NULL,
	 "containers/podman RELEASE_NOTES.md: 3.2.0 first, 4.1.0 with a later specification"},
	{RUNTIME_KIND_DOCKER, "Docker", "usr/bin/dockerd usr/sbin/dockerd usr/local/bin/dockerd", "docker-ce|docker.io|moby-engine",
	 "docker-engine|docker", V(25, 0, 0), V(28, 2, 0), "docker", "docs.docker.com engine release notes 25.0 and 28.2: features.cdi"},
	{RUNTIME_KIND_CONTAINERD, "containerd", "usr/bin/containerd usr/local/bin/containerd", "containerd.io|containerd", NULL, V(1, 7, 0),
	 V(2, 0, 0), "containerd", "containerd/containerd docs/cri/config.md: enable_cdi; releases 1.7.0 and 2.0.0"},
	{RUNTIME_KIND_CRIO, "CRI-O", "usr/bin/crio usr/local/bin/crio", "cri-o", NULL, V(1, 24, 0), V(1, 24, 0), "crio",
	 "cri-o/cri-o v1.24.0 docs/crio.conf.5.md: cdi_spec_dirs, which v1.23.5 has not"},
	{RUNTIME_KIND_KUBELET, "kubelet", "usr/bin/kubelet usr/local/bin/kubelet", "kubelet", NULL, V(1, 28, 0), V(1, 29, 0), "kubelet",
	 "kubernetes keps/sig-node/4009-add-cdi-devices-to-device-plugin-api: DevicePluginCDIDevices alpha 1.28, beta 1.29, stable 1.31"},
	{0},
};

const struct facts_engine_cdi facts_engine_cdi[] = {
	{RUNTIME_KIND_PODMAN, V(4, 1, 0), V(0, 4, 0), "containers/podman v4.1.0 go.mod"},
	{RUNTIME_KIND_PODMAN, V(4, 3, 0), V(0, 5, 0), "Debian 12's podman 4.3.1, tried: 0.5.0 is read, 0.6.0 is not"},
	{RUNTIME_KIND_PODMAN, V(4, 9, 0), V(0, 6, 0), "containers/podman v4.9.0 go.mod"},
	{RUNTIME_KIND_PODMAN, V(5, 3, 0), V(0, 8, 0), "containers/podman v5.3.0 go.mod; Debian 13's 5.4.2, tried: 0.8.0 is read, 1.0.0 is not"},
	{RUNTIME_KIND_PODMAN, V(5, 5, 0), V(1, 0, 0), "containers/podman v5.5.0 go.mod"},
	{RUNTIME_KIND_DOCKER, V(25, 0, 0), V(0, 6, 0), "moby/moby v25.0.0 vendor.mod"},
	{RUNTIME_KIND_DOCKER, V(25, 0, 17), V(0, 8, 0), "moby/moby v25.0.17 vendor.mod"},
	{RUNTIME_KIND_DOCKER, V(26, 0, 0), V(0, 6, 0), "moby/moby v26.0.0 vendor.mod: a later release with the older library"},
	{RUNTIME_KIND_DOCKER, V(26, 1, 0), V(0, 7, 0), "moby/moby v26.1.0 vendor.mod"},
	{RUNTIME_KIND_DOCKER, V(27, 4, 0), V(0, 8, 0), "moby/moby v27.4.0 vendor.mod"},
	{RUNTIME_KIND_DOCKER, V(28, 1, 0), V(1, 0, 0), "moby/moby v28.1.0 vendor.mod"},
	{RUNTIME_KIND_DOCKER, V(29, 2, 0), V(1, 1, 0), "moby/moby docker-v29.2.0 go.mod"},
	{RUNTIME_KIND_CRIO, V(1, 24, 0), V(0, 3, 0), "cri-o/cri-o v1.24.0 vendored specs-go/config.go"},
	{RUNTIME_KIND_CRIO, V(1, 25, 0), V(0, 5, 0), "cri-o/cri-o v1.25.0 vendored specs-go/config.go"},
	{RUNTIME_KIND_CRIO, V(1, 28, 0), V(0, 6, 0), "cri-o/cri-o v1.28.0 vendored specs-go/config.go"},
	{RUNTIME_KIND_CRIO, V(1, 30, 0), V(0, 7, 0), "cri-o/cri-o v1.30.0 vendored specs-go/config.go"},
	{RUNTIME_KIND_CRIO, V(1, 31, 0), V(0, 8, 0), "cri-o/cri-o v1.31.0 vendored specs-go/config.go"},
	{RUNTIME_KIND_CRIO, V(1, 33, 0), V(1, 0, 0), "cri-o/cri-o v1.33.0 vendored specs-go/version.go"},
	{RUNTIME_KIND_CRIO, V(1, 35, 0), V(1, 1, 0), "cri-o/cri-o v1.35.0 vendored specs-go/version.go"},
	{RUNTIME_KIND_CONTAINERD, V(1, 7, 0), V(0, 5, 0), "containerd/containerd v1.7.0 go.mod"},
	{RUNTIME_KIND_CONTAINERD, V(1, 7, 20), V(0, 7, 0), "containerd/containerd v1.7.20 go.mod"},
	{RUNTIME_KIND_CONTAINERD, V(1, 7, 27), V(0, 8, 0), "containerd/containerd v1.7.27 and v2.0.0 go.mod"},
	{RUNTIME_KIND_CONTAINERD, V(2, 1, 0), V(1, 0, 0), "containerd/containerd v2.1.0 go.mod"},
	{RUNTIME_KIND_CONTAINERD, V(2, 3, 0), V(1, 1, 0), "containerd/containerd v2.3.0 go.mod"},
	{0},
};

/* Labels: dri_device_t and xserver_misc_device_t; hsa_device_t (/dev/kfd) is given to every container. */
const struct facts_selinux facts_selinuxes[] = {
	{"/dev/dri/", "container_use_dri_devices container_use_devices", "containers/container-selinux container.te"},
	{"/dev/nvidia", "container_use_xserver_devices container_use_devices", "containers/container-selinux container.te"},
	{0},
};

const uint32_t facts_containerd_merges = V(2, 1, 0);

const struct facts_engine *facts_engine_find(enum runtime_kind kind)
{
	const struct facts_engine *e;

	for (e = facts_engines; e->name; e++)
		if (e->kind == kind)
			return e;
	return NULL;
}

uint32_t facts_engine_cdi_of(enum runtime_kind kind, uint32_t version)
{
	const struct facts_engine_cdi *row;
	uint32_t cdi = 0;

	for (row = facts_engine_cdi; row->kind; row++)
		if (row->kind == kind && version >= row->since)
			cdi = row->cdi;
	return cdi;
}
