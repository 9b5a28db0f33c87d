/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files instead of under a fuzzer: each input that was ever interesting is an ordinary test in
 * every build, with every compiler, with or without sanitizers. Arguments are files and folders of files. One "ok" line
 * an input; a crash names its input, because the name is printed before the run.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 24 };

static int run_bytes(const uint8_t *data, size_t size)
{
	/* A copy of exactly this size, so that a sanitizer sees one byte too far. */
	uint8_t *copy = calloc(1, size ? size : 1);
	int r;

	if (!copy)
		return -ENOMEM;
	if (size)
		memcpy(copy, data, size);
	r = LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	return r;
}

static int run_file(const char *path, const char *name)
{
	static uint8_t data[INPUT_MAX];
	FILE *f = fopen(path, "rb");
	size_t n;
	int r;

	if (!f) {
		printf("not ok %s cannot open '%s': %s\n", name, path, strerror(errno));
		return 1;
	}
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	printf("# %s, %zu bytes\n", name, n);
	fflush(stdout);
	r = run_bytes(data, n);
	/* The interface knows 0, and -1 for "of no use as a seed". */
	if (r != 0 && r != -1) {
		printf("not ok %s gave %d\n", name, r);
		return 1;
	}
	printf("ok %s\n", name);
	return 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int run_folder(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, compare_names), bad = 0, i;

	if (n < 0) {
		printf("not ok %s cannot list: %s\n", path, strerror(errno));
		return 1;
	}
	for (i = 0; i < n; i++) {
		char file[4096];

		if (entries[i]->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
			bad += run_file(file, entries[i]->d_name);
		}
		free(entries[i]);
	}
	free(entries);
	return bad;
}

int main(int argc, char **argv)
{
	int bad = 0, i;

	run_bytes((const uint8_t *)"", 0);
	printf("ok empty\n");
	for (i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			bad += run_folder(argv[i]);
		else
			bad += run_file(argv[i], argv[i]);
	}
	return bad ? 1 : 0;
}
