/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of netlink's uevent groups, the kernel's form and udev's: every text that comes out lies in the message. */
#include "format/uevent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const char *text, const char *from, size_t n)
{
	if (*text && (text < from || text + strlen(text) >= from + n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	struct uevent e;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	if (uevent_parse(copy, size, &e) == 0) {
		check_inside(e.devpath, copy, size);
		check_inside(e.subsystem, copy, size);
		check_inside(e.devtype, copy, size);
		check_inside(e.driver, copy, size);
		check_inside(e.devname, copy, size);
		check_inside(e.wedged, copy, size);
		if (e.action == UEVENT_ACTION_UNKNOWN || *e.devpath != '/')
			abort();
	}
	free(copy);
	return 0;
}
