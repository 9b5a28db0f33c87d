/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/reservations.h"

#include "codec/json.h"

#include <errno.h>

static int take_one(json_t *j, struct arena *a, struct reservation_list *ret, struct err *e)
{
	json_t *gpus = json_object_get(j, "gpus"), *id;
	const char *name = json_string_value(json_object_get(j, "name"));
	struct reservation *r;
	size_t i;

	if (!name || !json_is_array(gpus))
		return err_set(e, -EINVAL, "a reservation without name or gpus");
	r = LIST_PUSH(a, ret);
	FIELD_SET(r, reservation, name, arena_str(a, name));
	FIELD_SET(r, reservation, shared, json_is_true(json_object_get(j, "shared")));
	FIELD_KNOW(r, reservation, gpus);
	json_array_foreach(gpus, i, id)
		if (json_is_string(id))
			strs_add(a, &r->gpus, arena_str(a, json_string_value(id)));
	return 0;
}

int reservations_parse(const char *text, size_t n, struct arena *a, struct reservation_list *ret, struct err *e)
{
	json_error_t where;
	json_t *doc, *list, *j;
	size_t i;
	int r = 0;

	*ret = (struct reservation_list){0};
	if (n == 0)
		return 0;
	doc = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
	if (!doc)
		return err_set(e, -EINVAL, "%d:%d: %s", where.line, where.column, where.text);
	list = json_object_get(doc, "reservations");
	if (!json_is_array(list))
		r = err_set(e, -EINVAL, "no array 'reservations'");
	else
		json_array_foreach(list, i, j)
			if (r == 0)
				r = take_one(j, a, ret, e);
	json_decref(doc);
	return r;
}

void reservations_print(const struct reservation_list *l, struct buf *out)
{
	json_t *doc = json_document("reservations");

	json_object_set_new(doc, "reservations", json_array_of(NULL, l->v, l->n, sizeof(*l->v), reservation_fields));
	json_print(doc, out);
}
