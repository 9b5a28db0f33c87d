/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the kernel's log that name an error of a GPU. Only the live machine has one, and only who may read it. */
#include "base/parse.h"
#include "host/answers-internal.h"

#include <errno.h>
#include <sys/klog.h>

enum { LOG_READ_ALL = 3, LOG_SIZE = 10, LOG_MAX = 16 * 1024 * 1024, LINES_MAX = 1000 };

/* What is looked for, by key. */
static const struct {
	const char *key, *mark;
} marks[] = {
	{"xid", "NVRM: Xid ("},
};

static void lines_with(const char *text, const char *end, const char *mark, struct buf *ret)
{
	const char *line, *at;
	unsigned count = 0;
	size_t n;

	while (count < LINES_MAX && next_line(&text, end, &line, &n)) {
		at = memmem(line, n, mark, strlen(mark));
		if (!at)
			continue;
		buf_add(ret, at, n - (size_t)(at - line));
		buf_addc(ret, '\n');
		count++;
	}
}

int answer_log(struct answers *an, const char *key, const char **ret)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	const char *mark = NULL;
	int size, n;
	char *text;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(marks); i++)
		if (str_eq(marks[i].key, key))
			mark = marks[i].mark;
	if (!an->tree->live || !mark)
		return -ENODATA;
	size = klogctl(LOG_SIZE, NULL, 0);
	if (size < 0)
		return errno == EPERM ? -EPERM : -ENODATA;
	text = xmalloc((size_t)MIN(size, LOG_MAX) + 1);
	n = klogctl(LOG_READ_ALL, text, MIN(size, LOG_MAX));
	if (n >= 0)
		lines_with(text, text + n, mark, &b);
	free(text);
	if (n < 0)
		return -EPERM;
	*ret = utf8_clean(an->arena, b.p ? b.p : "", b.n);
	return 0;
}
