/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in files that identify somebody stand: lines and files called serial, the kernel's command line, accounts,
 * configuration space, what monitors say of themselves.
 */
#include "host/redact-internal.h"

#include "base/parse.h"

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
	for (i = 0; i < n && redact_alnum(s[i]); i++)
		;
	return i < n && (s[i] == '=' || s[i] == '-') && redact_hex(s[0]) < 0 ? i + 1 : i + 1 < n && s[i] == '=' ? i + 1 : 0;
}

static void redact_parameter(struct redactor *r, const char *s, size_t n, struct buf *out)
{
	const char *value = memchr(s, '=', n);
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
	if (plain_value(value, left) || redact_is_uuid(value, left))
		redact_text(r, value, left, true, out);
	else
		buf_adds(out, redact_learn(r, SERIAL, value, left, false));
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
	buf_adds(out, !*name || system_account(r, name) ? name : redact_learn(r, USER, name, strlen(name), false));
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
			const char *alias = redact_learn(r, USER, f.v[0], strlen(f.v[0]), false);

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
		if (gid >= UID_PERSON_FIRST && redact_find(r, USER, f.v[0], strlen(f.v[0])))
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
			redact_id64(r, key);
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
		value = redact_number(r, SERIAL, key, sizeof(key));
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
		buf_adds(out, redact_learn(r, HOST, p, cut, false));
	else
		buf_add(out, p, cut);
	buf_add(out, p + cut, n - cut);
}

/* Configurations of container engines: see redact-engine.c. */
static bool is_engine_config(const char *path)
{
	static const char *const folders[] = {"etc/docker/", "etc/containerd/", "etc/containers/", "etc/crio/", "var/lib/rancher/",
					      "etc/kubernetes/kubelet/"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(folders); i++)
		if (str_starts(path, folders[i]))
			return true;
	return strstr(path, "/containers/containers.conf") != NULL;
}

static bool is_kubelet_config(const char *path)
{
	return str_starts(path, "var/lib/kubelet/") || strcmp(path, "etc/default/kubelet") == 0 || strcmp(path, "etc/sysconfig/kubelet") == 0;
}

/* What is left of them goes through the rest like any other file. */
static void redact_settings(struct redactor *r, const char *path, const char *p, size_t n, struct buf *out)
{
	struct buf kept CLEANUP(buf_free) = BUF_NULL;

	if (is_engine_config(path))
		redact_engine(r, p, n, &kept);
	else
		redact_kubelet(p, n, &kept);
	redact_lines(r, kept.p ? kept.p : "", kept.n, false, out);
}

/* Files whose comments nobody reads but people: what stands in them is not ours to pass on, and is most of their length. */
static bool has_comments(const char *path)
{
	return is_engine_config(path) || is_kubelet_config(path) || (str_ends(path, ".conf") && strstr(path, ".d/"));
}

/* A comment is cut to its '#', so that every other line keeps its number. */
static void cut_comments(const char *p, size_t n, struct buf *out)
{
	const char *at = p, *line;
	size_t count, k;

	while (next_line(&at, p + n, &line, &count)) {
		for (k = 0; k < count && (line[k] == ' ' || line[k] == '\t'); k++)
			;
		if (k < count && line[k] == '#')
			buf_addc(out, '#');
		else
			buf_add(out, line, count);
		if (line + count < p + n)
			buf_addc(out, '\n');
	}
}

static void redact_by_place(struct redactor *r, const char *path, const char *p, size_t n, struct buf *out)
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
	} else if (is_engine_config(path) || is_kubelet_config(path)) {
		redact_settings(r, path, p, n, out);
	} else if (strcmp(path, "etc/passwd") == 0) {
		redact_passwd(r, p, n, out);
	} else if (strcmp(path, "etc/group") == 0) {
		redact_group(r, p, n, out);
	} else {
		redact_lines(r, p, n, false, out);
	}
}

void redact_content(struct redactor *r, const char *path, const char *p, size_t n, struct buf *out)
{
	struct buf cut CLEANUP(buf_free) = BUF_NULL;

	if (has_comments(path) && !memchr(p, 0, n)) {
		cut_comments(p, n, &cut);
		p = cut.p ? cut.p : "";
		n = cut.n;
	}
	redact_by_place(r, path, p, n, out);
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

/* A JSON document: what a key like "serial" holds is one. */
static void redact_json(struct redactor *r, const char *s, struct buf *out)
{
	const char *key, *close, *value, *from = s;

	while ((key = strchr(s, '"')) && (close = strchr(key + 1, '"'))) {
		for (value = close + 1; *value == ' ' || *value == ':'; value++)
			;
		s = close + 1;
		if (value == s || *value != '"' || !serial_key(key + 1, (size_t)(close - key - 1)))
			continue;
		redact_text(r, from, (size_t)(value + 1 - from), false, out);
		from = strchr(value + 1, '"');
		from = from ? from : value + strlen(value);
		redact_serial(r, value + 1, (size_t)(from - value - 1), out);
		s = *from ? from + 1 : from;
	}
	redact_text(r, from, strlen(from), false, out);
}

void redact_answer(struct redactor *r, const char *kind, const char *key, const char *text, struct buf *out)
{
	if (strcmp(kind, "user") == 0 && key)
		redact_user(r, text, out);
	else if (strcmp(kind, "user") == 0 || strcmp(kind, "group") == 0)
		redact_text(r, text, strlen(text), true, out);
	else if (strcmp(kind, "report") == 0 && key)
		redact_json(r, text, out);
	else
		redact_text(r, text, strlen(text), false, out);
}
