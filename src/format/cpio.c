/* SPDX-License-Identifier: Apache-2.0 */
#include "format/cpio.h"

#include "base/parse.h"

/* Field i of a header: eight hexadecimal digits behind the six of the magic number. */
static bool header_field(const char *header, unsigned i, uint32_t *ret)
{
	uint64_t v;

	if (parse_u64n(header + 6 + 8 * i, 8, 16, UINT32_MAX, &v) < 0)
		return false;
	*ret = (uint32_t)v;
	return true;
}

static bool header_read(struct cpio *c)
{
	uint32_t size, length;

	if (memcmp(c->text, "07070", 5) != 0 || (c->text[5] != '1' && c->text[5] != '2') ||
	    !header_field(c->text, 1, &c->mode) || !header_field(c->text, 6, &size) ||
	    !header_field(c->text, 11, &length) || length == 0 || length > CPIO_NAME_MAX)
		return false;
	c->size = size;
	c->want = length;
	return true;
}

static uint64_t padding(uint64_t at)
{
	return (4 - at % 4) % 4;
}

/* The name is complete: tells it, and skips the padding, the content and its padding. */
static void name_done(struct cpio *c)
{
	uint64_t pad = padding(c->at);

	c->text[c->want - 1] = '\0';
	if (strcmp(c->text, "TRAILER!!!") != 0)
		c->entry(c->arg, c->text, c->mode, c->size);
	c->skip = pad + c->size + padding(c->at + pad + c->size);
	c->want = c->n = 0;
}

/* Fills text up to `full` bytes; the count taken. */
static size_t gather(struct cpio *c, const char *p, size_t n, uint32_t full)
{
	size_t take = MIN(n, (size_t)(full - c->n));

	memcpy(c->text + c->n, p, take);
	c->n += (uint32_t)take;
	c->at += take;
	return take;
}

bool cpio_idle(const struct cpio *c)
{
	return c->n == 0 && c->want == 0 && c->skip == 0;
}

size_t cpio_push(struct cpio *c, const void *buf, size_t n)
{
	const char *p = buf, *end = p + n;

	while (p < end) {
		if (c->skip) {
			uint64_t take = MIN(c->skip, (uint64_t)(end - p));

			c->skip -= take;
			c->at += take;
			p += take;
		} else if (c->want) {
			p += gather(c, p, (size_t)(end - p), c->want);
			if (c->n == c->want)
				name_done(c);
		} else if (c->n == 0 && *p == '\0') {
			c->at++;
			p++;
		} else if (c->n == 0 && *p != '0') {
			break;
		} else {
			p += gather(c, p, (size_t)(end - p), CPIO_HEADER);
			if (c->n < CPIO_HEADER)
				continue;
			if (!header_read(c)) {
				c->n = 0;
				break;
			}
			c->n = 0;
		}
	}
	return (size_t)(p - (const char *)buf);
}
