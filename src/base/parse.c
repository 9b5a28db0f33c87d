/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"

#include "base/buf.h"

#include <errno.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 255;
}

int parse_u64n(const char *s, size_t n, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i = 0;

	if (n > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && (base == 0 || base == 16)) {
		base = 16;
		i = 2;
	}
	if (base == 0)
		base = 10;
	if (i == n)
		return -EINVAL;
	for (; i < n; i++) {
		unsigned d = (unsigned)digit_value(s[i]);

		if (d >= base)
			return -EINVAL;
		if (value > (UINT64_MAX - d) / base)
			return -ERANGE;
		value = value * base + d;
	}
	if (value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int parse_u64(const char *s, unsigned base, uint64_t max, uint64_t *ret)
{
	return s ? parse_u64n(s, strlen(s), base, max, ret) : -EINVAL;
}

int parse_u32(const char *s, unsigned base, uint32_t max, uint32_t *ret)
{
	uint64_t v;
	int r = parse_u64(s, base, max, &v);

	if (r == 0)
		*ret = (uint32_t)v;
	return r;
}

int parse_i64(const char *s, int64_t *ret)
{
	bool negative = s && s[0] == '-';
	uint64_t v;
	int r = parse_u64(negative ? s + 1 : s, 10, INT64_MAX, &v);

	if (r == 0)
		*ret = negative ? -(int64_t)v : (int64_t)v;
	return r;
}

enum { CPU_MAX = 65536 };

int parse_cpulist(struct arena *a, const char *s, struct u32s *ret)
{
	struct u32s cpus = {0};

	while (*s) {
		size_t n = strcspn(s, ","), dash = strcspn(s, "-,");
		uint64_t first, last;

		if (parse_u64n(s, MIN(n, dash), 10, CPU_MAX - 1, &first) < 0)
			return -EINVAL;
		last = first;
		if (dash < n && (parse_u64n(s + dash + 1, n - dash - 1, 10, CPU_MAX - 1, &last) < 0 || last < first))
			return -EINVAL;
		if (cpus.n + (last - first) >= CPU_MAX)
			return -ERANGE;
		for (; first <= last; first++)
			u32s_add(a, &cpus, (uint32_t)first);
		s += n;
		if (*s == ',' && !*++s)
			return -EINVAL;
	}
	*ret = cpus;
	return 0;
}

char *cpulist_text(struct arena *a, const struct u32s *cpus)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i, j;

	for (i = 0; i < cpus->n; i = j) {
		for (j = i + 1; j < cpus->n && cpus->v[j] == cpus->v[j - 1] + 1; j++)
			;
		buf_addf(&b, "%s%u", i ? "," : "", cpus->v[i]);
		if (j - i > 1)
			buf_addf(&b, "-%u", cpus->v[j - 1]);
	}
	return arena_strn(a, b.p ? b.p : "", b.n);
}

bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static int fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

bool str_ieq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return fold(*a) == fold(*b);
}

char *str_lower(char *s)
{
	char *p;

	for (p = s; *p; p++)
		*p = (char)fold(*p);
	return s;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

char *str_trim(char *s)
{
	size_t n;

	while (blank(*s))
		s++;
	n = strlen(s);
	while (n && blank(s[n - 1]))
		s[--n] = '\0';
	return s;
}

const char *str_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

struct strs str_split(struct arena *a, const char *s, const char *seps)
{
	struct strs out = {0};

	while (*(s += strspn(s, seps))) {
		size_t n = strcspn(s, seps);

		strs_add(a, &out, arena_strn(a, s, n));
		s += n;
	}
	return out;
}

bool next_line(const char **text, const char *end, const char **line, size_t *n)
{
	const char *nl;

	if (*text >= end)
		return false;
	nl = memchr(*text, '\n', (size_t)(end - *text));
	*line = *text;
	*n = (size_t)((nl ? nl : end) - *text);
	*text = nl ? nl + 1 : end;
	return true;
}

char *keyval_get(struct arena *a, const char *text, size_t n, const char *key)
{
	const char *end = text + n, *line;
	size_t len, klen = strlen(key);

	while (next_line(&text, end, &line, &len))
		if (len > klen && line[klen] == '=' && memcmp(line, key, klen) == 0)
			return utf8_clean(a, line + klen + 1, len - klen - 1);
	return NULL;
}

/* Length of the valid UTF-8 sequence at s, 0 when there is none. */
static size_t utf8_len(const unsigned char *s, size_t n)
{
	size_t i, len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	if (len > n)
		return 0;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

char *utf8_clean(struct arena *a, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	size_t i, len;

	for (i = 0; i < n && p[i] >= 0x20 && p[i] < 0x7f; i++)
		;
	if (i == n)
		return arena_strn(a, s, n);
	for (i = 0; i < n; i += len) {
		len = utf8_len(p + i, n - i);
		if (len == 0) {
			buf_adds(&b, "\xef\xbf\xbd");
			len = 1;
		} else if (len == 1 && (p[i] < 0x20 || p[i] == 0x7f) && p[i] != '\t' && p[i] != '\n') {
			buf_addc(&b, '?');
		} else {
			buf_add(&b, p + i, len);
		}
	}
	return arena_strn(a, b.p ? b.p : "", b.n);
}

static bool starts_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t utf8_length(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += starts_character(*s);
	return n;
}

size_t utf8_prefix(const char *s, size_t n)
{
	size_t i;

	for (i = 0; s[i]; i++)
		if (starts_character(s[i]) && n-- == 0)
			break;
	return i;
}
