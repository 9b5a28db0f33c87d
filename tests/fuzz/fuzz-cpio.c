/* SPDX-License-Identifier: Apache-2.0 */
/* An initramfs in pieces whose size the first byte gives, and the same bytes as a kernel module. */
#include "format/cpio.h"
#include "format/modinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void entry_see(void *arg, const char *name, uint32_t mode, uint64_t size)
{
	*(size_t *)arg += strlen(name);
}

struct bytes {
	const uint8_t *p;
};

static long bytes_read(void *arg, uint64_t offset, void *buf, size_t n)
{
	memcpy(buf, ((struct bytes *)arg)->p + offset, n);
	return (long)n;
}

static void try_module(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct bytes b = {data};
	struct byte_source src = {bytes_read, &b, size};
	const char *section, *p, *key, *value;
	size_t n, n_key;

	if (modinfo_section(&src, a, &section, &n) == 0)
		for (p = section; modinfo_next(&p, section + n, &key, &n_key, &value);)
			if (value > section + n)
				abort();
	modinfo_signer(&src, a, &value);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t seen = 0, at, piece, n, took;
	struct cpio c = {.entry = entry_see, .arg = &seen};

	try_module(data, size);
	if (size == 0)
		return 0;
	piece = data[0] ? data[0] : 1;
	for (at = 1; at < size; at += n) {
		n = piece < size - at ? piece : size - at;
		took = cpio_push(&c, data + at, n);
		if (took > n)
			abort();
		if (took < n)
			break;
	}
	return 0;
}
