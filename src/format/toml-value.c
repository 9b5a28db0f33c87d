/* SPDX-License-Identifier: Apache-2.0 */
#include "format/toml-internal.h"

#include "base/buf.h"

#include <math.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int digit_of(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

static void add_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		buf_addc(b, (char)(0xc0 | c >> 6));
		buf_addc(b, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_addc(b, (char)(0xe0 | c >> 12));
		buf_addc(b, (char)(0x80 | (c >> 6 & 63)));
		buf_addc(b, (char)(0x80 | (c & 63)));
	} else {
		buf_addc(b, (char)(0xf0 | c >> 18));
		buf_addc(b, (char)(0x80 | (c >> 12 & 63)));
		buf_addc(b, (char)(0x80 | (c >> 6 & 63)));
		buf_addc(b, (char)(0x80 | (c & 63)));
	}
}

static int read_unicode(struct toml_reader *r, unsigned digits, struct buf *b)
{
	uint32_t c = 0;

	while (digits--) {
		int d = digit_of(toml_peek(r, 0));

		if (d > 15)
			return toml_fail(r, "escape needs more hexadecimal digits");
		c = c << 4 | (uint32_t)d;
		r->p++;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return toml_fail(r, "escape is no character");
	add_utf8(b, c);
	return 0;
}

/* Whether only blanks stand between here and the end of the line. */
static bool line_ends(const struct toml_reader *r)
{
	size_t n = 0;

	while (toml_peek(r, n) == ' ' || toml_peek(r, n) == '\t')
		n++;
	return toml_peek(r, n) == '\n' || (toml_peek(r, n) == '\r' && toml_peek(r, n + 1) == '\n');
}

/* Behind a backslash. In a string of several lines one at a line's end eats the white space after it. */
static int read_escape(struct toml_reader *r, bool multi, struct buf *b)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	const char *at;
	char c;

	if (multi && line_ends(r)) {
		while (toml_peek(r, 0) == ' ' || toml_peek(r, 0) == '\t' || toml_newline(r))
			r->p += toml_peek(r, 0) == ' ' || toml_peek(r, 0) == '\t';
		return 0;
	}
	c = toml_peek(r, 0);
	if (c == 'u' || c == 'U') {
		r->p++;
		return read_unicode(r, c == 'u' ? 4 : 8, b);
	}
	at = c ? strchr(from, c) : NULL;
	if (!at)
		return toml_fail(r, "unknown escape");
	buf_addc(b, to[at - from]);
	r->p++;
	return 0;
}

/* Up to two quotes may stand before the three that close. */
static bool closes(struct toml_reader *r, char quote, bool three, struct buf *b)
{
	unsigned n = 0, k;

	if (toml_peek(r, 0) != quote)
		return false;
	if (!three) {
		r->p++;
		return true;
	}
	while (n < 5 && toml_peek(r, n) == quote)
		n++;
	for (k = 0; k < (n >= 3 ? n - 3 : n); k++)
		buf_addc(b, quote);
	r->p += n;
	return n >= 3;
}

static int read_char(struct toml_reader *r, bool basic, bool three, struct buf *b)
{
	unsigned char c = (unsigned char)toml_peek(r, 0);

	if (r->p == r->end)
		return toml_fail(r, "string does not end");
	if (c == '\\' && basic) {
		r->p++;
		return read_escape(r, three, b);
	}
	if (three && toml_newline(r)) {
		buf_addc(b, '\n');
		return 0;
	}
	if ((c < ' ' && c != '\t') || c == 0x7f)
		return toml_fail(r, c == '\n' || c == '\r' ? "string does not end on its line" : "control character in a string");
	buf_addc(b, (char)c);
	r->p++;
	return 0;
}

int toml_read_string(struct toml_reader *r, bool multi, const char **ret, size_t *ret_n)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	char quote = toml_peek(r, 0);
	bool three = toml_peek(r, 1) == quote && toml_peek(r, 2) == quote, done = false;
	int result = 0;

	if (three && !multi)
		return toml_fail(r, "a key cannot span lines");
	r->p += three ? 3 : 1;
	if (three)
		toml_newline(r);
	while (result == 0 && !done) {
		const char *before = r->p;

		done = closes(r, quote, three, &b);
		if (!done && r->p == before)
			result = read_char(r, quote == '"', three, &b);
	}
	*ret = arena_strn(r->a, b.p ? b.p : "", b.n);
	*ret_n = b.n;
	return result;
}

/* Two digits at s, between low and high. */
static bool two(const char *s, int low, int high, int *ret)
{
	if (!is_digit(s[0]) || !is_digit(s[1]))
		return false;
	*ret = (s[0] - '0') * 10 + s[1] - '0';
	return *ret >= low && *ret <= high;
}

static bool date_valid(const char *s, size_t n)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int century, year, month, day;
	bool leap;

	if (n != 10 || !two(s, 0, 99, &century) || !two(s + 2, 0, 99, &year) || s[4] != '-' || !two(s + 5, 1, 12, &month) ||
	    s[7] != '-' || !two(s + 8, 1, 31, &day))
		return false;
	leap = year ? year % 4 == 0 : century % 4 == 0;
	return day <= days[month - 1] && (leap || month != 2 || day < 29);
}

/* hh:mm:ss and parts of a second; a leap second is 60. */
static bool time_valid(const char *s, size_t n)
{
	int v;
	size_t i;

	if (n < 8 || !two(s, 0, 23, &v) || s[2] != ':' || !two(s + 3, 0, 59, &v) || s[5] != ':' || !two(s + 6, 0, 60, &v))
		return false;
	for (i = 9; i < n; i++)
		if (!is_digit(s[i]))
			return false;
	return n == 8 || (s[8] == '.' && n > 9);
}

/* Bytes of an offset at the end of a time: "Z" or "+hh:mm"; 0 when there is none. */
static size_t offset_size(const char *s, size_t n)
{
	int v;

	if (n && (s[n - 1] == 'Z' || s[n - 1] == 'z'))
		return 1;
	if (n > 6 && (s[n - 6] == '+' || s[n - 6] == '-') && two(s + n - 5, 0, 23, &v) && s[n - 3] == ':' && two(s + n - 2, 0, 59, &v))
		return 6;
	return 0;
}

static enum toml_type date_type(const char *s, size_t n)
{
	size_t offset;

	if (time_valid(s, n))
		return TOML_TIME_LOCAL;
	if (n < 10 || !date_valid(s, 10))
		return 0;
	if (n == 10)
		return TOML_DATE_LOCAL;
	if (s[10] != 'T' && s[10] != 't' && s[10] != ' ')
		return 0;
	offset = offset_size(s + 11, n - 11);
	if (!time_valid(s + 11, n - 11 - offset))
		return 0;
	return offset ? TOML_DATETIME : TOML_DATETIME_LOCAL;
}

/* Digits with single underscores between them; the count of digits, or 0. */
static size_t digits_valid(const char *s, size_t n, int base)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (digit_of(s[i]) < base)
			count++;
		else if (s[i] != '_' || i == 0 || i + 1 == n || digit_of(s[i - 1]) >= base || digit_of(s[i + 1]) >= base)
			return 0;
	}
	return count;
}

/* 1: an integer. 0: not one. Negative: one, and too large. */
static int integer_value(const char *s, size_t n, int64_t *ret)
{
	bool sign = n && (s[0] == '-' || s[0] == '+'), minus = sign && s[0] == '-';
	uint64_t v = 0, most = minus ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	int base = 10;

	if (!sign && n > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'o' || s[1] == 'b')) {
		base = s[1] == 'x' ? 16 : s[1] == 'o' ? 8 : 2;
		s += 2, n -= 2;
	}
	s += sign, n -= sign;
	if (digits_valid(s, n, base) == 0 || (base == 10 && n > 1 && s[0] == '0'))
		return 0;
	for (; n; s++, n--) {
		if (*s == '_')
			continue;
		if (v > (most - (uint64_t)digit_of(*s)) / (uint64_t)base)
			return -ERANGE;
		v = v * (uint64_t)base + (uint64_t)digit_of(*s);
	}
	*ret = minus ? (int64_t)(0 - v) : (int64_t)v;
	return 1;
}

/* Whole part without a leading zero, then a fraction, an exponent, or both. */
static bool float_valid(const char *s, size_t n)
{
	size_t whole = 0, to;

	while (whole < n && (is_digit(s[whole]) || s[whole] == '_'))
		whole++;
	if (digits_valid(s, whole, 10) == 0 || (whole > 1 && s[0] == '0') || whole == n)
		return false;
	s += whole, n -= whole;
	if (*s == '.') {
		for (to = 1; to < n && (is_digit(s[to]) || s[to] == '_'); to++)
			;
		if (digits_valid(s + 1, to - 1, 10) == 0)
			return false;
		s += to, n -= to;
	}
	if (n == 0)
		return true;
	if (*s != 'e' && *s != 'E')
		return false;
	s++, n--;
	if (n && (*s == '+' || *s == '-'))
		s++, n--;
	return digits_valid(s, n, 10) > 0;
}

static bool float_value(struct toml_reader *r, const char *s, size_t n, double *ret)
{
	bool sign = n && (s[0] == '-' || s[0] == '+');
	const char *bare = s + sign;
	size_t left = n - sign, i, k = 0;
	char *plain;

	if (left == 3 && (memcmp(bare, "inf", 3) == 0 || memcmp(bare, "nan", 3) == 0)) {
		*ret = *bare == 'i' ? INFINITY : NAN;
		if (s[0] == '-')
			*ret = -*ret;
		return true;
	}
	if (!float_valid(bare, left))
		return false;
	plain = arena_alloc(r->a, n + 1);
	for (i = 0; i < n; i++)
		if (s[i] != '_')
			plain[k++] = s[i];
	*ret = strtod(plain, NULL);
	return true;
}

/* Everything up to what can follow a value; between date and time one blank may stand. */
static size_t word_size(const struct toml_reader *r)
{
	const size_t most = (size_t)(r->end - r->p);
	size_t n = 0;

	while (n < most && !strchr(" \t\r\n,]}#", r->p[n]))
		n++;
	if (n == 10 && date_valid(r->p, 10) && toml_peek(r, 10) == ' ' && is_digit(toml_peek(r, 11)))
		for (n = 11; n < most && !strchr(" \t\r\n,]}#", r->p[n]); n++)
			;
	return n;
}

int toml_read_word(struct toml_reader *r, struct toml *v)
{
	size_t n = word_size(r);
	const char *s = r->p;
	int whole;

	if ((n == 4 && memcmp(s, "true", 4) == 0) || (n == 5 && memcmp(s, "false", 5) == 0)) {
		v->type = TOML_BOOL;
		v->yes = n == 4;
	} else if ((whole = integer_value(s, n, &v->integer)) != 0) {
		if (whole < 0)
			return toml_fail(r, "number does not fit 64 bits");
		v->type = TOML_INTEGER;
	} else if (float_value(r, s, n, &v->number)) {
		v->type = TOML_FLOAT;
	} else {
		v->type = date_type(s, n);
		if (!v->type)
			return toml_fail(r, n ? "no value that TOML knows" : "a value is missing");
		v->text = arena_strn(r->a, s, n);
		v->n = n;
	}
	r->p += n;
	return 0;
}
