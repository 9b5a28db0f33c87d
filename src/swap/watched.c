/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conmon (podman, CRI-O) watches over one container and says all of it on its command line; a shim of containerd's
 * (docker, nerdctl, Kubernetes) works in the folder of one container, beside which lie the others that it has.
 */
#include "swap/containers.h"

#include "base/parse.h"

enum { COMMAND_LINE_MAX = 64 * 1024 };

/* The words of a process's command line; they end with zero bytes. */
static struct strs words_of(const struct tree_dir *process, struct arena *a)
{
	struct strs words = {0};
	char *text;
	size_t n, at;

	if (tree_read_file(process, "cmdline", a, COMMAND_LINE_MAX, &text, &n) < 0)
		return words;
	for (at = 0; at < n; at += strlen(text + at) + 1)
		strs_add(a, &words, utf8_clean(a, text + at, strlen(text + at)));
	return words;
}

/* The word after this one; NULL when there is none. */
static const char *after(const struct strs *words, const char *word)
{
	uint32_t i;

	for (i = 0; i + 1 < words->n; i++)
		if (str_eq(words->v[i], word))
			return words->v[i + 1];
	return NULL;
}

/*
 * conmon runs podman with the words after each of these when the container ends: "podman --root DIR … container cleanup
 * ID". What stands before "container" is how to speak to the same podman.
 */
static struct strs engine_command(const struct strs *words, struct arena *a)
{
	const char *program = after(words, "--exit-command");
	struct strs command = {0};
	uint32_t i;

	if (!program)
		return command;
	strs_add(a, &command, program);
	for (i = 0; i + 1 < words->n; i++) {
		if (!str_eq(words->v[i], "--exit-command-arg"))
			continue;
		if (str_eq(words->v[i + 1], "container"))
			return command;
		strs_add(a, &command, words->v[i + 1]);
	}
	return (struct strs){0};
}

/* "podman exec" and "crictl exec" have a conmon of their own, with the same id, which watches over that program. */
static bool is_exec(const struct strs *words)
{
	return strs_has(words, "-e") || strs_has(words, "--exec") || strs_has(words, "--exec-process-spec");
}

static void conmon_add(struct arena *a, const struct strs *words, struct watched_list *l)
{
	const char *id = after(words, "-c"), *bundle = after(words, "-b");

	if (id && bundle && !is_exec(words))
		*LIST_PUSH(a, l) = (struct watched){
			.id = id, .bundle = bundle, .name = after(words, "-n"), .first = after(words, "-p"), .engine_command = engine_command(words, a)};
}

static void shim_add(const struct tree_dir *process, struct arena *a, const struct strs *words, struct watched_list *l)
{
	const char *cwd, *namespace = after(words, "-namespace");
	struct strs ids;
	char *folder;
	uint32_t i;

	if (!namespace || tree_readlink(process, "cwd", a, &cwd) < 0 || *cwd != '/')
		return;
	folder = arena_strn(a, cwd, (size_t)(str_base(cwd) - cwd) - 1);
	if (!*folder || tree_list(&process->tree->root, folder + 1, a, &ids) < 0)
		return;
	for (i = 0; i < ids.n; i++)
		*LIST_PUSH(a, l) = (struct watched){.id = ids.v[i],
						    .bundle = arena_printf(a, "%s/%s", folder, ids.v[i]),
						    .first = arena_printf(a, "%s/%s/init.pid", folder, ids.v[i]),
						    .space = namespace,
						    .address = after(words, "-address"),
						    .docker = str_eq(namespace, "moby")};
}

/* One shim may watch over several, and several shims see the same folder. */
static bool has_bundle(const struct watched_list *l, const char *bundle)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].bundle, bundle))
			return true;
	return false;
}

void watched_find(struct tree *t, struct arena *a, struct watched_list *ret)
{
	struct arena *brief CLEANUP(arena_freep) = arena_new();
	struct watched_list some = {0};
	struct strs pids, words;
	uint32_t i;

	*ret = (struct watched_list){0};
	if (tree_list(&t->root, "proc", brief, &pids) < 0)
		return;
	for (i = 0; i < pids.n; i++) {
		struct tree_dir process CLEANUP(tree_close) = {.fd = -1};
		char comm[32];
		long n;

		if (pids.v[i][0] < '1' || pids.v[i][0] > '9' ||
		    tree_open(&t->root, arena_printf(brief, "proc/%s", pids.v[i]), &process) < 0)
			continue;
		n = tree_read(&process, "comm", comm, sizeof(comm) - 1);
		comm[n > 0 ? n : 0] = '\0';
		if (str_eq(comm, "conmon\n")) {
			words = words_of(&process, a);
			conmon_add(a, &words, &some);
		} else if (str_starts(comm, "containerd-shim")) {
			words = words_of(&process, a);
			shim_add(&process, a, &words, &some);
		}
	}
	for (i = 0; i < some.n; i++)
		if (!has_bundle(ret, some.v[i].bundle))
			*LIST_PUSH(a, ret) = some.v[i];
}

uint32_t watched_first(struct tree *t, const struct watched *w, struct arena *a)
{
	const char *text;
	uint32_t pid;

	if (!w->first || *w->first != '/' || tree_read_str(&t->root, w->first + 1, a, &text) < 0 ||
	    parse_u32(str_trim(arena_str(a, text)), 10, INT32_MAX, &pid) < 0)
		return 0;
	return pid;
}
