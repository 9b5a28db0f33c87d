/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker holds in RAM. Children are found by /proc/PID/task/TID/children; kernels without it show the first alone. */
#include "host/worker-child.h"

#include "base/parse.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

enum { FAMILY_MAX = 256 };

static size_t small_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* The second number of statm: pages that are in. */
static uint64_t resident(int pid)
{
	char path[64], text[256], *second;
	uint64_t pages = 0;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	small_file(path, text, sizeof(text));
	second = strchr(text, ' ');
	if (!second || parse_u64n(second + 1, strcspn(second + 1, " "), 10, UINT64_MAX, &pages) < 0)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void children_of_thread(const char *path, int *family, unsigned *n)
{
	char text[4096], *at = text;

	small_file(path, text, sizeof(text));
	while (*at && *n < FAMILY_MAX) {
		size_t len = strcspn(at, " ");
		uint64_t pid;

		if (len && parse_u64n(at, len, 10, INT32_MAX, &pid) == 0)
			family[(*n)++] = (int)pid;
		at += len;
		at += strspn(at, " ");
	}
}

static void children_add(int pid, int *family, unsigned *n)
{
	char path[320];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/children", pid, d->d_name);
		children_of_thread(path, family, n);
	}
	if (dir)
		closedir(dir);
}

uint64_t worker_memory(int pid)
{
	int family[FAMILY_MAX] = {pid};
	unsigned n = 1, i;
	uint64_t sum = 0;

	for (i = 0; i < n; i++) {
		sum += resident(family[i]);
		children_add(family[i], family, &n);
	}
	return sum;
}
