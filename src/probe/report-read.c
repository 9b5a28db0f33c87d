/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/report-read.h"

#include "base/parse.h"
#include "format/fields-json.h"

#include <errno.h>

int report_read(struct arena *a, const char *text, size_t n, struct report *ret, struct err *e)
{
	json_t *j CLEANUP(json_freep) = NULL;
	const char *schema;
	int code = json_read("report", text, n, &j, e);

	*ret = (struct report){0};
	if (code < 0)
		return code;
	schema = json_get_str(j, "schema");
	if (!str_eq(schema, "gpubay/report/v1"))
		return err_set(e, -EINVAL, "report: its schema is '%.80s'",
			       schema ? schema : "none");
	fields_read(a, j, ret, report_fields);
	if (!FIELD_KNOWN(ret, report, kind))
		return err_set(e, -EINVAL, "report: it does not say of what kind it is");
	if (!FIELD_KNOWN(ret, report, outcome))
		return err_set(e, -EINVAL, "report: it does not say what came of asking");
	return 0;
}
