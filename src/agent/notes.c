/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/notes.h"

#include "base/parse.h"
#include "host/statefile.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

enum { PATH_SIZE = 1024 };

static bool note_path(char *path, const char *run_dir, const char *id)
{
	return !strchr(id, '/') && snprintf(path, PATH_SIZE, "%s/state/%s", run_dir, id) < PATH_SIZE;
}

enum gpu_state notes_read(const char *run_dir, const char *id)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	char path[PATH_SIZE];
	struct statefile f = {.path = path, .lock = -1};
	struct err e = {0};

	if (!note_path(path, run_dir, id) || statefile_read(&f, &text, &e) < 0 || !text.p)
		return GPU_STATE_UNKNOWN;
	text.p[strcspn(text.p, " \n")] = '\0';
	return (enum gpu_state)enum_value(&gpu_state_tab, text.p);
}

int notes_write(const char *run_dir, const char *id, enum gpu_state state, const char *detail, struct err *e)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	char path[PATH_SIZE];
	struct statefile f = {.path = path, .lock = -1};
	int r;

	if (!note_path(path, run_dir, id))
		return err_set(e, -EINVAL, "no note can be written about '%s'", id);
	buf_addf(&text, "%s%s%s\n", enum_name(&gpu_state_tab, state), detail ? " " : "", detail ? detail : "");
	r = statefile_make_folders(path, e);
	return r < 0 ? r : statefile_write(&f, &text, e);
}

void notes_clear(const char *run_dir, const char *id)
{
	char path[PATH_SIZE];

	if (note_path(path, run_dir, id))
		unlink(path);
}

/* Nearly always: then nobody has to be asked about. */
static bool no_notes(const char *run_dir)
{
	char path[PATH_SIZE];
	const struct dirent *e;
	bool none = true;
	DIR *d;

	d = note_path(path, run_dir, "") ? opendir(path) : NULL;
	while (d && none && (e = readdir(d)))
		none = e->d_name[0] == '.';
	if (d)
		closedir(d);
	return none;
}

bool notes_tidy(const char *run_dir, const struct snapshot *s)
{
	bool any = false;
	uint32_t i;

	if (no_notes(run_dir))
		return false;
	for (i = 0; i < s->gpus.n; i++) {
		if (notes_read(run_dir, s->gpus.v[i].id) != GPU_STATE_SAFE_TO_UNPLUG)
			continue;
		notes_clear(run_dir, s->gpus.v[i].id);
		any |= s->gpus.v[i].state == GPU_STATE_SAFE_TO_UNPLUG;
	}
	return any;
}

int notes_folder(const char *run_dir, struct err *e)
{
	char path[PATH_SIZE];

	return note_path(path, run_dir, "") ? statefile_make_folders(path, e) : err_set(e, -ENAMETOOLONG, "path too long: '%s'", run_dir);
}
