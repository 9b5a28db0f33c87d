/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/worker.h"

#include "codec/json.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

/* Standard output is the report's. What a library prints there goes to standard error. */
static int report_fd = -1;

__attribute__((constructor)) static void keep_output(void)
{
	report_fd = dup(STDOUT_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
}

void work_outcome(struct work *w, enum report_outcome outcome, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(w->a, fmt, ap);
	va_end(ap);
	FIELD_SET(w->r, report, outcome, outcome);
	FIELD_SET(w->r, report, message, utf8_clean(w->a, text, strlen(text)));
}

void work_error(struct work *w, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(w->a, fmt, ap);
	va_end(ap);
	FIELD_SET(w->r, report, error, utf8_clean(w->a, text, strlen(text)));
}

void *work_sym(void *library, const char *name)
{
	return library ? dlsym(library, name) : NULL;
}

const char *work_file_of(struct work *w, void *symbol)
{
	Dl_info info;
	const char *path;
	char *real;

	if (!symbol || !dladdr(symbol, &info) || !info.dli_fname)
		return NULL;
	real = realpath(info.dli_fname, NULL);
	path = work_text(w, real ? real : info.dli_fname, TEXT_MAX);
	free(real);
	return path;
}

/* dlerror says "NAME: cannot open …" both for the library and for one that it needs. */
static bool is_missing(const char *error, const char *name)
{
	return str_starts(error, name) && strstr(error, "cannot open shared object file");
}

void *work_open(struct work *w, const char *names)
{
	struct strs all = str_split(w->a, names, " ");
	const char *error = "";
	void *library;
	uint32_t i;

	for (i = 0; i < all.n; i++) {
		library = dlopen(all.v[i], RTLD_NOW | RTLD_LOCAL);
		if (library) {
			FIELD_SET(w->r, report, library, all.v[i]);
			return library;
		}
		error = arena_str(w->a, dlerror());
		if (!is_missing(error, all.v[i]))
			break;
	}
	if (i == all.n)
		work_outcome(w, REPORT_OUTCOME_ABSENT, "%s is not installed", all.v[0]);
	else
		work_outcome(w, REPORT_OUTCOME_ABSENT, "%s cannot be loaded: %s", all.v[i], error);
	return NULL;
}

const char *work_text(struct work *w, const char *s, size_t n)
{
	size_t len;

	if (!s)
		return "";
	n = MIN(n, (size_t)TEXT_MAX);
	for (len = 0; len < n && s[len]; len++)
		;
	return str_trim(utf8_clean(w->a, s, len));
}

const char *work_hex(struct work *w, const void *p, size_t n)
{
	const unsigned char *b = p;
	char *text = arena_alloc(w->a, n * 2 + 1);
	size_t i;

	for (i = 0; i < n; i++)
		snprintf(text + i * 2, 3, "%02x", b[i]);
	return text;
}

const char *work_uuid(struct work *w, const void *p)
{
	const char *h = work_hex(w, p, 16);

	return arena_printf(w->a, "%.8s-%.4s-%.4s-%.4s-%.12s", h, h + 8, h + 12, h + 16, h + 20);
}

void work_variables(struct work *w, const char *const *names)
{
	unsigned i;

	for (i = 0; names[i]; i++) {
		const char *value = getenv(names[i]);

		if (value)
			strs_add(w->a, &w->r->variables,
				 arena_printf(w->a, "%s=%s", names[i],
					      work_text(w, value, TEXT_MAX)));
	}
	FIELD_KNOW(w->r, report, variables);
}

void work_nodes(struct work *w, const char *dir, const char *prefix, bool no_device)
{
	struct strs names = {0};
	struct dirent *d;
	struct stat st;
	DIR *at = opendir(dir);
	uint32_t i;

	while (at && (d = readdir(at)))
		if (str_starts(d->d_name, prefix) && fstatat(dirfd(at), d->d_name, &st, 0) == 0 &&
		    S_ISCHR(st.st_mode) &&
		    faccessat(dirfd(at), d->d_name, R_OK | W_OK, AT_EACCESS) < 0 && errno == EACCES)
			strs_add(w->a, &names, arena_printf(w->a, "%s/%s", dir, d->d_name));
	if (at)
		closedir(at);
	strs_sort(&names);
	for (i = 0; i < names.n; i++)
		strs_add(w->a, &w->r->left_out,
			 arena_printf(w->a, "%s: no permission", names.v[i]));
	if (names.n)
		FIELD_KNOW(w->r, report, left_out);
	if (names.n && no_device && w->r->outcome == REPORT_OUTCOME_FRESH)
		work_outcome(w, REPORT_OUTCOME_DENIED, "no permission to open %s%s", names.v[0],
			     names.n > 1 ? " and others" : "");
}

/* What is not known is left out: that is the longer part. */
static void without_nulls(json_t *j)
{
	const char *key;
	json_t *v;
	void *next;
	size_t i;

	json_object_foreach_safe(j, next, key, v)
	{
		if (json_is_null(v))
			json_object_del(j, key);
		else
			without_nulls(v);
	}
	if (json_is_array(j))
		json_array_foreach(j, i, v) without_nulls(v);
}

_Noreturn void work_print(struct work *w)
{
	static atomic_flag printing = ATOMIC_FLAG_INIT;
	struct buf out = BUF_NULL;
	json_t *doc, *fields;
	size_t done = 0;
	ssize_t n;

	/* The library's thread and the one that watches it may both come here. */
	while (atomic_flag_test_and_set(&printing))
		pause();
	doc = json_document("report");
	fields = json_object_of(NULL, w->r, report_fields);
	without_nulls(fields);
	json_object_update(doc, fields);
	json_print(doc, &out);
	while (done < out.n && (n = write(report_fd, out.p + done, out.n - done)) > 0)
		done += (size_t)n;
	/* No destructors: those of drivers are where programs hang. */
	_exit(done == out.n ? 0 : 1);
}
