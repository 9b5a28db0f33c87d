/* SPDX-License-Identifier: Apache-2.0 */
/* How GPUs and RDMA devices reach each other. */
#include "cli/cli.h"
#include "codec/json.h"
#include "codec/svg.h"
#include "codec/topo-text.h"

#include <errno.h>

enum {
	PHASES = PROBE_LIST | PROBE_PCI_FULL | PROBE_RDMA | PROBE_PLATFORM | PROBE_FABRIC,
};

static const struct opt opts[] = {
	{"svg", 0, OPT_VALUE, "FILE", "draw the tree of sockets, ports, switches, devices and boxes ('-': standard output)"},
	{0},
};

static int write_file(struct cli *c, const char *name, const struct buf *b)
{
	FILE *f = fopen(name, "wb");
	bool ok = f && fwrite(b->p, 1, b->n, f) == b->n;

	if (f && fclose(f) != 0)
		ok = false;
	return ok ? 0 : cli_error(c, EXIT_UNREADABLE, "cannot write '%s': %s", name, errno_name(errno));
}

static int draw(struct cli *c, const struct topo *t, const char *name)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;

	svg_topo(c->snap, t, &b);
	if (name[0] == '-' && !name[1]) {
		buf_add(&c->out, b.p, b.n);
		return 0;
	}
	return write_file(c, name, &b);
}

static void print_json(struct cli *c, const struct topo *t)
{
	struct topo_device_list devices;
	json_t *doc = json_document("topo");

	topo_devices(c->snap, t, c->a, &devices);
	json_object_set_new(doc, "devices", json_array_of(c->snap, devices.v, devices.n, sizeof(*devices.v), topo_device_fields));
	json_object_set_new(doc, "paths", json_array_of(c->snap, t->paths.v, t->paths.n, sizeof(*t->paths.v), path_fields));
	json_object_set_new(doc, "left_out", json_integer(t->left_out));
	json_print(doc, &c->out);
}

static int run(struct cli *c)
{
	const char *svg = cli_value(c, "svg");
	struct topo t;
	int r = cli_snapshot(c, PHASES);

	if (r)
		return r;
	topo_compute(c->snap, c->a, &t);
	if (svg) {
		r = draw(c, &t, svg);
		if (r || svg[0] == '-')
			return r;
	}
	if (c->json)
		print_json(c, &t);
	else if (svg)
		buf_addf(&c->out, "%s: %u GPUs, %u RDMA devices\n", svg, t.n_gpus, t.n - t.n_gpus);
	else
		topo_text(c->snap, &t, c->width, &c->out);
	return EXIT_DONE;
}

const struct verb verb_topo = {
	.name = "topo",
	.args = "",
	.summary = "how GPUs and RDMA devices reach each other",
	.about = "Prints how near the devices are (PIX, PXB, PHB, NODE, SYS as nvidia-smi names them, XGMI and NVLink where /sys shows "
		 "them), the lowest link on each way, ACS and PCIe atomics on the way, and the NUMA node and CPUs of each device.",
	.opts = opts,
	.run = run,
};
