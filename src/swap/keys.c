/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/keys.h"

#include "host/statefile.h"
#include "swap/box.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES = 32, KEY_CHARS = 2 * KEY_BYTES, DEADLINE_MS = 10000 };

struct key_job {
	const char *file, *to;
	const char *router, *unique_id;
};

static const char *path_of(struct arena *a, const char *unique_id, bool offered)
{
	return arena_printf(a, KEYS_FOLDER "/%s%s", unique_id, offered ? ".offered" : "");
}

int key_state(const struct tree_dir *root, struct arena *a, const char *unique_id)
{
	struct tree_stat st;
	int r = tree_stat(root, path_of(a, unique_id, false) + 1, &st);

	if (r == 0)
		return KEY_KEPT;
	if (r == -ENOENT)
		r = tree_stat(root, path_of(a, unique_id, true) + 1, &st);
	return r == 0 ? KEY_OFFERED : r == -ENOENT || r == -ENODATA ? KEY_NONE : r;
}

static int make_folder(struct err *e)
{
	int r = statefile_make_folders(KEYS_FOLDER "/", e);

	if (r == 0 && chmod(KEYS_FOLDER, 0700) < 0)
		r = err_set(e, -errno, "cannot close '%s' to others: %s", KEYS_FOLDER, strerror(errno));
	return r;
}

/* In a child, so that no memory of ours ever holds it. */
static int make_key(void *arg, struct err *e)
{
	const struct key_job *job = arg;
	uint8_t bytes[KEY_BYTES];
	char text[KEY_CHARS + 1];
	struct buf content = {.p = text, .n = KEY_CHARS};
	struct statefile f = {.path = job->to, .lock = -1};
	unsigned i;
	int r;

	if (access(job->to, F_OK) == 0)
		return 0;
	r = make_folder(e);
	if (r < 0)
		return r;
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return err_set(e, -EIO, "the kernel gives no random numbers");
	for (i = 0; i < KEY_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	r = statefile_write_mode(&f, &content, 0600, e);
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(text, sizeof(text));
	return r;
}

int key_offer(struct effects *fx, const char *unique_id, struct err *e)
{
	struct key_job job = {.to = path_of(fx->a, unique_id, true)};

	return effects_child(fx, arena_printf(fx->a, "make a key for the box in %s", job.to), make_key, &job, DEADLINE_MS, e);
}

static int keep_key(void *arg, struct err *e)
{
	const struct key_job *job = arg;

	return rename(job->file, job->to) < 0 ? err_set(e, -errno, "cannot keep the key as '%s': %s", job->to, strerror(errno)) : 0;
}

int key_taken(struct effects *fx, const char *unique_id, struct err *e)
{
	struct key_job job = {.file = path_of(fx->a, unique_id, true), .to = path_of(fx->a, unique_id, false)};

	return effects_child(fx, arena_printf(fx->a, "keep it as %s", job.to), keep_key, &job, DEADLINE_MS, e);
}

static int read_key(const char *file, char text[static KEY_CHARS + 1], struct err *e)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, text, KEY_CHARS + 1);

	if (n < 0)
		return err_set(e, -errno, "cannot read '%s': %s", file, strerror(errno));
	close(fd);
	return n == KEY_CHARS ? 0 : err_set(e, -EINVAL, "'%s' does not hold a key of %u hexadecimal digits", file, KEY_CHARS);
}

static int show_key(void *arg, struct err *e)
{
	const struct key_job *job = arg;
	char text[KEY_CHARS + 1];
	int r = read_key(job->file, text, e), dir, fd;

	if (r < 0)
		return r;
	dir = box_open(job->router, job->unique_id);
	if (dir < 0)
		return dir;
	fd = openat(dir, "key", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, KEY_CHARS) < 0)
		r = err_set(e, -errno, "the kernel does not take the key: %s", strerror(errno));
	explicit_bzero(text, sizeof(text));
	return r;
}

int key_show(struct effects *fx, const char *router, const char *unique_id, bool offered, uint32_t deadline_ms, struct err *e)
{
	struct key_job job = {.file = path_of(fx->a, unique_id, offered), .router = router, .unique_id = unique_id};

	return effects_child(fx, arena_printf(fx->a, "write its key to /sys/bus/thunderbolt/devices/%s/key", router), show_key, &job,
			     deadline_ms, e);
}

int key_forget(struct effects *fx, const char *unique_id)
{
	int r = effects_unlink(fx, path_of(fx->a, unique_id, true));
	int kept = effects_unlink(fx, path_of(fx->a, unique_id, false));

	return r < 0 ? r : kept;
}
