/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json.h"

#include <errno.h>

/* Every list has the shape {pointer, count}; the element type does not matter to who walks it. */
struct any_list {
	const char *v;
	uint32_t n;
};

static json_t *json_text(const char *s)
{
	json_t *j = json_string(s ? s : "");

	return j ? j : json_string("?"); /* not UTF-8: readers clean strings, so this is a fault, but no crash */
}

static json_t *hex_text(const char *fmt, unsigned long long v)
{
	char text[32];

	if (fmt[0] == '4')
		snprintf(text, sizeof(text), "%04llx", v);
	else if (fmt[0] == '6')
		snprintf(text, sizeof(text), "%06llx", v);
	else if (fmt[0] == '2')
		snprintf(text, sizeof(text), "%02llx", v);
	else if (fmt[0] == 'o')
		snprintf(text, sizeof(text), "%04llo", v);
	else
		snprintf(text, sizeof(text), "0x%llx", v);
	return json_string(text);
}

json_t *json_strs(const struct strs *l)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < l->n; i++)
		json_array_append_new(a, json_text(l->v[i]));
	return a;
}

static json_t *nums_array(const struct snapshot *s, const struct u32s *l, const struct field *f)
{
	struct arena *tmp = arena_new();
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < l->n; i++)
		json_array_append_new(a, f->kind == FIELD_nums ? json_integer(l->v[i])
							       : json_text(snapshot_ref_text(s, tmp, f->ref, l->v[i])));
	arena_free(tmp);
	return a;
}

static json_t *ref_name(const struct snapshot *s, enum ref_kind kind, uint32_t index)
{
	struct arena *tmp = arena_new();
	json_t *j = json_text(snapshot_ref_text(s, tmp, kind, index));

	arena_free(tmp);
	return j;
}

static json_t *address_text(uint64_t address)
{
	char text[PCI_ADDR_TEXT];

	return json_string(pci_addr_text(address, text));
}

static json_t *value_of(const struct snapshot *s, const void *at, const struct field *f)
{
	const struct any_list *l = at;

	switch (f->kind) {
	case FIELD_b:
		return json_boolean(*(const bool *)at);
	case FIELD_u32:
		return json_integer(*(const uint32_t *)at);
	case FIELD_i32:
		return json_integer(*(const int32_t *)at);
	case FIELD_u64:
		/* Beyond 2^63 there is only "no limit". */
		return *(const uint64_t *)at > INT64_MAX ? json_string("unlimited") : json_integer((json_int_t) * (const uint64_t *)at);
	case FIELD_str:
		return json_text(*(const char *const *)at);
	case FIELD_strs:
		return json_strs(at);
	case FIELD_nums:
	case FIELD_refs:
		return nums_array(s, at, f);
	case FIELD_hex2:
		return hex_text("2", *(const uint8_t *)at);
	case FIELD_hex4:
		return hex_text("4", *(const uint16_t *)at);
	case FIELD_hex6:
		return hex_text("6", *(const uint32_t *)at);
	case FIELD_hex:
		return hex_text("x", *(const uint64_t *)at);
	case FIELD_oct:
		return hex_text("o", *(const uint32_t *)at);
	case FIELD_addr:
		return address_text(*(const uint64_t *)at);
	case FIELD_en:
		return json_string(enum_name(f->tab, *(const unsigned *)at));
	case FIELD_obj:
		return json_object_of(s, at, f->sub);
	case FIELD_list:
		return json_array_of(s, l->v, l->n, f->elem_size, f->sub);
	case FIELD_ref:
		return ref_name(s, f->ref, *(const uint32_t *)at);
	}
	return json_null();
}

json_t *json_object_of(const struct snapshot *s, const void *obj, const struct field *table)
{
	json_t *o = json_object();
	const struct field *f;
	uint64_t known;

	memcpy(&known, obj, sizeof(known));
	for (f = table; f->name; f++)
		if (!(f->flags & FIELD_HIDDEN))
			json_object_set_new(o, f->name,
					    known >> f->bit & 1 ? value_of(s, (const char *)obj + f->offset, f) : json_null());
	return o;
}

json_t *json_known_of(const void *obj, const struct field *table)
{
	json_t *o = json_object();
	const struct field *f;
	uint64_t known;

	memcpy(&known, obj, sizeof(known));
	for (f = table; f->name; f++)
		if (!(f->flags & FIELD_HIDDEN) && known >> f->bit & 1)
			json_object_set_new(o, f->name, value_of(NULL, (const char *)obj + f->offset, f));
	return o;
}

json_t *json_array_of(const struct snapshot *s, const void *v, uint32_t n, size_t size, const struct field *table)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(a, json_object_of(s, (const char *)v + i * size, table));
	return a;
}

json_t *json_document(const char *kind)
{
	char schema[64];

	snprintf(schema, sizeof(schema), "gpubay/%s/v1", kind);
	return json_pack("{s:s, s:s}", "schema", schema, "gpubay", GPUBAY_VERSION);
}

json_t *json_findings(const struct snapshot *s, const struct finding_list *findings)
{
	return json_array_of(s, findings->v, findings->n, sizeof(*findings->v), finding_fields);
}

/* The arrays of the node document, in their order. */
#define NODE_ARRAYS(X) \
	X(gpus, gpu) X(displays, gpu) X(slices, slice) X(drm, drm_node) X(connectors, connector) \
	X(domains, tb_domain) X(routers, tb_router) X(typec, typec_port) X(rdma, rdma_nic) X(gaps, gap)

/* Functions that belong to a GPU, to a NIC, or to the way to one; all others only cost room. */
static bool of_interest(const struct snapshot *s, uint32_t pci)
{
	const struct pci_device *d = &s->pci.v[pci];
	uint32_t i;

	if (d->power.known || d->config.known || d->bars.n)
		return true;
	for (i = 0; i < s->gpus.n; i++)
		if (u32s_has(&s->gpus.v[i].functions, pci))
			return true;
	return false;
}

static json_t *pci_of_interest(const struct snapshot *s)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < s->pci.n; i++)
		if (of_interest(s, i))
			json_array_append_new(a, json_object_of(s, &s->pci.v[i], pci_device_fields));
	return a;
}

json_t *json_node(const struct snapshot *s, const struct finding_list *findings)
{
	json_t *doc = json_document("node");

	json_object_set_new(doc, "source", json_text(s->source_name));
	json_object_set_new(doc, "gpu_count", s->has_pci || s->pci_error == -ENOENT ? json_integer(s->gpus.n) : json_null());
	json_object_set_new(doc, "non_pci_gpus", json_text(s->non_pci_gpu_names));
#define ARRAY_SET(name, type) \
	json_object_set_new(doc, #name, json_array_of(s, s->name.v, s->name.n, sizeof(*s->name.v), type##_fields));
	NODE_ARRAYS(ARRAY_SET)
#undef ARRAY_SET
	if (s->reports.n)
		json_object_set_new(doc, "reports", json_array_of(s, s->reports.v, s->reports.n, sizeof(*s->reports.v), report_fields));
	if (s->runtimes.n)
		json_object_set_new(doc, "runtimes",
				    json_array_of(s, s->runtimes.v, s->runtimes.n, sizeof(*s->runtimes.v), runtime_fields));
	if (s->cdi_specs.n)
		json_object_set_new(doc, "cdi_specs",
				    json_array_of(s, s->cdi_specs.v, s->cdi_specs.n, sizeof(*s->cdi_specs.v), cdi_file_fields));
	if (s->xids.n)
		json_object_set_new(doc, "xids", json_array_of(s, s->xids.v, s->xids.n, sizeof(*s->xids.v), xid_event_fields));
	json_object_set_new(doc, "pci", pci_of_interest(s));
	json_object_set_new(doc, "platform", json_object_of(s, &s->platform, platform_fields));
	if (findings)
		json_object_set_new(doc, "findings", json_findings(s, findings));
	return doc;
}

static json_t *object_schema(const struct field *table);

static json_t *kind_schema(const struct field *f)
{
	switch (f->kind) {
	case FIELD_b:
		return json_pack("{s:[s,s]}", "type", "boolean", "null");
	case FIELD_u32:
	case FIELD_i32:
		return json_pack("{s:[s,s]}", "type", "integer", "null");
	case FIELD_u64:
		return json_pack("{s:[s,s,s]}", "type", "integer", "string", "null");
	case FIELD_strs:
	case FIELD_refs:
		return json_pack("{s:[s,s], s:{s:s}}", "type", "array", "null", "items", "type", "string");
	case FIELD_nums:
		return json_pack("{s:[s,s], s:{s:s}}", "type", "array", "null", "items", "type", "integer");
	case FIELD_obj:
		return json_pack("{s:[{s:s},o]}", "anyOf", "type", "null", object_schema(f->sub));
	case FIELD_list:
		return json_pack("{s:[s,s], s:o}", "type", "array", "null", "items", object_schema(f->sub));
	default:
		return json_pack("{s:[s,s]}", "type", "string", "null");
	}
}

static json_t *enum_schema(const struct field *f)
{
	json_t *names = json_array();
	uint32_t i;

	for (i = 0; i < f->tab->n; i++)
		json_array_append_new(names, json_string(f->tab->names[i]));
	json_array_append_new(names, json_null());
	return json_pack("{s:o}", "enum", names);
}

static json_t *object_schema(const struct field *table)
{
	json_t *props = json_object(), *required = json_array();
	const struct field *f;

	for (f = table; f->name; f++) {
		json_t *one;

		if (f->flags & FIELD_HIDDEN)
			continue;
		one = f->kind == FIELD_en ? enum_schema(f) : kind_schema(f);
		json_object_set_new(one, "description", json_string(f->doc));
		json_object_set_new(props, f->name, one);
		json_array_append_new(required, json_string(f->name));
	}
	return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", props, "required", required,
			 "additionalProperties", 0);
}

/* Only there where somebody asked for them. */
static bool is_optional(const char *name)
{
	static const char *const names[] = {"findings", "runtimes", "cdi_specs", "reports", "xids"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

json_t *json_node_schema(void)
{
	json_t *props = json_pack("{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:[s,s]}, s:{s:s}}", "schema", "const", "gpubay/node/v1",
				  "gpubay", "type", "string", "source", "type", "string", "gpu_count", "type", "integer",
				  "null", "non_pci_gpus", "type", "string");
	json_t *required, *one;
	const char *name;

#define ARRAY_SCHEMA(name, type) \
	json_object_set_new(props, #name, json_pack("{s:s, s:o}", "type", "array", "items", object_schema(type##_fields)));
	NODE_ARRAYS(ARRAY_SCHEMA)
	ARRAY_SCHEMA(reports, report)
	ARRAY_SCHEMA(xids, xid_event)
	ARRAY_SCHEMA(runtimes, runtime)
	ARRAY_SCHEMA(cdi_specs, cdi_file)
	ARRAY_SCHEMA(pci, pci_device)
	ARRAY_SCHEMA(findings, finding)
#undef ARRAY_SCHEMA
	json_object_set_new(props, "platform", object_schema(platform_fields));
	required = json_array();
	json_object_foreach(props, name, one)
		if (!is_optional(name))
			json_array_append_new(required, json_string(name));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b}", "$schema", "https://json-schema.org/draft/2020-12/schema", "title",
			 "gpubay node document", "type", "object", "properties", props, "required", required,
			 "additionalProperties", 0);
}

json_t *json_known_schema(const char *kind, const struct field *table, unsigned n_required)
{
	json_t *schema = object_schema(table), *props = json_object_get(schema, "properties"), *required = json_array();
	char name[64];
	unsigned i;

	snprintf(name, sizeof(name), "gpubay/%s/v1", kind);
	json_object_set_new(props, "schema", json_pack("{s:s}", "const", name));
	json_array_append_new(required, json_string("schema"));
	for (i = 0; i < n_required; i++)
		json_array_append_new(required, json_string(table[i].name));
	json_object_set_new(schema, "required", required);
	json_object_set_new(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	return schema;
}

void json_print(json_t *doc, struct buf *out)
{
	char *text = json_dumps(doc, JSON_INDENT(2) | JSON_REAL_PRECISION(9));

	buf_adds(out, text ? text : "{}");
	buf_addc(out, '\n');
	free(text);
	json_decref(doc);
}

void json_line(json_t *doc, struct buf *out)
{
	char *text = json_dumps(doc, JSON_COMPACT | JSON_REAL_PRECISION(9));

	buf_adds(out, text ? text : "{}");
	buf_addc(out, '\n');
	free(text);
	json_decref(doc);
}
