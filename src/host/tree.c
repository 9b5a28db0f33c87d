/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tree.h"

#include "base/buf.h"
#include "base/parse.h"

#include <errno.h>

void tree_free(struct tree *t)
{
	if (t)
		t->ops->free(t);
}

void tree_freep(struct tree **t)
{
	tree_free(*t);
	*t = NULL;
}

static long tell(const struct tree_dir *at, const char *path, const char *op, long result)
{
	if (at->tree->on_read)
		at->tree->on_read(at->tree->on_read_arg, at, path, op, result);
	return result;
}

int tree_open(const struct tree_dir *at, const char *path, struct tree_dir *ret)
{
	*ret = (struct tree_dir){.tree = at->tree, .fd = -1};
	return (int)tell(at, path, "open", at->tree->ops->open(at, path, ret));
}

void tree_close(struct tree_dir *d)
{
	if (d->tree && d != &d->tree->root)
		d->tree->ops->close(d);
	*d = (struct tree_dir){.fd = -1};
}

long tree_pread(const struct tree_dir *at, const char *path, uint64_t offset, void *buf, size_t size)
{
	return tell(at, path, "read", at->tree->ops->read(at, path, offset, buf, size));
}

long tree_read(const struct tree_dir *at, const char *path, void *buf, size_t size)
{
	return tree_pread(at, path, 0, buf, size);
}

int tree_read_file(const struct tree_dir *at, const char *path, struct arena *a, size_t max, char **ret, size_t *ret_n)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	char piece[4096];
	long n;

	do {
		n = tree_pread(at, path, b.n, piece, sizeof(piece));
		if (n < 0)
			return (int)n;
		if (b.n + (size_t)n > max)
			return -E2BIG;
		buf_add(&b, piece, (size_t)n);
	} while (n == (long)sizeof(piece));
	*ret = arena_strn(a, b.p ? b.p : "", b.n);
	if (ret_n)
		*ret_n = b.n;
	return 0;
}

int tree_read_str(const struct tree_dir *at, const char *path, struct arena *a, const char **ret)
{
	char small[512];
	char *text = small;
	size_t n;
	long got = tree_read(at, path, small, sizeof(small));

	if (got < 0)
		return (int)got;
	n = (size_t)got;
	if (n == sizeof(small)) {
		int r = tree_read_file(at, path, a, TREE_ATTR_MAX, &text, &n);

		if (r < 0)
			return r;
	}
	while (n && (text[n - 1] == '\n' || text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\0'))
		n--;
	*ret = utf8_clean(a, text, n);
	return 0;
}

/* Numbers: -EINVAL when the attribute holds something else, so that nonsense is a gap and never a value. */
static int read_number(const struct tree_dir *at, const char *path, char *text, size_t size)
{
	long n = tree_read(at, path, text, size - 1);

	if (n < 0)
		return (int)n;
	text[n] = '\0';
	return 0;
}

int tree_read_u64(const struct tree_dir *at, const char *path, unsigned base, uint64_t *ret)
{
	char text[64];
	int r = read_number(at, path, text, sizeof(text));

	return r < 0 ? r : parse_u64(str_trim(text), base, UINT64_MAX, ret);
}

int tree_read_i64(const struct tree_dir *at, const char *path, int64_t *ret)
{
	char text[64];
	int r = read_number(at, path, text, sizeof(text));

	return r < 0 ? r : parse_i64(str_trim(text), ret);
}

long tree_readlink_buf(const struct tree_dir *at, const char *path, char *buf, size_t size)
{
	return tell(at, path, "readlink", at->tree->ops->readlink(at, path, buf, size));
}

int tree_readlink(const struct tree_dir *at, const char *path, struct arena *a, const char **ret)
{
	char target[4096];
	long n = tree_readlink_buf(at, path, target, sizeof(target));

	if (n < 0)
		return (int)n;
	*ret = utf8_clean(a, target, (size_t)n);
	return 0;
}

int tree_link_base(const struct tree_dir *at, const char *path, struct arena *a, const char **ret)
{
	int r = tree_readlink(at, path, a, ret);

	if (r == 0)
		*ret = str_base(*ret);
	return r;
}

int tree_list(const struct tree_dir *at, const char *path, struct arena *a, struct strs *ret)
{
	int r;

	*ret = (struct strs){0};
	r = (int)tell(at, path, "list", at->tree->ops->list(at, path, a, ret));
	strs_sort(ret);
	return r;
}

int tree_stat(const struct tree_dir *at, const char *path, struct tree_stat *ret)
{
	return (int)tell(at, path, "stat", at->tree->ops->stat(at, path, true, ret));
}

int tree_lstat(const struct tree_dir *at, const char *path, struct tree_stat *ret)
{
	return (int)tell(at, path, "lstat", at->tree->ops->stat(at, path, false, ret));
}

bool tree_exists(const struct tree_dir *at, const char *path)
{
	struct tree_stat st;

	return tree_stat(at, path, &st) == 0;
}

int tree_answer(struct tree *t, struct arena *a, const char *kind, const char *key, const char **ret)
{
	int r = t->ops->answer(t, a, kind, key, ret);

	if (t->on_read) {
		char both[1024];

		snprintf(both, sizeof(both), "%s %s", kind, key);
		tell(&t->root, both, "answer", r);
	}
	return r;
}

void tree_prepare(struct tree *t, const char *kind, const struct strs *keys)
{
	if (t->ops->prepare)
		t->ops->prepare(t, kind, keys);
}
