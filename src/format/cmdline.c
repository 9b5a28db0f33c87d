/* SPDX-License-Identifier: Apache-2.0 */
#include "format/cmdline.h"

#include "base/parse.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static const char *unquote(struct arena *a, const char *s, size_t n)
{
	if (n && *s == '"') {
		s++;
		n--;
	}
	if (n && s[n - 1] == '"')
		n--;
	return utf8_clean(a, s, n);
}

bool cmdline_next(struct arena *a, const char **p, const char **ret_name, const char **ret_value)
{
	const char *start, *s = *p, *eq = NULL;
	bool quoted = false;
	size_t n;

	while (blank(*s))
		s++;
	for (start = s; *s && (quoted || !blank(*s)); s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == '=' && !eq)
			eq = s;
	}
	*p = s;
	n = (size_t)(s - start);
	if (n == 0 || (n == 2 && memcmp(start, "--", 2) == 0))
		return false;
	/* "name=value" in quotes as a whole: the quotes are no part of it. */
	if (*start == '"') {
		start++;
		n--;
		if (n && start[n - 1] == '"')
			n--;
	}
	if (!eq || (size_t)(eq - start) >= n) {
		*ret_name = utf8_clean(a, start, n);
		*ret_value = "";
		return true;
	}
	*ret_name = utf8_clean(a, start, (size_t)(eq - start));
	*ret_value = unquote(a, eq + 1, n - (size_t)(eq + 1 - start));
	return true;
}

bool cmdline_list_has(struct arena *a, const char *list, const char *word, const char **ret_value)
{
	size_t n = strlen(word);
	bool prefix = n && word[n - 1] == '=';

	while (list && *list) {
		size_t len = strcspn(list, ",");

		if (prefix ? len >= n && memcmp(list, word, n) == 0 :
			     len == n && memcmp(list, word, n) == 0) {
			if (ret_value)
				*ret_value = arena_strn(a, list + n, len - n);
			return true;
		}
		list += len;
		list += *list == ',';
	}
	return false;
}
