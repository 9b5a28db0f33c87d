/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the checks with what the person expects: --vendor intel,nvidia:2,amd@0000:03:00.0 or auto. */
#include "base/parse.h"
#include "cli/cli.h"

/* "vendor", "vendor:count", "vendor@address". */
static int parse_expectation(struct cli *c, const char *text, struct expectation *x)
{
	size_t n = strcspn(text, ":@");

	*x = (struct expectation){.vendor = arena_strn(c->a, text, n), .count = NONE, .address = UINT64_MAX};
	if (!enum_value(&gpu_vendor_tab, x->vendor))
		return cli_error(c, EXIT_USAGE, "unknown vendor '%s'; known are nvidia, amd, intel, and auto", x->vendor);
	x->vendor = enum_name(&gpu_vendor_tab, enum_value(&gpu_vendor_tab, x->vendor));
	if (text[n] == ':' && parse_u32(text + n + 1, 10, 65535, &x->count) < 0)
		return cli_error(c, EXIT_USAGE, "'%s' is not a number of GPUs", text + n + 1);
	if (text[n] == '@' && pci_addr_parse(text + n + 1, &x->address) < 0)
		return cli_error(c, EXIT_USAGE, "'%s' is not a PCI address", text + n + 1);
	return 0;
}

static int parse_expectations(struct cli *c, struct check_settings *s)
{
	struct strs wanted = cli_values(c, "vendor");
	uint32_t i;

	s->expect = arena_alloc(c->a, wanted.n * sizeof(*s->expect));
	for (i = 0; i < wanted.n; i++) {
		if (str_ieq(wanted.v[i], "auto")) {
			s->expect_auto = true;
			continue;
		}
		if (parse_expectation(c, wanted.v[i], &s->expect[s->n_expect]))
			return EXIT_USAGE;
		s->n_expect++;
	}
	return 0;
}

int cli_findings(struct cli *c, const struct strs *topics, struct finding_list *ret)
{
	struct check_settings s = {0};
	int r = parse_expectations(c, &s);

	if (r)
		return r;
	if (topics)
		s.topics = *topics;
	check_run(c->snap, &s, c->a, ret);
	return 0;
}

int cli_status_of(const struct finding_list *findings)
{
	uint32_t i;

	for (i = 0; i < findings->n; i++)
		if (findings->v[i].severity == SEVERITY_ERROR)
			return EXIT_FINDINGS;
	return EXIT_DONE;
}
