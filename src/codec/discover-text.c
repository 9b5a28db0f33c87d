/* SPDX-License-Identifier: Apache-2.0 */
/* The document for people. It is printed from the JSON, so the two cannot say different things. */
#include "codec/discover.h"

#include "base/parse.h"

enum { LABEL_WIDTH = 24, LINE_WIDTH = 80 };

static const char *text_of(const json_t *v, char *buf, size_t size)
{
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v))
		snprintf(buf, size, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		snprintf(buf, size, "%.1f", json_real_value(v));
	else
		return json_is_true(v) ? "yes" : json_is_false(v) ? "no" : "unknown";
	return buf;
}

static void add_label(struct buf *out, unsigned indent, const char *key)
{
	size_t n = strlen(key), i;

	for (i = 0; i < indent; i++)
		buf_addc(out, ' ');
	for (i = 0; i < n; i++)
		buf_addc(out, key[i] == '_' ? ' ' : key[i]);
	for (i = n + indent; i < LABEL_WIDTH; i++)
		buf_addc(out, ' ');
	buf_addc(out, ' ');
}

/* Behind the label, broken at blanks. */
static void add_text(struct buf *out, const char *text)
{
	unsigned at = LABEL_WIDTH + 1, i;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > LABEL_WIDTH + 1 && at + 1 + n > LINE_WIDTH) {
			buf_addc(out, '\n');
			for (i = 0; i <= LABEL_WIDTH; i++)
				buf_addc(out, ' ');
			at = LABEL_WIDTH + 1;
		} else if (at > LABEL_WIDTH + 1) {
			buf_addc(out, ' ');
			at++;
		}
		buf_add(out, text, n);
		at += (unsigned)n;
		text += n + strspn(text + n, " ");
	}
	buf_addc(out, '\n');
}

static void add_pair(struct buf *out, unsigned indent, const char *key, const json_t *v);

/* An array in one line when its words are short, else one line each. */
static void add_array(struct buf *out, unsigned indent, const char *key, const json_t *v)
{
	struct buf line CLEANUP(buf_free) = BUF_NULL;
	bool in_lines = false;
	char number[32];
	size_t i;
	json_t *one;

	json_array_foreach(v, i, one)
		in_lines |= json_is_object(one) || strchr(text_of(one, number, sizeof(number)), ' ') != NULL;
	for (i = 0; in_lines && i < json_array_size(v); i++)
		add_pair(out, indent, i ? "" : key, json_array_get(v, i));
	if (in_lines)
		return;
	json_array_foreach(v, i, one)
		buf_addf(&line, "%s%s", i ? " " : "", text_of(one, number, sizeof(number)));
	add_label(out, indent, key);
	add_text(out, line.n ? line.p : "none");
}

/* {type, info}: a line of its own; others: a block below the key. */
static void add_object(struct buf *out, unsigned indent, const char *key, const json_t *v)
{
	const char *type = json_string_value(json_object_get(v, "type")), *info = json_string_value(json_object_get(v, "info"));
	struct buf line CLEANUP(buf_free) = BUF_NULL;
	const char *name;
	json_t *one;

	if (type && info) {
		add_label(out, indent, key);
		buf_addf(&line, "%s: %s", type, info);
		add_text(out, line.p);
		return;
	}
	add_label(out, indent, key);
	while (out->n && out->p[out->n - 1] == ' ')
		out->p[--out->n] = '\0';
	buf_addc(out, '\n');
	json_object_foreach((json_t *)v, name, one)
		add_pair(out, indent + 2, name, one);
}

static void add_pair(struct buf *out, unsigned indent, const char *key, const json_t *v)
{
	char number[32];

	if (json_is_array(v))
		add_array(out, indent, key, v);
	else if (json_is_object(v))
		add_object(out, indent, key, v);
	else {
		add_label(out, indent, key);
		add_text(out, text_of(v, number, sizeof(number)));
	}
}

static void add_devices(struct buf *out, const json_t *devices)
{
	json_t *d;
	size_t i;

	json_array_foreach(devices, i, d) {
		const char *generation = json_string_value(json_object_get(d, "intel_generation"));
		struct buf line CLEANUP(buf_free) = BUF_NULL;

		buf_addf(&line, "%s:%s %s%s%s%s", json_string_value(json_object_get(d, "vendor_id")),
			 json_string_value(json_object_get(d, "device_id")), json_string_value(json_object_get(d, "model")),
			 generation ? " (" : "", generation ? generation : "", generation ? ")" : "");
		add_label(out, 2, json_string_value(json_object_get(d, "pci_id")));
		add_text(out, line.p);
	}
}

void discover_text(const json_t *doc, struct buf *out)
{
	const json_t *count = json_object_get(doc, "gpu_count");
	const char *key;
	json_t *v;

	if (count) {
		buf_addf(out, "%lld GPU%s\n", (long long)json_integer_value(count), json_integer_value(count) == 1 ? "" : "s");
		add_devices(out, json_object_get(doc, "detected_devices"));
	}
	json_object_foreach((json_t *)doc, key, v)
		if (!str_eq(key, "schema") && !str_eq(key, "gpubay") && !str_eq(key, "gpu_count") && !str_eq(key, "detected_devices"))
			add_pair(out, 0, key, v);
}
