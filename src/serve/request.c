/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/request.h"

#include "base/parse.h"
#include "format/json.h"

#include <errno.h>

ENUM_TABLE(request_kind, REQUEST_KIND)

/* A key, what it must be, and whether it was. */
static bool take_key(struct request *r, const char *key, const json_t *v)
{
	if (str_eq(key, "get")) {
		r->kind = json_is_string(v) ? enum_value(&request_kind_tab, json_string_value(v)) : 0;
		return r->kind != REQUEST_KIND_UNKNOWN;
	}
	if (str_eq(key, "follow")) {
		r->follow = json_is_true(v);
		return json_is_boolean(v);
	}
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	if (str_eq(key, "since")) {
		r->has_since = true;
		r->since = (uint64_t)json_integer_value(v);
		return true;
	}
	r->has_last = true;
	r->last = (uint32_t)MIN(json_integer_value(v), (json_int_t)UINT32_MAX);
	return true;
}

static int take_keys(struct request *r, const json_t *j, struct err *e)
{
	static const struct {
		const char *key, *wanted;
	} keys[] = {{"get", "\"agent\", \"node\" or \"events\""}, {"follow", "true or false"},
		    {"since", "the number of an event"}, {"last", "a number"}};
	const char *key;
	json_t *v;
	unsigned i;

	json_object_foreach((json_t *)(uintptr_t)j, key, v) {
		for (i = 0; i < ARRAY_LEN(keys) && !str_eq(keys[i].key, key); i++)
			;
		if (i == ARRAY_LEN(keys))
			return err_set(e, -EINVAL, "'%.40s' is no key of a request", key);
		if (!take_key(r, key, v))
			return err_set(e, -EINVAL, "'%s' must be %s", key, keys[i].wanted);
	}
	return 0;
}

int request_parse(const char *line, size_t n, struct request *ret, struct err *e)
{
	json_t *j CLEANUP(json_freep) = NULL;
	int r;

	*ret = (struct request){0};
	r = n > REQUEST_MAX ? err_set(e, -EINVAL, "longer than %d bytes", REQUEST_MAX) : json_read("request", line, n, &j, e);
	if (r < 0)
		return -EINVAL;
	if (!json_is_object(j))
		return err_set(e, -EINVAL, "not a JSON object");
	r = take_keys(ret, j, e);
	if (r < 0)
		return r;
	if (!ret->kind)
		return err_set(e, -EINVAL, "it does not say what to get");
	if (ret->kind != REQUEST_KIND_EVENTS && (ret->follow || ret->has_since || ret->has_last))
		return err_set(e, -EINVAL, "'follow', 'since' and 'last' are for events");
	if (ret->has_since && ret->has_last)
		return err_set(e, -EINVAL, "either 'since' or 'last'");
	return 0;
}
