/* SPDX-License-Identifier: Apache-2.0 */
#include "format/json.h"

#include "base/parse.h"

#include <errno.h>

int json_read(const char *name, const char *text, size_t n, json_t **ret, struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = NULL;
	json_error_t at;
	json_t *j;

	if (n > JSON_TEXT_MAX)
		return err_set(e, -E2BIG, "%s: larger than %d MiB", name, JSON_TEXT_MAX >> 20);
	j = json_loadb(text, n, JSON_REJECT_DUPLICATES, &at);
	if (!j) {
		a = arena_new();
		return err_set(e, -EINVAL, "%s:%d:%d: %s", name, at.line, at.column,
			       utf8_clean(a, at.text, strlen(at.text)));
	}
	*ret = j;
	return 0;
}

void json_freep(json_t **j)
{
	json_decref(*j);
}

const char *json_get_str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

uint64_t json_get_u64(const json_t *o, const char *key, uint64_t fallback)
{
	const json_t *v = json_object_get(o, key);

	return json_is_integer(v) && json_integer_value(v) >= 0 ? (uint64_t)json_integer_value(v) :
								  fallback;
}

bool json_get_bool(const json_t *o, const char *key, bool fallback)
{
	const json_t *v = json_object_get(o, key);

	return json_is_boolean(v) ? json_is_true(v) : fallback;
}
