/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what lspci printed, as people paste it: with prompts, prose and Markdown around, quoted, indented, with CRs,
 * several runs one after the other, pieces that grep let through. A line counts only when its form says what it is:
 *
 *   a function   "03:00.0 VGA compatible controller [0300]: NVIDIA … [10de:2684] (rev a1)"   -nn
 *                "03:00.0 0300: 10de:2684 (rev a1)"                                          -n
 *                '03:00.0 "VGA … [0300]" "NVIDIA … [10de]" "AD102 … [2684]" -ra1'            -mm
 *                "03:00.0 VGA compatible controller: NVIDIA …"      names only: needs a hex dump for its ids
 *   a detail     more indented than its function, or one of the lines known by their beginning
 *   a dump       "00: de 10 84 26 …"                                                         -x -xxx -xxxx
 *   a block      "Slot:\t03:00.0" up to an empty line                                        -vmm
 *
 * A run is what one call of lspci printed: addresses ascend, nothing foreign between. What some functions of a run
 * have (a driver, a group), those without do not have; without a run's witness it is unknown.
 */
#include "host/lspci.h"

#include "base/parse.h"
#include "host/lspci-internal.h"

#include <errno.h>

enum {
	TEXT_LIMIT = 64 * 1024 * 1024,
	FUNCTIONS_MAX = 65536,
	CONFIG_MAX = 4096,
};

struct text {
	const char *s, *end;
};

struct reader {
	const char *name;
	unsigned line_no;
	struct err *e;
	struct arena *a;
	struct lspci_fns fns;
	uint32_t *hash; /* index + 1 of a function; open addressing */
	uint32_t n_hash;
	uint32_t cur;     /* the function that details belong to, NONE */
	unsigned indent;  /* of its line */
	bool block;       /* in a -vmm block */
	bool bare;        /* nothing was said of it but its line */
	struct u32s run;  /* functions of this run */
	uint64_t last;    /* address before in this run */
	uint32_t witness; /* LSPCI_* that some function of the run has */
	bool cut;         /* grep left lines out */
	bool ended;       /* the next function begins a run */
	int resizable;    /* inside "Physical Resizable BAR" */
	uint8_t *config;  /* of the dump that is being read */
	unsigned n_config;
};

static int expected(const struct reader *r, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);
static int expected(const struct reader *r, unsigned line, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(r->e, -EINVAL, "%s:%u: expected %s", r->name, line, text);
}

/* Pieces of a line */

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t left(const struct text *t)
{
	return (size_t)(t->end - t->s);
}

static void skip_blanks(struct text *t)
{
	while (t->s < t->end && blank(*t->s))
		t->s++;
}

static bool take(struct text *t, const char *prefix)
{
	size_t n = strlen(prefix);

	if (left(t) < n || memcmp(t->s, prefix, n) != 0)
		return false;
	t->s += n;
	return true;
}

static const char *find(const struct text *t, const char *what)
{
	size_t n = strlen(what);
	const char *s;

	for (s = t->s; (size_t)(t->end - s) >= n && t->end >= s; s++)
		if (memcmp(s, what, n) == 0)
			return s;
	return NULL;
}

static char *copy(struct reader *r, struct text t)
{
	while (t.end > t.s && blank(t.end[-1]))
		t.end--;
	skip_blanks(&t);
	return utf8_clean(r->a, t.s, left(&t));
}

static bool hex_digit(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* Exactly n hexadecimal digits. */
static bool hex_n(const char *s, const char *end, unsigned n, uint64_t *ret)
{
	unsigned i;

	if (end - s < (long)n)
		return false;
	for (i = 0; i < n; i++)
		if (!hex_digit(s[i]))
			return false;
	return parse_u64n(s, n, 16, UINT64_MAX, ret) == 0;
}

/* A number behind what was taken. */
static bool number(struct text *t, unsigned base, uint64_t max, uint64_t *ret)
{
	const char *s = t->s;

	while (s < t->end && ((*s >= '0' && *s <= '9') || (base == 16 && hex_digit(*s))))
		s++;
	if (s == t->s || s - t->s > 16 || parse_u64n(t->s, (size_t)(s - t->s), base, max, ret) < 0)
		return false;
	t->s = s;
	return true;
}

struct address {
	uint32_t domain;
	uint8_t bus, dev, fn;
};

static uint64_t address_key(const struct lspci_fn *f)
{
	return (uint64_t)f->domain << 16 | (uint64_t)f->bus << 8 | (uint64_t)f->dev << 3 | f->fn;
}

/* "03:00.0" or "10000:e1:00.0" and a blank or the end. */
static bool address(struct text *t, struct address *ret)
{
	struct text c = *t;
	const char *colon = memchr(c.s, ':', MIN(left(&c), (size_t)9));
	uint64_t domain = 0, bus, dev, fn;

	if (!colon)
		return false;
	if (colon - c.s >= 4) {
		if (!hex_n(c.s, c.end, (unsigned)(colon - c.s), &domain))
			return false;
		c.s = colon + 1;
	}
	if (left(&c) < 7 || !hex_n(c.s, c.end, 2, &bus) || c.s[2] != ':' || !hex_n(c.s + 3, c.end, 2, &dev) ||
	    c.s[5] != '.' || !hex_n(c.s + 6, c.end, 1, &fn) || dev > 31 || fn > 7 ||
	    (left(&c) > 7 && !blank(c.s[7])))
		return false;
	*ret = (struct address){(uint32_t)domain, (uint8_t)bus, (uint8_t)dev, (uint8_t)fn};
	t->s = c.s + 7;
	return true;
}

/* Functions and runs */

static void run_end(struct reader *r)
{
	uint32_t i;

	for (i = 0; i < r->run.n && !r->cut; i++) {
		struct lspci_fn *f = &r->fns.v[r->run.v[i]];

		if (r->witness & LSPCI_IOMMU && !(f->known & LSPCI_IOMMU))
			f->iommu_group = -1;
		f->known |= r->witness & (LSPCI_DRIVER | LSPCI_MODULES | LSPCI_IOMMU);
	}
	r->run.n = 0;
	r->run.v = NULL;
	r->witness = 0;
	r->cut = false;
	r->ended = false;
	r->last = 0;
}

static void hash_grow(struct reader *r)
{
	uint32_t i;

	r->n_hash = r->n_hash ? r->n_hash * 2 : 64;
	r->hash = arena_alloc(r->a, r->n_hash * sizeof(*r->hash));
	for (i = 0; i < r->fns.n; i++) {
		uint32_t at = (uint32_t)(address_key(&r->fns.v[i]) * UINT64_C(0x9e3779b97f4a7c15) >> 40) & (r->n_hash - 1);

		while (r->hash[at])
			at = (at + 1) & (r->n_hash - 1);
		r->hash[at] = i + 1;
	}
}

static uint32_t fn_find(struct reader *r, const struct lspci_fn *want)
{
	uint64_t key = address_key(want);
	uint32_t at;

	if (r->fns.n * 2 >= r->n_hash)
		hash_grow(r);
	at = (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 40) & (r->n_hash - 1);
	for (; r->hash[at]; at = (at + 1) & (r->n_hash - 1))
		if (address_key(&r->fns.v[r->hash[at] - 1]) == key)
			return r->hash[at] - 1;
	*LIST_PUSH(r->a, &r->fns) = *want;
	r->hash[at] = r->fns.n;
	return r->fns.n - 1;
}

/* The function of a line that names one; the same address again adds to what is known of it. */
static int fn_begin(struct reader *r, const struct address *addr, struct lspci_fn **ret)
{
	struct lspci_fn f = {.domain = addr->domain, .bus = addr->bus, .dev = addr->dev, .fn = addr->fn,
			     .line = r->line_no, .numa_node = -1};
	uint64_t key = address_key(&f);

	if (r->ended || (r->run.n && key <= r->last))
		run_end(r);
	r->last = key;
	r->cur = fn_find(r, &f);
	if (r->fns.n > FUNCTIONS_MAX)
		return expected(r, r->line_no, "at most %u functions", (unsigned)FUNCTIONS_MAX);
	u32s_add(r->a, &r->run, r->cur);
	r->bare = true;
	r->resizable = 0;
	r->config = NULL;
	r->n_config = 0;
	*ret = &r->fns.v[r->cur];
	return 0;
}

static struct lspci_fn *current(struct reader *r)
{
	return r->cur == NONE ? NULL : &r->fns.v[r->cur];
}

static int set_ids(struct reader *r, struct lspci_fn *f, uint64_t vendor, uint64_t device)
{
	if (f->known & LSPCI_IDS && (f->vendor != vendor || f->device != device))
		return expected(r, r->line_no, "one machine: this function is %04x:%04x in line %u and %04x:%04x here",
				f->vendor, f->device, f->line, (unsigned)vendor, (unsigned)device);
	f->vendor = (uint16_t)vendor;
	f->device = (uint16_t)device;
	f->known |= LSPCI_IDS;
	return 0;
}

static void set_class(struct lspci_fn *f, uint64_t class)
{
	f->class = (uint32_t)class << 8 | (f->known & LSPCI_PROG_IF ? f->class & 0xff : 0);
	f->known |= LSPCI_CLASS;
}

static void set_prog_if(struct lspci_fn *f, uint64_t v)
{
	f->class = (f->class & ~0xffu) | (uint32_t)v;
	f->known |= LSPCI_PROG_IF;
}

/* Lines of functions */

/* "(rev a1)", "(prog-if 00 [VGA controller])" behind the ids. lspci prints no revision where it is 00. */
static void tail(struct lspci_fn *f, struct text t, bool whole)
{
	const char *rev = find(&t, "(rev "), *prog = find(&t, "(prog-if ");
	uint64_t v = 0;

	if (rev && hex_n(rev + 5, t.end, 2, &v) && v == 0xff) {
		f->known |= LSPCI_DEAD; /* all that a lost device says is ones */
		return;
	}
	if (rev ? hex_n(rev + 5, t.end, 2, &v) : whole) {
		f->revision = (uint8_t)v;
		f->known |= LSPCI_REVISION;
	}
	if (prog && hex_n(prog + 9, t.end, 2, &v))
		set_prog_if(f, v);
}

static bool in_brackets(const char *s, const char *end, unsigned n, uint64_t *ret)
{
	return end - s >= (long)n + 2 && s[0] == '[' && s[n + 1] == ']' && hex_n(s + 1, end, n, ret);
}

/* "[10de:2684]": the last one in the text, because names have brackets too. */
static const char *ids_in(const struct text *t, uint64_t *vendor, uint64_t *device)
{
	const char *s;

	for (s = t->end - 11; s >= t->s; s--)
		if (s[0] == '[' && s[5] == ':' && s[10] == ']' && hex_n(s + 1, t->end, 4, vendor) && hex_n(s + 6, t->end, 4, device))
			return s;
	return NULL;
}

static bool unnamed(const char *s)
{
	return !*s || strcmp(s, "Device") == 0 || str_starts(s, "Unknown device");
}

static void set_names(struct reader *r, struct lspci_fn *f, struct text t)
{
	size_t n;
	char *device;

	skip_blanks(&t);
	n = lspci_vendor_length(t.s, left(&t));
	if (n && !f->vendor_name)
		f->vendor_name = copy(r, (struct text){t.s, t.s + n});
	device = copy(r, (struct text){t.s + n, t.end});
	if (!unnamed(device) && !f->device_name)
		f->device_name = device;
}

/* "0300: 10de:2684 (rev a1)", in old versions with "Class " before it. */
static int line_numeric(struct reader *r, struct text t, const struct address *addr)
{
	uint64_t class, vendor, device;
	struct lspci_fn *f;
	int code;

	take(&t, "Class ");
	if (left(&t) < 15 || !hex_n(t.s, t.end, 4, &class) || t.s[4] != ':' || t.s[5] != ' ' ||
	    !hex_n(t.s + 6, t.end, 4, &vendor) || t.s[10] != ':' || !hex_n(t.s + 11, t.end, 4, &device) ||
	    (left(&t) > 15 && t.s[15] != ' '))
		return 0;
	code = fn_begin(r, addr, &f);
	if (code == 0)
		code = set_ids(r, f, vendor, device);
	if (code < 0)
		return code;
	set_class(f, class);
	tail(f, (struct text){t.s + 15, t.end}, true);
	return 1;
}

/* Last words of the class names of pci.ids: what tells a function's line from any other that begins with such digits. */
static bool class_name(const char *s, size_t n)
{
	static const char *const words[] = {"controller", "bridge", "device", "memory", "peripheral", "accelerators", "SMBus",
					    "class", "interface", "adapter", "Processor", "processor", "timer", "Instrumentation",
					    "hub", "Modem", "modem", "PIC", "RTC", "ISDN", "Endpoint", "FLASH", "UART", "Coprocessor",
					    "Co-processor", "Keyboard", "Pen", "IRDA", "RF", "counters", "module"};
	size_t i;

	while (n && blank(s[n - 1]))
		n--;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		size_t m = strlen(words[i]);

		if (n >= m && memcmp(s + n - m, words[i], m) == 0)
			return true;
	}
	return n > 0 && s[n - 1] == ']';
}

/* "VGA compatible controller [0300]: NVIDIA Corporation AD102 [10de:2684] (rev a1)", or without the brackets. */
static int line_named(struct reader *r, struct text t, const struct address *addr)
{
	uint64_t class, vendor = 0, device = 0;
	const char *colon = find(&t, ": "), *bracket = find(&t, "]: "), *ids;
	struct lspci_fn *f;
	bool has_class = bracket && bracket - 5 >= t.s && in_brackets(bracket - 5, t.end, 4, &class);
	int code;

	if (has_class)
		colon = bracket + 1;
	if (!colon || (!has_class && !class_name(t.s, (size_t)(colon - t.s))))
		return 0;
	code = fn_begin(r, addr, &f);
	if (code < 0)
		return code;
	if (has_class)
		set_class(f, class);
	t.s = colon + 2;
	ids = ids_in(&t, &vendor, &device);
	if (ids) {
		code = set_ids(r, f, vendor, device);
		set_names(r, f, (struct text){t.s, ids});
		tail(f, (struct text){ids, t.end}, true);
	} else {
		f->known |= LSPCI_NAMED;
		tail(f, t, false);
	}
	return code < 0 ? code : 1;
}

/* "NVIDIA Corporation [10de]" or "10de" or a name alone. */
static bool name_and_id(struct reader *r, struct text t, uint64_t *ret_id, const char **ret_name)
{
	char *s = copy(r, t);
	size_t n = strlen(s);

	if (n >= 6 && in_brackets(s + n - 6, s + n, 4, ret_id)) {
		s[n - 6] = '\0';
		s = str_trim(s);
		*ret_name = *s && !unnamed(s) ? s : NULL;
		return true;
	}
	*ret_name = n == 4 && hex_n(s, s + n, 4, ret_id) ? NULL : s;
	return !*ret_name;
}

/* '"VGA compatible controller [0300]" "NVIDIA Corporation [10de]" "AD102 [2684]" -ra1 -p00 "ASUS [1043]" "[88e2]"' */
static int line_machine(struct reader *r, struct text t, const struct address *addr)
{
	uint64_t id[5] = {0}, v;
	const char *names[5] = {NULL};
	bool got[5] = {false};
	struct lspci_fn *f;
	unsigned n = 0;
	int code = fn_begin(r, addr, &f);

	if (code < 0)
		return code;
	f->revision = 0;
	for (skip_blanks(&t); t.s < t.end; skip_blanks(&t)) {
		const char *close = *t.s == '"' ? memchr(t.s + 1, '"', left(&t) - 1) : NULL;

		if (*t.s == '"' && !close)
			return expected(r, r->line_no, "'\"' at the end of each name");
		if (close && n < 5) {
			got[n] = name_and_id(r, (struct text){t.s + 1, close}, &id[n], &names[n]);
			n++;
		} else if (!close && t.s[0] == '-' && left(&t) >= 4 && hex_n(t.s + 2, t.end, 2, &v)) {
			if (t.s[1] == 'r')
				f->revision = (uint8_t)v;
			else if (t.s[1] == 'p')
				set_prog_if(f, v);
		}
		for (t.s = close ? close + 1 : t.s; t.s < t.end && !blank(*t.s); t.s++)
			;
	}
	if (n < 3)
		return expected(r, r->line_no, "class, vendor and device in quotes");
	f->known |= got[1] ? LSPCI_REVISION : LSPCI_NAMED;
	if (got[0])
		set_class(f, id[0]);
	if (got[1] && got[2])
		code = set_ids(r, f, id[1], id[2]);
	f->vendor_name = f->vendor_name ? f->vendor_name : names[1];
	f->device_name = f->device_name ? f->device_name : names[2];
	if (got[3] && got[4]) {
		f->sub_vendor = (uint16_t)id[3];
		f->sub_device = (uint16_t)id[4];
		f->known |= LSPCI_SUBSYSTEM;
	}
	return code < 0 ? code : 1;
}

static int line_function(struct reader *r, struct text t)
{
	struct address addr;
	int code;

	if (!address(&t, &addr))
		return 0;
	skip_blanks(&t);
	if (t.s < t.end && *t.s == '"')
		return line_machine(r, t, &addr);
	code = line_numeric(r, t, &addr);
	return code ? code : line_named(r, t, &addr);
}

/* Blocks of -vmm */

static int block_begin(struct reader *r, struct text t)
{
	struct address addr;
	struct lspci_fn *f;
	int code;

	skip_blanks(&t);
	if (!address(&t, &addr))
		return t.s == t.end || find(&t, ":") ? expected(r, r->line_no, "a PCI address after 'Slot:'") : 0;
	code = fn_begin(r, &addr, &f);
	if (code < 0)
		return code;
	f->torn = true;
	r->block = true;
	r->bare = false;
	return 1;
}

static int block_ids(struct reader *r, struct lspci_fn *f, bool vendor, struct text t)
{
	const char *name;
	uint64_t id;

	if (!name_and_id(r, t, &id, &name)) {
		f->known |= LSPCI_NAMED;
		return 1;
	}
	if (vendor) {
		if (f->known & LSPCI_IDS && f->vendor != id)
			return set_ids(r, f, id, f->device);
		f->vendor = (uint16_t)id;
		f->vendor_name = name ? name : f->vendor_name;
	} else {
		f->device_name = name ? name : f->device_name;
		return set_ids(r, f, f->vendor, id) < 0 ? -EINVAL : 1;
	}
	return 1;
}

/* Modules stand behind the driver, so one that has them and no driver is bound to none. */
static void add_module(struct reader *r, struct lspci_fn *f, const char *name)
{
	struct strs have = {0};

	r->witness |= LSPCI_MODULES | LSPCI_DRIVER;
	f->known |= LSPCI_MODULES | LSPCI_DRIVER;
	if (f->modules)
		have = str_split(r->a, f->modules, " ");
	if (!strs_has(&have, name))
		f->modules = f->modules ? arena_printf(r->a, "%s %s", f->modules, name) : name;
}

static void set_driver(struct reader *r, struct lspci_fn *f, struct text t)
{
	f->driver = copy(r, t);
	if (!*f->driver || strchr(f->driver, '/') || f->driver[0] == '.')
		f->driver = NULL;
	f->known |= f->driver ? LSPCI_DRIVER : 0;
	r->witness |= f->driver ? LSPCI_DRIVER : 0;
}

static void set_iommu(struct reader *r, struct lspci_fn *f, struct text t)
{
	uint64_t v;

	if (!number(&t, 10, INT32_MAX, &v))
		return;
	f->iommu_group = (int32_t)v;
	f->known |= LSPCI_IOMMU;
	r->witness |= LSPCI_IOMMU;
}

static void set_numa(struct lspci_fn *f, struct text t)
{
	uint64_t v;

	if (!number(&t, 10, 65535, &v))
		return;
	f->numa_node = (int32_t)v;
	f->known |= LSPCI_NUMA;
}

/* -vm calls it "Device:", twice in a block. */
static bool starts_old_block(struct text t)
{
	struct address addr;

	if (!take(&t, "Device:"))
		return false;
	skip_blanks(&t);
	return address(&t, &addr);
}

static int line_block(struct reader *r, struct text t)
{
	struct lspci_fn *f = current(r);
	const char *name;
	uint64_t v;

	if (take(&t, "Slot:"))
		return block_begin(r, t);
	if (!r->block && starts_old_block(t) && take(&t, "Device:"))
		return block_begin(r, t);
	if (!r->block || !f)
		return 0;
	if (take(&t, "Class:")) {
		if (name_and_id(r, t, &v, &name))
			set_class(f, v);
		return 1;
	}
	if (take(&t, "Vendor:"))
		return block_ids(r, f, true, t);
	if (take(&t, "Device:")) {
		f->torn = false;
		if (!(f->known & LSPCI_REVISION)) {
			f->revision = 0; /* not printed where it is 00 */
			f->known |= LSPCI_REVISION;
		}
		return block_ids(r, f, false, t);
	}
	if (take(&t, "SVendor:")) {
		if (name_and_id(r, t, &v, &name))
			f->sub_vendor = (uint16_t)v;
	} else if (take(&t, "SDevice:")) {
		if (name_and_id(r, t, &v, &name)) {
			f->sub_device = (uint16_t)v;
			f->known |= LSPCI_SUBSYSTEM;
		}
	} else if (take(&t, "Rev:")) {
		skip_blanks(&t);
		if (hex_n(t.s, t.end, 2, &v))
			f->revision = (uint8_t)v;
	} else if (take(&t, "ProgIf:")) {
		skip_blanks(&t);
		if (hex_n(t.s, t.end, 2, &v))
			set_prog_if(f, v);
	} else if (take(&t, "Driver:")) {
		set_driver(r, f, t);
	} else if (take(&t, "Module:")) {
		add_module(r, f, copy(r, t));
	} else if (take(&t, "NUMANode:")) {
		skip_blanks(&t);
		set_numa(f, t);
	} else if (take(&t, "IOMMUGroup:")) {
		skip_blanks(&t);
		set_iommu(r, f, t);
	} else {
		return *t.s >= 'A' && *t.s <= 'Z' && find(&t, ":"); /* PhySlot, DTNode and what will come */
	}
	return 1;
}

/* Details */

static void detail_subsystem(struct lspci_fn *f, struct text t)
{
	uint64_t vendor, device;

	skip_blanks(&t);
	if (!ids_in(&t, &vendor, &device) && !(left(&t) == 9 && hex_n(t.s, t.end, 4, &vendor) && t.s[4] == ':' &&
					       hex_n(t.s + 5, t.end, 4, &device)))
		return;
	f->sub_vendor = (uint16_t)vendor;
	f->sub_device = (uint16_t)device;
	f->known |= LSPCI_SUBSYSTEM;
}

static void detail_modules(struct reader *r, struct lspci_fn *f, struct text t)
{
	struct strs names = str_split(r->a, copy(r, t), ", ");
	uint32_t i;

	for (i = 0; i < names.n; i++)
		add_module(r, f, names.v[i]);
}

/* "[size=256M]" in bytes. */
static bool size_of(const struct text *t, uint64_t *ret)
{
	static const char units[] = "KMGT";
	const char *s = find(t, "[size="), *unit;
	struct text c;

	if (!s)
		return false;
	c = (struct text){s + 6, t->end};
	if (!number(&c, 10, 1 << 20, ret) || c.s == c.end || *ret == 0)
		return false;
	unit = strchr(units, *c.s);
	*ret <<= unit && *c.s ? 10 * (unit - units + 1) : 0;
	return true;
}

enum { RES_IO = 0x100, RES_MEM = 0x200, RES_PREFETCH = 0x2000, RES_64 = 0x100000, RES_UNSET = 0x20000000 };

/* "Region 0: Memory at 6000000000 (64-bit, prefetchable) [size=16G]", "I/O ports at <unassigned>" */
static void detail_region(struct lspci_fn *f, struct text t)
{
	struct lspci_bar bar = {0};
	uint64_t index, size = 0, at = 0;
	bool placed, sized;

	if (!number(&t, 10, 5, &index) || !take(&t, ": "))
		return;
	take(&t, "[virtual] ");
	if (take(&t, "Memory at "))
		bar.flags = RES_MEM | (find(&t, "64-bit") ? RES_64 : 0) |
			    (find(&t, "prefetchable") && !find(&t, "non-prefetchable") ? RES_PREFETCH : 0);
	else if (take(&t, "I/O ports at "))
		bar.flags = RES_IO;
	else
		return;
	placed = number(&t, 16, UINT64_MAX, &at) && at != 0;
	sized = size_of(&t, &size);
	f->bars_torn |= placed && !sized;
	bar.flags |= placed ? 0 : RES_UNSET;
	bar.start = placed ? at : sized ? 0 : 1;
	bar.end = sized ? bar.start + size - 1 : 0;
	f->bars[index] = bar;
	f->known |= LSPCI_BARS;
}

/* "BAR 0: current size: 256MB, supported: 256MB 512MB 1GB": bit n is 2^n MiB, as in resource0_resize. */
static void detail_resize(struct lspci_fn *f, struct text t)
{
	const char *list = find(&t, "supported:");
	uint64_t bar, size;
	unsigned bit;

	if (!list || !number(&t, 10, 5, &bar))
		return;
	f->resize[bar] = 0;
	for (t.s = list + 10; skip_blanks(&t), t.s < t.end && number(&t, 10, 1 << 20, &size);) {
		size <<= take(&t, "GB") ? 10 : take(&t, "TB") ? 20 : take(&t, "MB") ? 0 : 0;
		for (bit = 0; bit < 44 && UINT64_C(1) << bit < size; bit++)
			;
		f->resize[bar] |= UINT64_C(1) << bit;
	}
}

/* "Port #0, Speed 16GT/s, Width x16, ASPM L1": as sysfs writes it, "16.0 GT/s PCIe" and "16". */
static void detail_link(struct reader *r, struct text t, const char **ret_speed, const char **ret_width)
{
	const char *speed = find(&t, "Speed "), *width = find(&t, "Width x");
	uint64_t whole, tenth = 0, lanes;
	struct text c;

	if (speed) {
		c = (struct text){speed + 6, t.end};
		if (number(&c, 10, 1000, &whole) && (!take(&c, ".") || number(&c, 10, 9, &tenth)) && take(&c, "GT/s"))
			*ret_speed = arena_printf(r->a, "%u.%u GT/s PCIe", (unsigned)whole, (unsigned)tenth);
		else if (take(&c, "unknown"))
			*ret_speed = "Unknown";
	}
	if (width) {
		c = (struct text){width + 7, t.end};
		if (number(&c, 10, 255, &lanes))
			*ret_width = arena_printf(r->a, "%u", (unsigned)lanes);
	}
}

/* "primary=00, secondary=02, subordinate=2b, sec-latency=0" */
static void detail_buses(struct lspci_fn *f, struct text t)
{
	const char *sec = find(&t, "secondary="), *sub = find(&t, "subordinate=");
	uint64_t a, b;

	if (!sec || !sub || !hex_n(sec + 10, t.end, 2, &a) || !hex_n(sub + 12, t.end, 2, &b))
		return;
	f->secondary = (uint8_t)a;
	f->subordinate = (uint8_t)b;
	f->known |= LSPCI_BUSES;
}

/* "Initial VFs: 7, Total VFs: 7, Number of VFs: 0, Function Dependency Link: 00" */
static void detail_vfs(struct lspci_fn *f, struct text t)
{
	const char *total = find(&t, "Total VFs: "), *now = find(&t, "Number of VFs: ");
	uint64_t a, b;

	if (!total || !now || !number(&(struct text){total + 11, t.end}, 10, 65535, &a) ||
	    !number(&(struct text){now + 15, t.end}, 10, 65535, &b))
		return;
	f->total_vfs = (uint32_t)a;
	f->num_vfs = (uint32_t)b;
	f->known |= LSPCI_SRIOV;
}

/* "bus master, fast devsel, latency 0, IRQ 16, NUMA node 0, IOMMU group 14" of -v */
static void detail_flags(struct reader *r, struct lspci_fn *f, struct text t)
{
	const char *numa = find(&t, "NUMA node "), *group = find(&t, "IOMMU group ");

	if (numa)
		set_numa(f, (struct text){numa + 10, t.end});
	if (group)
		set_iommu(r, f, (struct text){group + 12, t.end});
}

/* Lines that are known by their beginning, also where a paste lost its indentation. */
static bool line_detail(struct reader *r, struct text t)
{
	struct lspci_fn *f = current(r);

	if (!f)
		return false;
	if (take(&t, "Subsystem:"))
		detail_subsystem(f, t);
	else if (take(&t, "Kernel driver in use:"))
		set_driver(r, f, t);
	else if (take(&t, "Kernel modules:"))
		detail_modules(r, f, t);
	else if (take(&t, "NUMA node: "))
		set_numa(f, t);
	else if (take(&t, "IOMMU group: "))
		set_iommu(r, f, t);
	else if (take(&t, "Flags: "))
		detail_flags(r, f, t);
	else if (take(&t, "Region "))
		detail_region(f, t);
	else if (take(&t, "LnkCap:"))
		detail_link(r, t, &f->max_speed, &f->max_width);
	else if (take(&t, "LnkSta:"))
		detail_link(r, t, &f->speed, &f->width);
	else if (take(&t, "Bus: primary="))
		detail_buses(f, t);
	else if (take(&t, "Initial VFs:"))
		detail_vfs(f, t);
	else if (take(&t, "!!! Unknown header type 7f"))
		f->known |= LSPCI_DEAD;
	else if (take(&t, "Status: D0"))
		f->power = "D0";
	else if (take(&t, "Status: D3"))
		f->power = "D3hot";
	else if (take(&t, "Capabilities: ["))
		r->resizable = find(&t, "Physical Resizable BAR") != NULL;
	else if (r->resizable && take(&t, "BAR "))
		detail_resize(f, t);
	else
		return false;
	return true;
}

/* Dumps */

/* Bytes of "00: de 10 84 26 …"; -1 when the line has another form. */
static int dump_bytes(struct text t, uint64_t *ret_offset, uint8_t out[static 16])
{
	const char *colon = memchr(t.s, ':', MIN(left(&t), (size_t)4));
	uint64_t v;
	int n = 0;

	if (!colon || colon - t.s < 2 || !hex_n(t.s, t.end, (unsigned)(colon - t.s), ret_offset))
		return -1;
	for (t.s = colon + 1; t.s < t.end && *t.s == ' ';) {
		t.s++;
		if (t.s == t.end)
			break;
		if (n == 16 || !hex_n(t.s, t.end, 2, &v))
			return -1;
		out[n++] = (uint8_t)v;
		t.s += 2;
	}
	return t.s == t.end && n > 0 ? n : -1;
}

static int line_dump(struct reader *r, struct text t)
{
	struct lspci_fn *f = current(r);
	uint8_t bytes[16];
	uint64_t offset;
	int n = dump_bytes(t, &offset, bytes);

	if (n < 0)
		return 0;
	if (!f)
		return n < 16 ? 0 : expected(r, r->line_no, "the line of a function before its dump");
	if (n < 16)
		return expected(r, r->line_no, "16 bytes, found %d", n);
	if (offset == 0 || !r->config) {
		r->config = arena_alloc(r->a, CONFIG_MAX);
		r->n_config = 0;
	}
	if (offset != r->n_config || offset + 16 > CONFIG_MAX)
		return expected(r, r->line_no, "offset %02x, found %02x", r->n_config, (unsigned)offset);
	memcpy(r->config + offset, bytes, 16);
	r->n_config += 16;
	if (r->n_config > f->n_config) {
		f->config = r->config;
		f->n_config = r->n_config;
	}
	return 1;
}

/* The whole text */

/* Cuts quote marks and white space; how far the text was indented behind the quote marks. */
static unsigned unquote(struct text *t)
{
	const char *start;

	while (t->end > t->s && (blank(t->end[-1]) || t->end[-1] == '\r'))
		t->end--;
	while (t->s < t->end && *t->s == '>')
		t->s += 1 + (t->s + 1 < t->end && t->s[1] == ' ');
	start = t->s;
	skip_blanks(t);
	return (unsigned)(t->s - start);
}

static int one_line(struct reader *r, struct text t)
{
	unsigned indent = unquote(&t);
	int code;

	if (t.s == t.end) {
		/* Terse output has no empty lines between functions. */
		r->ended |= r->bare && !r->block;
		r->block = false;
		return 0;
	}
	if (left(&t) == 2 && memcmp(t.s, "--", 2) == 0) {
		r->cut = true;
		return 0;
	}
	code = line_block(r, t);
	if (code == 0)
		code = line_function(r, t);
	if (code > 0 && !r->block)
		r->indent = indent;
	if (code != 0)
		return MIN(code, 0);
	code = line_dump(r, t);
	if (code == 0)
		code = line_detail(r, t);
	if (code == 0 && r->cur != NONE && indent > r->indent)
		code = 1;
	if (code > 0)
		r->bare = false;
	if (code == 0)
		r->ended = r->run.n > 0; /* a prompt, a fence, prose */
	return MIN(code, 0);
}

/* What the dumps say, where the text did not. */
static void from_config(struct lspci_fn *f)
{
	const uint8_t *c = f->config;
	uint16_t vendor;

	if (!c || f->n_config < 64 || (c[0] == 0xff && c[1] == 0xff))
		return;
	vendor = (uint16_t)(c[0] | c[1] << 8);
	if (!(f->known & LSPCI_IDS)) {
		f->vendor = vendor;
		f->device = (uint16_t)(c[2] | c[3] << 8);
	}
	if (!(f->known & LSPCI_CLASS))
		f->class = (uint32_t)(c[11] << 16 | c[10] << 8);
	f->class = (f->class & ~0xffu) | c[9];
	f->revision = c[8];
	f->known |= LSPCI_IDS | LSPCI_CLASS | LSPCI_PROG_IF | LSPCI_REVISION;
	if ((c[14] & 0x7f) == 0 && !(f->known & LSPCI_SUBSYSTEM) && (c[0x2c] | c[0x2d]) && c[0x2c] + c[0x2d] != 0x1fe) {
		f->sub_vendor = (uint16_t)(c[0x2c] | c[0x2d] << 8);
		f->sub_device = (uint16_t)(c[0x2e] | c[0x2f] << 8);
		f->known |= LSPCI_SUBSYSTEM;
	}
	if ((c[14] & 0x7f) == 1) {
		f->secondary = c[0x19];
		f->subordinate = c[0x1a];
		f->known |= LSPCI_BUSES;
	}
}

static int check_all(struct reader *r)
{
	uint32_t i, with_ids = 0;

	if (r->fns.n == 0)
		return err_set(r->e, -EINVAL, "%s:1: expected lspci's output, found no PCI function in it; "
			       "run lspci -nn, -vmmnnk or -xxxx", r->name);
	for (i = 0; i < r->fns.n; i++) {
		struct lspci_fn *f = &r->fns.v[i];

		if (f->torn)
			return expected(r, f->line, "a block with 'Class:', 'Vendor:' and 'Device:'");
		from_config(f);
		with_ids += (f->known & LSPCI_IDS) != 0;
	}
	if (!with_ids)
		return expected(r, r->fns.v[0].line, "ids: this output has no numeric ids; run lspci -nn");
	return 0;
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = address_key(a), y = address_key(b);

	return x < y ? -1 : x > y;
}

int lspci_parse(const char *name, const char *text, size_t n, struct tree **ret, struct err *e)
{
	struct reader r = {.name = name, .e = e, .a = arena_new(), .cur = NONE};
	const char *end = text + n, *line;
	size_t len;
	int code = 0;

	if (n > TEXT_LIMIT)
		code = err_set(e, -EINVAL, "%s:1: expected at most %u bytes", name, (unsigned)TEXT_LIMIT);
	while (code == 0 && next_line(&text, end, &line, &len)) {
		r.line_no++;
		code = one_line(&r, (struct text){line, line + len});
	}
	if (code == 0) {
		run_end(&r);
		code = check_all(&r);
	}
	if (code == 0) {
		qsort(r.fns.v, r.fns.n, sizeof(*r.fns.v), by_address);
		code = lspci_tree(name, &r.fns, ret);
	}
	arena_free(r.a);
	return code < 0 ? err_set(e, -EINVAL, "%s:1: expected lspci's output", name) : 0;
}
