/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens each node that is named and asks the kernel whose it is: "/dev/dri/renderD128 virtio_gpu", or the error's text. What
 * tests look through a container's or an isolated program's eyes with. Status 1 when one did not open.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* As in the kernel's include/uapi/drm/drm.h, whose header is not everywhere. */
struct drm_version {
	int major, minor, patch;
	size_t name_len;
	char *name;
	size_t date_len;
	char *date;
	size_t desc_len;
	char *desc;
};
#define DRM_IOCTL_VERSION _IOWR('d', 0x00, struct drm_version)

int main(int argc, char **argv)
{
	int i, bad = 0;

	for (i = 1; i < argc; i++) {
		char name[64] = "";
		struct drm_version v = {.name = name, .name_len = sizeof(name) - 1};
		int fd = open(argv[i], O_RDWR | O_CLOEXEC);

		if (fd < 0 || ioctl(fd, DRM_IOCTL_VERSION, &v) < 0) {
			printf("%s: %s\n", argv[i], strerror(errno));
			bad = 1;
		} else {
			printf("%s %s\n", argv[i], name);
		}
		if (fd >= 0)
			close(fd);
	}
	return bad;
}
