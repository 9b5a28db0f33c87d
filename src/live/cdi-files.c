/* SPDX-License-Identifier: Apache-2.0 */
#include "live/cdi-files.h"

#include "base/parse.h"
#include "host/statefile.h"
#include "probe/nvidia-files.h"
#include "probe/runtime.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

enum { SPEC_MAX = 4 * 1024 * 1024 };

static bool is_ours(const char *name)
{
	return str_starts(name, "gpubay-") && str_ends(name, ".json");
}

static void look_at(struct tree *t, struct arena *a, const char *path, struct cdi_found *f)
{
	struct err e = {0};
	char *text;
	size_t n;
	int r = tree_read_file(&t->root, path, a, SPEC_MAX, &text, &n);

	f->path = arena_printf(a, "/%s", path);
	if (r < 0)
		f->fault = arena_printf(a, "cannot be read: %s", errno_name(r));
	else if (cdi_spec_parse(f->path, text, n, a, &f->outline, &e) < 0)
		f->fault = arena_str(a, e.text);
}

void cdi_files_find(struct tree *t, const struct snapshot *s, struct arena *a, struct cdi_found_list *ret)
{
	struct strs folders, names;
	uint32_t i, k;

	*ret = (struct cdi_found_list){0};
	runtime_spec_folders(&t->root, s, a, &folders);
	for (i = 0; i < folders.n; i++) {
		if (tree_list(&t->root, folders.v[i], a, &names) < 0)
			continue;
		for (k = 0; k < names.n; k++) {
			struct cdi_found *f;

			if (!str_ends(names.v[k], ".json") && !str_ends(names.v[k], ".yaml"))
				continue;
			f = LIST_PUSH(a, ret);
			f->ours = is_ours(names.v[k]);
			look_at(t, a, arena_printf(a, "%s/%s", folders.v[i], names.v[k]), f);
		}
	}
}

uint32_t cdi_files_max_version(const struct snapshot *s)
{
	uint32_t i, least = 0;

	for (i = 0; i < s->runtimes.n; i++) {
		const struct runtime *r = &s->runtimes.v[i];

		if (FIELD_KNOWN(r, runtime, cdi_version_number) && (least == 0 || r->cdi_version_number < least))
			least = r->cdi_version_number;
	}
	return least;
}

/* The hook program that was named, or the installed one: what is not there would keep every container from starting. */
static const char *hook_program(struct tree *t, const struct cdi_wish *wish)
{
	struct tree_stat st;

	if (wish->hook)
		return wish->hook;
	return tree_stat(&t->root, GPUBAY_HOOK + 1, &st) == 0 && st.type == TREE_FILE && st.mode & 0111 ? GPUBAY_HOOK : NULL;
}

void cdi_files_settings(const struct snapshot *s, struct tree *t, const struct cdi_wish *wish, struct arena *a,
			struct cdi_settings *ret)
{
	const char *version = s->platform.nvidia_module_version, *hook = hook_program(t, wish);
	struct cdi_found_list found;
	uint32_t i;

	*ret = (struct cdi_settings){.add_groups = !wish->no_groups, .hook = arena_str(a, hook)};
	cdi_files_find(t, s, a, &found);
	for (i = 0; i < found.n; i++)
		if (!found.v[i].ours && found.v[i].outline.kind)
			strs_add(a, &ret->taken_kinds, found.v[i].outline.kind);
	if (version && *version)
		nvidia_files_find(&t->root, version, a, &ret->libraries, &ret->folders);
	ret->max_version = wish->max_version ? wish->max_version : cdi_files_max_version(s);
}

int cdi_files_build(const struct snapshot *s, const struct cdi_settings *set, struct arena *a, struct cdi_spec_list *ret,
		    struct strs *ret_notes, struct err *e)
{
	uint32_t i;

	cdi_build(s, set, a, ret, ret_notes);
	for (i = 0; i < ret->n; i++)
		if (set->max_version && ret->v[i].version > set->max_version)
			return err_set(e, -ERANGE, "%s needs version %s of the specification, the engines here take %s", ret->v[i].kind,
				       cdi_version_text(a, ret->v[i].version), cdi_version_text(a, set->max_version));
	return 0;
}

int cdi_files_plan(const struct snapshot *s, struct tree *t, const struct cdi_wish *wish, struct arena *a,
		   struct cdi_spec_list *ret, struct strs *ret_notes, struct err *e)
{
	struct cdi_settings set;

	cdi_files_settings(s, t, wish, a, &set);
	return cdi_files_build(s, &set, a, ret, ret_notes, e);
}

static bool same_text(const struct statefile *f, const struct buf *text)
{
	struct buf old CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};

	return statefile_read(f, &old, &e) == 0 && old.n == text->n && old.n && memcmp(old.p, text->p, old.n) == 0;
}

static int write_spec(const char *path, const struct cdi_spec *spec, bool anew, struct arena *a, struct strs *ret_written, struct err *e)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct statefile f = {.path = path, .lock = -1};
	int r;

	cdi_json_print(spec, &text);
	if (!anew && same_text(&f, &text))
		return 0;
	r = statefile_make_folders(path, e);
	if (r == 0)
		r = statefile_write(&f, &text, e);
	if (r == 0)
		strs_add(a, ret_written, path);
	return r;
}

static bool wanted(const struct cdi_spec_list *specs, const char *name)
{
	uint32_t i;

	for (i = 0; i < specs->n; i++)
		if (str_eq(specs->v[i].file, name))
			return true;
	return false;
}

static int withdraw_others(const char *folder, const struct cdi_spec_list *specs, struct arena *a, struct strs *ret_removed,
			   struct err *e)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : err_set(e, -errno, "cannot open '%s': %s", folder, strerror(errno));
	while ((entry = readdir(d))) {
		const char *path;

		if (!is_ours(entry->d_name) || wanted(specs, entry->d_name))
			continue;
		path = arena_printf(a, "%s/%s", folder, entry->d_name);
		if (unlink(path) == 0)
			strs_add(a, ret_removed, path);
		else if (errno != ENOENT)
			r = err_set(e, -errno, "cannot remove '%s': %s", path, strerror(errno));
	}
	closedir(d);
	return r;
}

int cdi_files_write(const char *folder, const struct cdi_spec_list *specs, enum cdi_how how, struct arena *a,
		    struct strs *ret_written, struct strs *ret_removed, struct err *e)
{
	uint32_t i;
	int r = 0, one;

	/* First take away, then add: a device must never be offered after it is gone. */
	if (how & CDI_WITHDRAW)
		r = withdraw_others(folder, specs, a, ret_removed, e);
	for (i = 0; i < specs->n; i++) {
		one = write_spec(arena_printf(a, "%s/%s", folder, specs->v[i].file), &specs->v[i], how & CDI_ANEW, a, ret_written, e);
		r = r ? r : one;
	}
	return r;
}
