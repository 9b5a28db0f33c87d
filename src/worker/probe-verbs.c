/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One RDMA device through libibverbs: whether it opens, its ports, whether memory can be registered and whether the
 * kernel's driver takes other devices' memory by DMA-BUF. The last needs no GPU: registering descriptor -1 fails with
 * EBADF where the driver would have looked at it, and with EOPNOTSUPP where it knows no DMA-BUF (the way NVIDIA/nccl
 * src/transport/net_ib/gdr.cc asks). And how much memory this user can really lock: limits alone do not tell that.
 */
#include "worker/worker.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TRIAL_BYTES = 64 * 1024 * 1024 };

static void lock_trial(struct work *w)
{
	void *p =
		mmap(NULL, TRIAL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	FIELD_SET(w->r, report, lock_trial_bytes, TRIAL_BYTES);
	if (p == MAP_FAILED)
		return;
	FIELD_SET(w->r, report, lock_error,
		  mlock(p, TRIAL_BYTES) < 0 ? work_text(w, strerror(errno), 128) : "");
	munmap(p, TRIAL_BYTES);
}

#ifdef HAVE_VERBS
#include <infiniband/verbs.h>
/* Macros over functions of the same name; here the functions are meant. */
#undef ibv_query_port
#undef ibv_reg_mr

/* clang-format off */
#define VERBS_FUNCTIONS(X) \
	X(ibv_get_device_list) X(ibv_get_device_name) X(ibv_open_device) X(ibv_query_device) X(ibv_alloc_pd) \
	X(ibv_reg_dmabuf_mr) X(ibv_dereg_mr)
/* clang-format on */
#define MEMBER(name) __typeof__(name) *name;
static struct {
	VERBS_FUNCTIONS(MEMBER)
	int (*query_port)(struct ibv_context *, uint8_t, struct ibv_port_attr *);
	struct ibv_mr *(*reg_mr)(struct ibv_pd *, void *, size_t, int);
} ibv;

static void ports(struct verbs_device *v, struct ibv_context *c)
{
	struct ibv_device_attr attr;
	struct ibv_port_attr port;
	unsigned i, active = 0;

	if (!ibv.ibv_query_device || ibv.ibv_query_device(c, &attr) != 0)
		return;
	attr.fw_ver[sizeof(attr.fw_ver) - 1] = '\0';
	FIELD_SET(v, verbs_device, ports, attr.phys_port_cnt);
	for (i = 1; ibv.query_port && i <= attr.phys_port_cnt; i++) {
		memset(&port, 0, sizeof(port));
		if (ibv.query_port(c, (uint8_t)i, &port) == 0)
			active += port.state == IBV_PORT_ACTIVE;
	}
	if (ibv.query_port)
		FIELD_SET(v, verbs_device, ports_active, active);
}

static void firmware(struct work *w, struct verbs_device *v, struct ibv_context *c)
{
	struct ibv_device_attr attr;

	if (ibv.ibv_query_device && ibv.ibv_query_device(c, &attr) == 0)
		FIELD_SET(v, verbs_device, firmware,
			  work_text(w, attr.fw_ver, sizeof(attr.fw_ver)));
}

static void registering(struct work *w, struct verbs_device *v, struct ibv_context *c)
{
	struct ibv_pd *pd = ibv.ibv_alloc_pd ? ibv.ibv_alloc_pd(c) : NULL;
	struct ibv_mr *mr;
	void *p;

	if (!pd)
		return;
	if (ibv.ibv_reg_dmabuf_mr) {
		errno = 0;
		mr = ibv.ibv_reg_dmabuf_mr(pd, 0, 4096, 0, -1, IBV_ACCESS_LOCAL_WRITE);
		if (mr || errno == EBADF || errno == EOPNOTSUPP || errno == EPROTONOSUPPORT ||
		    errno == ENOSYS)
			FIELD_SET(v, verbs_device, dmabuf, mr || errno == EBADF);
	} else {
		FIELD_SET(v, verbs_device, dmabuf, false);
	}
	p = mmap(NULL, TRIAL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!ibv.reg_mr || p == MAP_FAILED)
		return;
	mr = ibv.reg_mr(pd, p, TRIAL_BYTES, IBV_ACCESS_LOCAL_WRITE);
	FIELD_SET(v, verbs_device, registered_bytes, mr ? TRIAL_BYTES : 0);
	FIELD_SET(v, verbs_device, register_error, mr ? "" : work_text(w, strerror(errno), 128));
	if (mr && ibv.ibv_dereg_mr)
		ibv.ibv_dereg_mr(mr);
}

static void device(struct work *w, struct ibv_device *d)
{
	struct verbs_device *v = LIST_PUSH(w->a, &w->r->verbs);
	struct ibv_context *c;

	FIELD_SET(v, verbs_device, name, work_text(w, ibv.ibv_get_device_name(d), 64));
	errno = 0;
	c = ibv.ibv_open_device(d);
	FIELD_SET(v, verbs_device, opens, c != NULL);
	if (!c) {
		FIELD_SET(v, verbs_device, error, work_text(w, strerror(errno), 128));
		if (errno == EACCES || errno == EPERM)
			work_outcome(w, REPORT_OUTCOME_DENIED, "no permission to open %s", v->name);
		return;
	}
	ports(v, c);
	firmware(w, v, c);
	registering(w, v, c);
}

static void devices(struct work *w)
{
	struct ibv_device **all;
	int n = 0, i;

	errno = 0;
	all = ibv.ibv_get_device_list(&n);
	if (!all)
		work_error(w, "ibv_get_device_list: %s", strerror(errno));
	for (i = 0; all && i < MIN(n, ITEMS_MAX); i++)
		if (!w->about || str_eq(ibv.ibv_get_device_name(all[i]), w->about))
			device(w, all[i]);
	if (all && w->about && w->r->verbs.n == 0)
		work_error(
			w,
			"libibverbs does not know the device: its provider library is missing, or ib_uverbs is not loaded");
}

void probe_verbs(struct work *w)
{
	static const char *const variables[] = {"IBV_DRIVERS", "RDMAV_DRIVERS", "IBV_CONFIG_DIR",
						NULL};
	void *library;

	work_variables(w, variables);
	lock_trial(w);
	library = work_open(w, "libibverbs.so.1");
	if (!library)
		return;
#define LOAD(name) ibv.name = (__typeof__(ibv.name))work_sym(library, #name);
	VERBS_FUNCTIONS(LOAD)
	ibv.query_port = (int (*)(struct ibv_context *, uint8_t, struct ibv_port_attr *))work_sym(
		library, "ibv_query_port");
	ibv.reg_mr = (struct ibv_mr * (*)(struct ibv_pd *, void *, size_t, int))
		work_sym(library, "ibv_reg_mr");
	FIELD_KNOW(w->r, report, verbs);
	if (!ibv.ibv_get_device_list || !ibv.ibv_get_device_name || !ibv.ibv_open_device) {
		work_error(w, "the library is no libibverbs");
		return;
	}
	devices(w);
}
#else
void probe_verbs(struct work *w)
{
	lock_trial(w);
	work_outcome(w, REPORT_OUTCOME_NOT_ASKED, "gpubay-probe was built without the headers of libibverbs");
}
#endif
