/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads a library in a child, because loading alone runs its code: one that crashes or hangs there takes the whole
 * program with it. The child tells what came of it through a pipe, in the words of the dynamic linker.
 */
#include "worker/vulkan-manifest.h"

#include "facts/vulkan.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIAL_MS = 3000, SAYS_MAX = 2048, ICD_INTERFACE = 5 };

/* Where 32-bit libraries live on a 64-bit system. */
static const char *const other_dirs[] = {"/usr/lib/i386-linux-gnu",
					 "/usr/lib32",
					 "/lib32",
					 "/lib/i386-linux-gnu",
#if UINTPTR_MAX > UINT32_MAX
					 "/usr/lib",
#endif
					 NULL};

/* What a driver library has to have: the loader looks for the first, layers and old drivers have the second. */
static const char *const entries[] = {"vk_icdGetInstanceProcAddr", "vkGetInstanceProcAddr",
				      "vkNegotiateLoaderLayerInterfaceVersion",
				      "vk_icdNegotiateLoaderICDInterfaceVersion"};

static void say(int fd, char kind, const char *text)
{
	char line[SAYS_MAX];
	int n = snprintf(line, sizeof(line), "%c%s", kind, text ? text : "");

	if (write(fd, line, (size_t)MIN(n, (int)sizeof(line) - 1)) < 0)
		_exit(1);
}

/*
 * Libraries of the same release that the driver opens when it needs them: libX.so.570.172.08 beside
 * libGLX_nvidia.so.570.172.08. Each one that is not there is said after a newline.
 */
static void companions(const char *path, int fd)
{
	const struct facts_vulkan_driver *row = facts_vulkan_driver_of(str_base(path));
	struct arena *a = arena_new();
	char *real = realpath(path, NULL);
	const char *version = real ? strstr(str_base(real), ".so.") : NULL;
	struct strs names =
		str_split(a, row && row->companions && version ? row->companions : "", " ");
	uint32_t i;

	for (i = 0; i < names.n; i++) {
		const char *name = arena_printf(a, "%s%s", names.v[i], version);
		const char *beside =
			arena_printf(a, "%.*s/%s", (int)(str_base(real) - real - 1), real, name);

		if (access(beside, R_OK) < 0 && !dlopen(name, RTLD_LAZY | RTLD_LOCAL))
			say(fd, '\n', name);
	}
	free(real);
	arena_free(a);
}

/* As the loader begins with a driver: the version of their interface first, because some answer nothing before that. */
static bool starts(void *h, void *entry)
{
	void *(*get)(void *, const char *) = (void *(*)(void *, const char *))entry;
	int (*negotiate)(uint32_t *) =
		(int (*)(uint32_t *))dlsym(h, "vk_icdNegotiateLoaderICDInterfaceVersion");
	uint32_t version = ICD_INTERFACE;

	if (!negotiate)
		negotiate =
			(int (*)(uint32_t *))get(NULL, "vk_icdNegotiateLoaderICDInterfaceVersion");
	return (!negotiate || negotiate(&version) == 0) && get(NULL, "vkCreateInstance");
}

static _Noreturn void child(const char *library, bool driver, int fd)
{
	void *h = dlopen(library, RTLD_NOW | RTLD_LOCAL), *entry = NULL;
	Dl_info info;
	unsigned i;

	if (!h) {
		say(fd, 'E', dlerror());
		_exit(0);
	}
	for (i = 0; i < ARRAY_LEN(entries) && !entry; i++)
		entry = dlsym(h, entries[i]);
	if (!entry) {
		say(fd, 'N', NULL);
		_exit(0);
	}
	if (driver && strcmp(entries[i - 1], "vk_icdGetInstanceProcAddr") == 0 &&
	    !starts(h, entry)) {
		say(fd, 'I', NULL);
		_exit(0);
	}
	say(fd, 'W', dladdr(entry, &info) ? info.dli_fname : library);
	companions(dladdr(entry, &info) ? info.dli_fname : library, fd);
	_exit(0);
}

/* What the child says before it ends; false when it has not closed the pipe by the deadline. */
static bool listen_to(int fd, char *says)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	size_t n = 0;
	ssize_t r = 1;

	while (r > 0 && n + 1 < SAYS_MAX && poll(&p, 1, TRIAL_MS) == 1) {
		r = read(fd, says + n, SAYS_MAX - 1 - n);
		n += r > 0 ? (size_t)r : 0;
	}
	says[n] = '\0';
	return r == 0;
}

static bool ended(pid_t pid, int *ret_status)
{
	int tries;

	for (tries = 0; tries < 200; tries++) {
		if (waitpid(pid, ret_status, WNOHANG) == pid)
			return true;
		usleep(2500);
	}
	return false;
}

static bool elf_is_other(const char *path)
{
	unsigned char head[EI_NIDENT] = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool other = fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head) &&
		     memcmp(head, ELFMAG, SELFMAG) == 0 &&
		     head[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32);

	if (fd >= 0)
		close(fd);
	return other;
}

/* The library of another architecture, where the linker found none of ours: that path, or NULL. */
static const char *other_arch(struct work *w, const char *library)
{
	unsigned i;

	if (library[0] == '/')
		return elf_is_other(library) ? library : NULL;
	for (i = 0; other_dirs[i]; i++) {
		const char *path = arena_printf(w->a, "%s/%s", other_dirs[i], library);

		if (elf_is_other(path))
			return path;
	}
	return NULL;
}

static void not_loaded(struct work *w, struct vulkan_file *f, const char *library,
		       const char *error)
{
	size_t name = strcspn(error, ":");
	const char *other = other_arch(w, library);

	FIELD_SET(f, vulkan_file, error, work_text(w, error, SAYS_MAX));
	FIELD_SET(f, vulkan_file, result, LIBRARY_RESULT_FAILED);
	if (other || strstr(error, "wrong ELF class")) {
		f->result = LIBRARY_RESULT_WRONG_ARCH;
		if (other)
			FIELD_SET(f, vulkan_file, library_path, other);
	} else if (strstr(error, "cannot open shared object file")) {
		bool itself = strlen(library) == name && memcmp(error, library, name) == 0;

		f->result = itself ? LIBRARY_RESULT_MISSING : LIBRARY_RESULT_DEPENDENCY;
		FIELD_SET(f, vulkan_file, missing, arena_strn(w->a, error, name));
	}
}

static void judge(struct work *w, struct vulkan_file *f, const char *library, const char *says)
{
	switch (says[0]) {
	case 'W':
		FIELD_SET(f, vulkan_file, result, LIBRARY_RESULT_WORKS);
		FIELD_SET(f, vulkan_file, library_path,
			  work_text(w, says + 1, strcspn(says + 1, "\n")));
		f->incomplete = str_split(w->a, says + 1 + strcspn(says + 1, "\n"), "\n");
		FIELD_KNOW(f, vulkan_file, incomplete);
		break;
	case 'E': not_loaded(w, f, library, says + 1); break;
	case 'I':
		FIELD_SET(f, vulkan_file, result, LIBRARY_RESULT_NO_ENTRY);
		FIELD_SET(
			f, vulkan_file, error,
			"it loads, but has no vkCreateInstance: something it needs at run time is missing");
		break;
	default:
		FIELD_SET(f, vulkan_file, result, LIBRARY_RESULT_NO_ENTRY);
		FIELD_SET(f, vulkan_file, error, "it has no entry point for the Vulkan loader");
	}
}

void trial_run(struct work *w, struct vulkan_file *f, bool driver)
{
	const char *library = manifest_library(w, f);
	char says[SAYS_MAX];
	int fds[2], status = 0;
	pid_t pid;
	bool in_time;

	if (FIELD_KNOWN(f, vulkan_file, result) || !library || pipe2(fds, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0)
		child(library, driver, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return;
	}
	in_time = listen_to(fds[0], says);
	close(fds[0]);
	in_time = in_time && ended(pid, &status);
	if (!in_time) {
		kill(pid, SIGKILL);
		ended(pid, &status);
	}
	if (*says) {
		judge(w, f, library, says);
	} else if (in_time && WIFSIGNALED(status)) {
		FIELD_SET(f, vulkan_file, result, LIBRARY_RESULT_CRASHED);
		FIELD_SET(f, vulkan_file, error,
			  arena_printf(w->a, "loading it ended in SIG%s",
				       sigabbrev_np(WTERMSIG(status))));
	} else {
		FIELD_SET(f, vulkan_file, result,
			  in_time ? LIBRARY_RESULT_FAILED : LIBRARY_RESULT_HUNG);
		FIELD_SET(f, vulkan_file, error,
			  in_time ? "loading it ended the program" :
				    "loading it did not end within 3 s");
	}
}
