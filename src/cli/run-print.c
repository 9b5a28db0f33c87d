/* SPDX-License-Identifier: Apache-2.0 */
/* What gpubay run would set, written for a shell, a systemd unit, a compose file or a Quadlet. */
#include "cli/run.h"

#include "base/parse.h"
#include "codec/json.h"

static void warnings(struct cli *c, const struct run_plan *plan, const char *comment)
{
	uint32_t i;

	for (i = 0; i < plan->warnings.n; i++)
		buf_addf(&c->out, "%swarning: %s\n", comment, plan->warnings.v[i]);
}

static void print_shell(struct cli *c, const struct run_plan *plan)
{
	uint32_t i;

	warnings(c, plan, "# ");
	for (i = 0; i < plan->vars.n; i++)
		buf_addf(&c->out, "export %s='%s'  # %s\n", plan->vars.v[i].name, plan->vars.v[i].value, plan->vars.v[i].note);
}

static void print_systemd(struct cli *c, const struct run_plan *plan)
{
	uint32_t i;

	warnings(c, plan, "# ");
	buf_adds(&c->out, "[Service]\n");
	for (i = 0; i < plan->vars.n; i++)
		buf_addf(&c->out, "Environment=\"%s=%s\"\n", plan->vars.v[i].name, plan->vars.v[i].value);
	buf_adds(&c->out, "DevicePolicy=closed\n");
	for (i = 0; i < plan->nodes.n; i++)
		buf_addf(&c->out, "DeviceAllow=%s rw\n", plan->nodes.v[i]);
}

static void print_compose(struct cli *c, const struct run_plan *plan)
{
	uint32_t i;

	warnings(c, plan, "    # ");
	if (plan->vars.n)
		buf_adds(&c->out, "    environment:\n");
	for (i = 0; i < plan->vars.n; i++)
		buf_addf(&c->out, "      %s: \"%s\"\n", plan->vars.v[i].name, plan->vars.v[i].value);
	if (plan->nodes.n)
		buf_adds(&c->out, "    devices:\n");
	for (i = 0; i < plan->nodes.n; i++)
		buf_addf(&c->out, "      - %s:%s\n", plan->nodes.v[i], plan->nodes.v[i]);
}

static void print_quadlet(struct cli *c, const struct run_plan *plan)
{
	uint32_t i;

	warnings(c, plan, "# ");
	buf_adds(&c->out, "[Container]\n");
	for (i = 0; i < plan->vars.n; i++)
		buf_addf(&c->out, "Environment=%s=%s\n", plan->vars.v[i].name, plan->vars.v[i].value);
	for (i = 0; i < plan->nodes.n; i++)
		buf_addf(&c->out, "AddDevice=%s\n", plan->nodes.v[i]);
}

static const struct form {
	const char *name;
	void (*print)(struct cli *c, const struct run_plan *plan);
} forms[] = {{"shell", print_shell}, {"systemd", print_systemd}, {"compose", print_compose}, {"quadlet", print_quadlet}};

static int print_json(struct cli *c, const struct run_plan *plan)
{
	json_t *doc = json_document("run");

	json_object_set_new(doc, "environment",
			    json_array_of(c->snap, plan->vars.v, plan->vars.n, sizeof(*plan->vars.v), steer_var_fields));
	json_object_set_new(doc, "nodes", json_strs(&plan->nodes));
	json_object_set_new(doc, "warnings", json_strs(&plan->warnings));
	json_print(doc, &c->out);
	return EXIT_DONE;
}

int run_print(struct cli *c, const char *form, const struct run_plan *plan)
{
	unsigned i;

	if (c->json)
		return print_json(c, plan);
	for (i = 0; i < ARRAY_LEN(forms); i++)
		if (str_eq(forms[i].name, form)) {
			forms[i].print(c, plan);
			return EXIT_DONE;
		}
	return cli_error(c, EXIT_USAGE, "no form '%s'; there are shell, systemd, compose and quadlet", form);
}
