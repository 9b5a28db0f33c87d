/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: the least that any program must do to know the PCI functions of a machine. For each entry of
 * <root>/sys/bus/pci/devices one read of uevent (class, ids, subsystem, driver and slot), revision and numa_node, and
 * the iommu_group link: ten system calls a function. It understands nothing and prints one number, so that what
 * gpubay costs above it is what gpubay adds. Static, no heap of its own.
 *
 * usage: bench-floor [ROOT]      default "/"
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t read_attr(int dir, const char *function, const char *name, char *buf, size_t size)
{
	char path[512];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", function, name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		buf[0] = '\0';
		return 0;
	}
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* Class of the uevent text: display functions are what everybody looks for. */
static unsigned long uevent_class(const char *text)
{
	const char *at = strstr(text, "PCI_CLASS=");

	return at ? strtoul(at + strlen("PCI_CLASS="), NULL, 16) : 0;
}

int main(int argc, char **argv)
{
	char path[4096], text[4096];
	unsigned n = 0, n_display = 0;
	size_t n_bytes = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices", argc > 1 ? argv[1] : "");
	d = opendir(path);
	if (!d) {
		perror(path);
		return 1;
	}
	while ((e = readdir(d))) {
		ssize_t r;

		if (e->d_name[0] == '.')
			continue;
		n++;
		n_bytes += read_attr(dirfd(d), e->d_name, "uevent", text, sizeof(text));
		n_display += uevent_class(text) >> 16 == 3;
		n_bytes += read_attr(dirfd(d), e->d_name, "revision", text, sizeof(text));
		n_bytes += read_attr(dirfd(d), e->d_name, "numa_node", text, sizeof(text));
		snprintf(path, sizeof(path), "%s/iommu_group", e->d_name);
		r = readlinkat(dirfd(d), path, text, sizeof(text));
		n_bytes += r > 0 ? (size_t)r : 0;
	}
	closedir(d);
	printf("%u functions, %u display, %zu bytes\n", n, n_display, n_bytes);
	return 0;
}
