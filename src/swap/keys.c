/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/keys.h"

#include "host/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES = 32, KEY_CHARS = 2 * KEY_BYTES, DEADLINE_MS = 10000 };

struct key_job {
	const char *file, *to;
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
	struct key_job job = {NULL, path_of(fx->a, unique_id, true)};

	return effects_child(fx, arena_printf(fx->a, "make a key for the box in %s", job.to), make_key, &job, DEADLINE_MS, e);
}

static int keep_key(void *arg, struct err *e)
{
	const struct key_job *job = arg;

	return rename(job->file, job->to) < 0 ? err_set(e, -errno, "cannot keep the key as '%s': %s", job->to, strerror(errno)) : 0;
}

int key_taken(struct effects *fx, const char *unique_id, struct err *e)
{
	struct key_job job = {path_of(fx->a, unique_id, true), path_of(fx->a, unique_id, false)};

	return effects_child(fx, arena_printf(fx->a, "keep it as %s", job.to), keep_key, &job, DEADLINE_MS, e);
}

static int show_key(void *arg, struct err *e)
{
	const struct key_job *job = arg;
	char text[KEY_CHARS + 1];
	int from = open(job->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), to, r = 0;
	ssize_t n = from < 0 ? -1 : read(from, text, sizeof(text));

	if (n < 0)
		return err_set(e, -errno, "cannot read '%s': %s", job->file, strerror(errno));
	if (n != KEY_CHARS)
		return err_set(e, -EINVAL, "'%s' does not hold a key of %u hexadecimal digits", job->file, KEY_CHARS);
	to = open(job->to, O_WRONLY | O_CLOEXEC);
	if (to < 0 || write(to, text, KEY_CHARS) < 0)
		r = err_set(e, -errno, "cannot write '%s': %s", job->to, strerror(errno));
	explicit_bzero(text, sizeof(text));
	return r;
}

int key_show(struct effects *fx, const char *unique_id, bool offered, const char *attribute, uint32_t deadline_ms, struct err *e)
{
	struct key_job job = {path_of(fx->a, unique_id, offered), attribute};

	return effects_child(fx, arena_printf(fx->a, "write its key to %s", attribute), show_key, &job, deadline_ms, e);
}

int key_forget(struct effects *fx, const char *unique_id)
{
	int r = effects_unlink(fx, path_of(fx->a, unique_id, true));
	int kept = effects_unlink(fx, path_of(fx->a, unique_id, false));

	return r < 0 ? r : kept;
}
