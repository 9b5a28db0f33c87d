/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the initramfs holds of kernel modules and firmware. A driver that is loaded from there finds only the firmware
 * that is there as well: files on the disk come too late.
 *
 * The image is a row of cpio archives, plain (microcode first) or packed; all are walked, in pieces, and only names are
 * kept. Time and amount are bounded: an image that is too large for that is unknown, not empty.
 */
#include "base/parse.h"
#include "format/cpio.h"
#include "format/modules-alias.h"
#include "host/answers-internal.h"
#include "host/decompress.h"

#include <errno.h>
#include <time.h>

enum { IMAGE_MAX_MB = 1024, UNPACKED_MAX_MB = 4096, SECONDS_MAX = 5, NAMES_MAX = 65536 };

struct initramfs {
	struct arena *a;
	const char *image; /* path below the root; "" when there is none */
	int result;
	struct strs modules;  /* "i915", sorted */
	struct strs firmware; /* "i915/tgl_guc_70.bin", with .zst or .xz as it is, sorted */
	struct cpio cpio;
	struct decoder *decoder;
	uint64_t unpacked;
	struct timespec until;
};

void initramfs_free(struct initramfs *i)
{
	if (!i)
		return;
	decoder_free(i->decoder);
	arena_free(i->a);
	free(i);
}

/* The part of a path behind "lib/firmware/", whatever is above (usr/, ./). */
static const char *firmware_name(const char *path)
{
	const char *at = strstr(path, "lib/firmware/");

	return at && (at == path || at[-1] == '/') ? at + strlen("lib/firmware/") : NULL;
}

static void entry_note(void *arg, const char *path, uint32_t mode, uint64_t size)
{
	struct initramfs *i = arg;
	const char *name = firmware_name(path), *module;
	size_t n;

	if ((mode & 0170000) == 0040000 || i->modules.n + i->firmware.n >= NAMES_MAX)
		return;
	if (name)
		strs_add(i->a, &i->firmware, arena_str(i->a, name));
	else if (module_of_path(path, strlen(path), &module, &n))
		strs_add(i->a, &i->modules, module_name(i->a, module, n));
}

/* Unpacked bytes; what follows an archive inside a packed stream and is no archive is left alone. */
static int unpacked_take(void *arg, const void *p, size_t n)
{
	struct initramfs *i = arg;
	struct timespec now;

	i->unpacked += n;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec > i->until.tv_sec || i->unpacked > (uint64_t)UNPACKED_MAX_MB << 20)
		return -ETIMEDOUT;
	return cpio_push(&i->cpio, p, n) == n ? 0 : -EBADMSG;
}

/* Between two streams: zeros are padding, else either an archive or something packed begins. */
static int stream_begin(struct initramfs *i, const char *p, size_t n)
{
	uint64_t at = i->cpio.at;

	i->cpio = (struct cpio){.entry = entry_note, .arg = i, .at = at};
	return decoder_new(p, n, &i->decoder);
}

/*
 * One piece of the image. The few bytes that a format is known by may be cut by its end: *ret_left is what must be
 * given again in front of the next piece.
 */
static int piece_take(struct initramfs *i, const char *p, size_t n, bool last, size_t *ret_left)
{
	size_t done = 0, used;
	int r;

	*ret_left = 0;
	while (done < n) {
		if (i->decoder) {
			r = decoder_push(i->decoder, p + done, n - done, &used, unpacked_take, i);
			done += used;
			if (r < 0)
				return r;
			if (r == 1) {
				decoder_freep(&i->decoder);
				i->cpio = (struct cpio){.entry = entry_note, .arg = i};
			}
			continue;
		}
		done += cpio_push(&i->cpio, p + done, n - done);
		if (done == n)
			break;
		if (n - done < DECOMPRESS_MAGIC && !last) {
			*ret_left = n - done;
			break;
		}
		r = stream_begin(i, p + done, n - done);
		if (r < 0)
			return r;
	}
	return 0;
}

static int image_walk(struct answers *an, struct initramfs *i)
{
	char *piece = xmalloc(DECOMPRESS_PIECE);
	uint64_t offset = 0;
	size_t left = 0;
	int r = 0;
	long n;

	clock_gettime(CLOCK_MONOTONIC, &i->until);
	i->until.tv_sec += SECONDS_MAX;
	i->cpio = (struct cpio){.entry = entry_note, .arg = i};
	do {
		n = tree_pread(&an->tree->root, i->image, offset - left, piece, DECOMPRESS_PIECE);
		if (n < 0) {
			r = (int)n;
			break;
		}
		offset += (uint64_t)n - left;
		r = piece_take(i, piece, (size_t)n, n < DECOMPRESS_PIECE, &left);
	} while (r == 0 && n == DECOMPRESS_PIECE && offset < (uint64_t)IMAGE_MAX_MB << 20);
	free(piece);
	/* Torn in the middle of an archive: what was not seen may be there. */
	if (r == 0 && ((i->decoder && !decoder_may_end(i->decoder)) || !cpio_idle(&i->cpio)))
		r = -EBADMSG;
	return r;
}

/* Names that Debian, Fedora, Arch, openSUSE and kernel-install give it. */
static const char *image_find(struct answers *an)
{
	static const char *const names[] = {"boot/initrd.img-%s",    "boot/initramfs-%s.img",
					    "boot/initrd-%s",	     "boot/initramfs-%s",
					    "lib/modules/%s/initrd", "usr/lib/modules/%s/initrd"};
	const char *release = answers_release(an);
	char path[512];
	unsigned i;

	for (i = 0; release && i < ARRAY_LEN(names); i++) {
		const char *at = strstr(names[i], "%s");

		snprintf(path, sizeof(path), "%.*s%s%s", (int)(at - names[i]), names[i], release,
			 at + 2);
		if (tree_exists(&an->tree->root, path))
			return arena_str(an->arena, path);
	}
	return "";
}

static void initramfs_load(struct answers *an)
{
	struct initramfs *i = xmalloc(sizeof(*i));

	*i = (struct initramfs){.a = arena_new(), .image = image_find(an)};
	an->initramfs = i;
	i->result = *i->image ? image_walk(an, i) : -ENOENT;
	decoder_freep(&i->decoder);
	strs_sort(&i->modules);
	strs_sort(&i->firmware);
}

/* "image": its path. "module/NAME", "firmware/FILE": the name as it is there, "" when it is not. */
int answer_initramfs(struct answers *an, const char *key, const char **ret)
{
	static const char *const suffixes[] = {"", ".zst", ".xz"};
	struct initramfs *i;
	unsigned s;

	if (!an->initramfs)
		initramfs_load(an);
	i = an->initramfs;
	if (i->result < 0)
		return i->result == -ENOENT ? -ENODATA : i->result;
	*ret = "";
	if (strcmp(key, "image") == 0)
		*ret = arena_printf(an->arena, "/%s", i->image);
	else if (str_starts(key, "module/") && strs_has(&i->modules, key + 7))
		*ret = arena_str(an->arena, key + 7);
	else if (str_starts(key, "firmware/"))
		for (s = 0; s < ARRAY_LEN(suffixes) && !**ret; s++) {
			const char *name = arena_printf(an->arena, "%s%s", key + 9, suffixes[s]);

			if (strs_has(&i->firmware, name))
				*ret = name;
		}
	return 0;
}
