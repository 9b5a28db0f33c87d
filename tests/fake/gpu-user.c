/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses a GPU as programs do, for tests of who uses it: "gpu-user open NODE" keeps the node open, "gpu-user map NODE" keeps
 * only a mapping of a buffer on it. Says ready, and waits to be ended.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* include/uapi/drm/drm_mode.h, whose header is not everywhere. */
struct create_dumb {
	uint32_t height, width, bpp, flags, handle, pitch;
	uint64_t size;
};
struct map_dumb {
	uint32_t handle, pad;
	uint64_t offset;
};
#define CREATE_DUMB _IOWR('d', 0xb2, struct create_dumb)
#define MAP_DUMB _IOWR('d', 0xb3, struct map_dumb)

static int map_buffer(int fd)
{
	struct create_dumb made = {.width = 64, .height = 64, .bpp = 32};
	struct map_dumb map = {0};
	unsigned char *p;

	if (ioctl(fd, CREATE_DUMB, &made) < 0)
		return -1;
	map.handle = made.handle;
	if (ioctl(fd, MAP_DUMB, &map) < 0)
		return -1;
	p = mmap(NULL, made.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)map.offset);
	if (p == MAP_FAILED)
		return -1;
	*p = 1;
	return close(fd);
}

int main(int argc, char **argv)
{
	int fd = argc == 3 ? open(argv[2], O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0 || (strcmp(argv[1], "map") == 0 && map_buffer(fd) < 0)) {
		perror(argc == 3 ? argv[2] : "usage: gpu-user open|map NODE");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
