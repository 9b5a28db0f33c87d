/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching goes left to right and remembers only the last '*': when something later does not fit, the star takes one
 * more character and matching goes on behind it. An earlier star never has to take more, because the later one could
 * take it as well. So the cost is at most pattern times text, whatever the pattern.
 */
#include "format/glob.h"

/*
 * Whether c fits the set that begins at p (behind '['); *ret_next is what follows the closing bracket, or NULL when
 * there is none.
 */
static bool set_match(const char *p, const char *end, char c, const char **ret_next)
{
	bool negate = p < end && (*p == '!' || *p == '^'), found = false, first = true;

	p += negate;
	for (; p < end && (*p != ']' || first); first = false) {
		char low = *p++, high = low;

		if (end - p >= 2 && p[0] == '-' && p[1] != ']') {
			high = p[1];
			p += 2;
		}
		found |= (unsigned char)low <= (unsigned char)c &&
			 (unsigned char)c <= (unsigned char)high;
	}
	*ret_next = p < end ? p + 1 : NULL;
	return found != negate;
}

/* Whether one character fits the pattern's next element; *p moves behind that element. */
static bool one_match(const char **p, const char *end, char c)
{
	const char *at = *p, *next;
	bool fits;

	if (*at == '[') {
		fits = set_match(at + 1, end, c, &next);
		if (next) {
			*p = next;
			return fits;
		}
	}
	if (*at == '\\' && end - at >= 2) {
		*p = at + 2;
		return at[1] == c;
	}
	*p = at + 1;
	return *at == '?' || *at == c;
}

bool glob_match(const char *pattern, size_t n_pattern, const char *text, size_t n_text)
{
	const char *p = pattern, *p_end = pattern + n_pattern, *t = text, *t_end = text + n_text;
	const char *star = NULL, *star_text = NULL;

	while (t < t_end) {
		if (p < p_end && *p == '*') {
			star = ++p;
			star_text = t;
			continue;
		}
		if (p < p_end && one_match(&p, p_end, *t)) {
			t++;
			continue;
		}
		if (!star)
			return false;
		p = star;
		t = ++star_text;
	}
	while (p < p_end && *p == '*')
		p++;
	return p == p_end;
}
