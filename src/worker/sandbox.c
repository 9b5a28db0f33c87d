/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver libraries do a thousand things, so this is no list of what is allowed but of what none of them has to do to
 * answer a question: start programs (NVIDIA's loads modules and makes nodes through a setuid helper), change files,
 * reach the network, leave the group that the parent can end. A denied call fails as if the right were missing.
 */
#include "worker/worker.h"

#ifdef HAVE_SECCOMP
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

static const char *const never[] = {
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"kcmp",
	"mount",
	"umount2",
	"pivot_root",
	"chroot",
	"unshare",
	"setns",
	"move_mount",
	"open_tree",
	"fsopen",
	"fsmount",
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"kexec_file_load",
	"reboot",
	"swapon",
	"swapoff",
	"bpf",
	"keyctl",
	"add_key",
	"request_key",
	"setsid",
	"setpgid",
	"sethostname",
	"setdomainname",
	"settimeofday",
	"clock_settime",
	"adjtimex",
	"clock_adjtime",
	"acct",
	"quotactl",
	"syslog",
	"iopl",
	"ioperm",
	"userfaultfd",
	NULL,
};
static const char *const programs[] = {"fork", "vfork", "execve", "execveat", NULL};
static const char *const files[] = {
	"creat",     "unlink",	  "unlinkat",	 "rename",    "renameat", "renameat2",
	"mkdir",     "mkdirat",	  "rmdir",	 "link",      "linkat",	  "symlink",
	"symlinkat", "chmod",	  "fchmod",	 "fchmodat",  "chown",	  "fchown",
	"lchown",    "fchownat",  "truncate",	 "mknod",     "mknodat",  "setxattr",
	"lsetxattr", "fsetxattr", "removexattr", "utimensat", NULL,
};

static void deny(scmp_filter_ctx ctx, const char *const *names, int code)
{
	unsigned i;

	for (i = 0; names[i]; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);

		if (number != __NR_SCMP_ERROR)
			seccomp_rule_add(ctx, SCMP_ACT_ERRNO((uint32_t)code), number, 0);
	}
}

/* Threads may be made, processes not. clone3 keeps its flags in memory, where a filter cannot look: libc falls back. */
static void deny_processes(scmp_filter_ctx ctx)
{
	deny(ctx, programs, EPERM);
	seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
			 SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static void deny_writing(scmp_filter_ctx ctx)
{
	deny(ctx, files, EACCES);
	seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(open), 1,
			 SCMP_A1(SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT));
	seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 1,
			 SCMP_A2(SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT));
	seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0);
	seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(io_uring_setup), 0);
}

/* Netlink and local sockets stay: that is how devices are listed. */
static void deny_network(scmp_filter_ctx ctx)
{
	static const int domains[] = {AF_INET, AF_INET6, AF_PACKET, AF_VSOCK, AF_BLUETOOTH};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(domains); i++)
		seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1,
				 SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)domains[i]));
}

void sandbox_enter(struct work *w, unsigned flags)
{
	scmp_filter_ctx ctx;

	FIELD_KNOW(w->r, report, sandbox);
	ctx = flags & SANDBOX_NONE ? NULL : seccomp_init(SCMP_ACT_ALLOW);
	if (!ctx)
		return;
	deny(ctx, never, EPERM);
	deny_network(ctx);
	if (!(flags & SANDBOX_FORKS))
		deny_processes(ctx);
	if (!(flags & SANDBOX_WRITES))
		deny_writing(ctx);
	if (seccomp_load(ctx) == 0) {
		strs_add(w->a, &w->r->sandbox, "no network");
		if (!(flags & SANDBOX_FORKS))
			strs_add(w->a, &w->r->sandbox, "no programs");
		if (!(flags & SANDBOX_WRITES))
			strs_add(w->a, &w->r->sandbox, "no files written");
	}
	seccomp_release(ctx);
}
#else
void sandbox_enter(struct work *w, unsigned flags)
{
	FIELD_KNOW(w->r, report, sandbox);
}
#endif
