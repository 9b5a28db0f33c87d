/* SPDX-License-Identifier: Apache-2.0 */
#include "host/redact-internal.h"

#include "base/parse.h"

static const char *const kind_names[N_KINDS][2] = {
	[UUID] = {"UUID", "UUIDs"},	      [MAC] = {"MAC address", "MAC addresses"},
	[ID64] = {"GUID", "GUIDs"},	      [NET64] = {"network prefix", "network prefixes"},
	[IPV4] = {"IP address", "IP addresses"}, [SERIAL] = {"serial number", "serial numbers"},
	[HOST] = {"host name", "host names"}, [USER] = {"user name", "user names"},
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

int redact_hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool redact_alnum(char c)
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

static struct secret *find(struct redactor *r, enum redact_kind kind, const unsigned char *key, size_t n)
{
	uint32_t i;

	for (i = 0; i < r->secrets.n; i++)
		if (r->secrets.v[i].kind == kind && memcmp(r->secrets.v[i].key, key, n) == 0)
			return &r->secrets.v[i];
	return NULL;
}

uint32_t redact_number(struct redactor *r, enum redact_kind kind, const unsigned char *key, size_t n)
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
	n = redact_number(r, UUID, key, 16);
	memcpy(key, base, 16);
	put_number(key + 12, 4, n);
}

static void alias_mac(struct redactor *r, unsigned char key[6])
{
	uint32_t n;

	if (all_bytes(key, 6, 0) || all_bytes(key, 6, 0xff))
		return;
	n = redact_number(r, MAC, key, 6);
	memcpy(key, "\x02\0", 2); /* locally administered */
	put_number(key + 2, 4, n);
}

/*
 * 64-bit ids: device serial numbers, GUIDs, the lower half of an IPv6 address. Many are a MAC with two bytes in its
 * middle: ff-fe (EUI-64; in GUIDs and addresses with the bit 02 of the first byte turned), ff-ff or 03-00.
 */
void redact_id64(struct redactor *r, unsigned char key[8])
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
	n = redact_number(r, ID64, key, 8);
	memcpy(key, base, 8);
	put_number(key + 4, 4, n);
}

/* An IPv6 address: of a link-local one the prefix stays, of a mapped one that it is mapped. */
static void alias_gid(struct redactor *r, unsigned char key[16])
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	uint32_t n;

	if (memcmp(key, mapped, 12) == 0) {
		n = redact_number(r, IPV4, key + 12, 4);
		memcpy(key + 12, "\xc6\x12", 2); /* 198.18.0.0/15 is kept for tests, RFC 2544 */
		put_number(key + 14, 2, n);
		return;
	}
	if (!(key[0] == 0xfe && key[1] >= 0x80) && !all_bytes(key, 8, 0)) {
		n = redact_number(r, NET64, key, 8);
		memcpy(key, "\x20\x01\x0d\xb8", 4); /* documentation, RFC 3849 */
		put_number(key + 4, 4, n);
	}
	redact_id64(r, key + 8);
}

/* Text forms: hexadecimal bytes in groups of equal size with one separator (0: none) */

struct form {
	unsigned n_bytes;
	char sep;
	unsigned group; /* bytes between separators; 0: 4-2-2-2-6, as in a UUID */
	void (*alias)(struct redactor *r, unsigned char *key);
	bool known_only; /* a form of other things too (ids, addresses): only where the place or another one says so */
	enum redact_kind kind;
};

/* The last eight bytes of an IPoIB address are the port's GUID. */
static void alias_ipoib(struct redactor *r, unsigned char *key)
{
	redact_id64(r, key + 12);
}

static const struct form forms[] = {
	{20, ':', 1, alias_ipoib, false, ID64}, {16, '-', 0, alias_uuid, false, UUID},
	{16, ':', 2, alias_gid, false, ID64},   {8, ':', 2, redact_id64, true, ID64},
	{8, '-', 1, redact_id64, false, ID64},   {8, ':', 1, redact_id64, false, ID64},
	{6, ':', 1, alias_mac, false, MAC},     {6, '-', 1, alias_mac, false, MAC},
	{16, 0, 1, alias_uuid, true, UUID},     {8, 0, 1, redact_id64, true, ID64},
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
		if (end - p < 2 || redact_hex(p[0]) < 0 || redact_hex(p[1]) < 0)
			return 0;
		key[i] = (unsigned char)(redact_hex(p[0]) << 4 | redact_hex(p[1]));
		*upper |= (p[0] >= 'A' && p[0] <= 'F') || (p[1] >= 'A' && p[1] <= 'F');
		p += 2;
		if (sep_after(f, i) && (p == end || *p++ != f->sep))
			return 0;
	}
	if (p < end && (redact_alnum(*p) || (f->sep == ':' && *p == ':')))
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

	if (redact_hex(*s) < 0)
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

		if (!redact_alnum(c))
			continue;
		alias[i] = value ? (char)('0' + value % 10) : c <= '9' ? '0' : c >= 'a' ? 'x' : 'X';
		value /= 10;
	}
	return alias;
}

struct secret *redact_find(struct redactor *r, enum redact_kind kind, const char *s, size_t n)
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

const char *redact_learn(struct redactor *r, enum redact_kind kind, const char *s, size_t n, bool everywhere)
{
	struct secret *x = redact_find(r, kind, s, n);

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
		    memcmp(s, x->text, x->len) != 0 || (s + x->len < end && redact_alnum(s[x->len])))
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
	for (n = 0; s + n < end && (redact_alnum(s[n]) || strchr("._-", s[n])) && s[n]; n++)
		;
	if (n)
		buf_adds(out, redact_learn(r, USER, s, n, false));
	return n;
}

/* Interface names after a MAC: enx, wlx, wwx, ibx and twelve digits. */
static bool interface_name(const char *start, const char *s)
{
	return s - start >= 3 && s[-1] == 'x' && (s - start == 3 || !redact_alnum(s[-4])) &&
	       (memcmp(s - 3, "en", 2) == 0 || memcmp(s - 3, "wl", 2) == 0 || memcmp(s - 3, "ww", 2) == 0 ||
		memcmp(s - 3, "ib", 2) == 0);
}

/* Free text. `names`: host and user names are looked for too. */
void redact_text(struct redactor *r, const char *s, size_t n, bool names, struct buf *out)
{
	const char *start = s, *end = s + n;

	while (s < end) {
		bool word = s == start || !redact_alnum(s[-1]), face = interface_name(start, s);
		/* "0x" before a number is no part of it. */
		bool after_0x = s - start >= 2 && s[-1] == 'x' && s[-2] == '0' && (s - start == 2 || !redact_alnum(s[-3]));
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
void redact_serial(struct redactor *r, const char *s, size_t n, struct buf *out)
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
		buf_adds(out, redact_learn(r, SERIAL, s + lead, cut - lead, true));
	buf_add(out, s + cut, n - cut);
}

bool redact_is_uuid(const char *s, size_t n)
{
	unsigned char key[FORM_BYTES_MAX];
	bool upper;

	return n > 0 && form_read(&forms[1], s, s + n, key, &upper) == n;
}

/* UUIDs in the names of EFI variables and of WMI's interfaces are the same on every machine. */
static void learn_public(struct redactor *r, const char *text)
{
	const char *end = text + strlen(text), *s;
	unsigned char key[FORM_BYTES_MAX];
	bool upper;

	for (s = text; s < end; s++) {
		size_t n = s == text || !redact_alnum(s[-1]) ? form_read(&forms[1], s, end, key, &upper) : 0;

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
