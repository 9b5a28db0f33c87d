/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/eventlog-files.h"

#include "base/parse.h"
#include "host/statefile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".jsonl"
enum { PATH_SIZE = 4096, DIGITS = 16 };

static bool file_path(const struct logfiles *f, uint64_t first, char *path)
{
	return snprintf(path, PATH_SIZE, "%s/%0*llu" SUFFIX, f->folder, DIGITS, (unsigned long long)first) < PATH_SIZE;
}

static bool name_number(const char *name, uint64_t *ret)
{
	return strlen(name) == DIGITS + strlen(SUFFIX) && str_ends(name, SUFFIX) &&
	       parse_u64n(name, DIGITS, 10, INT64_MAX, ret) == 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void logfiles_list(const struct logfiles *f, struct arena *a, uint64_t **ret, uint32_t *ret_n)
{
	struct {
		uint64_t *v;
		uint32_t n;
	} l = {0};
	DIR *d = f->folder ? opendir(f->folder) : NULL;
	const struct dirent *e;
	uint64_t number;

	while (d && (e = readdir(d)))
		if (name_number(e->d_name, &number))
			*LIST_PUSH(a, &l) = number;
	if (d)
		closedir(d);
	if (l.n)
		qsort(l.v, l.n, sizeof(*l.v), by_number);
	*ret = l.v;
	*ret_n = l.n;
}

static int read_all(int fd, uint64_t max, struct buf *ret)
{
	char piece[16384];
	ssize_t n = 1;

	while (ret->n < max && (n = read(fd, piece, MIN(sizeof(piece), max - ret->n))) > 0)
		buf_add(ret, piece, (size_t)n);
	return n < 0 ? -errno : 0;
}

/* A file is full when it is longer than the limit, so the last write may go beyond; twice is more than enough. */
int logfiles_content(const struct logfiles *f, uint64_t first, struct buf *ret)
{
	char path[PATH_SIZE];
	int fd, r;

	if (!file_path(f, first, path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	r = read_all(fd, 2 * f->limits->file_bytes, ret);
	close(fd);
	return r;
}

static bool is_of_boot(const struct logfiles *f, const struct buf *text)
{
	char wanted[128];

	snprintf(wanted, sizeof(wanted), "\"boot\":\"%s\"", f->boot_id);
	return text->p && strstr(text->p, "\n") && memmem(text->p, (size_t)(strchr(text->p, '\n') - text->p), wanted, strlen(wanted));
}

/* Cuts the text after its last whole line. */
static void cut_torn(struct buf *text)
{
	while (text->n && text->p[text->n - 1] != '\n')
		text->n--;
	if (text->p)
		text->p[text->n] = '\0';
}

bool logfiles_resume(struct logfiles *f, struct buf *ret)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	char path[PATH_SIZE];
	uint64_t *numbers;
	uint32_t n;

	f->fd = -1;
	logfiles_list(f, a, &numbers, &n);
	if (n == 0 || logfiles_content(f, numbers[n - 1], ret) < 0)
		return false;
	cut_torn(ret);
	if (!is_of_boot(f, ret) || !file_path(f, numbers[n - 1], path))
		return false;
	f->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	f->size = ret->n;
	f->torn = f->fd >= 0 && ftruncate(f->fd, (off_t)ret->n) < 0;
	return true;
}

static void remove_oldest(struct logfiles *f)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	uint64_t *numbers, total = 0;
	char path[PATH_SIZE];
	struct stat st;
	uint32_t n, i;

	logfiles_list(f, a, &numbers, &n);
	for (i = n; i-- > 0;) {
		if (!file_path(f, numbers[i], path) || stat(path, &st) < 0)
			continue;
		total += (uint64_t)st.st_size;
		if (i < n - 1 && (total > f->limits->total_bytes || n - i > f->limits->files))
			unlink(path);
	}
}

static int write_lines(struct logfiles *f, const char *p, size_t n)
{
	ssize_t done = write(f->fd, p, n);
	int code = done < 0 ? -errno : -ENOSPC;

	if (done == (ssize_t)n) {
		f->size += n;
		return 0;
	}
	if (done > 0)
		f->torn = ftruncate(f->fd, (off_t)f->size) < 0;
	return code;
}

static int begin_file(struct logfiles *f, uint64_t first)
{
	char path[PATH_SIZE], head[256];
	struct err e = {0};
	int r, n;

	if (!file_path(f, first, path))
		return -ENAMETOOLONG;
	r = statefile_make_folders(path, &e);
	if (r < 0)
		return r;
	f->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (f->fd < 0)
		return -errno;
	f->size = 0;
	f->torn = false;
	n = snprintf(head, sizeof(head), "{\"schema\":\"gpubay/event-log/v1\",\"boot\":\"%s\",\"first\":%llu}\n", f->boot_id,
		     (unsigned long long)first);
	r = write_lines(f, head, (size_t)n);
	if (r < 0) {
		/* Without its head it is no file of ours, and the name must be free for the next attempt. */
		logfiles_close(f);
		unlink(path);
	}
	return r;
}

/* A file that somebody removed swallows what is written to it. */
static bool is_usable(const struct logfiles *f)
{
	struct stat st;

	return f->fd >= 0 && f->size < f->limits->file_bytes && fstat(f->fd, &st) == 0 && st.st_nlink > 0;
}

int logfiles_append(struct logfiles *f, uint64_t first, const struct buf *lines)
{
	int r = 0;

	if (!is_usable(f)) {
		logfiles_close(f);
		r = begin_file(f, first);
		if (r == 0)
			remove_oldest(f);
	}
	if (r == 0 && f->torn) {
		r = write_lines(f, "\n", 1);
		f->torn = r < 0;
	}
	return r < 0 ? r : write_lines(f, lines->p, lines->n);
}

void logfiles_close(struct logfiles *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}
