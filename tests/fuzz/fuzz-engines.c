/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations of container engines and CDI specs: the same bytes stand in every place, checks run over the result. */
#include "check/check.h"
#include "codec/json.h"
#include "host/tree-mem.h"
#include "probe/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct probe_request req = {.phases = PROBE_RUNTIME};
	static const char *const programs[] = {"usr/bin/podman", "usr/bin/dockerd", "usr/bin/containerd", "usr/bin/crio", "usr/bin/k3s",
					       "usr/bin/kubelet"};
	static const char *const files[] = {"etc/containers/containers.conf", "etc/docker/daemon.json", "etc/containerd/config.toml",
					    "etc/containerd/conf.d/x.toml", "etc/crio/crio.conf", "etc/cdi/x.json", "etc/cdi/y.yaml",
					    "var/lib/kubelet/config.yaml", "etc/default/kubelet",
					    "var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl"};
	struct tree *t = tree_new_mem("fuzz");
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	struct arena *a = arena_new();
	struct finding_list findings;
	struct snapshot *s;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(programs); i++)
		tree_mem_file(t, programs[i], "", 0);
	for (i = 0; i < ARRAY_LEN(files); i++)
		tree_mem_file(t, files[i], data, size);
	tree_mem_answer(t, "package", "containerd.io|containerd", "1.7.24-1");
	tree_mem_answer(t, "package", "podman", "4.3.1+ds1-8");
	s = probe_snapshot(t, &req);
	if (s->runtimes.n != ARRAY_LEN(programs) || s->cdi_specs.n != 2)
		abort();
	check_run(s, NULL, a, &findings);
	json_print(json_node(s, &findings), &out);
	arena_free(a);
	snapshot_free(s);
	tree_free(t);
	return 0;
}
