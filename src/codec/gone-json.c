/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/gone-json.h"

#include "base/parse.h"
#include "codec/json.h"
#include "format/fields-json.h"

#include <errno.h>

void gone_text(const struct gone *g, struct buf *out)
{
	json_t *doc = json_document("gone"), *fields = json_object_of(NULL, g, gone_fields);

	json_object_update(doc, fields);
	json_decref(fields);
	json_print(doc, out);
}

int gone_read(struct arena *a, const char *text, size_t n, struct gone *ret, struct err *e)
{
	json_t *j CLEANUP(json_freep) = NULL;
	const char *message;
	int r = json_read("gpubay gone", text, n, &j, e);

	*ret = (struct gone){0};
	if (r < 0)
		return r;
	message = json_get_str(json_object_get(j, "error"), "message");
	if (message)
		return err_set(e, -EIO, "gpubay gone: %s", message);
	if (!str_eq(json_get_str(j, "schema"), "gpubay/gone/v1"))
		return err_set(e, -EINVAL, "gpubay gone: its schema is not 'gpubay/gone/v1'");
	fields_read(a, j, ret, gone_fields);
	return 0;
}
