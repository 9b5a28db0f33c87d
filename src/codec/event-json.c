/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/event-json.h"

#include "base/parse.h"
#include "codec/json.h"
#include "format/fields-json.h"

#include <errno.h>

static json_t *lined(const char *schema, const void *obj, const struct field *table)
{
	json_t *fields = json_known_of(obj, table), *doc = json_pack("{s:s}", "schema", schema);

	json_object_update(doc, fields);
	json_decref(fields);
	return doc;
}

void event_line(const struct event *e, struct buf *out)
{
	json_line(lined("gpubay/event/v1", e, event_fields), out);
}

int event_read(struct arena *a, const char *text, size_t n, struct event *ret, struct err *e)
{
	json_t *j CLEANUP(json_freep) = NULL;
	int r = json_read("event", text, n, &j, e);

	*ret = (struct event){0};
	if (r < 0)
		return r;
	if (!str_eq(json_get_str(j, "schema"), "gpubay/event/v1"))
		return err_set(e, -EINVAL, "event: its schema is not 'gpubay/event/v1'");
	fields_read(a, j, ret, event_fields);
	if (!FIELD_KNOWN(ret, event, kind) || !FIELD_KNOWN(ret, event, seq))
		return err_set(e, -EINVAL, "event: it has no number, or is of no kind that is known here");
	return 0;
}

uint64_t event_line_seq(const char *line, size_t n)
{
	size_t head = strlen(EVENT_LINE_HEAD), digits = 0;
	uint64_t seq;

	if (n <= head || memcmp(line, EVENT_LINE_HEAD, head) != 0)
		return 0;
	while (head + digits < n && line[head + digits] >= '0' && line[head + digits] <= '9')
		digits++;
	return parse_u64n(line + head, digits, 10, INT64_MAX, &seq) == 0 ? seq : 0;
}

void view_text(const struct view *v, struct buf *out)
{
	json_t *doc = json_pack("{s:s}", "schema", "gpubay/view/v1"), *fields = json_object_of(NULL, v, view_fields);

	json_object_update(doc, fields);
	json_decref(fields);
	json_print(doc, out);
}

int view_read(struct arena *a, const char *text, size_t n, struct view *ret, struct err *e)
{
	json_t *j CLEANUP(json_freep) = NULL;
	int r = json_read("view", text, n, &j, e);
	uint32_t i;

	*ret = (struct view){0};
	if (r < 0)
		return r;
	if (!str_eq(json_get_str(j, "schema"), "gpubay/view/v1"))
		return err_set(e, -EINVAL, "view: its schema is not 'gpubay/view/v1'");
	fields_read(a, j, ret, view_fields);
	for (i = 0; i < ret->gpus.n; i++)
		if (!ret->gpus.v[i].id)
			return err_set(e, -EINVAL, "view: a GPU without an id");
	for (i = 0; i < ret->routers.n; i++)
		if (!ret->routers.v[i].name)
			return err_set(e, -EINVAL, "view: a box without a name");
	return 0;
}
