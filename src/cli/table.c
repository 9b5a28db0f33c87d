/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

/* Columns a text takes: code points, which is right for what stands in our tables. */
static unsigned columns_of(const char *s)
{
	unsigned n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* The first n columns. */
static size_t bytes_of(const char *s, unsigned n)
{
	size_t i = 0;

	while (s[i]) {
		if (((unsigned char)s[i] & 0xc0) != 0x80 && n-- == 0)
			break;
		i++;
	}
	return i;
}

static void cell_print(struct cli *c, const char *s, unsigned width, bool last)
{
	unsigned n = columns_of(s);

	if (n > width)
		buf_addf(&c->out, "%.*s…", (int)bytes_of(s, width - 1), s);
	else
		buf_adds(&c->out, s);
	for (; !last && n < width; n++)
		buf_addc(&c->out, ' ');
	if (!last)
		buf_adds(&c->out, "  ");
}

enum { NARROWEST = 8 };

/* The flexible column gives way first, then whichever is the widest. */
static void fit(const struct table *t, unsigned *width, unsigned total, unsigned room)
{
	unsigned i, widest = t->flexible;

	for (; total > room; total--) {
		if (width[widest] <= NARROWEST)
			for (i = 0; i < t->columns; i++)
				if (width[i] > width[widest])
					widest = i;
		if (width[widest] <= NARROWEST)
			return;
		width[widest]--;
	}
}

void table_print(struct cli *c, const struct table *t)
{
	unsigned width[32] = {0}, i, total = 0;
	uint32_t k;

	for (i = 0; i < t->columns && t->heads; i++)
		width[i] = columns_of(t->heads[i]);
	for (k = 0; k < t->cells.n; k++)
		width[k % t->columns] = MAX(width[k % t->columns], columns_of(t->cells.v[k]));
	for (i = 0; i < t->columns; i++)
		total += width[i] + (i ? 2 : 0);
	fit(t, width, total, c->width);
	if (t->heads) {
		buf_adds(&c->out, cli_bold(c));
		for (i = 0; i < t->columns; i++)
			cell_print(c, t->heads[i], width[i], i + 1 == t->columns);
		buf_addf(&c->out, "%s\n", cli_plain(c));
	}
	for (k = 0; k < t->cells.n; k++) {
		i = k % t->columns;
		cell_print(c, t->cells.v[k], width[i], i + 1 == t->columns);
		if (i + 1 == t->columns)
			buf_addc(&c->out, '\n');
	}
}

void text_wrap(struct cli *c, unsigned indent, const char *text)
{
	unsigned at = 0, i;

	while (*text) {
		size_t n = strcspn(text, " \n");
		unsigned need = columns_of(text) - columns_of(text + n);

		if (at && at + 1 + need > c->width) {
			buf_addc(&c->out, '\n');
			at = 0;
		}
		if (at == 0) {
			for (i = 0; i < indent; i++)
				buf_addc(&c->out, ' ');
			at = indent;
		} else {
			buf_addc(&c->out, ' ');
			at++;
		}
		buf_add(&c->out, text, n);
		at += need;
		text += n;
		while (*text == ' ' || *text == '\n') {
			if (*text == '\n') {
				buf_addc(&c->out, '\n');
				at = 0;
			}
			text++;
		}
	}
	if (at)
		buf_addc(&c->out, '\n');
}
