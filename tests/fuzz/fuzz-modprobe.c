/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration texts: modprobe.d, xorg.conf, the kernel's configuration and its command line. */
#include "base/parse.h"
#include "format/cmdline.h"
#include "format/kconfig.h"
#include "format/modprobe-conf.h"
#include "format/xorg-conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_lines(const char *text, size_t size)
{
	const char *end = text + size, *line, *name, *value;
	size_t n, n_name, n_value;

	while (next_line(&text, end, &line, &n))
		if (kconfig_line(line, n, &name, &n_name, &value, &n_value) &&
		    name + n_name > line + n)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = arena_strn(a, (const char *)data, size);
	struct modprobe_lines rules = {0};
	struct xorg_lines options = {0};
	const char *p = text, *name, *value;
	uint32_t i;

	modprobe_conf_parse(a, text, size, &rules);
	for (i = 0; i < rules.n; i++)
		if (!rules.v[i].module || !rules.v[i].text || rules.v[i].line == 0)
			abort();
	xorg_conf_parse(a, text, size, &options);
	for (i = 0; i < options.n; i++)
		xorg_bool(options.v[i].value);
	while (cmdline_next(a, &p, &name, &value))
		cmdline_list_has(a, value, "hpmmioprefsize=", &name);
	try_lines(text, size);
	arena_free(a);
	return 0;
}
