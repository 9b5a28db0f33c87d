/* SPDX-License-Identifier: Apache-2.0 */
#include "format/modules-alias.h"

#include "format/glob.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool modules_alias_match(const char *line, size_t n, const char *modalias, const char **ret,
			 size_t *ret_n)
{
	const char *end = line + n, *pattern, *module;
	size_t n_pattern;

	if (n < 7 || memcmp(line, "alias ", 6) != 0)
		return false;
	for (pattern = line + 6; pattern < end && blank(*pattern); pattern++)
		;
	for (module = pattern; module < end && !blank(*module); module++)
		;
	n_pattern = (size_t)(module - pattern);
	/* Nearly every line is of another bus or vendor: tell them apart before matching. */
	if (n_pattern == 0 || *pattern != *modalias ||
	    !glob_match(pattern, n_pattern, modalias, strlen(modalias)))
		return false;
	for (; module < end && blank(*module); module++)
		;
	while (end > module && blank(end[-1]))
		end--;
	*ret = module;
	*ret_n = (size_t)(end - module);
	return *ret_n > 0;
}

/* Splits "module.key=value"; the first dot ends the module, the first '=' behind it the key. */
static bool record_split(const char *record, size_t n, size_t *ret_dot, size_t *ret_eq)
{
	const char *dot = memchr(record, '.', n);
	const char *eq = dot ? memchr(dot, '=', n - (size_t)(dot - record)) : NULL;

	if (!eq)
		return false;
	*ret_dot = (size_t)(dot - record);
	*ret_eq = (size_t)(eq - record);
	return true;
}

bool modules_builtin_match(const char *record, size_t n, const char *modalias, const char **ret,
			   size_t *ret_n)
{
	size_t dot, eq;

	if (!record_split(record, n, &dot, &eq) || eq - dot != 6 ||
	    memcmp(record + dot, ".alias", 6) != 0)
		return false;
	if (!glob_match(record + eq + 1, n - eq - 1, modalias, strlen(modalias)))
		return false;
	*ret = record;
	*ret_n = dot;
	return dot > 0;
}

bool modules_builtin_value(const char *record, size_t n, const char *module, const char *key,
			   const char **ret, size_t *ret_n)
{
	size_t dot, eq;

	if (!record_split(record, n, &dot, &eq) || eq - dot - 1 != strlen(key) ||
	    memcmp(record + dot + 1, key, eq - dot - 1) != 0 ||
	    !module_name_eq(record, dot, module))
		return false;
	*ret = record + eq + 1;
	*ret_n = n - eq - 1;
	return true;
}

bool module_name_eq(const char *text, size_t n, const char *module)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char a = text[i] == '-' ? '_' : text[i], b = module[i] == '-' ? '_' : module[i];

		if (a != b || !module[i])
			return false;
	}
	return module[n] == '\0';
}

char *module_name(struct arena *a, const char *text, size_t n)
{
	char *name = arena_strn(a, text, n), *p;

	for (p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

bool module_of_path(const char *path, size_t n, const char **ret, size_t *ret_n)
{
	static const char *const endings[] = {".ko", ".ko.xz", ".ko.zst", ".ko.gz"};
	size_t start = n, len;
	unsigned i;

	while (start && path[start - 1] != '/')
		start--;
	len = n - start;
	for (i = 0; i < ARRAY_LEN(endings); i++) {
		size_t m = strlen(endings[i]);

		if (len > m && memcmp(path + n - m, endings[i], m) == 0) {
			*ret = path + start;
			*ret_n = len - m;
			return true;
		}
	}
	return false;
}
