/* SPDX-License-Identifier: Apache-2.0 */
#include "host/redact.h"

#include "base/parse.h"

enum kind { UUID, MAC, ID64, NET64, IPV4, SERIAL, HOST, USER, N_KINDS };

static const char *const kind_names[N_KINDS][2] = {
	[UUID] = {"UUID", "UUIDs"},	      [MAC] = {"MAC address", "MAC addresses"},
	[ID64] = {"GUID", "GUIDs"},	      [NET64] = {"network prefix", "network prefixes"},
	[IPV4] = {"IP address", "IP addresses"}, [SERIAL] = {"serial number", "serial numbers"},
	[HOST] = {"host name", "host names"}, [USER] = {"user name", "user names"},
};

/* A value and what stands for it. Values of a form are bytes, the others the text itself. */
struct secret {
	enum kind kind;
	unsigned char key[16];
	uint32_t number; /* counts in its kind, from 1 */
	const char *text, *alias;
	size_t len;
	bool everywhere; /* replaced wherever it is seen, not only where it was found */
};

struct redactor {
	struct arena *a;
	struct {
		struct secret *v;
		uint32_t n;
	} secrets;
	uint32_t counts[N_KINDS];
	struct strs public;     /* UUIDs that are names of things everywhere, like those of EFI variables */
	struct strs host_files; /* see redact_host_name */
	struct strs accounts;   /* names in etc/passwd that are the system's */
	uint64_t first[4];      /* which first bytes a text secret may have */
};

struct redactor *redactor_new(void)
{
	struct redactor *r = xmalloc(sizeof(*r));

	*r = (struct redactor){.a = arena_new()};
	return r;
}

void redactor_free(struct redactor *r)
{
	if (!r)
		return;
	arena_free(r->a);
	free(r);
}

/* Values by form */

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_bytes(const unsigned char *p, size_t n, unsigned char value)
{
	size_t i;

	for (i = 0; i < n && p[i] == value; i++)
		;
	return i == n;
}

static struct secret *find(struct redactor *r, enum kind kind, const unsigned char *key, size_t n)
{
	uint32_t i;

	for (i = 0; i < r->secrets.n; i++)
		if (r->secrets.v[i].kind == kind && memcmp(r->secrets.v[i].key, key, n) == 0)
			return &r->secrets.v[i];
	return NULL;
}

static uint32_t number(struct redactor *r, enum kind kind, const unsigned char *key, size_t n)
{
	struct secret *s = find(r, kind, key, n);

	if (!s) {
		s = LIST_PUSH(r->a, &r->secrets);
		s->kind = kind;
		memcpy(s->key, key, n);
		s->number = ++r->counts[kind];
	}
	return s->number;
}

static void put_number(unsigned char *at, size_t n, uint32_t value)
{
	while (n--) {
		at[n] = (unsigned char)value;
		value >>= 8;
	}
}

static void alias_uuid(struct redactor *r, unsigned char key[16])
{
	static const unsigned char base[16] = {0xa1, 0x1a, 0x50, 0, 0, 0, 0x40, 0, 0x80};
	uint32_t n;

	if (all_bytes(key, 16, 0) || all_bytes(key, 16, 0xff))
		return;
	n = number(r, UUID, key, 16);
	memcpy(key, base, 16);
	put_number(key + 12, 4, n);
}

static void alias_mac(struct redactor *r, unsigned char key[6])
{
	uint32_t n;

	if (all_bytes(key, 6, 0) || all_bytes(key, 6, 0xff))
		return;
	n = number(r, MAC, key, 6);
	memcpy(key, "\x02\0", 2); /* locally administered */
	put_number(key + 2, 4, n);
}

/*
 * 64-bit ids: device serial numbers, GUIDs, the lower half of an IPv6 address. Many are a MAC with two bytes in its
 * middle: ff-fe (EUI-64; in GUIDs and addresses with the bit 02 of the first byte turned), ff-ff or 03-00.
 */
static void alias_id64(struct redactor *r, unsigned char key[8])
{
	static const unsigned char base[8] = {0xa1, 0x1a, 0x50};
	unsigned char mac[6], middle[2] = {key[3], key[4]};
	bool eui = middle[0] == 0xff && middle[1] == 0xfe, turned;
	uint32_t n;

	if (all_bytes(key, 8, 0) || all_bytes(key, 8, 0xff))
		return;
	memcpy(mac, key, 3);
	memcpy(mac + 3, key + 5, 3);
	if ((eui || (middle[0] == 0xff && middle[1] == 0xff) || (middle[0] == 3 && middle[1] == 0)) &&
	    !all_bytes(mac, 6, 0) && !all_bytes(mac, 6, 0xff)) {
		turned = eui && mac[0] & 2;
		mac[0] ^= turned ? 2 : 0;
		alias_mac(r, mac);
		mac[0] ^= turned ? 2 : 0;
		memcpy(key, mac, 3);
		memcpy(key + 5, mac + 3, 3);
		return;
	}
	n = number(r, ID64, key, 8);
	memcpy(key, base, 8);
	put_number(key + 4, 4, n);
}

/* An IPv6 address: of a link-local one the prefix stays, of a mapped one that it is mapped. */
static void alias_gid(struct redactor *r, unsigned char key[16])
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	uint32_t n;

	if (memcmp(key, mapped, 12) == 0) {
		n = number(r, IPV4, key + 12, 4);
		memcpy(key + 12, "\xc6\x12", 2); /* 198.18.0.0/15 is kept for tests, RFC 2544 */
		put_number(key + 14, 2, n);
		return;
	}
	if (!(key[0] == 0xfe && key[1] >= 0x80) && !all_bytes(key, 8, 0)) {
		n = number(r, NET64, key, 8);
		memcpy(key, "\x20\x01\x0d\xb8", 4); /* documentation, RFC 3849 */
		put_number(key + 4, 4, n);
	}
	alias_id64(r, key + 8);
}

/* Text forms: hexadecimal bytes in groups of equal size with one separator (0: none) */

struct form {
	unsigned n_bytes;
	char sep;
	unsigned group; /* bytes between separators; 0: 4-2-2-2-6, as in a UUID */
	void (*alias)(struct redactor *r, unsigned char *key);
	bool known_only; /* a form of other things too (ids, addresses): only where the place or another one says so */
	enum kind kind;
};

/* The last eight bytes of an IPoIB address are the port's GUID. */
static void alias_ipoib(struct redactor *r, unsigned char *key)
{
	alias_id64(r, key + 12);
}

static const struct form forms[] = {
	{20, ':', 1, alias_ipoib, false, ID64}, {16, '-', 0, alias_uuid, false, UUID},
	{16, ':', 2, alias_gid, false, ID64},   {8, ':', 2, alias_id64, true, ID64},
	{8, '-', 1, alias_id64, false, ID64},   {8, ':', 1, alias_id64, false, ID64},
	{6, ':', 1, alias_mac, false, MAC},     {6, '-', 1, alias_mac, false, MAC},
	{16, 0, 1, alias_uuid, true, UUID},     {8, 0, 1, alias_id64, true, ID64},
	{6, 0, 1, alias_mac, true, MAC},
};

enum { FORM_BYTES_MAX = 20 };

static bool sep_after(const struct form *f, unsigned i)
{
	if (i + 1 == f->n_bytes || !f->sep)
		return false;
	return f->group ? (i + 1) % f->group == 0 : i == 3 || i == 5 || i == 7 || i == 9;
}

/* The bytes when text begins with this form and ends with it as a word; the length of it, or 0. */
static size_t form_read(const struct form *f, const char *s, const char *end, unsigned char *key, bool *upper)
{
	const char *p = s;
	unsigned i;

	*upper = false;
	for (i = 0; i < f->n_bytes; i++) {
		if (end - p < 2 || hex(p[0]) < 0 || hex(p[1]) < 0)
			return 0;
		key[i] = (unsigned char)(hex(p[0]) << 4 | hex(p[1]));
		*upper |= (p[0] >= 'A' && p[0] <= 'F') || (p[1] >= 'A' && p[1] <= 'F');
		p += 2;
		if (sep_after(f, i) && (p == end || *p++ != f->sep))
			return 0;
	}
	if (p < end && (alnum(*p) || (f->sep == ':' && *p == ':')))
		return 0;
	return (size_t)(p - s);
}

static void form_write(const struct form *f, const unsigned char *key, bool upper, struct buf *out)
{
	unsigned i;

	for (i = 0; i < f->n_bytes; i++) {
		buf_addf(out, upper ? "%02X" : "%02x", key[i]);
		if (sep_after(f, i))
			buf_addc(out, f->sep);
	}
}

static bool form_known(struct redactor *r, const struct form *f, const unsigned char *key)
{
	unsigned char mac[6];

	if (f->kind == ID64) {
		if (all_bytes(key, 4, 0))
			return false; /* a small number is found everywhere */
		memcpy(mac, key, 3);
		memcpy(mac + 3, key + 5, 3);
		if (find(r, MAC, mac, 6))
			return true;
		mac[0] ^= 2;
		if (key[3] == 0xff && key[4] == 0xfe && find(r, MAC, mac, 6))
			return true;
	}
	return find(r, f->kind, key, f->n_bytes) != NULL;
}

static bool is_public(const struct redactor *r, const char *s, size_t n)
{
	uint32_t i;

	for (i = 0; i < r->public.n; i++)
		if (strlen(r->public.v[i]) == n && strncmp(r->public.v[i], s, n) == 0)
			return true;
	return false;
}

/* Replaces a value of some form at s; how much of the text that was. */
static size_t replace_form(struct redactor *r, const char *s, const char *end, bool sure, struct buf *out)
{
	unsigned char key[FORM_BYTES_MAX];
	bool upper;
	size_t i, n;

	if (hex(*s) < 0)
		return 0;
	for (i = 0; i < ARRAY_LEN(forms); i++) {
		n = form_read(&forms[i], s, end, key, &upper);
		if (n == 0 || (forms[i].known_only && !sure && !form_known(r, &forms[i], key)) || is_public(r, s, n))
			continue;
		forms[i].alias(r, key);
		form_write(&forms[i], key, upper, out);
		return n;
	}
	return 0;
}

/* Values by place */

/* Letters and digits stay letters and digits; the number takes the last ones' place. */
static const char *shape(struct redactor *r, const char *s, size_t n, uint32_t value)
{
	char *alias = arena_strn(r->a, s, n);
	size_t i;

	for (i = n; i-- > 0;) {
		char c = alias[i];

		if (!alnum(c))
			continue;
		alias[i] = value ? (char)('0' + value % 10) : c <= '9' ? '0' : c >= 'a' ? 'x' : 'X';
		value /= 10;
	}
	return alias;
}

static struct secret *find_text(struct redactor *r, enum kind kind, const char *s, size_t n)
{
	uint32_t i;

	for (i = 0; i < r->secrets.n; i++) {
		struct secret *x = &r->secrets.v[i];

		if (x->kind == kind && x->text && x->len == n && memcmp(x->text, s, n) == 0)
			return x;
	}
	return NULL;
}

/* Short or plain words ("None", "0123") would be found in too many places that mean something else. */
static bool distinctive(const char *s, size_t n)
{
	bool digit = false, differ = false;
	size_t i;

	for (i = 0; i < n; i++) {
		digit |= s[i] >= '0' && s[i] <= '9';
		differ |= s[i] != s[0];
	}
	return n >= 6 && digit && differ;
}

static const char *learn_text(struct redactor *r, enum kind kind, const char *s, size_t n, bool everywhere)
{
	struct secret *x = find_text(r, kind, s, n);

	if (x)
		return x->alias;
	x = LIST_PUSH(r->a, &r->secrets);
	x->kind = kind;
	x->text = arena_strn(r->a, s, n);
	x->len = n;
	x->number = ++r->counts[kind];
	x->everywhere = everywhere && distinctive(s, n);
	if (kind == SERIAL)
		x->alias = shape(r, s, n, x->number);
	else
		x->alias = arena_printf(r->a, "%s%u", kind == HOST ? "host" : "user", x->number);
	if (x->everywhere)
		r->first[(unsigned char)s[0] / 64] |= UINT64_C(1) << (unsigned char)s[0] % 64;
	return x->alias;
}

/* A known serial number at s, as a whole word. */
static size_t replace_known(struct redactor *r, const char *s, const char *end, bool names, struct buf *out)
{
	uint32_t i;

	if (!names && !(r->first[(unsigned char)*s / 64] >> (unsigned char)*s % 64 & 1))
		return 0;
	for (i = 0; i < r->secrets.n; i++) {
		const struct secret *x = &r->secrets.v[i];

		if (!x->text || !(x->everywhere || (names && x->kind != SERIAL)) || (size_t)(end - s) < x->len ||
		    memcmp(s, x->text, x->len) != 0 || (s + x->len < end && alnum(s[x->len])))
			continue;
		buf_adds(out, x->alias);
		return x->len;
	}
	return 0;
}

/* "home/NAME": the name, wherever it stands. */
static size_t replace_home(struct redactor *r, const char *start, const char *s, const char *end, struct buf *out)
{
	size_t n;

	if (s - start < 5 || memcmp(s - 5, "home/", 5) != 0 || (s - start > 5 && s[-6] != '/'))
		return 0;
	for (n = 0; s + n < end && (alnum(s[n]) || strchr("._-", s[n])) && s[n]; n++)
		;
	if (n)
		buf_adds(out, learn_text(r, USER, s, n, false));
	return n;
}

/* Interface names after a MAC: enx, wlx, wwx, ibx and twelve digits. */
static bool interface_name(const char *start, const char *s)
{
	return s - start >= 3 && s[-1] == 'x' && (s - start == 3 || !alnum(s[-4])) &&
	       (memcmp(s - 3, "en", 2) == 0 || memcmp(s - 3, "wl", 2) == 0 || memcmp(s - 3, "ww", 2) == 0 ||
		memcmp(s - 3, "ib", 2) == 0);
}

/* Free text. `names`: host and user names are looked for too. */
static void redact_text(struct redactor *r, const char *s, size_t n, bool names, struct buf *out)
{
	const char *start = s, *end = s + n;

	while (s < end) {
		bool word = s == start || !alnum(s[-1]), face = interface_name(start, s);
		/* "0x" before a number is no part of it. */
		bool after_0x = s - start >= 2 && s[-1] == 'x' && s[-2] == '0' && (s - start == 2 || !alnum(s[-3]));
		size_t done = 0;

		if (word || face || after_0x)
			done = replace_form(r, s, end, face, out);
		if (!done && word)
			done = replace_known(r, s, end, names, out);
		if (!done && word)
			done = replace_home(r, start, s, end, out);
		if (!done)
			buf_addc(out, *s);
		s += done ? done : 1;
	}
}

/* A value that is a serial number or the like because of where it stands. */
static void redact_serial(struct redactor *r, const char *s, size_t n, struct buf *out)
{
	size_t cut = n, lead = 0;

	while (cut && (unsigned char)s[cut - 1] <= ' ')
		cut--;
	while (lead < cut && (unsigned char)s[lead] <= ' ')
		lead++;
	buf_add(out, s, lead);
	if (cut - lead > 2 && s[lead] == '0' && (s[lead + 1] == 'x' || s[lead + 1] == 'X')) {
		buf_add(out, s + lead, 2);
		lead += 2;
	}
	if (cut > lead && replace_form(r, s + lead, s + cut, true, out) != cut - lead)
		buf_adds(out, learn_text(r, SERIAL, s + lead, cut - lead, true));
	buf_add(out, s + cut, n - cut);
}

/* Whether text ends with what, in any case. */
static bool ends_with(const char *s, size_t n, const char *what)
{
	size_t m = strlen(what), i;

	for (i = 0; i < m && m <= n && (s[n - m + i] == what[i] || (s[n - m + i] | 0x20) == what[i]); i++)
		;
	return i == m;
}

/* "Serial Number: X", "ID_SERIAL_SHORT=X", "HID_UNIQ=X" in a text of lines. */
static bool serial_key(const char *key, size_t n)
{
	static const char *const ends[] = {"serial", "serial number", "serial_number", "serial_short", "serial no", "_uniq"};
	size_t i;

	while (n && (key[n - 1] == ' ' || key[n - 1] == '\t'))
		n--;
	for (i = 0; i < ARRAY_LEN(ends); i++)
		if (n < 40 && ends_with(key, n, ends[i]))
			return true;
	return false;
}

static void redact_lines(struct redactor *r, const char *p, size_t n, bool names, struct buf *out)
{
	const char *end = p + n, *line;
	size_t len;

	while (next_line(&p, end, &line, &len)) {
		size_t key = 0;

		while (key < len && line[key] != ':' && line[key] != '=')
			key++;
		if (key < len && serial_key(line, key)) {
			buf_add(out, line, key + 1);
			redact_serial(r, line + key + 1, len - key - 1, out);
		} else {
			redact_text(r, line, len, names, out);
		}
		if (line + len < end)
			buf_addc(out, '\n');
	}
}

/* The kernel's command line: what names disks, hosts and addresses loses its value, whatever form that has. */
static bool private_parameter(const char *s, size_t n)
{
	static const char *const names[] = {"root", "resume", "ip", "nfsroot", "netroot", "nfsaddrs", "cryptdevice", "zfs",
					    "hostname", "ds", "BOOTIF", "fetch", "vlan", "bond", "nameserver", "ifname"};
	static const char *const starts[] = {"rd.luks", "rd.lvm", "rd.md", "rd.dm", "rd.iscsi", "rd.nvmf", "rd.zfcp",
					     "rd.znet", "rd_L", "rd_MD", "rd_DM", "luks.", "iscsi", "cloud-config", "inst.",
					     "dm-mod.", "crypt", "url", "systemd.hostname", "systemd.machine_id",
					     "systemd.set_credential", "systemd.mount", "systemd.swap"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i]) == n && memcmp(names[i], s, n) == 0)
			return true;
	for (i = 0; i < ARRAY_LEN(starts); i++)
		if (strlen(starts[i]) <= n && memcmp(starts[i], s, strlen(starts[i])) == 0)
			return true;
	return false;
}

/* Plain values say nothing of anybody: numbers, words like "dhcp", disks by number. */
static bool plain_value(const char *s, size_t n)
{
	static const char *const starts[] = {"/dev/sd", "/dev/nvme", "/dev/vd", "/dev/mmcblk", "/dev/md", "/dev/ram"};
	static const char *const words[] = {"any", "dhcp", "on", "off", "yes", "no", "auto"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(starts); i++)
		if (n >= strlen(starts[i]) && n < 24 && memcmp(s, starts[i], strlen(starts[i])) == 0)
			return true;
	for (i = 0; i < ARRAY_LEN(words); i++)
		if (n == strlen(words[i]) && memcmp(s, words[i], n) == 0)
			return true;
	for (i = 0; i < n && s[i] >= '0' && s[i] <= '9'; i++)
		;
	return i == n;
}

/* "/dev/mapper/", "UUID=", "luks-" stay: they say what kind of a name follows. */
static size_t value_prefix(const char *s, size_t n)
{
	size_t i;

	if (n > 12 && memcmp(s, "/dev/mapper/", 12) == 0)
		return 12;
	for (i = 0; i < n && alnum(s[i]); i++)
		;
	return i < n && (s[i] == '=' || s[i] == '-') && hex(s[0]) < 0 ? i + 1 : i + 1 < n && s[i] == '=' ? i + 1 : 0;
}

static void redact_parameter(struct redactor *r, const char *s, size_t n, struct buf *out)
{
	const char *value = memchr(s, '=', n);
	unsigned char key[FORM_BYTES_MAX];
	bool upper;
	size_t left, prefix;

	if (!value || !private_parameter(s, (size_t)(value - s))) {
		redact_text(r, s, n, true, out);
		return;
	}
	value++;
	left = n - (size_t)(value - s);
	prefix = value_prefix(value, left);
	buf_add(out, s, (size_t)(value - s) + prefix);
	value += prefix;
	left -= prefix;
	if (plain_value(value, left) || form_read(&forms[1], value, value + left, key, &upper) == left)
		redact_text(r, value, left, true, out);
	else
		buf_adds(out, learn_text(r, SERIAL, value, left, false));
}

static void redact_cmdline(struct redactor *r, const char *p, size_t n, struct buf *out)
{
	const char *end = p + n;

	while (p < end) {
		size_t len = 0;

		while (p + len < end && (unsigned char)p[len] > ' ')
			len++;
		redact_parameter(r, p, len, out);
		for (p += len; p < end && (unsigned char)*p <= ' '; p++)
			buf_addc(out, *p);
	}
}

/* Accounts */

enum { UID_PERSON_FIRST = 1000, UID_NOBODY = 65534 };

static bool system_account(const struct redactor *r, const char *name)
{
	return strcmp(name, "root") == 0 || strcmp(name, "nobody") == 0 || strs_has(&r->accounts, name);
}

static void account_name(struct redactor *r, const char *name, struct buf *out)
{
	buf_adds(out, !*name || system_account(r, name) ? name : learn_text(r, USER, name, strlen(name), false));
}

static struct strs fields_of(struct redactor *r, const char *line, size_t n)
{
	struct strs f = {0};
	const char *end = line + n, *colon;

	for (;; line = colon + 1) {
		colon = memchr(line, ':', (size_t)(end - line));
		strs_add(r->a, &f, arena_strn(r->a, line, (size_t)((colon ? colon : end) - line)));
		if (!colon)
			return f;
	}
}

/* name:password:uid:gid:comment:home:shell. Of people the name is an alias and the comment goes. */
static void redact_passwd(struct redactor *r, const char *p, size_t n, struct buf *out)
{
	const char *end = p + n, *line;
	size_t len;

	while (next_line(&p, end, &line, &len)) {
		struct strs f = fields_of(r, line, len);
		uint32_t uid = 0;

		if (f.n < 7 || parse_u32(f.v[2], 10, UINT32_MAX, &uid) < 0)
			continue;
		if (uid < UID_PERSON_FIRST || uid == UID_NOBODY) {
			if (!strs_has(&r->accounts, f.v[0]))
				strs_add(r->a, &r->accounts, f.v[0]);
			buf_addf(out, "%s:x:%s:%s::%s:%s\n", f.v[0], f.v[2], f.v[3], f.v[5], f.v[6]);
		} else {
			const char *alias = learn_text(r, USER, f.v[0], strlen(f.v[0]), false);

			buf_addf(out, "%s:x:%s:%s::/home/%s:%s\n", alias, f.v[2], f.v[3], alias, f.v[6]);
		}
	}
}

/* name:password:gid:member,member */
static void redact_group(struct redactor *r, const char *p, size_t n, struct buf *out)
{
	const char *end = p + n, *line;
	size_t len;
	uint32_t i;

	while (next_line(&p, end, &line, &len)) {
		struct strs f = fields_of(r, line, len), members;
		uint32_t gid = 0;

		if (f.n < 4 || parse_u32(f.v[2], 10, UINT32_MAX, &gid) < 0)
			continue;
		if (gid >= UID_PERSON_FIRST && find_text(r, USER, f.v[0], strlen(f.v[0])))
			account_name(r, f.v[0], out);
		else
			buf_adds(out, f.v[0]);
		buf_addf(out, ":x:%s:", f.v[2]);
		members = str_split(r->a, f.v[3], ",");
		for (i = 0; i < members.n; i++) {
			buf_adds(out, i ? "," : "");
			account_name(r, members.v[i], out);
		}
		buf_addc(out, '\n');
	}
}

/* Binaries */

static uint32_t le32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* PCI configuration space: the device serial number, extended capability 0003 (PCIe base specification 7.9.3). */
static void redact_config(struct redactor *r, char *p, size_t n)
{
	size_t at = 0x100, i;
	unsigned hops;

	for (hops = 0; hops < 1024 && at >= 0x100 && at + 12 <= n; hops++) {
		uint32_t head = le32(p + at);
		unsigned char key[8];

		if (head == 0 || head == UINT32_MAX)
			return;
		if ((head & 0xffff) == 3) {
			for (i = 0; i < 8; i++)
				key[i] = (unsigned char)p[at + 11 - i];
			alias_id64(r, key);
			for (i = 0; i < 8; i++)
				p[at + 11 - i] = (char)key[i];
		}
		at = head >> 20 & 0xffc;
	}
}

enum { EDID_BLOCK = 128 };

/* Keeps a right checksum right and a wrong one wrong. */
static void edid_put(char *block, size_t at, char value)
{
	block[EDID_BLOCK - 1] = (char)(block[EDID_BLOCK - 1] + block[at] - value);
	block[at] = value;
}

/* The number in the first block, and the descriptor ff, a text. VESA E-EDID 1.4, 3.4.3 and 3.10.3.1. */
static void redact_edid_base(struct redactor *r, char *p)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	size_t at, i, n;

	if (le32(p + 12) != 0 && le32(p + 12) != 0x01010101 && le32(p + 12) != UINT32_MAX) {
		unsigned char key[16] = "edid";
		uint32_t value;

		memcpy(key + 8, p + 12, 4);
		value = number(r, SERIAL, key, sizeof(key));
		for (i = 0; i < 4; i++)
			edid_put(p, 12 + i, (char)(value >> 8 * i));
	}
	for (at = 54; at <= 108; at += 18) {
		if (p[at] || p[at + 1] || p[at + 2] || (unsigned char)p[at + 3] != 0xff)
			continue;
		for (n = 0; n < 13 && p[at + 5 + n] != '\n'; n++)
			;
		buf_clear(&text);
		if (n)
			redact_serial(r, p + at + 5, n, &text);
		for (i = 0; i < n; i++)
			edid_put(p, at + 5 + i, i < text.n ? text.p[i] : ' ');
	}
}

/*
 * DisplayID in an extension block: the product identification (data block 00, in version 2 20) has a serial number at
 * 5 to 8. The section has a checksum of its own, which takes the difference, so the block's stays right.
 */
static void redact_edid_displayid(char *p)
{
	size_t at = 5, end = 5 + (size_t)(unsigned char)p[2], i;

	while (end < EDID_BLOCK - 1 && at + 3 <= end) {
		size_t len = (unsigned char)p[at + 2];

		for (i = at + 8; (p[at] == 0 || p[at] == 0x20) && len >= 9 && at + 3 + len <= end && i < at + 12; i++) {
			p[end] = (char)(p[end] + p[i]);
			p[i] = 0;
		}
		at += 3 + len;
	}
}

static void redact_edid(struct redactor *r, char *p, size_t n)
{
	size_t at;

	if (n < EDID_BLOCK || memcmp(p, "\0\xff\xff\xff\xff\xff\xff", 8) != 0)
		return;
	redact_edid_base(r, p);
	for (at = EDID_BLOCK; at + EDID_BLOCK <= n; at += EDID_BLOCK)
		if (p[at] == 0x70)
			redact_edid_displayid(p + at);
}

/* Files */

static bool one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return false;
}

static const char *const serial_files[] = {
	"serial", "serial_number", "product_serial", "board_serial", "chassis_serial", "unique_id", "wwid", "nguid",
	"eui", "uuid", "product_uuid", "machine-id", "asset_tag", "board_asset_tag", "chassis_asset_tag", "fru_id", NULL,
};

static const char *const host_files[] = {
	"proc/sys/kernel/hostname", "proc/sys/kernel/domainname", "etc/hostname", "etc/mailname", NULL,
};

static void redact_host(struct redactor *r, const char *p, size_t n, struct buf *out)
{
	size_t cut = n;

	while (cut && (unsigned char)p[cut - 1] <= ' ')
		cut--;
	if (cut && !(cut == 6 && memcmp(p, "(none)", 6) == 0))
		buf_adds(out, learn_text(r, HOST, p, cut, false));
	else
		buf_add(out, p, cut);
	buf_add(out, p + cut, n - cut);
}

void redact_content(struct redactor *r, const char *path, const char *p, size_t n, struct buf *out)
{
	const char *name = str_base(path);
	size_t before = out->n;

	if (memchr(p, 0, n)) {
		buf_add(out, p, n);
		if (strcmp(name, "config") == 0)
			redact_config(r, out->p + before, n);
		else if (strcmp(name, "edid") == 0)
			redact_edid(r, out->p + before, n);
	} else if (one_of(name, serial_files) || strstr(name, "guid")) {
		redact_serial(r, p, n, out);
	} else if (one_of(path, host_files) || strs_has(&r->host_files, path)) {
		redact_host(r, p, n, out);
	} else if (strcmp(path, "proc/cmdline") == 0) {
		redact_cmdline(r, p, n, out);
	} else if (strcmp(path, "etc/passwd") == 0) {
		redact_passwd(r, p, n, out);
	} else if (strcmp(path, "etc/group") == 0) {
		redact_group(r, p, n, out);
	} else {
		redact_lines(r, p, n, false, out);
	}
}

/* UUIDs in the names of EFI variables and of WMI's interfaces are the same on every machine. */
static void learn_public(struct redactor *r, const char *text)
{
	const char *end = text + strlen(text), *s;
	unsigned char key[FORM_BYTES_MAX];
	bool upper;

	for (s = text; s < end; s++) {
		size_t n = s == text || !alnum(s[-1]) ? form_read(&forms[1], s, end, key, &upper) : 0;

		if (n && !is_public(r, s, n))
			strs_add(r->a, &r->public, arena_strn(r->a, s, n));
	}
}

void redact_path(struct redactor *r, const char *path, const char *text, struct buf *out)
{
	if (strstr(path, "efi") || strstr(path, "wmi") || strstr(text, "wmi"))
		learn_public(r, text);
	redact_text(r, text, strlen(text), false, out);
}

/* "uid gid groups… name": the name of a person is an alias. */
static void redact_user(struct redactor *r, const char *text, struct buf *out)
{
	const char *name = strrchr(text, ' ');
	uint64_t uid = 0;

	name = name ? name + 1 : text;
	buf_add(out, text, (size_t)(name - text));
	if (parse_u64n(text, strcspn(text, " "), 10, UINT32_MAX, &uid) == 0 && uid < UID_PERSON_FIRST)
		buf_adds(out, name);
	else
		account_name(r, name, out);
}

void redact_answer(struct redactor *r, const char *kind, const char *key, const char *text, struct buf *out)
{
	if (strcmp(kind, "user") == 0 && key)
		redact_user(r, text, out);
	else if (strcmp(kind, "user") == 0 || strcmp(kind, "group") == 0)
		redact_text(r, text, strlen(text), true, out);
	else
		redact_text(r, text, strlen(text), false, out);
}

void redact_host_name(struct redactor *r, const char *path)
{
	if (!strs_has(&r->host_files, path))
		strs_add(r->a, &r->host_files, arena_str(r->a, path));
}

char *redact_summary(const struct redactor *r, struct arena *a)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	unsigned i;

	for (i = 0; i < N_KINDS; i++)
		if (r->counts[i])
			buf_addf(&b, "%s%u %s", b.n ? ", " : "", r->counts[i], kind_names[i][r->counts[i] != 1]);
	return arena_str(a, b.n ? b.p : "nothing");
}
