/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpubay-cdi-hook: run by a container engine while it creates a container (OCI hook, stage createContainer), because a
 * CDI spec says so. It finishes inside the container's root folder what a spec cannot say itself:
 *
 *   gpubay-cdi-hook links LINK=TARGET...   links such as /dev/dri/by-path/pci-0000:03:00.0-card=../card0
 *   gpubay-cdi-hook ldcache FOLDER...      the linker's cache knows the libraries that were mounted from the host
 *
 * The engine hands over the container's state as JSON on standard input; state and configuration are the engine's and
 * are believed, the root folder's content is the image's and is not. Source: opencontainers/runtime-spec runtime.md
 * (State), config.md (Root, POSIX-platform Hooks).
 */
#include "base/buf.h"
#include "base/parse.h"
#include "format/json.h"
#include "hook/root.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONF_FILE "/etc/ld.so.conf.d/00-gpubay.conf"
enum { LDCONFIG_SECONDS = 60 };

struct hook {
	struct arena *a;
	const char *root_path;
	int root;
	struct err e;
};

static int read_all(struct hook *h, const char *name, int fd, json_t **ret)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	char piece[8192];
	ssize_t n = 0;

	while (b.n <= JSON_TEXT_MAX && (n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno != EINTR)
			return err_set(&h->e, -errno, "cannot read %s: %s", name, strerror(errno));
		if (n > 0)
			buf_add(&b, piece, (size_t)n);
	}
	return json_read(name, b.p ? b.p : "", b.n, ret, &h->e);
}

/* A relative root folder is relative to the bundle. */
static int find_root(struct hook *h)
{
	json_t *state CLEANUP(json_freep) = NULL, *config CLEANUP(json_freep) = NULL;
	const char *bundle, *file, *root;
	int fd, r = read_all(h, "the container's state", STDIN_FILENO, &state);

	if (r < 0)
		return r;
	bundle = json_get_str(state, "bundle");
	if (!bundle || *bundle != '/')
		return err_set(&h->e, -EINVAL, "the container's state names no bundle");
	file = arena_printf(h->a, "%s/config.json", bundle);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(&h->e, -errno, "cannot open '%s': %s", file, strerror(errno));
	r = read_all(h, file, fd, &config);
	close(fd);
	if (r < 0)
		return r;
	root = json_get_str(json_object_get(config, "root"), "path");
	if (!root || !*root)
		return err_set(&h->e, -EINVAL, "'%s' names no root folder", file);
	h->root_path = *root == '/' ? arena_str(h->a, root) : arena_printf(h->a, "%s/%s", bundle, root);
	h->root = open(h->root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return h->root < 0 ? err_set(&h->e, -errno, "cannot open the root folder '%s': %s", h->root_path, strerror(errno)) : 0;
}

static int links(struct hook *h, char **args)
{
	int r = 0;

	for (; *args && r == 0; args++) {
		size_t n = strcspn(*args, "=");
		const char *path = arena_strn(h->a, *args, n), *target = *args + n + ((*args)[n] == '=');

		if (!root_path_valid(path) || !*target || strlen(target) >= ROOT_PATH_MAX)
			return err_set(&h->e, -EINVAL, "'%s' is no LINK=TARGET", *args);
		r = root_link(h->root, path, target, &h->e);
	}
	return r;
}

/* Some systems hide the program behind a script of that name. */
static const char *find_ldconfig(void)
{
	static const char *const places[] = {"/sbin/ldconfig.real", "/usr/sbin/ldconfig.real", "/sbin/ldconfig", "/usr/sbin/ldconfig"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/*
 * Never returns. ldconfig puts itself into the root folder with chroot; where it may not, it follows links by itself
 * and with less care (glibc elf/chroot_canon.c): a trial in this child is cheap, and none is wanted then.
 */
static void exec_ldconfig(struct hook *h, const char *program, char **folders)
{
	static char *const no_environment[] = {NULL};
	struct strs argv = {0};
	pid_t trial = fork();
	int status = -1;

	if (trial == 0)
		_exit(fchdir(h->root) < 0 || chroot(".") < 0);
	if (trial < 0 || waitpid(trial, &status, 0) < 0 || status != 0)
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(LDCONFIG_SECONDS);
	strs_add(h->a, &argv, "ldconfig");
	strs_add(h->a, &argv, "-r");
	strs_add(h->a, &argv, h->root_path);
	for (; *folders; folders++)
		strs_add(h->a, &argv, *folders);
	strs_add(h->a, &argv, NULL);
	execve(program, (char *const *)argv.v, no_environment);
	_exit(127);
}

static int run_ldconfig(struct hook *h, const char *program, char **folders)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		exec_ldconfig(h, program, folders);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return err_set(&h->e, -errno, "cannot run '%s': %s", program, strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 126)
		return err_set(&h->e, -EPERM, "may not enter the root folder '%s' to run ldconfig", h->root_path);
	if (status != 0)
		return err_set(&h->e, -EIO, "'%s -r %s' failed: %s %d", program, h->root_path, WIFEXITED(status) ? "status" : "signal",
			       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return 0;
}

static int ldcache(struct hook *h, char **folders)
{
	struct buf conf CLEANUP(buf_free) = BUF_NULL;
	const char *program = find_ldconfig();
	unsigned i;
	int r;

	for (i = 0; folders[i]; i++) {
		if (!root_path_valid(folders[i]))
			return err_set(&h->e, -EINVAL, "'%s' is no plain absolute path of a folder", folders[i]);
		buf_addf(&conf, "%s\n", folders[i]);
	}
	r = root_write(h->root, CONF_FILE, conf.p, &h->e);
	if (r < 0 || !program)
		return r;
	return run_ldconfig(h, program, folders);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct hook *h, char **args);
	} actions[] = {{"links", links}, {"ldcache", ldcache}};
	struct hook h = {.root = -1};
	unsigned i;
	int r;

	for (i = 0; argc > 2 && i < ARRAY_LEN(actions) && !str_eq(argv[1], actions[i].name); i++)
		;
	if (argc < 3 || i == ARRAY_LEN(actions)) {
		fprintf(stderr, "usage: gpubay-cdi-hook links LINK=TARGET... | ldcache FOLDER... <STATE\n");
		return 2;
	}
	umask(022);
	h.a = arena_new();
	r = find_root(&h);
	if (r == 0)
		r = actions[i].run(&h, argv + 2);
	if (r < 0)
		fprintf(stderr, "gpubay-cdi-hook: %s\n", h.e.text);
	if (h.root >= 0)
		close(h.root);
	arena_free(h.a);
	return r < 0;
}
