/* SPDX-License-Identifier: Apache-2.0 */
#include "format/modprobe-conf.h"

#include "base/buf.h"
#include "base/parse.h"
#include "format/modules-alias.h"

static const struct {
	const char *name;
	enum modprobe_word word;
} words[] = {
	{"blacklist", MODPROBE_WORD_BLACKLIST}, {"options", MODPROBE_WORD_OPTIONS},
	{"install", MODPROBE_WORD_INSTALL},	{"alias", MODPROBE_WORD_ALIAS},
	{"softdep", MODPROBE_WORD_SOFTDEP},	{"remove", MODPROBE_WORD_REMOVE},
};

/* The next word of *p; false at the end of the line. */
static bool word_next(const char **p, const char **ret, size_t *ret_n)
{
	*p += strspn(*p, " \t\r\f\v");
	*ret_n = strcspn(*p, " \t\r\f\v");
	*ret = *p;
	*p += *ret_n;
	return *ret_n > 0;
}

/* What is left of the line, with blanks folded. */
static const char *rest_of(struct arena *a, const char *p)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	const char *word;
	size_t n;

	while (word_next(&p, &word, &n)) {
		if (b.n)
			buf_addc(&b, ' ');
		buf_add(&b, word, n);
	}
	return utf8_clean(a, b.p ? b.p : "", b.n);
}

static void rule_add(struct arena *a, const char *line, unsigned number, struct modprobe_lines *ret)
{
	const char *p = line, *word, *first, *second;
	struct modprobe_line *rule;
	size_t n, n_first, n_second;
	unsigned i;

	if (!word_next(&p, &word, &n) || *word == '#' || !word_next(&p, &first, &n_first))
		return;
	for (i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i].name) == n && memcmp(words[i].name, word, n) == 0)
			break;
	if (i == ARRAY_LEN(words))
		return;
	rule = LIST_PUSH(a, ret);
	rule->word = words[i].word;
	rule->line = number;
	rule->module = module_name(a, first, n_first);
	if (rule->word == MODPROBE_WORD_ALIAS && word_next(&p, &second, &n_second)) {
		rule->text = utf8_clean(a, first, n_first);
		rule->module = module_name(a, second, n_second);
	} else {
		rule->text = rest_of(a, p);
	}
	rule->module = utf8_clean(a, rule->module, strlen(rule->module));
}

void modprobe_conf_parse(struct arena *a, const char *text, size_t n, struct modprobe_lines *ret)
{
	struct buf whole CLEANUP(buf_free) = BUF_NULL;
	const char *end = text + n, *line;
	unsigned number = 0, start = 1;
	size_t len;

	while (next_line(&text, end, &line, &len)) {
		bool joined = len && line[len - 1] == '\\';

		number++;
		if (whole.n == 0)
			start = number;
		buf_add(&whole, line, joined ? len - 1 : len);
		if (joined && text < end) {
			/* Keeps the count of an empty first piece apart from "nothing yet". */
			buf_addc(&whole, ' ');
			continue;
		}
		rule_add(a, whole.p ? whole.p : "", start, ret);
		buf_clear(&whole);
	}
}
