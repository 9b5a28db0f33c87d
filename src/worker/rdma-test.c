/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moves data between two RDMA ports of this machine and looks whether it arrived: a reliable connection each way,
 * RDMA writes of a buffer with another pattern every round, compared byte by byte at the other end. The ports may be
 * two of one device, or one and the same.
 */
#include "worker/worker.h"

#ifdef HAVE_VERBS
#include <arpa/inet.h>
#include <errno.h>
#include <infiniband/verbs.h>
#include <time.h>
#include <unistd.h>
#undef ibv_query_port
#undef ibv_reg_mr

enum { BUFFER_BYTES = 1024 * 1024, ROUNDS = 16, ROUND_MS = 2000, PSN = 0x5a5a, GIDS_MAX = 256 };

/* clang-format off */
#define VERBS_FUNCTIONS(X) \
	X(ibv_get_device_list) X(ibv_get_device_name) X(ibv_open_device) X(ibv_alloc_pd) X(ibv_create_cq) X(ibv_create_qp) \
	X(ibv_modify_qp) X(ibv_query_gid) X(_ibv_query_gid_ex) X(ibv_wc_status_str)
/* clang-format on */
#define MEMBER(name) __typeof__(name) *name;
static struct {
	VERBS_FUNCTIONS(MEMBER)
	int (*query_port)(struct ibv_context *, uint8_t, struct ibv_port_attr *);
	struct ibv_mr *(*reg_mr)(struct ibv_pd *, void *, size_t, int);
} ibv;

struct end {
	const char *name;
	uint8_t port;
	struct ibv_context *context;
	struct ibv_pd *pd;
	struct ibv_cq *cq;
	struct ibv_qp *qp;
	struct ibv_mr *mr;
	struct ibv_port_attr attr;
	union ibv_gid gid;
	uint32_t gid_index;
	bool global; /* addressed by GID */
	unsigned char *buffer;
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* What failed, with errno's words; false, so that it can end a chain. */
static bool fails(struct work *w, const char *name, const char *what)
{
	work_error(w, "%s: %s: %s", name, what, strerror(errno));
	return false;
}

/* "DEVICE/PORT"; the first port where none is named. */
static bool end_named(struct work *w, const char *text, struct end *e)
{
	size_t n = strcspn(text, "/");
	uint64_t port = 1;

	if (text[n] == '/' && parse_u64(text + n + 1, 10, 255, &port) < 0)
		return false;
	*e = (struct end){.name = arena_strn(w->a, text, n), .port = (uint8_t)port};
	return n > 0;
}

static bool end_open(struct work *w, struct end *e)
{
	struct ibv_device **all;
	int n = 0, i;

	all = ibv.ibv_get_device_list(&n);
	for (i = 0; all && i < n; i++)
		if (str_eq(ibv.ibv_get_device_name(all[i]), e->name)) {
			e->context = ibv.ibv_open_device(all[i]);
			return e->context || fails(w, e->name, "cannot be opened");
		}
	work_error(w, "libibverbs knows no device '%s'", e->name);
	return false;
}

/* How good an address is for a connection: RoCE v2 over IPv4, RoCE v2, anything. */
static int gid_rank(const struct ibv_gid_entry *g)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff}, none[16];

	if (memcmp(g->gid.raw, none, sizeof(none)) == 0)
		return 0;
	if (g->gid_type != IBV_GID_TYPE_ROCE_V2)
		return 1;
	return memcmp(g->gid.raw, mapped, sizeof(mapped)) == 0 ? 3 : 2;
}

static bool end_address(struct work *w, struct end *e)
{
	struct ibv_gid_entry g;
	int best = 0, rank;
	uint32_t i;

	if (ibv.query_port(e->context, e->port, &e->attr) != 0)
		return fails(w, e->name, "port cannot be asked");
	if (e->attr.state != IBV_PORT_ACTIVE) {
		work_error(w, "%s/%u is not active", e->name, e->port);
		return false;
	}
	for (i = 0; i < MIN((uint32_t)e->attr.gid_tbl_len, (uint32_t)GIDS_MAX); i++) {
		memset(&g, 0, sizeof(g));
		if (ibv._ibv_query_gid_ex ?
			    ibv._ibv_query_gid_ex(e->context, e->port, i, &g, 0, sizeof(g)) != 0 :
			    ibv.ibv_query_gid(e->context, e->port, (int)i, &g.gid) != 0)
			continue;
		rank = gid_rank(&g);
		if (rank <= best)
			continue;
		best = rank;
		e->gid = g.gid;
		e->gid_index = i;
	}
	e->global = e->attr.link_layer == IBV_LINK_LAYER_ETHERNET || e->attr.lid == 0;
	if (e->global && !best)
		work_error(w, "%s/%u has no address", e->name, e->port);
	return !e->global || best;
}

static bool end_resources(struct work *w, struct end *e)
{
	struct ibv_qp_init_attr init = {
		.qp_type = IBV_QPT_RC,
		.cap = {.max_send_wr = 4, .max_recv_wr = 4, .max_send_sge = 1, .max_recv_sge = 1}};
	struct ibv_qp_attr attr = {.qp_state = IBV_QPS_INIT,
				   .port_num = e->port,
				   .qp_access_flags =
					   IBV_ACCESS_REMOTE_WRITE | IBV_ACCESS_LOCAL_WRITE};

	e->pd = ibv.ibv_alloc_pd(e->context);
	e->cq = e->pd ? ibv.ibv_create_cq(e->context, 8, NULL, NULL, 0) : NULL;
	if (!e->cq)
		return fails(w, e->name, "no completion queue");
	if (posix_memalign((void **)&e->buffer, 4096, BUFFER_BYTES) != 0)
		return fails(w, e->name, "no memory");
	e->mr = ibv.reg_mr(e->pd, e->buffer, BUFFER_BYTES,
			   IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE);
	if (!e->mr)
		return fails(w, e->name, "memory cannot be registered");
	init.send_cq = init.recv_cq = e->cq;
	e->qp = ibv.ibv_create_qp(e->pd, &init);
	if (!e->qp)
		return fails(w, e->name, "no queue pair");
	if (ibv.ibv_modify_qp(e->qp, &attr,
			      IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT |
				      IBV_QP_ACCESS_FLAGS) != 0)
		return fails(w, e->name, "queue pair does not initialize");
	return true;
}

static bool end_connect(struct work *w, struct end *e, const struct end *far)
{
	struct ibv_qp_attr rtr = {.qp_state = IBV_QPS_RTR,
				  .path_mtu = MIN(e->attr.active_mtu, far->attr.active_mtu),
				  .dest_qp_num = far->qp->qp_num,
				  .rq_psn = PSN,
				  .max_dest_rd_atomic = 1,
				  .min_rnr_timer = 12,
				  .ah_attr = {.port_num = e->port,
					      .dlid = far->attr.lid,
					      .is_global = e->global,
					      .grh = {.dgid = far->gid,
						      .sgid_index = (uint8_t)e->gid_index,
						      .hop_limit = 64}}};
	struct ibv_qp_attr rts = {.qp_state = IBV_QPS_RTS,
				  .timeout = 14,
				  .retry_cnt = 7,
				  .rnr_retry = 7,
				  .sq_psn = PSN,
				  .max_rd_atomic = 1};

	if (ibv.ibv_modify_qp(e->qp, &rtr,
			      IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN |
				      IBV_QP_RQ_PSN | IBV_QP_MAX_DEST_RD_ATOMIC |
				      IBV_QP_MIN_RNR_TIMER) != 0)
		return fails(w, e->name, "no way to the other port");
	if (ibv.ibv_modify_qp(e->qp, &rts,
			      IBV_QP_STATE | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY |
				      IBV_QP_SQ_PSN | IBV_QP_MAX_QP_RD_ATOMIC) != 0)
		return fails(w, e->name, "queue pair does not get ready to send");
	return true;
}

/* One write of the whole buffer; NULL, or what went wrong. */
static const char *write_once(struct work *w, struct end *from, struct end *to)
{
	struct ibv_sge sge = {
		.addr = (uintptr_t)from->buffer, .length = BUFFER_BYTES, .lkey = from->mr->lkey};
	struct ibv_send_wr wr = {.sg_list = &sge,
				 .num_sge = 1,
				 .opcode = IBV_WR_RDMA_WRITE,
				 .send_flags = IBV_SEND_SIGNALED,
				 .wr.rdma = {.remote_addr = (uintptr_t)to->buffer,
					     .rkey = to->mr->rkey}},
			   *bad;
	uint64_t end = now_us() + ROUND_MS * 1000;
	struct ibv_wc wc;
	int n;

	if (ibv_post_send(from->qp, &wr, &bad) != 0)
		return arena_printf(w->a, "sending failed: %s", strerror(errno));
	while ((n = ibv_poll_cq(from->cq, 1, &wc)) == 0 && now_us() < end)
		usleep(20);
	if (n <= 0)
		return "no completion within 2 s: the packets do not arrive";
	return wc.status == IBV_WC_SUCCESS ?
		       NULL :
		       arena_printf(w->a, "the transfer failed: %s (completion status %d)",
				    ibv.ibv_wc_status_str ? ibv.ibv_wc_status_str(wc.status) :
							    "unknown",
				    wc.status);
}

/* A completed write has been acknowledged; that its last bytes are in memory may take a moment more. */
static bool arrived(const struct end *from, const struct end *to)
{
	uint64_t end = now_us() + ROUND_MS * 1000;

	while (memcmp(from->buffer, to->buffer, BUFFER_BYTES) != 0) {
		if (now_us() > end)
			return false;
		usleep(100);
	}
	return true;
}

static void fill(unsigned char *p, unsigned round)
{
	uint32_t x = 2463534242u + round, i;

	for (i = 0; i < BUFFER_BYTES; i += sizeof(x)) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		memcpy(p + i, &x, sizeof(x));
	}
}

static const char *say_gid(struct work *w, const struct end *e)
{
	char text[INET6_ADDRSTRLEN];

	return arena_str(w->a, inet_ntop(AF_INET6, e->gid.raw, text, sizeof(text)) ? text : "");
}

static void transfer(struct work *w, struct end *from, struct end *to)
{
	struct rdma_transfer *t = LIST_PUSH(w->a, &w->r->transfers);
	const char *error = NULL;
	uint64_t took = 0, start;
	unsigned round;

	FIELD_SET(t, rdma_transfer, from, arena_printf(w->a, "%s/%u", from->name, from->port));
	FIELD_SET(t, rdma_transfer, to, arena_printf(w->a, "%s/%u", to->name, to->port));
	FIELD_SET(t, rdma_transfer, link_layer,
		  from->attr.link_layer == IBV_LINK_LAYER_ETHERNET ? "Ethernet" : "InfiniBand");
	if (from->global)
		FIELD_SET(t, rdma_transfer, from_gid, say_gid(w, from));
	if (from->global)
		FIELD_SET(t, rdma_transfer, to_gid, say_gid(w, to));
	for (round = 0; round < ROUNDS && !error; round++) {
		fill(from->buffer, round);
		memset(to->buffer, 0, BUFFER_BYTES);
		start = now_us();
		error = write_once(w, from, to);
		took += now_us() - start;
		if (!error && !arrived(from, to))
			error = "the data that arrived is not what was sent";
	}
	FIELD_SET(t, rdma_transfer, bytes, (uint64_t)(error ? round - 1 : round) * BUFFER_BYTES);
	FIELD_SET(t, rdma_transfer, verified, !error);
	FIELD_SET(t, rdma_transfer, error, error ? error : "");
	if (!error && took)
		FIELD_SET(t, rdma_transfer, rate_mbps, (uint32_t)(t->bytes * 8 / took));
}

static bool load(struct work *w)
{
	void *library = work_open(w, "libibverbs.so.1");

	if (!library)
		return false;
#define LOAD(name) ibv.name = (__typeof__(ibv.name))work_sym(library, #name);
	VERBS_FUNCTIONS(LOAD)
	ibv.query_port = (int (*)(struct ibv_context *, uint8_t, struct ibv_port_attr *))work_sym(
		library, "ibv_query_port");
	ibv.reg_mr = (struct ibv_mr * (*)(struct ibv_pd *, void *, size_t, int))
		work_sym(library, "ibv_reg_mr");
	if (!ibv.ibv_get_device_list || !ibv.ibv_get_device_name || !ibv.ibv_open_device ||
	    !ibv.ibv_alloc_pd || !ibv.ibv_create_cq || !ibv.ibv_create_qp || !ibv.ibv_modify_qp ||
	    !ibv.ibv_query_gid || !ibv.query_port || !ibv.reg_mr) {
		work_error(w, "the library is no libibverbs");
		return false;
	}
	return true;
}

void probe_rdma_test(struct work *w)
{
	struct strs names = str_split(w->a, w->about ? w->about : "", ",");
	struct end e[2];
	unsigned i;

	if (names.n != 2 || !end_named(w, names.v[0], &e[0]) || !end_named(w, names.v[1], &e[1])) {
		work_outcome(w, REPORT_OUTCOME_PENDING,
			     "two ports are to be named: DEVICE/PORT,DEVICE/PORT");
		return;
	}
	if (!load(w))
		return;
	for (i = 0; i < 2; i++)
		if (!end_open(w, &e[i]) || !end_address(w, &e[i]) || !end_resources(w, &e[i]))
			return;
	if (e[0].attr.link_layer != e[1].attr.link_layer) {
		work_error(w, "one port is Ethernet, the other InfiniBand");
		return;
	}
	if (!end_connect(w, &e[0], &e[1]) || !end_connect(w, &e[1], &e[0]))
		return;
	transfer(w, &e[0], &e[1]);
	if (w->r->transfers.v[0].verified)
		transfer(w, &e[1], &e[0]);
	FIELD_KNOW(w->r, report, transfers);
}
#else
void probe_rdma_test(struct work *w)
{
	work_outcome(w, REPORT_OUTCOME_NOT_ASKED,
		     "gpubay-probe was built without the headers of libibverbs");
}
#endif
