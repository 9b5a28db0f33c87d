/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who answers which question, and the memory of what was answered: several GPUs of one kind ask the same things.
 *
 * Everything is read through the tree, so that a mounted or captured root is answered from its own files and no link
 * in it leads out. What an answer reads on the way is no part of what the asker read: a capture keeps the answer and
 * not the megabytes it was found in.
 */
#include "host/answers.h"

#include "base/parse.h"
#include "host/answers-internal.h"
#include "host/library.h"

#include <errno.h>
#include <sys/utsname.h>

static int answer_library(struct answers *an, const char *key, const char **ret)
{
	return library_versions(&an->tree->root, an->arena, key, ret);
}

static const struct {
	const char *kind;
	answer_fn fn;
} kinds[] = {
	{"modalias", answer_modalias}, {"modfile", answer_modfile},	{"modinfo", answer_modinfo},
	{"firmware", answer_firmware}, {"kconfig", answer_kconfig},	{"initramfs", answer_initramfs},
	{"pciname", answer_pciname},   {"limits", answer_limits},	{"user", answer_user},
	{"group", answer_group},       {"library", answer_library},	{"package", answer_package},
	{"log", answer_log},           {"report", answer_report},
};

struct answers *answers_new(struct tree *t, const char *dir)
{
	struct answers *an = xmalloc(sizeof(*an));

	*an = (struct answers){.tree = t, .arena = arena_new(), .kconfig_result = 1};
	return an;
}

void answers_free(struct answers *an)
{
	if (!an)
		return;
	initramfs_free(an->initramfs);
	buf_free(&an->kconfig);
	arena_free(an->arena);
	free(an);
}

const char *answers_release(struct answers *an)
{
	struct utsname u;

	if (an->release)
		return *an->release ? an->release : NULL;
	an->release = "";
	if (tree_read_str(&an->tree->root, "proc/sys/kernel/osrelease", an->arena, &an->release) < 0 &&
	    an->tree->live && uname(&u) == 0)
		an->release = arena_str(an->arena, u.release);
	/* It becomes part of a path. */
	if (strchr(an->release, '/') || str_starts(an->release, "."))
		an->release = "";
	return *an->release ? an->release : NULL;
}

const char *answers_modules(struct answers *an)
{
	static const char *const tops[] = {"lib/modules", "usr/lib/modules"};
	const char *release;
	unsigned i;

	if (an->modules)
		return *an->modules ? an->modules : NULL;
	an->modules = "";
	release = answers_release(an);
	for (i = 0; release && i < ARRAY_LEN(tops); i++) {
		const char *path = arena_printf(an->arena, "%s/%s", tops[i], release);

		if (tree_exists(&an->tree->root, path)) {
			an->modules = path;
			break;
		}
	}
	return *an->modules ? an->modules : NULL;
}

static struct answer *answer_make(struct answers *an, const char *kind, const char *key)
{
	void (*on_read)(void *, const struct tree_dir *, const char *, const char *, long) = an->tree->on_read;
	struct answer *made = ARENA_NEW(an->arena, struct answer);
	unsigned i;

	*made = (struct answer){.next = an->cache, .kind = arena_str(an->arena, kind),
				.key = arena_str(an->arena, key), .result = -ENODATA};
	an->cache = made;
	an->tree->on_read = NULL;
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			made->result = kinds[i].fn(an, key, &made->value);
	an->tree->on_read = on_read;
	return made;
}

static struct answer *answer_find(struct answers *an, const char *kind, const char *key)
{
	struct answer *at;

	for (at = an->cache; at; at = at->next)
		if (strcmp(at->key, key) == 0 && strcmp(at->kind, kind) == 0)
			break;
	return at;
}

void answers_prepare(struct answers *an, const char *kind, const struct strs *keys)
{
	struct strs missing = {0};
	const char **texts;
	uint32_t i;

	if (strcmp(kind, "report") != 0 || (!an->tree->live && !secure_getenv("GPUBAY_PROBE")))
		return;
	for (i = 0; i < keys->n; i++)
		if (!answer_find(an, kind, keys->v[i]))
			strs_add(an->arena, &missing, arena_str(an->arena, keys->v[i]));
	texts = arena_alloc(an->arena, sizeof(*texts) * missing.n);
	answer_reports(an, &missing, texts);
	for (i = 0; i < missing.n; i++) {
		struct answer *made = ARENA_NEW(an->arena, struct answer);

		*made = (struct answer){.next = an->cache, .kind = "report", .key = missing.v[i], .value = texts[i]};
		an->cache = made;
	}
}

int answers_get(struct answers *an, struct arena *a, const char *kind, const char *key, const char **ret)
{
	struct answer *at = answer_find(an, kind, key);

	if (!at)
		at = answer_make(an, kind, key);
	if (at->result == 0)
		*ret = arena_str(a, at->value);
	return at->result;
}
