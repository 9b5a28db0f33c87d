/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/cdi-json.h"

#include "codec/json.h"
#include "format/json.h"

static json_t *nodes_json(const struct cdi_node_list *l)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < l->n; i++)
		json_array_append_new(a, json_pack("{s:s}", "path", l->v[i].path));
	return a;
}

static json_t *mounts_json(const struct cdi_mount_list *l)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < l->n; i++)
		json_array_append_new(a, json_pack("{s:s, s:s, s:[s,s,s,s,s]}", "hostPath", l->v[i].host, "containerPath",
						   l->v[i].container, "options", "ro", "nosuid", "nodev", "rbind", "rprivate"));
	return a;
}

static json_t *hooks_json(const struct cdi_hook_list *l)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < l->n; i++)
		json_array_append_new(a, json_pack("{s:s, s:s, s:o}", "hookName", l->v[i].name, "path", l->v[i].path, "args",
						   json_strs(&l->v[i].args)));
	return a;
}

static json_t *edits_json(const struct cdi_edits *e)
{
	json_t *o = json_object(), *gids;
	uint32_t i;

	if (e->env.n)
		json_object_set_new(o, "env", json_strs(&e->env));
	if (e->nodes.n)
		json_object_set_new(o, "deviceNodes", nodes_json(&e->nodes));
	if (e->mounts.n)
		json_object_set_new(o, "mounts", mounts_json(&e->mounts));
	if (e->hooks.n)
		json_object_set_new(o, "hooks", hooks_json(&e->hooks));
	if (e->gids.n) {
		gids = json_array();
		for (i = 0; i < e->gids.n; i++)
			json_array_append_new(gids, json_integer(e->gids.v[i]));
		json_object_set_new(o, "additionalGids", gids);
	}
	return o;
}

void cdi_json_print(const struct cdi_spec *spec, struct buf *out)
{
	struct arena *a = arena_new();
	json_t *devices = json_array(), *doc, *edits = edits_json(&spec->edits);
	uint32_t i;
	char *text;

	for (i = 0; i < spec->devices.n; i++)
		json_array_append_new(devices, json_pack("{s:s, s:o}", "name", spec->devices.v[i].name, "containerEdits",
							 edits_json(&spec->devices.v[i].edits)));
	doc = json_pack("{s:s, s:s, s:o}", "cdiVersion", cdi_version_text(a, spec->version), "kind", spec->kind, "devices", devices);
	if (json_object_size(edits))
		json_object_set(doc, "containerEdits", edits);
	text = json_dumps(doc, JSON_INDENT(2));
	buf_adds(out, text ? text : "{}");
	buf_addc(out, '\n');
	free(text);
	json_decref(edits);
	json_decref(doc);
	arena_free(a);
}
