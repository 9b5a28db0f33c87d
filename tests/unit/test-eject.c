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

/* With a driver of NVIDIA's that closes a single GPU when it is asked to. */
static void machine_open(struct fake *f, const char *name)
{
	fake_open(f, name);
	if (fake_there(f, "sys/module/nvidia/version"))
		fake_put(f, "sys/module/nvidia/version", "580.105.08\n");
}

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

	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, "2gpu-egpu-rdma-inside-tunnel");
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

	machine_open(&f, "3gpu-two-boxes-chain");
	o = go(&f, "0000:32:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "remove 0000:30:00.0\nauthorized=0 0-301\n"));
	assert_true(fake_there(&f, "sys/bus/pci/devices/0000:22:00.0"));
	fake_close(&f);

	machine_open(&f, "3gpu-two-boxes-chain");
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

	machine_open(&f, "2gpu-apu-egpu-usb4");
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

	machine_open(&f, "1gpu-b580-ready");
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

	machine_open(&f, "1gpu-b580-ready");
	o = go(&f, "0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_NOT_SAFE, "switched off before");
	assert_non_null(strstr(f.log.p, "remove 0000:01:00.0\nunlink note\n"));
	fake_close(&f);
}

static void oculink(void **state)
{
	struct outcome o;
	struct fake f;

	machine_open(&f, "2gpu-oculink-configured");
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

		machine_open(&f, cases[i].machine);
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

	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, NVIDIA_BOX);
	f.on_run = container_stops;
	holder(&f, 4300, "python3", "/dev/nvidia0");
	fake_put(&f, "proc/4300/cgroup", "0::/machine.slice/libpod-" CONTAINER ".scope/container\n");
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true, .timeout_ms = 2000});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "run podman stop -t 2 " CONTAINER "\nunbind"));
	fake_close(&f);

	/* Kubernetes would start it again. */
	machine_open(&f, NVIDIA_BOX);
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

/* A process that waits to be ended. */
static void victim_start(void)
{
	victim = (unsigned)fork();
	if (victim == 0) {
		close(1), close(2);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
}

/* Asked to end it does not; only by force it goes. A process that has come to the same number is left alone. */
static void stops_processes(void **state)
{
	struct outcome o;
	struct fake f;

	victim_start();
	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, "1gpu-b60-4vf-host");
	slot(&f, "3", "0000:01:00");
	holder(&f, 5000, "qemu-system-x86", "/dev/vfio/41");
	o = go(&f, "0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_REFUSED, "virtual machine");
	assert_string_equal(o.holders.v[0].command, "qemu-system-x86");
	assert_null(f.log.p);
	fake_close(&f);

	machine_open(&f, "1gpu-reports-a100-mig");
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

	machine_open(&f, "2gpu-apu-egpu-usb4");
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

	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, NVIDIA_BOX);
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

	machine_open(&f, "2gpu-tb-no-deauthorization");
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

	machine_open(&f, "1gpu-b60-4vf-host");
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

	machine_open(&f, "2gpu-apu-egpu-usb4");
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
		machine_open(&f, NVIDIA_BOX);
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

		machine_open(&f, NVIDIA_BOX);
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

/* The box of NIC_BOX: a network card beside the GPU; more functions can be put into it. */
#define NIC_BOX "2gpu-egpu-rdma-inside-tunnel"
#define NIC_GPU "0000:22:00.0"
#define IN_BOX "sys/devices/pci0000:00/0000:00:07.0/0000:20:00.0/"
#define NIC IN_BOX "0000:21:01.0/0000:23:00.0"

/* A PCI function: its folder in /sys, and what it is. */
static void function_put(struct fake *f, const char *folder, const char *class, const char *vendor, const char *device, const char *driver)
{
	const char *address = str_base(folder);

	fake_put(f, arena_printf(f->a, "%s/class", folder), arena_printf(f->a, "0x%s\n", class));
	fake_put(f, arena_printf(f->a, "%s/vendor", folder), arena_printf(f->a, "0x%s\n", vendor));
	fake_put(f, arena_printf(f->a, "%s/device", folder), arena_printf(f->a, "0x%s\n", device));
	fake_put(f, arena_printf(f->a, "%s/uevent", folder),
		 arena_printf(f->a, "DRIVER=%s\nPCI_CLASS=%s\nPCI_ID=%s:%s\nPCI_SLOT_NAME=%s\n", driver, class + (*class == '0'), vendor,
			      device, address));
	fake_link(f, arena_printf(f->a, "sys/bus/pci/devices/%s", address), arena_printf(f->a, "../../../%s", folder + 4));
	fake_link(f, arena_printf(f->a, "%s/driver", folder), arena_printf(f->a, "/sys/bus/pci/drivers/%s", driver));
}

/* A block device with its folder in /sys, its node and its number. */
static void disk_put(struct fake *f, const char *folder, unsigned major, unsigned minor)
{
	const char *name = str_base(folder);

	fake_put(f, arena_printf(f->a, "%s/uevent", folder),
		 arena_printf(f->a, "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\nDEVTYPE=disk\n", major, minor, name));
	fake_link(f, arena_printf(f->a, "sys/class/block/%s", name), arena_printf(f->a, "../../%s", folder + 4));
	fake_link(f, arena_printf(f->a, "sys/dev/block/%u:%u", major, minor), arena_printf(f->a, "../../%s", folder + 4));
	fake_folders(fake_path(f, arena_printf(f->a, "dev/%s", name)));
	mknod(fake_path(f, arena_printf(f->a, "dev/%s", name)), S_IFBLK | 0600, makedev(major, minor));
}

static bool holds(const struct outcome *o, const char *text)
{
	uint32_t i;

	for (i = 0; i < o->holders.n; i++)
		if (o->holders.v[i].command && strstr(o->holders.v[i].command, text))
			return true;
	return false;
}

/* A card of NVIDIA's with USB and a charger's controller: all four functions let go, the GPU itself last. */
static void sibling_functions(void **state)
{
	struct outcome o;
	struct fake f;

	machine_open(&f, NIC_BOX);
	function_put(&f, IN_BOX "0000:21:00.0/0000:22:00.2", "0c0330", "10de", "1ada", "xhci_hcd");
	function_put(&f, IN_BOX "0000:21:00.0/0000:22:00.3", "0c8000", "10de", "1adb", "nvidia-gpu");
	fake_look(&f);
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "unbind 0000:22:00.3 nvidia-gpu\nunbind 0000:22:00.2 xhci_hcd\nunbind 0000:22:00.1 snd_hda_intel\n"
					"unbind 0000:22:00.0 nvidia\nremove 0000:20:00.0\n"));
	assert_true(told(&o, "0000:22:00.3"));
	fake_close(&f);
}

/* The network goes with the box: refused with what is reached that way, unless a person says so. */
static void network_in_the_box(void **state)
{
	static const char head[] = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n";
	struct outcome o;
	struct fake f;

	machine_open(&f, NIC_BOX);
	fake_put(&f, "proc/net/route", arena_printf(f.a, "%swlan0 00000000 0101A8C0 0003 0 0 0 00000000 0 0 0\n", head));
	fake_put(&f, "proc/net/ipv6_route",
		 "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 "
		 "00000000 00000001 enp1s0np0\n"
		 "00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 "
		 "00000000 00200200       lo\n");
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	fake_close(&f);

	machine_open(&f, NIC_BOX);
	fake_put(&f, "proc/net/route", arena_printf(f.a, "%senp1s0np0 0000A8C0 00000000 0001 0 0 0 0000FFFF 0 0 0\n", head));
	o = go(&f, NIC_GPU, (struct eject_request){.stop = true});
	assert_verdict(&o, VERDICT_REFUSED, "network interface enp1s0np0 (a route)");
	assert_null(strstr(f.log.p, "unbind"));
	fake_close(&f);

	/* Through a bridge, and by the sixth version alone. */
	machine_open(&f, NIC_BOX);
	fake_link(&f, NIC "/net/enp1s0np0/upper_br0", "../../br0");
	fake_put(&f, "sys/class/net/br0/operstate", "up\n");
	fake_put(&f, "proc/net/ipv6_route",
		 "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 "
		 "00000000 00450003      br0\n");
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_REFUSED, "network interface that goes with it is in use");
	assert_true(holds(&o, "enp1s0np0 (the default route)"));
	assert_null(f.log.p);
	o = go(&f, NIC_GPU, (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	fake_close(&f);
}

static void disk_box(struct fake *f)
{
	machine_open(f, NIC_BOX);
	function_put(f, IN_BOX "0000:21:02.0/0000:24:00.0", "010802", "144d", "a80c", "nvme");
	function_put(f, IN_BOX "0000:21:02.0", "060400", "8086", "15ef", "pcieport");
	disk_put(f, IN_BOX "0000:21:02.0/0000:24:00.0/nvme/nvme1/nvme1n1", 259, 3);
	fake_look(f);
}

/* A disk in the box is mounted here, in a container alone, held by something built on it, or opened as it is. */
static void disk_in_the_box(void **state)
{
	static const char *const mounted = "30 22 259:3 / /media/disk rw - ext4 /dev/nvme1n1 rw\n";
	struct outcome o;
	struct fake f;

	disk_box(&f);
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_true(told(&o, "0000:24:00.0"));
	fake_close(&f);

	disk_box(&f);
	fake_put(&f, "proc/self/mountinfo", mounted);
	o = go(&f, NIC_GPU, (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_REFUSED, "mounted");
	assert_true(holds(&o, "file system /media/disk"));
	assert_null(f.log.p);
	fake_close(&f);

	disk_box(&f);
	holder(&f, 812, "postgres", "/dev/null");
	fake_link(&f, "proc/self/ns/mnt", "mnt:[1]");
	fake_link(&f, "proc/812/ns/mnt", "mnt:[2]");
	fake_put(&f, "proc/812/mountinfo", mounted);
	o = go(&f, NIC_GPU, (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_REFUSED, "mounted");
	assert_true(holds(&o, "as postgres (812) sees it"));
	fake_close(&f);

	disk_box(&f);
	disk_put(&f, "sys/devices/virtual/block/dm-0", 253, 0);
	fake_link(&f, "sys/devices/virtual/block/dm-0/slaves/nvme1n1", "../../../../nowhere");
	holder(&f, 813, "qemu-system-x86", "/dev/dm-0");
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_REFUSED, "it is used");
	assert_true(holds(&o, "qemu-system-x86"));
	assert_string_equal(o.holders.v[0].nodes.v[0], "/dev/dm-0");
	fake_close(&f);
}

/* A disk with several ways to it hangs on none of them in /sys. */
static void disk_on_several_ways(void **state)
{
	static const char subsystem[] = "sys/devices/virtual/nvme-subsystem/nvme-subsys0";
	struct outcome o;
	struct fake f;

	disk_box(&f);
	disk_put(&f, arena_printf(f.a, "%s/nvme2n1", subsystem), 259, 7);
	fake_link(&f, arena_printf(f.a, "%s/nvme2", subsystem),
		  "../../../pci0000:00/0000:00:07.0/0000:20:00.0/0000:21:02.0/0000:24:00.0/nvme/nvme2");
	fake_put(&f, "proc/self/mountinfo", "30 22 259:7 / /srv rw - xfs /dev/nvme2n1 rw\n");
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_REFUSED, "mounted");
	fake_close(&f);
}

static void usb_in_the_box(void **state)
{
	static const char xhci[] = IN_BOX "0000:21:02.0/0000:24:00.0";
	struct outcome o;
	struct fake f;

	machine_open(&f, NIC_BOX);
	function_put(&f, xhci, "0c0330", "1b21", "2142", "xhci_hcd");
	function_put(&f, IN_BOX "0000:21:02.0", "060400", "8086", "15ef", "pcieport");
	fake_put(&f, arena_printf(f.a, "%s/usb3/3-1/product", xhci), "USB Keyboard\n");
	fake_put(&f, arena_printf(f.a, "%s/usb3/3-1/manufacturer", xhci), "Logitech\n");
	fake_put(&f, arena_printf(f.a, "%s/usb3/3-2/bDeviceClass", xhci), "09\n");
	fake_put(&f, arena_printf(f.a, "%s/usb3/3-2/product", xhci), "Hub\n");
	fake_link(&f, "sys/bus/usb/devices/usb3", arena_printf(f.a, "../../../%s/usb3", xhci + 4));
	fake_link(&f, "sys/bus/usb/devices/3-1", arena_printf(f.a, "../../../%s/usb3/3-1", xhci + 4));
	fake_link(&f, "sys/bus/usb/devices/3-2", arena_printf(f.a, "../../../%s/usb3/3-2", xhci + 4));
	disk_put(&f, arena_printf(f.a, "%s/usb3/3-3/host6/block/sdb", xhci), 8, 16);
	fake_look(&f);
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_true(told(&o, "on its USB: Logitech USB Keyboard"));
	assert_false(told(&o, "Hub"));
	fake_close(&f);

	machine_open(&f, NIC_BOX);
	function_put(&f, xhci, "0c0330", "1b21", "2142", "xhci_hcd");
	function_put(&f, IN_BOX "0000:21:02.0", "060400", "8086", "15ef", "pcieport");
	disk_put(&f, arena_printf(f.a, "%s/usb3/3-3/host6/block/sdb", xhci), 8, 16);
	fake_put(&f, "proc/self/mountinfo", "30 22 8:16 / /media/stick rw - vfat /dev/sdb rw\n");
	fake_look(&f);
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_REFUSED, "mounted");
	fake_close(&f);
}

/* nvidia-drm has it open itself, and until lately closes no single GPU; where the driver takes it for external, that is no matter. */
static void open_in_the_kernel(void **state)
{
	static const struct {
		const char *version, *modeset;
		enum verdict verdict;
	} cases[] = {
		{"570.172.08", "Y", VERDICT_REFUSED}, {"580.95.05", "Y", VERDICT_REFUSED}, {"580.105.08", "Y", VERDICT_SAFE},
		{"595.45.04", "Y", VERDICT_SAFE},     {"570.172.08", "N", VERDICT_SAFE},   {"newer", "Y", VERDICT_REFUSED},
	};
	struct outcome o;
	struct fake f;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		machine_open(&f, NVIDIA_BOX);
		fake_put(&f, "sys/module/nvidia/version", arena_printf(f.a, "%s\n", cases[i].version));
		fake_put(&f, "sys/module/nvidia_drm/parameters/modeset", arena_printf(f.a, "%s\n", cases[i].modeset));
		o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true, .force = true});
		assert_verdict(&o, cases[i].verdict, cases[i].verdict == VERDICT_REFUSED ? "nvidia-drm has it open" : NULL);
		if (cases[i].verdict == VERDICT_REFUSED)
			assert_null(f.log.p);
		fake_close(&f);
	}
	machine_open(&f, NIC_BOX); /* behind a port of Intel's */
	fake_put(&f, "sys/module/nvidia/version", "570.172.08\n");
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	fake_close(&f);
}

static void module_put(struct fake *f, const char *name, unsigned count, const char *holder)
{
	fake_put(f, arena_printf(f->a, "sys/module/%s/refcnt", name), arena_printf(f->a, "%u\n", count));
	fake_folders(fake_path(f, arena_printf(f->a, "sys/module/%s/holders/.", name)));
	if (holder)
		fake_link(f, arena_printf(f->a, "sys/module/%s/holders/%s", name, holder), arena_printf(f->a, "../../%s", holder));
}

/* No process has it, and the kernel still counts somebody: a buffer that was handed on, say. */
static void counted_by_the_kernel(void **state)
{
	struct outcome o;
	struct fake f;
	unsigned more;

	for (more = 0; more < 2; more++) {
		machine_open(&f, NVIDIA_BOX);
		module_put(&f, "nvidia", 2 + more, "nvidia_modeset");
		module_put(&f, "nvidia", 2 + more, "nvidia_uvm");
		module_put(&f, "nvidia_uvm", 0, NULL);
		module_put(&f, "nvidia_modeset", 1, "nvidia_drm");
		module_put(&f, "nvidia_drm", 0, NULL);
		o = go(&f, NVIDIA_GPU, (struct eject_request){0});
		assert_verdict(&o, more ? VERDICT_REFUSED : VERDICT_SAFE, more ? "the kernel counts 1 users of nvidia" : NULL);
		if (more) {
			assert_null(strstr(f.log.p, "unbind"));
			assert_non_null(strstr(f.log.p, "unlink note\npublish\n"));
		}
		fake_close(&f);
	}
}

/* Not everybody can be seen: by the kernel's count nobody is there, or a person knows; but no driver that would wait. */
static void partial_but_known(void **state)
{
	struct outcome o;
	struct fake f;

	machine_open(&f, "2gpu-apu-egpu-usb4");
	fake_link(&f, "proc/self/ns/pid", "pid:[4026532621]");
	o = go(&f, "0000:06:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_REFUSED, "processes outside of this container");
	assert_true(o.remedy && strstr(o.remedy, "--force") && o.holders_partial);
	module_put(&f, "amdgpu", 1, NULL);
	o = go(&f, "0000:06:00.0", (struct eject_request){0});
	assert_int_equal(o.verdict, VERDICT_REFUSED);
	o = go(&f, "0000:06:00.0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	fake_close(&f);

	machine_open(&f, "2gpu-apu-egpu-usb4");
	fake_link(&f, "proc/self/ns/pid", "pid:[4026532621]");
	module_put(&f, "amdgpu", 0, NULL);
	o = go(&f, "0000:06:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_true(o.holders_partial);
	fake_close(&f);

	disk_box(&f); /* whoever has the disk open nobody counts */
	fake_link(&f, "proc/self/ns/pid", "pid:[4026532621]");
	module_put(&f, "nvidia", 0, NULL);
	o = go(&f, NIC_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_REFUSED, "not every process");
	fake_close(&f);

	machine_open(&f, NVIDIA_BOX);
	fake_link(&f, "proc/self/ns/pid", "pid:[4026532621]");
	o = go(&f, NVIDIA_GPU, (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_REFUSED, "not every process");
	assert_true(strstr(o.remedy, "does not help") != NULL);
	fake_close(&f);
}

/* A monitor on a connector of the GPU, lit. */
static void monitor_put(struct fake *f, const char *connector)
{
	fake_put(f, arena_printf(f->a, "%s/status", connector), "connected\n");
	fake_put(f, arena_printf(f->a, "%s/enabled", connector), "enabled\n");
	fake_link(f, arena_printf(f->a, "sys/class/drm/%s", str_base(connector)), arena_printf(f->a, "../../%s", connector + 4));
}

#define AMD_BOX "2gpu-apu-egpu-usb4"
#define AMD_GPU "0000:06:00.0"
#define AMD_DRM "sys/devices/pci0000:00/0000:00:03.1/0000:02:00.0/0000:03:00.0/0000:04:00.0/0000:05:00.0/0000:06:00.0/drm/card2/card2-"
#define LAPTOP_EDP "sys/devices/pci0000:00/0000:00:08.1/0000:c3:00.0/drm/card1/card1-eDP-1"

/* Displays that it lights are named; without another that is lit it stays, unless a person says so. */
static void displays(void **state)
{
	struct outcome o;
	struct fake f;

	machine_open(&f, AMD_BOX);
	monitor_put(&f, AMD_DRM "DP-8");
	fake_look(&f);
	o = go(&f, AMD_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_true(told(&o, "these go dark: card2-DP-8"));
	fake_close(&f);

	machine_open(&f, AMD_BOX);
	monitor_put(&f, AMD_DRM "DP-8");
	assert_true(fake_there(&f, LAPTOP_EDP "/status"));
	fake_put(&f, LAPTOP_EDP "/enabled", "disabled\n");
	fake_look(&f);
	o = go(&f, AMD_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL); /* the lid is closed: a picture can be had there */
	fake_close(&f);

	machine_open(&f, AMD_BOX);
	monitor_put(&f, AMD_DRM "DP-8");
	fake_put(&f, LAPTOP_EDP "/status", "disconnected\n");
	fake_look(&f);
	o = go(&f, AMD_GPU, (struct eject_request){.stop = true});
	assert_verdict(&o, VERDICT_REFUSED, "no display is plugged into another GPU");
	assert_null(f.log.p);
	o = go(&f, AMD_GPU, (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	fake_close(&f);
}

static void compositor_killed(struct fake *f, int pidfd, int sig)
{
	fake_rm(fake_path(f, arena_printf(f->a, "proc/%u", victim)));
}

/* The display server of a session is not ended for --stop alone; logind, which opened the GPU for it, never is. */
static void compositor(void **state)
{
	struct outcome o;
	struct fake f;

	victim_start();
	machine_open(&f, AMD_BOX);
	f.on_signal = compositor_killed;
	holder(&f, victim, "gnome-shell", "/dev/dri/card2");
	o = go(&f, AMD_GPU, (struct eject_request){.stop = true});
	assert_verdict(&o, VERDICT_REFUSED, "display server of a session");
	assert_null(strstr(f.log.p, "signal"));
	o = go(&f, AMD_GPU, (struct eject_request){.stop = true, .force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	fake_close(&f);

	machine_open(&f, NVIDIA_BOX);
	f.on_signal = compositor_killed;
	holder(&f, victim, "kwin_wayland", "/dev/nvidia0");
	fake_link(&f, arena_printf(f.a, "proc/%u/fd/8", victim), "/dev/dri/card2");
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true, .force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, "signal 15\nunbind"));
	fake_close(&f);
	kill((pid_t)victim, SIGKILL);
	waitpid((pid_t)victim, NULL, 0);
}

static void any_daemon_ends(struct fake *f, const char *line)
{
	if (str_starts(line, "systemctl stop ") || str_starts(line, "lact cli"))
		fake_rm(fake_path(f, "proc/4100"));
}

/* Each daemon that holds every GPU: asked, or stopped meanwhile and started again; never a reason to refuse. */
static void daemons(void **state)
{
	static const struct {
		const char *name, *asked, *stopped;
	} cases[] = {
		{"nvidia-persiste", "run nvidia-smi -i 0000:04:00.0 -pm 0\n", "nvidia-persistenced.service"},
		{"nvidia-powerd", NULL, "nvidia-powerd.service"},
		{"nv-hostengine", NULL, "nvidia-dcgm.service"},
		{"dcgm-exporter", NULL, "nvidia-dcgm-exporter.service"},
		{"lact", "run lact cli --gpu-id=10DE:", NULL},
	};
	struct outcome o;
	struct fake f;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		machine_open(&f, NVIDIA_BOX);
		f.on_run = any_daemon_ends;
		holder(&f, 4100, cases[i].name, "/dev/nvidia0");
		o = go(&f, NVIDIA_GPU, (struct eject_request){0});
		assert_verdict(&o, VERDICT_SAFE, NULL);
		if (cases[i].asked)
			assert_non_null(strstr(f.log.p, cases[i].asked));
		if (cases[i].stopped) {
			assert_non_null(strstr(f.log.p, arena_printf(f.a, "run systemctl stop %s\n", cases[i].stopped)));
			assert_non_null(strstr(f.log.p, arena_printf(f.a, "run systemctl start %s\n", cases[i].stopped)));
		}
		fake_close(&f);
	}
	/* One that cannot be stopped keeps the GPU, and is not started again. */
	machine_open(&f, NVIDIA_BOX);
	f.no_systemctl = true;
	holder(&f, 4100, "nvidia-powerd", "/dev/nvidia0");
	o = go(&f, NVIDIA_GPU, (struct eject_request){.stop = true, .force = true});
	assert_verdict(&o, VERDICT_REFUSED, "it is used");
	assert_null(strstr(f.log.p, "unbind"));
	fake_close(&f);
}

/* What the firmware drew on lies in the boot display's memory, and lets go before its driver does. */
static void firmware_framebuffer(void **state)
{
	struct outcome o;
	struct fake f;
	const char *unbind = "unbind efi-framebuffer.0 efi-framebuffer\n";

	machine_open(&f, "1gpu-b580-ready");
	slot(&f, "3", "0000:01:00");
	fake_link(&f, "sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0", "../../../../devices/platform/efi-framebuffer.0");
	o = go(&f, "0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_non_null(strstr(f.log.p, unbind));
	assert_true(strstr(f.log.p, unbind) < strstr(f.log.p, "unbind 0000:03:00.0 xe"));
	fake_close(&f);

	machine_open(&f, AMD_BOX); /* not the boot display: the firmware's framebuffer is another's */
	fake_link(&f, "sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0", "../../../../devices/platform/efi-framebuffer.0");
	o = go(&f, AMD_GPU, (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_null(strstr(f.log.p, unbind));
	fake_close(&f);
}

/* Who uses the box behind keeps the one before it, and not the other way round. */
static void chain_in_use(void **state)
{
	struct outcome o;
	struct fake f;

	machine_open(&f, "3gpu-two-boxes-chain");
	holder(&f, 4000, "trainer", "/dev/nvidia1");
	o = go(&f, "0000:22:00.0", (struct eject_request){.force = true});
	assert_verdict(&o, VERDICT_REFUSED, "it is used");
	assert_true(holds(&o, "trainer"));
	assert_null(f.log.p);
	fake_close(&f);

	machine_open(&f, "3gpu-two-boxes-chain");
	holder(&f, 4000, "trainer", "/dev/nvidia0");
	o = go(&f, "0000:32:00.0", (struct eject_request){0});
	assert_verdict(&o, VERDICT_SAFE, NULL);
	assert_true(fake_there(&f, "sys/bus/pci/devices/0000:22:00.0"));
	fake_close(&f);
}

/* Two GPUs in one box go together, whichever is named, and both are noted. */
static void two_in_a_box(void **state)
{
	static const char *const gpus[] = {NIC_GPU, "0000:24:00.0"};
	struct outcome o;
	struct fake f;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(gpus); i++) {
		machine_open(&f, NIC_BOX);
		function_put(&f, IN_BOX "0000:21:02.0/0000:24:00.0", "030000", "1002", "747e", "amdgpu");
		function_put(&f, IN_BOX "0000:21:02.0", "060400", "8086", "15ef", "pcieport");
		fake_put(&f, IN_BOX "0000:21:02.0/0000:24:00.0/removable", "removable\n");
		fake_look(&f);
		o = go(&f, gpus[i], (struct eject_request){0});
		assert_verdict(&o, VERDICT_SAFE, NULL);
		assert_non_null(strstr(f.log.p, "note removing\nnote removing\npublish\n"));
		assert_non_null(strstr(f.log.p, "unbind 0000:24:00.0 amdgpu\n"));
		assert_non_null(strstr(f.log.p, "unbind 0000:22:00.0 nvidia\n"));
		assert_non_null(strstr(f.log.p, "remove 0000:20:00.0\nauthorized=0 0-1\nnote safe-to-unplug\nnote safe-to-unplug\n"));
		fake_close(&f);
	}
}

static void unknown_again(void **state)
{
	struct eject_request req = {0};
	struct outcome out;
	struct fake f;
	struct eject_machine m;

	machine_open(&f, NVIDIA_BOX);
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
		cmocka_unit_test(sibling_functions), cmocka_unit_test(network_in_the_box), cmocka_unit_test(disk_in_the_box),
		cmocka_unit_test(disk_on_several_ways), cmocka_unit_test(usb_in_the_box), cmocka_unit_test(open_in_the_kernel),
		cmocka_unit_test(counted_by_the_kernel), cmocka_unit_test(partial_but_known), cmocka_unit_test(displays),
		cmocka_unit_test(chain_in_use), cmocka_unit_test(two_in_a_box), cmocka_unit_test(compositor),	   cmocka_unit_test(daemons),	       cmocka_unit_test(firmware_framebuffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
