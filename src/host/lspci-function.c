/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that name a function: -n, -nn, -mm. */
#include "host/lspci-reader.h"

#include "base/parse.h"

/* "(rev a1)", "(prog-if 00 [VGA controller])" behind the ids. lspci prints no revision where it is 00. */
static void tail(struct lspci_fn *f, struct piece t, bool whole)
{
	const char *rev = piece_find(&t, "(rev "), *prog = piece_find(&t, "(prog-if ");
	uint64_t v = 0;

	if (rev && piece_hex(rev + 5, t.end, 2, &v) && v == 0xff) {
		f->known |= LSPCI_DEAD; /* all that a lost device says is ones */
		return;
	}
	if (rev ? piece_hex(rev + 5, t.end, 2, &v) : whole) {
		f->revision = (uint8_t)v;
		f->known |= LSPCI_REVISION;
	}
	if (prog && piece_hex(prog + 9, t.end, 2, &v))
		lspci_set_prog_if(f, v);
}

static void set_names(struct lspci_reader *r, struct lspci_fn *f, struct piece t)
{
	size_t n;
	char *device;

	piece_skip_blanks(&t);
	n = lspci_vendor_length(t.s, piece_left(&t));
	if (n && !f->vendor_name)
		f->vendor_name = lspci_copy(r, (struct piece){t.s, t.s + n});
	device = lspci_copy(r, (struct piece){t.s + n, t.end});
	if (!lspci_unnamed(device) && !f->device_name)
		f->device_name = device;
}

/* "0300: 10de:2684 (rev a1)", in old versions with "Class " before it. */
static int line_numeric(struct lspci_reader *r, struct piece t, const struct lspci_address *addr)
{
	uint64_t class, vendor, device;
	struct lspci_fn *f;
	int code;

	piece_take(&t, "Class ");
	if (piece_left(&t) < 15 || !piece_hex(t.s, t.end, 4, &class) || t.s[4] != ':' || t.s[5] != ' ' ||
	    !piece_hex(t.s + 6, t.end, 4, &vendor) || t.s[10] != ':' || !piece_hex(t.s + 11, t.end, 4, &device) ||
	    (piece_left(&t) > 15 && t.s[15] != ' '))
		return 0;
	code = lspci_fn_begin(r, addr, &f);
	if (code == 0)
		code = lspci_set_ids(r, f, vendor, device);
	if (code < 0)
		return code;
	lspci_set_class(f, class);
	tail(f, (struct piece){t.s + 15, t.end}, true);
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

	while (n && piece_blank(s[n - 1]))
		n--;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		size_t m = strlen(words[i]);

		if (n >= m && memcmp(s + n - m, words[i], m) == 0)
			return true;
	}
	return n > 0 && s[n - 1] == ']';
}

/* "VGA compatible controller [0300]: NVIDIA Corporation AD102 [10de:2684] (rev a1)", or without the brackets. */
static int line_named(struct lspci_reader *r, struct piece t, const struct lspci_address *addr)
{
	uint64_t class, vendor = 0, device = 0;
	const char *colon = piece_find(&t, ": "), *bracket = piece_find(&t, "]: "), *ids;
	struct lspci_fn *f;
	bool has_class = bracket && bracket - 5 >= t.s && piece_in_brackets(bracket - 5, t.end, 4, &class);
	int code;

	if (has_class)
		colon = bracket + 1;
	if (!colon || (!has_class && !class_name(t.s, (size_t)(colon - t.s))))
		return 0;
	code = lspci_fn_begin(r, addr, &f);
	if (code < 0)
		return code;
	if (has_class)
		lspci_set_class(f, class);
	t.s = colon + 2;
	ids = piece_ids(&t, &vendor, &device);
	if (ids) {
		code = lspci_set_ids(r, f, vendor, device);
		set_names(r, f, (struct piece){t.s, ids});
		tail(f, (struct piece){ids, t.end}, true);
	} else {
		f->known |= LSPCI_NAMED;
		tail(f, t, false);
	}
	return code < 0 ? code : 1;
}

/* '"VGA compatible controller [0300]" "NVIDIA Corporation [10de]" "AD102 [2684]" -ra1 -p00 "ASUS [1043]" "[88e2]"' */
static int line_machine(struct lspci_reader *r, struct piece t, const struct lspci_address *addr)
{
	uint64_t id[5] = {0}, v;
	const char *names[5] = {NULL};
	bool got[5] = {false};
	struct lspci_fn *f;
	unsigned n = 0;
	int code = lspci_fn_begin(r, addr, &f);

	if (code < 0)
		return code;
	f->revision = 0;
	for (piece_skip_blanks(&t); t.s < t.end; piece_skip_blanks(&t)) {
		const char *close = *t.s == '"' ? memchr(t.s + 1, '"', piece_left(&t) - 1) : NULL;

		if (*t.s == '"' && !close)
			return lspci_expected(r, r->line_no, "'\"' at the end of each name");
		if (close && n < 5) {
			got[n] = lspci_name_and_id(r, (struct piece){t.s + 1, close}, &id[n], &names[n]);
			n++;
		} else if (!close && t.s[0] == '-' && piece_left(&t) >= 4 && piece_hex(t.s + 2, t.end, 2, &v)) {
			if (t.s[1] == 'r')
				f->revision = (uint8_t)v;
			else if (t.s[1] == 'p')
				lspci_set_prog_if(f, v);
		}
		for (t.s = close ? close + 1 : t.s; t.s < t.end && !piece_blank(*t.s); t.s++)
			;
	}
	if (n < 3)
		return lspci_expected(r, r->line_no, "class, vendor and device in quotes");
	f->known |= got[1] ? LSPCI_REVISION : LSPCI_NAMED;
	if (got[0])
		lspci_set_class(f, id[0]);
	if (got[1] && got[2])
		code = lspci_set_ids(r, f, id[1], id[2]);
	f->vendor_name = f->vendor_name ? f->vendor_name : names[1];
	f->device_name = f->device_name ? f->device_name : names[2];
	if (got[3] && got[4]) {
		f->sub_vendor = (uint16_t)id[3];
		f->sub_device = (uint16_t)id[4];
		f->known |= LSPCI_SUBSYSTEM;
	}
	return code < 0 ? code : 1;
}

int lspci_line_function(struct lspci_reader *r, struct piece t)
{
	struct lspci_address addr;
	int code;

	if (!lspci_address(&t, &addr))
		return 0;
	piece_skip_blanks(&t);
	if (t.s < t.end && *t.s == '"')
		return line_machine(r, t, &addr);
	code = line_numeric(r, t, &addr);
	return code ? code : line_named(r, t, &addr);
}
