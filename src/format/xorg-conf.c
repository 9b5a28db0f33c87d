/* SPDX-License-Identifier: Apache-2.0 */
#include "format/xorg-conf.h"

#include "base/parse.h"

enum { WORDS_MAX = 3 };

/* The words of a line: bare, or in double quotes; '#' ends it. The number of words, at most WORDS_MAX. */
static unsigned words_split(struct arena *a, const char *line, size_t n,
			    const char *ret[static WORDS_MAX])
{
	const char *p = line, *end = line + n, *from;
	unsigned words = 0;

	while (words < WORDS_MAX) {
		while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
			p++;
		if (p == end || *p == '#')
			break;
		if (*p == '"') {
			for (from = ++p; p < end && *p != '"'; p++)
				;
			ret[words++] = utf8_clean(a, from, (size_t)(p - from));
			p += p < end;
			continue;
		}
		for (from = p;
		     p < end && *p != ' ' && *p != '\t' && *p != '\r' && *p != '#' && *p != '"';
		     p++)
			;
		ret[words++] = utf8_clean(a, from, (size_t)(p - from));
	}
	return words;
}

/* A section's driver may stand behind its options: they get it when the section ends. */
static void section_end(struct xorg_lines *ret, uint32_t first, const char *driver)
{
	uint32_t i;

	for (i = first; i < ret->n; i++)
		ret->v[i].driver = driver;
}

void xorg_conf_parse(struct arena *a, const char *text, size_t n, struct xorg_lines *ret)
{
	const char *end = text + n, *line, *word[WORDS_MAX], *driver = "";
	unsigned number = 0, words;
	uint32_t first = ret->n;
	bool device = false;
	size_t len;

	while (next_line(&text, end, &line, &len)) {
		struct xorg_line *l;

		number++;
		words = words_split(a, line, len, word);
		if (words == 0)
			continue;
		if (xorg_name_eq(word[0], "Section") || xorg_name_eq(word[0], "EndSection")) {
			section_end(ret, first, driver);
			first = ret->n;
			driver = "";
			device = words > 1 &&
				 (str_ieq(word[1], "Device") || str_ieq(word[1], "OutputClass") ||
				  str_ieq(word[1], "ServerLayout") || str_ieq(word[1], "Screen"));
		} else if (device && words > 1 && xorg_name_eq(word[0], "Driver")) {
			driver = word[1];
		} else if (device && words > 1 &&
			   (xorg_name_eq(word[0], "Option") || xorg_name_eq(word[0], "BusID"))) {
			bool option = xorg_name_eq(word[0], "Option");

			l = LIST_PUSH(a, ret);
			*l = (struct xorg_line){.name = option ? word[1] : "BusID",
						.driver = "",
						.line = number,
						.value = option ? (words > 2 ? word[2] : "") :
								  word[1]};
		}
	}
	section_end(ret, first, driver);
}

bool xorg_name_eq(const char *a, const char *b)
{
	for (;; a++, b++) {
		char x, y;

		a += strspn(a, " \t_");
		b += strspn(b, " \t_");
		x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a;
		y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;
		if (x != y)
			return false;
		if (!x)
			return true;
	}
}

bool xorg_bool(const char *value)
{
	return !*value || str_eq(value, "1") || str_ieq(value, "on") || str_ieq(value, "true") ||
	       str_ieq(value, "yes");
}
