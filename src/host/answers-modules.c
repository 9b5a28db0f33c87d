/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel modules: which of them claim a device, where their files are and what those say. All of it is for the kernel
 * that runs (or that the tree says runs), from depmod's indexes, modules.builtin and the files themselves.
 */
#include "base/parse.h"
#include "format/modinfo.h"
#include "format/modules-alias.h"
#include "host/answers-internal.h"
#include "host/decompress.h"
#include "host/scan.h"

#include <errno.h>

enum { MODULE_FILE_MAX = 192 << 20, CONFIG_MAX = 4 << 20, CLAIMS_MAX = 64 };

static const char *module_file(struct answers *an, const char *name)
{
	const char *dir = answers_modules(an);

	return dir ? arena_printf(an->arena, "%s/%s", dir, name) : NULL;
}

struct claims {
	struct arena *a;
	const char *modalias;
	struct strs found;
};

static void claim_add(struct claims *c, const char *module, size_t n)
{
	const char *name = module_name(c->a, module, n);

	if (!strs_has(&c->found, name) && c->found.n < CLAIMS_MAX)
		strs_add(c->a, &c->found, name);
}

static bool alias_line(void *arg, const char *line, size_t n)
{
	struct claims *c = arg;
	const char *module;
	size_t len;

	if (modules_alias_match(line, n, c->modalias, &module, &len))
		claim_add(c, module, len);
	return true;
}

static bool builtin_record(void *arg, const char *record, size_t n)
{
	struct claims *c = arg;
	const char *module;
	size_t len;

	if (modules_builtin_match(record, n, c->modalias, &module, &len))
		claim_add(c, module, len);
	return true;
}

static const char *strs_join(struct arena *a, const struct strs *l, char with)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		if (i)
			buf_addc(&b, with);
		buf_adds(&b, l->v[i]);
	}
	return utf8_clean(a, b.p ? b.p : "", b.n);
}

int answer_modalias(struct answers *an, const char *key, const char **ret)
{
	const char *aliases = module_file(an, "modules.alias");
	struct claims c = {.a = an->arena, .modalias = key};
	int r;

	if (!aliases)
		return -ENODATA;
	r = tree_scan(&an->tree->root, aliases, '\n', alias_line, &c);
	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	(void)tree_scan(&an->tree->root, module_file(an, "modules.builtin.modinfo"), '\0',
			builtin_record, &c);
	strs_sort(&c.found);
	*ret = strs_join(an->arena, &c.found, ' ');
	return 0;
}

struct module_search {
	struct arena *a;
	const char *module, *key;
	const char *path;
	struct buf *out;
};

/* "kernel/drivers/gpu/drm/i915/i915.ko: dependencies", or a path alone (modules.builtin). */
static bool path_line(void *arg, const char *line, size_t n)
{
	struct module_search *s = arg;
	const char *colon = memchr(line, ':', n), *name;
	size_t len;

	n = colon ? (size_t)(colon - line) : n;
	if (!module_of_path(line, n, &name, &len) || !module_name_eq(name, len, s->module))
		return true;
	s->path = utf8_clean(s->a, line, n);
	return false;
}

/* Path of the module's file below lib/modules/RELEASE, "(builtin)", or "" when this kernel has no such module. */
int answer_modfile(struct answers *an, const char *key, const char **ret)
{
	struct module_search s = {.a = an->arena, .module = key};
	const char *dir = answers_modules(an);
	int r;

	if (!dir)
		return -ENODATA;
	r = tree_scan(&an->tree->root, module_file(an, "modules.dep"), '\n', path_line, &s);
	if (r < 0 && r != -ENOENT)
		return r;
	if (s.path) {
		/* Absolute in modules.dep: a file outside of the directory. */
		*ret = s.path[0] == '/' ? s.path : arena_printf(an->arena, "/%s/%s", dir, s.path);
		return 0;
	}
	if (tree_scan(&an->tree->root, module_file(an, "modules.builtin"), '\n', path_line, &s) ==
	    0)
		r = 0;
	if (r < 0)
		return -ENODATA;
	*ret = s.path ? "(builtin)" : "";
	return 0;
}

static int add_piece(void *arg, const void *p, size_t n)
{
	struct buf *b = arg;

	if (b->n + n > MODULE_FILE_MAX)
		return -E2BIG;
	buf_add(b, p, n);
	return 0;
}

int answers_file_unpacked(struct answers *an, const char *path, size_t max, struct buf *ret)
{
	struct decoder *d CLEANUP(decoder_freep) = NULL;
	char *piece = arena_alloc(an->arena, DECOMPRESS_PIECE);
	uint64_t offset = 0;
	size_t used;
	long n;
	int r = 0;

	do {
		n = tree_pread(&an->tree->root, path, offset, piece, DECOMPRESS_PIECE);
		if (n < 0)
			return (int)n;
		if (offset == 0) {
			r = decoder_new(piece, (size_t)n, &d);
			if (r < 0 && r != -EPROTONOSUPPORT)
				return r;
		}
		r = d ? decoder_push(d, piece, (size_t)n, &used, add_piece, ret) :
			add_piece(ret, piece, (size_t)n);
		offset += (uint64_t)n;
		if (ret->n > max)
			return -E2BIG;
	} while (r == 0 && n == DECOMPRESS_PIECE);
	return r < 0 ? r : 0;
}

static long source_buf_read(void *arg, uint64_t offset, void *buf, size_t n)
{
	const struct buf *b = arg;

	memcpy(buf, b->p + offset, n);
	return (long)n;
}

struct source_file {
	struct answers *an;
	const char *path;
};

static long source_file_read(void *arg, uint64_t offset, void *buf, size_t n)
{
	struct source_file *f = arg;

	return tree_pread(&f->an->tree->root, f->path, offset, buf, n);
}

static void line_add(struct buf *b, const char *key, size_t n_key, const char *value)
{
	size_t at;

	buf_add(b, key, n_key);
	buf_addc(b, '=');
	for (at = b->n, buf_adds(b, value); at < b->n; at++)
		if (b->p[at] == '\n')
			b->p[at] = ' ';
	buf_addc(b, '\n');
}

/* What is kept of a module's own description: the rest (parameters, aliases) is long and not asked for. */
static bool key_wanted(const char *key, size_t n)
{
	static const char *const wanted[] = {"version", "srcversion", "vermagic",
					     "license", "firmware",   "intree"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(wanted); i++)
		if (strlen(wanted[i]) == n && memcmp(wanted[i], key, n) == 0)
			return true;
	return false;
}

/*
 * "parmtype=modeset:int" or "parm=modeset:what it does": most parameters have both, those with functions of their own
 * may have only the second.
 */
static void param_add(struct answers *an, struct strs *names, const char *key, size_t n,
		      const char *value)
{
	const char *name;

	if (!((n == 8 && memcmp(key, "parmtype", 8) == 0) ||
	      (n == 4 && memcmp(key, "parm", 4) == 0)))
		return;
	name = arena_strn(an->arena, value, strcspn(value, ":"));
	if (!strs_has(names, name))
		strs_add(an->arena, names, name);
}

static int modinfo_of_source(struct answers *an, const struct byte_source *src, struct buf *out)
{
	const char *section, *p, *key, *value, *signer;
	struct strs params = {0};
	size_t n, n_key;
	int r = modinfo_section(src, an->arena, &section, &n);

	if (r < 0)
		return r;
	for (p = section; modinfo_next(&p, section + n, &key, &n_key, &value);) {
		if (key_wanted(key, n_key))
			line_add(out, key, n_key, value);
		param_add(an, &params, key, n_key, value);
	}
	line_add(out, "params", 6, strs_join(an->arena, &params, ' '));
	if (modinfo_signer(src, an->arena, &signer) == 0)
		line_add(out, "signer", 6, signer);
	return 0;
}

static int modinfo_of_file(struct answers *an, const char *path, struct buf *out)
{
	struct buf whole CLEANUP(buf_free) = BUF_NULL;
	struct source_file file = {an, path};
	struct byte_source src = {source_file_read, &file, 0};
	struct tree_stat st;
	int r = tree_stat(&an->tree->root, path, &st);

	if (r < 0)
		return r;
	src.size = st.size;
	if (!str_ends(path, ".ko")) {
		r = answers_file_unpacked(an, path, MODULE_FILE_MAX, &whole);
		if (r < 0)
			return r;
		src = (struct byte_source){source_buf_read, &whole, whole.n};
	}
	return modinfo_of_source(an, &src, out);
}

static bool builtin_value(void *arg, const char *record, size_t n)
{
	static const char *const keys[] = {"version", "license", "firmware"};
	struct module_search *s = arg;
	const char *value;
	size_t len;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(keys); i++)
		if (modules_builtin_value(record, n, s->module, keys[i], &value, &len))
			line_add(s->out, keys[i], strlen(keys[i]), arena_strn(s->a, value, len));
	return true;
}

/* All lines, "firmware=" among them; the two questions about a module are cut out of it. */
static int modinfo_all(struct answers *an, const char *module, struct buf *out)
{
	struct module_search s = {.a = an->arena, .module = module, .out = out};
	const char *path;
	int r = answer_modfile(an, module, &path);

	if (r < 0 || !*path)
		return r;
	line_add(out, "filename", 8, path);
	if (strcmp(path, "(builtin)") != 0)
		return modinfo_of_file(an, path + 1, out);
	(void)tree_scan(&an->tree->root, module_file(an, "modules.builtin.modinfo"), '\0',
			builtin_value, &s);
	return 0;
}

/* The text of modinfo_all, kept: `modinfo` and `firmware` are asked one after the other. */
static int modinfo_text(struct answers *an, const char *module, const char **ret)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct answer *at;

	for (at = an->cache; at; at = at->next)
		if (strcmp(at->kind, "modinfo-all") == 0 && strcmp(at->key, module) == 0)
			break;
	if (!at) {
		at = ARENA_NEW(an->arena, struct answer);
		*at = (struct answer){an->cache, "modinfo-all", arena_str(an->arena, module), NULL,
				      modinfo_all(an, module, &b)};
		at->value = utf8_clean(an->arena, b.p ? b.p : "", b.n);
		an->cache = at;
	}
	*ret = at->value;
	return at->result;
}

/* The lines whose key is "firmware" (without the key), or the others. */
static const char *lines_cut(struct arena *a, const char *text, bool firmware)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	const char *end = text + strlen(text), *line;
	size_t n;

	while (next_line(&text, end, &line, &n)) {
		bool is = n > 9 && memcmp(line, "firmware=", 9) == 0;

		if (is != firmware)
			continue;
		if (b.n)
			buf_addc(&b, '\n');
		buf_add(&b, line + (is ? 9 : 0), n - (is ? 9 : 0));
	}
	return arena_strn(a, b.p ? b.p : "", b.n);
}

int answer_modinfo(struct answers *an, const char *key, const char **ret)
{
	const char *text;
	int r = modinfo_text(an, key, &text);

	if (r == 0)
		*ret = lines_cut(an->arena, text, false);
	return r;
}

int answer_firmware(struct answers *an, const char *key, const char **ret)
{
	const char *text;
	int r = modinfo_text(an, key, &text);

	if (r == 0)
		*ret = lines_cut(an->arena, text, true);
	return r;
}

/* Debian and its kin; Fedora and Arch keep a copy beside the modules; the kernel itself, where it was built so. */
static int kconfig_load(struct answers *an)
{
	const char *release = answers_release(an), *path;
	int r = -ENOENT;

	if (release) {
		path = arena_printf(an->arena, "boot/config-%s", release);
		r = answers_file_unpacked(an, path, CONFIG_MAX, &an->kconfig);
	}
	if (r < 0 && (path = module_file(an, "config")))
		r = answers_file_unpacked(an, path, CONFIG_MAX, &an->kconfig);
	if (r < 0) {
		buf_clear(&an->kconfig);
		r = answers_file_unpacked(an, "proc/config.gz", CONFIG_MAX, &an->kconfig);
	}
	return r == -ENOENT ? -ENODATA : r;
}

/* One option: "y", "m", "n", a number or a quoted string. An option that the file does not mention is off. */
int answer_kconfig(struct answers *an, const char *key, const char **ret)
{
	const char *text, *end, *at;
	size_t n = strlen(key);

	if (an->kconfig_result > 0)
		an->kconfig_result = kconfig_load(an);
	if (an->kconfig_result < 0)
		return an->kconfig_result;
	*ret = "n";
	text = an->kconfig.p ? an->kconfig.p : "";
	for (end = text + an->kconfig.n; (at = memmem(text, (size_t)(end - text), key, n));
	     text = at + n) {
		if (at - an->kconfig.p < 7 || memcmp(at - 7, "CONFIG_", 7) != 0 || at[n] != '=')
			continue;
		*ret = utf8_clean(an->arena, at + n + 1, strcspn(at + n + 1, "\r\n"));
		break;
	}
	return 0;
}
