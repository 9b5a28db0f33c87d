/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVIDIA's management library, about one GPU by its bus id. It is started without attaching GPUs, so that one that
 * hangs does not take the answers about the others with it, and it ends with this program: whoever holds it open keeps
 * the driver from being unloaded and a GPU from being detached.
 */
#include "worker/worker.h"

#include "worker/nvml.h"

#define MEMBER(name, args) int(*name) args;
static struct {
	NVML_FUNCTIONS(MEMBER)
	const char *(*nvmlErrorString)(int);
} nvml;

static void load(void *library)
{
#define LOAD(name, args) nvml.name = (int(*) args)work_sym(library, #name);
	NVML_FUNCTIONS(LOAD)
	nvml.nvmlErrorString = (const char *(*)(int))work_sym(library, "nvmlErrorString");
}

/* False where the library has no such function, or it has no answer. */
#define ASK(name, ...) (nvml.name && nvml.name(__VA_ARGS__) == NVML_SUCCESS)

static void refused(struct work *w, const char *what, int code)
{
	const char *text = nvml.nvmlErrorString ? nvml.nvmlErrorString(code) : NULL;

	if (code == NVML_ERROR_NO_PERMISSION)
		work_outcome(w, REPORT_OUTCOME_DENIED,
			     "%s: no permission to open the NVIDIA device nodes", what);
	else
		work_error(w, "%s: %s (NVML error %d)", what,
			   text ? work_text(w, text, 256) : "unknown", code);
}

static const char *name_of(struct work *w, int (*get)(nvml_device_t, char *, unsigned),
			   nvml_device_t d)
{
	char text[NVML_TEXT] = "";

	return get && get(d, text, sizeof(text)) == NVML_SUCCESS ?
		       work_text(w, text, sizeof(text)) :
		       NULL;
}

static void versions(struct work *w)
{
	char text[NVML_TEXT] = "";
	int cuda;

	if (ASK(nvmlSystemGetDriverVersion, text, sizeof(text)))
		FIELD_SET(w->r, report, driver_version, work_text(w, text, sizeof(text)));
	if (ASK(nvmlSystemGetNVMLVersion, text, sizeof(text)))
		FIELD_SET(w->r, report, library_version, work_text(w, text, sizeof(text)));
	if (ASK(nvmlSystemGetCudaDriverVersion_v2, &cuda))
		FIELD_SET(w->r, report, api_version,
			  arena_printf(w->a, "%d.%d", cuda / 1000, cuda % 1000 / 10));
}

static void identity(struct work *w, struct nvml_device *n, nvml_device_t d)
{
	const char *s;
	unsigned v;
	int major, minor;

	s = name_of(w, nvml.nvmlDeviceGetName, d);
	if (s)
		FIELD_SET(n, nvml_device, name, s);
	s = name_of(w, nvml.nvmlDeviceGetUUID, d);
	if (s)
		FIELD_SET(n, nvml_device, uuid, s);
	s = name_of(w, nvml.nvmlDeviceGetVbiosVersion, d);
	if (s)
		FIELD_SET(n, nvml_device, vbios, s);
	if (ASK(nvmlDeviceGetMinorNumber, d, &v))
		FIELD_SET(n, nvml_device, minor, v);
	if (ASK(nvmlDeviceGetCudaComputeCapability, d, &major, &minor))
		FIELD_SET(n, nvml_device, compute_capability,
			  arena_printf(w->a, "%d.%d", major, minor));
	if (ASK(nvmlDeviceGetPersistenceMode, d, &v))
		FIELD_SET(n, nvml_device, persistence, v == 1);
}

/* NVML_COMPUTEMODE_*; 1 is gone for long. */
static const char *const compute_modes[] = {"default", "exclusive-thread", "prohibited",
					    "exclusive-process"};

static void memory(struct nvml_device *n, nvml_device_t d)
{
	struct nvml_memory m;
	struct nvml_bar1_memory bar1;
	unsigned v;

	if (ASK(nvmlDeviceGetMemoryInfo, d, &m)) {
		FIELD_SET(n, nvml_device, memory_bytes, m.total);
		FIELD_SET(n, nvml_device, memory_used_bytes, m.used);
	}
	if (ASK(nvmlDeviceGetBAR1MemoryInfo, d, &bar1))
		FIELD_SET(n, nvml_device, bar1_bytes, bar1.total);
	if (ASK(nvmlDeviceGetComputeMode, d, &v) && v < ARRAY_LEN(compute_modes))
		FIELD_SET(n, nvml_device, compute_mode, compute_modes[v]);
}

/* How many, by asking with no room: the count comes back with "insufficient size". */
static bool retired(nvml_device_t d, unsigned cause, unsigned *n)
{
	int r;

	*n = 0;
	r = nvml.nvmlDeviceGetRetiredPages ? nvml.nvmlDeviceGetRetiredPages(d, cause, n, NULL) :
					     NVML_ERROR_NOT_SUPPORTED;
	return r == NVML_SUCCESS || r == NVML_ERROR_INSUFFICIENT_SIZE;
}

static void health(struct nvml_device *n, nvml_device_t d)
{
	unsigned now, pending, single, twice, fixed, lost, failed;
	unsigned long long count;

	if (ASK(nvmlDeviceGetEccMode, d, &now, &pending)) {
		FIELD_SET(n, nvml_device, ecc, now == 1);
		FIELD_SET(n, nvml_device, ecc_pending, pending == 1);
	}
	if (ASK(nvmlDeviceGetTotalEccErrors, d, NVML_MEMORY_ERROR_CORRECTED, NVML_AGGREGATE_ECC,
		&count))
		FIELD_SET(n, nvml_device, ecc_corrected, count);
	if (ASK(nvmlDeviceGetTotalEccErrors, d, NVML_MEMORY_ERROR_UNCORRECTED, NVML_AGGREGATE_ECC,
		&count))
		FIELD_SET(n, nvml_device, ecc_uncorrected, count);
	if (retired(d, NVML_RETIREMENT_MULTIPLE_SBE, &single) &&
	    retired(d, NVML_RETIREMENT_DBE, &twice))
		FIELD_SET(n, nvml_device, retired_pages, single + twice);
	if (ASK(nvmlDeviceGetRetiredPagesPendingStatus, d, &pending))
		FIELD_SET(n, nvml_device, retired_pending, pending == 1);
	if (ASK(nvmlDeviceGetRemappedRows, d, &fixed, &lost, &pending, &failed)) {
		FIELD_SET(n, nvml_device, remapped_rows, fixed + lost);
		FIELD_SET(n, nvml_device, remap_pending, pending != 0);
		FIELD_SET(n, nvml_device, remap_failed, failed != 0);
	}
}

static void mig_one(struct work *w, struct nvml_device *n, nvml_device_t d, unsigned index)
{
	nvml_device_t m;
	struct nvml_mig *g;
	struct nvml_memory mem;
	const char *s;
	unsigned v;

	if (!ASK(nvmlDeviceGetMigDeviceHandleByIndex, d, index, &m))
		return;
	g = LIST_PUSH(w->a, &n->migs);
	FIELD_SET(g, nvml_mig, index, index);
	s = name_of(w, nvml.nvmlDeviceGetUUID, m);
	if (s)
		FIELD_SET(g, nvml_mig, uuid, s);
	s = name_of(w, nvml.nvmlDeviceGetName, m);
	if (s)
		FIELD_SET(g, nvml_mig, name, s);
	if (ASK(nvmlDeviceGetGpuInstanceId, m, &v))
		FIELD_SET(g, nvml_mig, gpu_instance, v);
	if (ASK(nvmlDeviceGetComputeInstanceId, m, &v))
		FIELD_SET(g, nvml_mig, compute_instance, v);
	if (ASK(nvmlDeviceGetMemoryInfo, m, &mem))
		FIELD_SET(g, nvml_mig, memory_bytes, mem.total);
}

static void mig(struct work *w, struct nvml_device *n, nvml_device_t d)
{
	unsigned now, pending, most = 0, i;

	if (!ASK(nvmlDeviceGetMigMode, d, &now, &pending))
		return;
	FIELD_SET(n, nvml_device, mig, now == 1);
	FIELD_SET(n, nvml_device, mig_pending, pending == 1);
	FIELD_KNOW(n, nvml_device, migs);
	if (now != 1 || !ASK(nvmlDeviceGetMaxMigDeviceCount, d, &most))
		return;
	for (i = 0; i < MIN(most, (unsigned)NVML_MIG_MAX); i++)
		mig_one(w, n, d, i);
}

/* NVML_NVLINK_DEVICE_TYPE_* */
static const char *const peer_kinds[] = {"gpu", "processor", "switch"};

static void links(struct work *w, struct nvml_device *n, nvml_device_t d)
{
	struct nvml_pci_info far;
	unsigned i, v;

	for (i = 0; i < NVML_NVLINK_MAX_LINKS; i++) {
		struct nvml_link *l;

		if (!ASK(nvmlDeviceGetNvLinkState, d, i, &v))
			continue;
		l = LIST_PUSH(w->a, &n->links);
		FIELD_SET(l, nvml_link, link, i);
		FIELD_SET(l, nvml_link, active, v == 1);
		if (v == 1 && ASK(nvmlDeviceGetNvLinkVersion, d, i, &v))
			FIELD_SET(l, nvml_link, version, v);
		if (l->active && ASK(nvmlDeviceGetNvLinkRemotePciInfo_v2, d, i, &far) &&
		    far.bus < 256 && far.device < 32)
			FIELD_SET(l, nvml_link, peer, PCI_ADDR(far.domain, far.bus, far.device, 0));
		if (l->active && ASK(nvmlDeviceGetNvLinkRemoteDeviceType, d, i, &v) &&
		    v < ARRAY_LEN(peer_kinds))
			FIELD_SET(l, nvml_link, peer_kind, peer_kinds[v]);
	}
	FIELD_KNOW(n, nvml_device, links);
}

static void device(struct work *w, uint64_t address)
{
	struct nvml_device *n;
	nvml_device_t d;
	char bus_id[32];
	int r;

	snprintf(bus_id, sizeof(bus_id), "%08X:%02X:%02X.0", PCI_DOMAIN(address), PCI_BUS(address),
		 PCI_DEV(address));
	r = nvml.nvmlDeviceGetHandleByPciBusId_v2(bus_id, &d);
	if (r != NVML_SUCCESS) {
		refused(w, "the GPU cannot be opened", r);
		return;
	}
	n = LIST_PUSH(w->a, &w->r->nvml);
	FIELD_SET(n, nvml_device, address, address);
	identity(w, n, d);
	memory(n, d);
	health(n, d);
	mig(w, n, d);
	links(w, n, d);
}

void probe_nvml(struct work *w)
{
	static const char *const variables[] = {"CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES",
						NULL};
	void *library = work_open(w, "libnvidia-ml.so.1");
	uint64_t address;
	int r;

	work_variables(w, variables);
	if (!library)
		return;
	load(library);
	if (!nvml.nvmlInitWithFlags || !nvml.nvmlDeviceGetHandleByPciBusId_v2) {
		work_error(w, "the library is too old: it has no nvmlInitWithFlags");
		return;
	}
	FIELD_KNOW(w->r, report, nvml);
	r = nvml.nvmlInitWithFlags(NVML_INIT_FLAG_NO_ATTACH);
	if (r != NVML_SUCCESS) {
		refused(w, "NVML does not start", r);
		return;
	}
	versions(w);
	if (w->about && pci_addr_parse(w->about, &address) == 0)
		device(w, address);
}
