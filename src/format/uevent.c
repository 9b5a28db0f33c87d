/* SPDX-License-Identifier: Apache-2.0 */
#include "format/uevent.h"

#include <errno.h>

ENUM_TABLE(uevent_action, UEVENT_ACTION)

/* Head of udev's form; numbers in the machine's own order, but for the magic one, which is in the network's. */
enum { HEAD_MAGIC = 8, HEAD_PROPERTIES = 16, HEAD_LENGTH = 20, HEAD_SIZE = 40 };
static const unsigned char magic[] = {0xfe, 0xed, 0xca, 0xfe};

static uint32_t number_at(const char *bytes, size_t at)
{
	uint32_t v;

	memcpy(&v, bytes + at, sizeof(v));
	return v;
}

static bool is_udev(const char *bytes, size_t n)
{
	return n >= sizeof("libudev") && memcmp(bytes, "libudev", sizeof("libudev")) == 0;
}

/* Where the KEY=value texts stand. */
static int find_texts(const char **bytes, size_t *n, bool udev)
{
	const char *end;
	uint32_t at, len;

	if (!udev) {
		end = memchr(*bytes, '\0', *n);
		if (!end || !memchr(*bytes, '@', (size_t)(end - *bytes)))
			return -EBADMSG;
		*n -= (size_t)(end + 1 - *bytes);
		*bytes = end + 1;
		return 0;
	}
	if (*n < HEAD_SIZE || memcmp(*bytes + HEAD_MAGIC, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	at = number_at(*bytes, HEAD_PROPERTIES);
	len = number_at(*bytes, HEAD_LENGTH);
	if (at < HEAD_SIZE || at > *n || len > *n - at)
		return -EBADMSG;
	*bytes += at;
	*n = len;
	return 0;
}

static void take(struct uevent *e, const char *text, const char *value)
{
	const struct {
		const char *key;
		const char **to;
	} keys[] = {{"DEVPATH=", &e->devpath}, {"SUBSYSTEM=", &e->subsystem}, {"DEVTYPE=", &e->devtype},
		    {"DRIVER=", &e->driver},   {"DEVNAME=", &e->devname},     {"WEDGED=", &e->wedged}};
	size_t length = (size_t)(value - text);
	unsigned i;

	if (length == strlen("ACTION=") && memcmp(text, "ACTION=", length) == 0)
		e->action = (enum uevent_action)enum_value(&uevent_action_tab, value);
	for (i = 0; i < ARRAY_LEN(keys); i++)
		if (length == strlen(keys[i].key) && memcmp(text, keys[i].key, length) == 0)
			*keys[i].to = value;
}

int uevent_parse(const char *bytes, size_t n, struct uevent *ret)
{
	const char *end, *stop;

	*ret = (struct uevent){.udev = is_udev(bytes, n), .devpath = "", .subsystem = "", .devtype = "", .driver = "",
			       .devname = "", .wedged = ""};
	if (find_texts(&bytes, &n, ret->udev) < 0)
		return -EBADMSG;
	for (stop = bytes + n; bytes < stop; bytes = end + 1) {
		const char *equals;

		end = memchr(bytes, '\0', (size_t)(stop - bytes));
		if (!end)
			return -EBADMSG;
		equals = memchr(bytes, '=', (size_t)(end - bytes));
		if (equals)
			take(ret, bytes, equals + 1);
	}
	return ret->action && *ret->devpath == '/' ? 0 : -EBADMSG;
}
