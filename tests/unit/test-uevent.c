/* SPDX-License-Identifier: Apache-2.0 */
/* Both forms of uevents, and what is none. */
#include "format/uevent.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define GPU "/devices/pci0000:00/0000:00:01.0/0000:03:00.0"

/* The kernel's form; without the terminator that the literal has anyway. */
#define PARSE(text, e) uevent_parse(text, sizeof(text) - 1, e)

static void kernel_form(void **state)
{
	struct uevent e;

	assert_int_equal(PARSE("bind@" GPU "\0ACTION=bind\0DEVPATH=" GPU "\0DRIVER=xe\0SUBSYSTEM=pci\0SEQNUM=7\0", &e), 0);
	assert_false(e.udev);
	assert_int_equal(e.action, UEVENT_ACTION_BIND);
	assert_string_equal(e.devpath, GPU);
	assert_string_equal(e.subsystem, "pci");
	assert_string_equal(e.driver, "xe");
	assert_string_equal(e.devname, "");
	assert_int_equal(PARSE("change@" GPU "/drm/card1\0ACTION=change\0DEVPATH=" GPU "/drm/card1\0WEDGED=rebind,bus-reset\0"
			       "DEVNAME=dri/card1\0DEVTYPE=drm_minor\0", &e), 0);
	assert_string_equal(e.wedged, "rebind,bus-reset");
	assert_string_equal(e.devtype, "drm_minor");
}

/* A made one: head of 40 bytes, properties behind it. */
static size_t udev_message(char *buf, uint32_t at, uint32_t length)
{
	static const char text[] = "ACTION=add\0DEVPATH=" GPU "\0DEVNAME=/dev/dri/card1";
	uint32_t head[10] = {0};

	memcpy(head, "libudev", 8);
	memcpy(head + 2, "\xfe\xed\xca\xfe", 4);
	head[3] = sizeof(head);
	head[4] = at ? at : sizeof(head);
	head[5] = length ? length : sizeof(text);
	memcpy(buf, head, sizeof(head));
	memcpy(buf + sizeof(head), text, sizeof(text));
	return sizeof(head) + sizeof(text);
}

static void udev_form(void **state)
{
	char buf[256];
	struct uevent e;
	size_t n = udev_message(buf, 0, 0);

	assert_int_equal(uevent_parse(buf, n, &e), 0);
	assert_true(e.udev);
	assert_string_equal(e.devname, "/dev/dri/card1");
	assert_int_equal(uevent_parse(buf, n - 1, &e), -EBADMSG);
	assert_int_equal(uevent_parse(buf, 30, &e), -EBADMSG);
	n = udev_message(buf, 8, 0);
	assert_int_equal(uevent_parse(buf, n, &e), -EBADMSG);
	n = udev_message(buf, UINT32_MAX, 0);
	assert_int_equal(uevent_parse(buf, n, &e), -EBADMSG);
	n = udev_message(buf, 0, UINT32_MAX);
	assert_int_equal(uevent_parse(buf, n, &e), -EBADMSG);
	n = udev_message(buf, 0, 0);
	buf[8] = 0; /* another magic: a later form that is not known */
	assert_int_equal(uevent_parse(buf, n, &e), -EBADMSG);
}

static void refused(void **state)
{
	struct uevent e;

	assert_int_equal(uevent_parse("", 0, &e), -EBADMSG);
	assert_int_equal(PARSE("add@" GPU, &e), -EBADMSG);
	assert_int_equal(PARSE("hello\0ACTION=add\0DEVPATH=" GPU "\0", &e), -EBADMSG);
	assert_int_equal(PARSE("add@" GPU "\0ACTION=add\0", &e), -EBADMSG);
	assert_int_equal(PARSE("add@" GPU "\0DEVPATH=" GPU "\0", &e), -EBADMSG);
	assert_int_equal(PARSE("add@" GPU "\0ACTION=explode\0DEVPATH=" GPU "\0", &e), -EBADMSG);
	assert_int_equal(PARSE("add@" GPU "\0ACTION=add\0DEVPATH=" GPU "\0no end", &e), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(kernel_form), cmocka_unit_test(udev_form), cmocka_unit_test(refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
