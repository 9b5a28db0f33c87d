/* SPDX-License-Identifier: Apache-2.0 */
/* Taking GPUs out: what is done, in which order, what is refused, and what a second run makes of a first that died. */
#include "fake-machine.h"

#include "swap/eject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <cmocka.h>

#define NVIDIA_BOX "2gpu-apu-nvidia-egpu-usb4"
#define NVIDIA_GPU "0000:04:00.0"

static int offered(void *arg, const char *gpu_id, struct arena *a, struct strs *ret_changed, struct err *e)
{
	struct fake *f = arg;

	buf_adds(&f->log, "publish\n");
	return 0;
}

static struct eject_machine lend(struct fake *f, struct effects *fx)
{
	return (struct eject_machine){.tree = f->tree, .fx = fx ? fx : &f->fx, .publish = offered, .arg = f};
}

static const char *fake_address(struct fake *f, uint32_t gpu)
{
	char text[PCI_ADDR_TEXT];

	return arena_str(f->a, pci_addr_text(f->s->gpus.v[gpu].address, text));
}

static uint32_t gpu_at(struct fake *f, const char *address)
{
	struct err e = {0};
	uint32_t gpu = snapshot_gpu_find(f->s, address, &e);

	assert_int_not_equal(gpu, NONE);
	return gpu;
}

static struct outcome go_over(struct fake *f, struct effects *fx, const char *address, struct eject_request req)
{
	struct eject_machine m = lend(f, fx);
	struct outcome out;

	req.timeout_ms = req.timeout_ms ? req.timeout_ms : 300;
	eject(&m, &req, f->s, gpu_at(f, address), f->a, &out);
	return out;
}

static struct outcome go(struct fake *f, const char *address, struct eject_request req)
{
	return go_over(f, NULL, address, req);
}

static void assert_verdict(const struct outcome *o, enum verdict verdict, const char *reason)
{
	if (o->verdict != verdict)
		fprintf(stderr, "%s: %s\n", enum_name(&verdict_tab, o->verdict), o->reason);
	assert_int_equal(o->verdict, verdict);
	if (!reason)
		return;
	if (!o->reason || !strstr(o->reason, reason))
		fprintf(stderr, "reason: %s\n", o->reason);
	assert_true(o->reason && strstr(o->reason, reason));
}

static bool told(const struct outcome *o, const char *text)
{
	uint32_t i;

	for (i = 0; i < o->steps.n; i++)
		if (strstr(o->steps.v[i].name, text) || (o->steps.v[i].detail && strstr(o->steps.v[i].detail, text)))
			return true;
	return false;
}

/* A process with a node open. */
static void holder(struct fake *f, unsigned pid, const char *command, const char *node)
{
	const char *dir = arena_printf(f->a, "proc/%u", pid);

	fake_put(f, arena_printf(f->a, "%s/comm", dir), arena_printf(f->a, "%s\n", command));
	fake_put(f, arena_printf(f->a, "%s/stat", dir),
		 arena_printf(f->a, "%u (%s) S 1 2 3 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 %u 22 33\n", pid, command, pid * 10));
	fake_put(f, arena_printf(f->a, "%s/status", dir), "Uid:\t1000\t1000\t1000\t1000\n");
	fake_put(f, arena_printf(f->a, "%s/maps", dir), "");
	fake_link(f, arena_printf(f->a, "%s/fd/7", dir), node);
}

static const char nvidia_order[] = "file /run/gpubay/eject/%s\n"
				   "note removing\n"
				   "publish\n"
				   "unbind 0000:04:00.1 snd_hda_intel\n"
				   "unbind 0000:04:00.0 nvidia\n"
				   "remove 0000:02:00.0\n"
				   "authorized=0 0-2\n"
				   "note safe-to-unplug\n"
				   "publish\n";

static const char *expected(struct fake *f, const char *template)
{
	const char *at = strstr(template, "%s");

	return at ? arena_printf(f->a, "%.*s%s%s", (int)(at - template), template, f->s->gpus.v[gpu_at(f, NVIDIA_GPU)].id, at + 2) : template;
}

static void usb4_nvidia(void **state)
{
	struct outcome o;
	struct fake f;
	const char *order;

	fake_open(&f, NVIDIA_BOX);
	order = expected(&f, nvidia_order);
	o = go(&f, NVIDIA_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_string_equal(f.log.p, order);
	assert_false(fake_there(&f, "sys/bus/pci/devices/0000:04:00.0"));
	fake_close(&f);
}

/* The same steps over dry effects: nothing changes, and each says what it would do. */
static void dry(void **state)
{
	struct effects fx;
	struct outcome o;
	struct fake f;

	fake_open(&f, NVIDIA_BOX);
	effects_init_dry(&fx, f.a);
	o = go_over(&f, &fx, NVIDIA_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_CHANGED, NULL);
	assert_true(o.dry_run);
	assert_true(told(&o, "write '0' to /sys/bus/thunderbolt/devices/0-2/authorized"));
	assert_true(told(&o, "write '0000:04:00.0' to /sys/bus/pci/drivers/nvidia/unbind"));
	assert_string_equal(f.log.p, "publish\npublish\n");
	assert_true(fake_there(&f, "sys/bus/pci/devices/0000:04:00.0"));
	fake_close(&f);
}

static void whole_box_goes(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "2gpu-egpu-rdma-inside-tunnel");
	o = go(&f, "0000:22:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_true(told(&o, "with it: 0000:23:00.0"));
	assert_false(fake_there(&f, "sys/bus/pci/devices/0000:23:00.0"));
	fake_close(&f);
}

/* Of a chain only the last box goes; with the first one all do, and the other GPU's drivers let go, too. */
static void chain(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "3gpu-two-boxes-chain");
	o = go(&f, "0000:32:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "remove 0000:30:00.0\nauthorized=0 0-301\n"));
	assert_true(fake_there(&f, "sys/bus/pci/devices/0000:22:00.0"));
	fake_close(&f);

	fake_open(&f, "3gpu-two-boxes-chain");
	o = go(&f, "0000:22:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "unbind 0000:32:00.0 nvidia\nremove 0000:20:00.0\nauthorized=0 0-1\n"));
	/* Containers are no longer offered either of them. */
	assert_non_null(strstr(f.log.p, "note removing\nnote removing\npublish\n"));
	assert_non_null(strstr(f.log.p, "note safe-to-unplug\nnote safe-to-unplug\npublish\n"));
	assert_false(fake_there(&f, "sys/bus/pci/devices/0000:32:00.0"));
	fake_close(&f);
}

static void amd_warns_of_compute(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "2gpu-apu-egpu-usb4");
	o = go(&f, "0000:06:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_true(told(&o, "/dev/kfd"));
	/* The card's own switch goes with the box. */
	assert_non_null(strstr(f.log.p, "remove 0000:02:00.0\n"));
	fake_close(&f);
}

static void slot(struct fake *f, const char *name, const char *address)
{
	fake_put(f, arena_printf(f->a, "sys/bus/pci/slots/%s/address", name), arena_printf(f->a, "%s\n", address));
	fake_put(f, arena_printf(f->a, "sys/bus/pci/slots/%s/power", name), "1\n");
}

/* An Intel card in a slot with hot plug: its switch goes, then the slot's power. In a plain slot it is refused. */
static void slotted(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "1gpu-b580-ready");
	o = go(&f, "0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_REFUSED, "no hot plug");
	assert_null(f.log.p);
	slot(&f, "3", "0000:01:00");
	o = go(&f, "0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_REFUSED, "boot display");
	assert_null(f.log.p);
	o = go(&f, "0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "unbind 0000:03:00.0 xe\nremove 0000:01:00.0\npower=0 3\nnote safe"));
	fake_close(&f);

	fake_open(&f, "1gpu-b580-ready");
	o = go(&f, "0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_NOT_SAFE, "switched off before");
	assert_non_null(strstr(f.log.p, "remove 0000:01:00.0\nunlink note\n"));
	fake_close(&f);
}

static void oculink(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "2gpu-oculink-configured");
	o = go(&f, "0000:05:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_true(o.remedy && strstr(o.remedy, "Switch the box off"));
	assert_non_null(strstr(f.log.p, "remove 0000:05:00.1\nremove 0000:05:00.0\nnote"));
	fake_close(&f);
}

static void refused(void **state)
{
	static const struct {
		const char *machine, *gpu, *reason;
	} cases[] = {
		{NVIDIA_BOX, "0000:c3:00.0", "part of the processor"},
		{"2gpu-tb4-nvidia-lost", "0000:22:00.0", "does not answer"},
		{"2gpu-nvidia-wedged", "wedged", "hangs"},
	};
	struct outcome o;
	struct fake f;
	unsigned i;
	uint32_t k;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const char *gpu = cases[i].gpu;
		char address[PCI_ADDR_TEXT];

		fake_open(&f, cases[i].machine);
		for (k = 0; k < f.s->gpus.n; k++)
			if (str_eq(gpu, "wedged") && f.s->gpus.v[k].state == GPU_STATE_WEDGED)
				gpu = arena_str(f.a, pci_addr_text(f.s->gpus.v[k].address, address));
		o = go(&f, gpu, (struct eject_request){.stop = true, .force = true});
		assert_verdict(&o, VERDICT_REFUSED, cases[i].reason);
		assert_null(f.log.p);
		fake_close(&f);
	}
}

static void partial_view(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, NVIDIA_BOX);
	f.s->is_root = false;
	o = go(&f, NVIDIA_GPU, (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_REFUSED, "only root sees");
	f.s->is_root = true;
	fake_rm(fake_path(&f, "proc"));
	o = go(&f, NVIDIA_GPU, (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_REFUSED, "not every process");
	assert_null(f.log.p);
	fake_close(&f);
}

/* What its driver waits for in the kernel must be gone, whatever a person says. */
static void busy_nvidia(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, NVIDIA_BOX);
	holder(&f, 4000, "blender", "/dev/nvidia0");
	o = go(&f, NVIDIA_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_REFUSED, "it is used");
	assert_int_equal(o.holders.n, 1);
	assert_string_equal(o.holders.v[0].command, "blender");
	assert_null(f.log.p);
	/* There is no such process to signal; it stays, and what was withdrawn is offered again. */
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true, .force = true});
	assert_verdict(&o, VERDICT_REFUSED, "it is used");
	assert_null(strstr(f.log.p, "unbind"));
	assert_non_null(strstr(f.log.p, "unlink note\npublish\n"));
	fake_close(&f);
}

static void service_ends(struct fake *f, const char *line)
{
	if (str_starts(line, "systemctl stop nvidia-persistenced"))
		fake_rm(fake_path(f, "proc/4100"));
	if (str_starts(line, "systemctl stop render"))
		fake_rm(fake_path(f, "proc/4200"));
}

static void daemon_lets_go(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, NVIDIA_BOX);
	f.on_run = service_ends;
	holder(&f, 4100, "nvidia-persiste", "/dev/nvidia0");
	holder(&f, 4200, "render-farm", "/dev/nvidia0");
	fake_put(&f, "proc/4200/cgroup", "0::/system.slice/render-farm.service\n");
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "run nvidia-smi -i 0000:04:00.0 -pm 0\n"));
	assert_non_null(strstr(f.log.p, "run systemctl stop nvidia-persistenced.service\n"));
	assert_non_null(strstr(f.log.p, "run systemctl stop render-farm.service\n"));
	assert_non_null(strstr(f.log.p, "run systemctl start nvidia-persistenced.service\n"));
	fake_close(&f);
}

#define CONTAINER "3f0c1c1c9d6e0b7e5a1f2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978"

static void container_stops(struct fake *f, const char *line)
{
	if (str_starts(line, "podman stop"))
		fake_rm(fake_path(f, "proc/4300"));
}

static void stops_containers(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, NVIDIA_BOX);
	f.on_run = container_stops;
	holder(&f, 4300, "python3", "/dev/nvidia0");
	fake_put(&f, "proc/4300/cgroup", "0::/machine.slice/libpod-" CONTAINER ".scope/container\n");
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true, .timeout_ms = 2000});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "run podman stop -t 2 " CONTAINER "\nunbind"));
	fake_close(&f);

	/* Kubernetes would start it again. */
	fake_open(&f, NVIDIA_BOX);
	holder(&f, 4300, "python3", "/dev/nvidia0");
	fake_put(&f, "proc/4300/cgroup",
		 "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_0a1b_2c3d_4e5f_0a1b2c3d4e5f.slice/"
		 "cri-containerd-" CONTAINER ".scope\n");
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true});
	assert_verdict(&o, VERDICT_REFUSED, "Kubernetes");
	assert_null(strstr(f.log.p, "run "));
	fake_close(&f);
}

static unsigned victim;

static void process_ends(struct fake *f, int pidfd, int sig)
{
	char target[64];

	/* The descriptor is of the very process. */
	assert_true(readlink(arena_printf(f->a, "/proc/self/fd/%d", pidfd), target, sizeof(target)) > 0);
	if (sig == SIGKILL)
		fake_rm(fake_path(f, arena_printf(f->a, "proc/%u", victim)));
}

static void number_used_again(struct fake *f, int pidfd, int sig)
{
	assert_true(false);
}

/* Asked to end it does not; only by force it goes. A process that has come to the same number is left alone. */
static void stops_processes(void **state)
{
	struct outcome o;
	struct fake f;

	victim = (unsigned)fork();
	if (victim == 0) {
		close(1), close(2);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	fake_open(&f, NVIDIA_BOX);
	f.on_signal = process_ends;
	holder(&f, victim, "trainer", "/dev/nvidia0");
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true});
	assert_verdict(&o, VERDICT_REFUSED, "it is used");
	assert_non_null(strstr(f.log.p, "signal 15\n"));
	assert_null(strstr(f.log.p, "signal 9\n"));
	buf_clear(&f.log);
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true, .force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "signal 15\nsignal 9\nunbind"));
	fake_close(&f);

	fake_open(&f, NVIDIA_BOX);
	f.on_signal = number_used_again;
	holder(&f, victim, "trainer", "/dev/nvidia0");
	fake_put(&f, arena_printf(f.a, "proc/%u/stat", victim), "no such start time\n");
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true});
	assert_int_equal(o.verdict, VERDICT_REFUSED);
	fake_close(&f);
	kill((pid_t)victim, SIGKILL);
	waitpid((pid_t)victim, NULL, 0);
}

/* A virtual machine has one of its virtual functions, a container one of its MIG slices. */
static void slices_in_use(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "1gpu-b60-4vf-host");
	slot(&f, "3", "0000:01:00");
	holder(&f, 5000, "qemu-system-x86", "/dev/vfio/41");
	o = go(&f, "0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_REFUSED, "virtual machine");
	assert_string_equal(o.holders.v[0].command, "qemu-system-x86");
	assert_null(f.log.p);
	fake_close(&f);

	fake_open(&f, "1gpu-reports-a100-mig");
	slot(&f, "3", arena_printf(f.a, "%.*s", 10, fake_address(&f, 0)));
	holder(&f, 5000, "trainer", "/dev/nvidia-caps/nvidia-cap12");
	o = go(&f, "0", (struct eject_request){.force = true});
	assert_int_equal(o.verdict, VERDICT_REFUSED);
	assert_int_equal(o.holders.n, 1);
	assert_null(f.log.p);
	fake_close(&f);
}

/* A driver that can go while it is used does when a person says so. */
static void busy_forced(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "2gpu-apu-egpu-usb4");
	holder(&f, 4000, "game", "/dev/dri/renderD129");
	o = go(&f, "0000:06:00.0", (struct eject_request){0});
	assert_int_equal(o.verdict, VERDICT_REFUSED);
	o = go(&f, "0000:06:00.0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	fake_close(&f);
}

static void hangs(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, NVIDIA_BOX);
	f.hang = "unbind 0000:04:00.0";
	o = go(&f, NVIDIA_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_NOT_SAFE, "hangs");
	assert_int_equal(o.steps.v[o.steps.n - 1].result, STEP_RESULT_HUNG);
	assert_non_null(strstr(f.log.p, "unbind 0000:04:00.0 nvidia\nnote wedged\npublish\n"));
	assert_null(strstr(f.log.p, "remove 0000"));
	buf_clear(&f.log);
	fake_look(&f);
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true, .force = true});
	assert_verdict(&o, VERDICT_REFUSED, "hangs");
	assert_int_equal(f.log.n, 0);
	fake_close(&f);
}

static void read_uevent(void *arg, const struct tree_dir *at, const char *path, const char *op, long result)
{
	unsigned *n = arg;

	*n += strstr(path, "0000:04:00.0/uevent") || strstr(path, "0000:02:00.0/uevent");
}

/* Whoever looks at what hangs must not hang, too: uevent is shown under the device's lock. */
static void looking_is_harmless(void **state)
{
	unsigned n = 0;
	struct fake f;
	struct gpu before, *g;

	fake_open(&f, NVIDIA_BOX);
	before = f.s->gpus.v[gpu_at(&f, NVIDIA_GPU)];
	before.driver = arena_str(f.a, before.driver);
	before.id = arena_str(f.a, before.id);
	f.hang = "unbind 0000:04:00.0";
	go(&f, NVIDIA_GPU, (struct eject_request){0});
	f.tree->on_read = read_uevent;
	f.tree->on_read_arg = &n;
	fake_look(&f);
	assert_int_equal(n, 0);
	g = &f.s->gpus.v[gpu_at(&f, NVIDIA_GPU)];
	assert_int_equal(g->state, GPU_STATE_WEDGED);
	assert_string_equal(g->id, before.id);
	assert_string_equal(g->driver, before.driver);
	assert_int_equal(g->device_id, before.device_id);
	fake_close(&f);
}

static void kernel_refuses(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, NVIDIA_BOX);
	f.refuse = "remove";
	f.refuse_code = -EPERM;
	o = go(&f, NVIDIA_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_NOT_SAFE, "refused a step");
	assert_non_null(strstr(f.log.p, "unlink note\npublish\n"));
	/* Where it was gone already, that is as good. */
	f.refuse = "authorized";
	f.refuse_code = -ENODEV;
	fake_look(&f);
	fake_put(&f, "sys/bus/thunderbolt/devices/0-2/authorized", "0\n");
	o = go(&f, NVIDIA_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	fake_close(&f);
}

static void tunnel_stays(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "2gpu-tb-no-deauthorization");
	o = go(&f, "0000:22:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_true(told(&o, "cannot take a single tunnel down"));
	assert_null(strstr(f.log.p, "authorized="));
	fake_close(&f);
}

static void virtual_functions(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "1gpu-b60-4vf-host");
	slot(&f, "3", "0000:01:00");
	fake_put(&f, "sys/bus/pci/devices/0000:03:00.0/sriov_numvfs", "4\n");
	o = go(&f, "0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "sriov_numvfs=0 0000:03:00.0\nunbind 0000:03:00.0 xe\nremove 0000:01:00.0\n"));
	fake_close(&f);
}

/* All text consoles are on the only framebuffer, which is the GPU's. */
static void consoles(void **state)
{
	struct outcome o;
	struct fake f;

	fake_open(&f, "2gpu-apu-egpu-usb4");
	fake_rm(fake_path(&f, "sys/class/graphics"));
	fake_link(&f, "sys/class/graphics/fb1",
		  "../../devices/pci0000:00/0000:00:03.1/0000:02:00.0/0000:03:00.0/0000:04:00.0/0000:05:00.0/0000:06:00.0/graphics/fb1");
	fake_put(&f, "sys/class/vtconsole/vtcon0/name", "(S) dummy device\n");
	fake_put(&f, "sys/class/vtconsole/vtcon0/bind", "0\n");
	fake_put(&f, "sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
	fake_put(&f, "sys/class/vtconsole/vtcon1/bind", "1\n");
	o = go(&f, "0000:06:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "bind=0 vtcon1\nunbind 0000:06:00.1"));
	assert_null(strstr(f.log.p, "bind=1"));
	fake_close(&f);
}

/* What a second run says, when it can no longer be named by anything but its id or the address it had. */
static enum verdict again(struct fake *f, const char *name)
{
	struct eject_machine m = lend(f, NULL);
	struct eject_request req = {.timeout_ms = 300};
	struct err e = {0};
	struct outcome out = {0};
	uint32_t gpu;

	fake_look(f);
	gpu = snapshot_gpu_find(f->s, name, &e);
	if (gpu != NONE)
		eject(&m, &req, f->s, gpu, f->a, &out);
	else
		assert_int_equal(eject_again(&m, &req, name, f->a, &out), 0);
	return out.verdict;
}

/* Killed before the n-th effect, for each n; the next run finishes it. */
static void killed(void **state)
{
	struct effects fx;
	struct outcome o;
	struct fake f;
	unsigned n;
	int status;
	pid_t pid;

	for (n = 1; n < 50; n++) {
		fake_open(&f, NVIDIA_BOX);
		pid = fork();
		if (pid == 0) {
			effects_init_fault(&fx, &f.fx, n, 0);
			o = go_over(&f, &fx, NVIDIA_GPU, (struct eject_request){0});
			_exit(o.verdict == VERDICT_SAFE ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(again(&f, NVIDIA_GPU), VERDICT_SAFE);
		assert_false(fake_there(&f, "sys/bus/pci/devices/0000:04:00.0"));
		assert_string_equal(fake_read(&f, "sys/bus/thunderbolt/devices/0-2/authorized"), "0");
		/* And once more. */
		assert_int_equal(again(&f, NVIDIA_GPU), VERDICT_SAFE);
		fake_close(&f);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			break;
		}
		assert_int_equal(WTERMSIG(status), SIGKILL);
	}
	assert_in_range(n, 8, 20);
}

/* The n-th effect fails, for each n: never safe with something left, never a note that lies. */
static void failing(void **state)
{
	struct effects fx;
	struct outcome o;
	struct fake f;
	unsigned n;

	for (n = 1; n < 50; n++) {
		bool there, up;

		fake_open(&f, NVIDIA_BOX);
		effects_init_fault(&fx, &f.fx, n, -EIO);
		o = go_over(&f, &fx, NVIDIA_GPU, (struct eject_request){0});
		there = fake_there(&f, "sys/bus/pci/devices/0000:04:00.0");
		up = str_eq(fake_read(&f, "sys/bus/thunderbolt/devices/0-2/authorized"), "1");
		if (o.verdict == VERDICT_SAFE)
			assert_false(there || up);
		else
			assert_true(o.reason && *o.reason);
		if (n < fx.count || fx.count == n)
			assert_int_not_equal(o.steps.n, 0);
		fake_close(&f);
		if (fx.count < n)
			break;
	}
	assert_in_range(n, 8, 20);
}

static void unknown_again(void **state)
{
	struct eject_request req = {0};
	struct outcome out;
	struct fake f;
	struct eject_machine m;

	fake_open(&f, NVIDIA_BOX);
	m = lend(&f, NULL);
	assert_int_equal(eject_again(&m, &req, "box-none", f.a, &out), -ENODEV);
	/* A journal without a note is of an eject that is long over. */
	fake_put(&f, "run/gpubay/eject/box-none",
		 "gpu box-none\nname X\naddress 0000:44:00.0\nfunction 0000:44:00.0 10de:1234\ntop 0000:44:00.0 10de:1234\n");
	assert_int_equal(eject_again(&m, &req, "box-none", f.a, &out), -ENODEV);
	fake_put(&f, "run/gpubay/state/box-none", "safe-to-unplug\n");
	assert_int_equal(eject_again(&m, &req, "0000:44:00.0", f.a, &out), 0);
	assert_verdict(&out, VERDICT_NOT_SAFE, "no hot plug");
	fake_put(&f, "run/gpubay/eject/box-none", "nonsense\n\n gpu\n");
	assert_int_equal(eject_again(&m, &req, "box-none", f.a, &out), -ENODEV);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usb4_nvidia),	   cmocka_unit_test(dry),	       cmocka_unit_test(whole_box_goes),
		cmocka_unit_test(chain),	   cmocka_unit_test(amd_warns_of_compute), cmocka_unit_test(slotted),
		cmocka_unit_test(oculink),	   cmocka_unit_test(refused),	       cmocka_unit_test(partial_view),
		cmocka_unit_test(busy_nvidia),	   cmocka_unit_test(daemon_lets_go),   cmocka_unit_test(busy_forced),
		cmocka_unit_test(hangs),	   cmocka_unit_test(kernel_refuses),   cmocka_unit_test(tunnel_stays),
		cmocka_unit_test(virtual_functions), cmocka_unit_test(consoles),       cmocka_unit_test(killed),
		cmocka_unit_test(failing),	   cmocka_unit_test(stops_containers), cmocka_unit_test(stops_processes),
		cmocka_unit_test(slices_in_use),	   cmocka_unit_test(looking_is_harmless),	   cmocka_unit_test(unknown_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
