/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of container engines and of the kubelet on their way into a capture: how to reach a registry, through
 * which proxy and with which password is nobody's business. So of text only what gpubay reads stays: values of the keys
 * below, and paths. Every other text keeps its shape with an x for each letter and digit, so that the file can still be
 * parsed and every line keeps its number; numbers and truths stay. Quoted keys that are names of hosts get an alias.
 */
#include "host/redact-internal.h"

#include "base/parse.h"

static const char *const kept_keys[] = {
	"version", "imports", "enable_cdi", "cdi_spec_dirs", "cdi-spec-dirs", "cdi", "default_runtime_name", "default_runtime",
	"default-runtime", "runtime", "runtime_path", "runtime_type", "path", "BinaryName", "runtimes", "kind", "apiVersion", "cdiVersion",
};

static const char *const kept_texts[] = {"run.oci.keep_original_groups=1"};

struct scan {
	struct redactor *r;
	const char *at, *end;
	struct buf *out;
	const char *key; /* the last one seen */
	size_t n_key;
};

static bool word_char(char c)
{
	return redact_alnum(c) || c == '_' || c == '-' || c == '.' || c == '+';
}

static size_t blanks(const struct scan *s, const char *at)
{
	size_t n = 0;

	while (at + n < s->end && (at[n] == ' ' || at[n] == '\t'))
		n++;
	return n;
}

/* Whether what ends here is a key: '=' or ':' follows. */
static bool is_key(const struct scan *s, const char *after)
{
	const char *next = after + blanks(s, after);

	return next < s->end && (*next == '=' || *next == ':');
}

static bool one_of(const char *const *list, size_t n_list, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n_list; i++)
		if (strlen(list[i]) == n && memcmp(list[i], p, n) == 0)
			return true;
	return false;
}

static bool is_kept(const struct scan *s, const char *text, size_t n)
{
	return one_of(kept_keys, ARRAY_LEN(kept_keys), s->key, s->n_key) || one_of(kept_texts, ARRAY_LEN(kept_texts), text, n);
}

/* A path of the machine: not an address with a host in it, and no word of who somebody is. */
static bool is_path(const char *p, size_t n)
{
	return n > 1 && p[0] == '/' && p[1] != '/' && !memchr(p, '@', n) && !memchr(p, ':', n) && !memchr(p, '\\', n);
}

/* An x for each letter and digit; an escape becomes one, because half of one would be an error. */
static void cross_out(struct buf *out, const char *p, size_t n, bool escapes)
{
	size_t i;

	for (i = 0; i < n; i++) {
		bool escape = escapes && p[i] == '\\' && i + 1 < n && p[i + 1] != '\n';

		buf_addc(out, escape || redact_alnum(p[i]) || (unsigned char)p[i] >= 0x80 ? 'x' : p[i]);
		i += escape;
	}
}

/* Bytes up to the quote's end, which is the line's where it is not closed; triple quotes go over lines. */
static size_t quoted_length(const struct scan *s, size_t marks)
{
	const char *p = s->at + marks, quote = *s->at;

	for (; p < s->end && (marks == 3 || *p != '\n'); p++) {
		if (*p == '\\' && quote == '"' && p + 1 < s->end && p[1] != '\n')
			p++;
		else if (*p == quote && (marks == 1 || (p + 2 < s->end && p[1] == quote && p[2] == quote)))
			break;
	}
	return (size_t)(MIN(p, s->end) - s->at) - marks;
}

static bool is_host(const char *p, size_t n)
{
	return memchr(p, '.', n) && !(n > 3 && memcmp(p, "io.", 3) == 0);
}

static void take_quoted(struct scan *s, bool header)
{
	size_t marks = s->end - s->at > 2 && s->at[1] == *s->at && s->at[2] == *s->at ? 3 : 1, n = quoted_length(s, marks);
	const char *text = s->at + marks, *after = MIN(text + n + marks, s->end);
	bool closed = text + n < s->end && text[n] == *s->at, key = header || is_key(s, after);

	buf_add(s->out, s->at, marks);
	if (key && is_host(text, n))
		buf_adds(s->out, redact_learn(s->r, HOST, text, n, false));
	else if (key || (closed && marks == 1 && (is_kept(s, text, n) || is_path(text, n))))
		buf_add(s->out, text, n);
	else
		cross_out(s->out, text, n, *s->at == '"');
	if (key && !header) {
		s->key = text;
		s->n_key = n;
	}
	s->at = closed ? after : text + n;
	buf_add(s->out, after - marks, closed ? marks : 0);
}

/* Keys, numbers and truths; any other word that is not in quotes has no business here. */
static void take_word(struct scan *s, bool header)
{
	static const char *const words[] = {"true", "false", "null", "inf", "nan"};
	const char *p = s->at;
	bool keep, key;
	size_t n = 0;

	while (p + n < s->end && word_char(p[n]))
		n++;
	/* "host.name:5000" is no key. */
	key = !header && is_key(s, p + n) && !(p[n] == ':' && memchr(p, '.', n));
	keep = header || key || (p[0] >= '0' && p[0] <= '9') || p[0] == '-' || p[0] == '+' || one_of(words, ARRAY_LEN(words), p, n);
	if (keep)
		buf_add(s->out, p, n);
	else
		cross_out(s->out, p, n, false);
	if (key) {
		s->key = p;
		s->n_key = n;
	}
	s->at += n;
}

/* {{ … }} of a template, and a comment, which is cut to its sign. */
static bool take_other(struct scan *s)
{
	const char *p = s->at;

	if (*p == '#') {
		buf_addc(s->out, '#');
		while (s->at < s->end && *s->at != '\n')
			s->at++;
		return true;
	}
	if (s->end - p < 2 || p[0] != '{' || p[1] != '{')
		return false;
	while (s->at < s->end && *s->at != '\n' && (s->at == p || s->at[-1] != '}' || s->at - p < 4))
		buf_addc(s->out, *s->at++);
	return true;
}

void redact_engine(struct redactor *r, const char *p, size_t n, struct buf *out)
{
	struct scan s = {.r = r, .at = p, .end = p + n, .out = out, .key = ""};
	bool fresh = true, header = false;

	while (s.at < s.end) {
		char c = *s.at;

		/* A table's header has no value; an array's line begins with a quote or a number. */
		if (fresh && c == '[')
			header = s.at + 1 < s.end && (s.at[1] == '[' || (s.at[1] | 0x20) >= 'a');
		fresh = c == '\n' || (fresh && (c == ' ' || c == '\t'));
		header = header && c != '\n';
		if (c == '"' || c == '\'')
			take_quoted(&s, header);
		else if (word_char(c))
			take_word(&s, header);
		else if ((unsigned char)c >= 0x80)
			cross_out(out, s.at++, 1, false);
		else if (!take_other(&s))
			buf_addc(out, *s.at++);
	}
}

static bool is_switch(const char *p, size_t n)
{
	static const char gates[] = "--feature-gates";

	return (n == 4 && memcmp(p, "true", 4) == 0) || (n == 5 && memcmp(p, "false", 5) == 0) ||
	       (n >= sizeof(gates) - 1 && memcmp(p, gates, sizeof(gates) - 1) == 0);
}

/* Up to the key's end; a list's element has none. */
static size_t key_length(const char *line, size_t n)
{
	size_t i;

	for (i = 0; i < n && line[i] == ' '; i++)
		;
	if (i < n && line[i] == '-')
		return i;
	while (i < n && line[i] != ':' && line[i] != '=')
		i++;
	return MIN(i + 1, n);
}

void redact_kubelet(const char *p, size_t n, struct buf *out)
{
	const char *at = p, *line;
	size_t count, from, word;

	while (next_line(&at, p + n, &line, &count)) {
		from = key_length(line, count);
		buf_add(out, line, from);
		for (; from < count; from += word) {
			bool gap = line[from] == ' ' || line[from] == '"';

			for (word = 1; from + word < count && (line[from + word] == ' ' || line[from + word] == '"') == gap; word++)
				;
			if (gap || is_switch(line + from, word))
				buf_add(out, line + from, word);
			else
				cross_out(out, line + from, word, false);
		}
		if (line + count < p + n)
			buf_addc(out, '\n');
	}
}
