/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the kubelet hands CDI names of device plugins on to the engine: a feature gate, in its configuration (YAML or
 * JSON) or in the flags that packages put into files of variables; flags count more.
 */
#include "probe/runtime.h"

#include "base/parse.h"
#include "format/yaml.h"

#define GATE "DevicePluginCDIDevices"

static const char *const configs[] = {"var/lib/kubelet/config.yaml", "etc/kubernetes/kubelet/config.json",
				      "etc/kubernetes/kubelet/kubelet-config.json"};
static const char *const flag_files[] = {"var/lib/kubelet/kubeadm-flags.env", "etc/default/kubelet", "etc/sysconfig/kubelet"};

struct gate {
	int on; /* -1: not said */
	const char *file;
	uint32_t line;
};

static void read_config(struct probe *p, struct runtime *r, const char *path, struct gate *ret)
{
	const char *file = arena_printf(p->a, "/%s", path);
	const struct yaml *v;
	struct err e = {0};
	struct yaml *doc;
	char *text;
	size_t n;
	bool yes;
	int result = tree_read_file(p->root, path, p->a, YAML_TEXT_MAX, &text, &n);

	if (result < 0) {
		snapshot_gap(p->snap, "runtime", path, result);
		return;
	}
	strs_add(p->a, &r->config, file);
	if (yaml_parse(p->a, file, text, n, &doc, &e) < 0) {
		uint32_t line = 0;

		parse_u32(arena_strn(p->a, e.text + strlen(file) + 1, strspn(e.text + strlen(file) + 1, "0123456789")), 10, UINT32_MAX, &line);
		runtime_mark(p, r, RUNTIME_MARK_KIND_BROKEN, file, line, "", arena_str(p->a, e.text));
		return;
	}
	v = yaml_get(yaml_get(doc, "featureGates"), GATE);
	if (yaml_bool(v, &yes))
		*ret = (struct gate){yes, file, v->key_line};
}

static void read_flags(struct probe *p, struct runtime *r, const char *path, struct gate *ret)
{
	const char *file = arena_printf(p->a, "/%s", path), *at, *found, *c;
	uint32_t line = 1;
	char *text;
	int result = tree_read_file(p->root, path, p->a, YAML_TEXT_MAX, &text, NULL);

	if (result < 0) {
		snapshot_gap(p->snap, "runtime", path, result);
		return;
	}
	strs_add(p->a, &r->config, file);
	for (at = text; (found = strstr(at, GATE "=")); at = found + 1) {
		for (c = at; c < found; c++)
			line += *c == '\n';
		*ret = (struct gate){str_starts(found + strlen(GATE "="), "true"), file, line};
	}
}

void runtime_kubelet(struct probe *p, struct runtime *r)
{
	struct gate gate = {.on = -1};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(configs); i++)
		read_config(p, r, configs[i], &gate);
	for (i = 0; i < ARRAY_LEN(flag_files); i++)
		read_flags(p, r, flag_files[i], &gate);
	runtime_cdi(r, gate.on, gate.file, gate.line);
}
