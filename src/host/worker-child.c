/* SPDX-License-Identifier: Apache-2.0 */
#include "host/worker-child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { START_FD = 3 };

static void signals_default(void)
{
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* 0, 1, 2 and the start pipe; everything else that the caller had open is closed. */
static int descriptors(int out, int err, int start)
{
	int null = open("/dev/null", O_RDONLY);

	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
	    dup3(start, START_FD, O_CLOEXEC) < 0)
		return -errno;
	syscall(SYS_close_range, START_FD + 1, ~0U, 0);
	return 0;
}

/* Root as far as files go that are root's, and in nothing else; kept so across exec. */
static int strip(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};

	if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) < 0)
		return -errno;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) < 0 ? -errno : 0;
}

static int identity(const struct worker_identity *id)
{
	gid_t gids[WORKER_GROUPS_MAX];
	unsigned i;

	if (!id)
		return 0;
	if (*id->home)
		setenv("HOME", id->home, 1);
	if (id->strip)
		return strip();
	if (!id->change)
		return 0;
	for (i = 0; i < id->n_gids; i++)
		gids[i] = id->gids[i];
	if (setgroups(id->n_gids, gids) < 0 || setresgid(id->gid, id->gid, id->gid) < 0 ||
	    setresuid(id->uid, id->uid, id->uid) < 0)
		return -errno;
	/* Nobody's run-time folder is not ours. */
	unsetenv("XDG_RUNTIME_DIR");
	return 0;
}

_Noreturn void worker_child(const struct worker *w, int out, int err, int start, int parent)
{
	const struct rlimit no_core = {0, 0};
	int code, program = -1;

	setsid();
	signals_default();
	code = descriptors(out, err, start);
	setrlimit(RLIMIT_CORE, &no_core);
	umask(077);
	if (code == 0 && chdir("/") < 0)
		code = -errno;
	/* The new identity may have no way through the folders to it: then what is held here is run. */
	if (code == 0)
		program = open(w->program, O_PATH | O_CLOEXEC);
	if (code == 0)
		code = identity(w->identity);
	/* After the identity: changing it takes the parent's death away again. */
	if (code == 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0))
		code = -errno;
	if (code == 0 && getppid() != parent)
		_exit(127);
	if (code == 0) {
		execv(w->program, (char *const *)w->argv);
		code = -errno;
		if (code == -EACCES && program >= 0)
			fexecve(program, (char *const *)w->argv, environ);
	}
	code = -code;
	if (write(START_FD, &code, sizeof(code)) != sizeof(code))
		_exit(126);
	_exit(127);
}
