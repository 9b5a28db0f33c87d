/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GPUBAY_SWAP_ATTACH_INTERNAL_H
#define GPUBAY_SWAP_ATTACH_INTERNAL_H

#include "base/parse.h"
#include "swap/attach.h"
#include "swap/steps.h"
#include "swap/trust.h"

struct attach {
	const struct attach_request *req;
	const struct attach_machine *m;
	struct effects *fx;
	struct arena *a;
	struct steps st;
	struct trust trust;
	struct snapshot *s;      /* as it is now; strings of it that are told are copied */
	uint32_t timeout_ms;
	struct strs done;        /* GPUs that were seen to, by address */
	uint32_t usable;
	bool kept;               /* a GPU is there that serves something else */
	bool arriving;           /* GPUs come just now: udev has their driver loaded by itself */
	bool pending;            /* dry: the rest shows only when it is done */
	const char *reason, *remedy; /* of the first layer that does not hold */
	bool hung;
};

void attach_look(struct attach *at, bool whole);
/* Looks again until the test holds, at most that long. Over dry effects one look tells. */
typedef bool (*attach_test)(struct attach *at, void *arg);
bool attach_until(struct attach *at, uint32_t ms, attach_test test, void *arg);

/* Nothing more is to be tried: the kernel hangs, or somebody pressed Ctrl-C. */
bool attach_ends(const struct attach *at);

/* How long a write or a program may take: they are not waited for in vain as events are. */
uint32_t attach_patience(const struct attach *at);

/* A layer that does not hold: told, and kept for the verdict. Always false. */
bool attach_fails(struct attach *at, enum step_result result, const char *layer, const char *detail, const char *remedy);
/* The same by what the checks say of these topics; `detail` where they say nothing, with the remedy of the row `id`. */
bool attach_fails_by(struct attach *at, const char *layer, uint32_t gpu, const char *subject, const char *topics, const char *detail,
		     const char *id);
/* Ends the step that was begun by what a write gave: 0, or the reason told as a failure of it. */
bool attach_wrote(struct attach *at, int r, const char *words, const char *remedy);

bool attach_rescan(struct attach *at);

/* A GPU while it is attached: its index may change under it. */
struct attach_one {
	uint64_t address;
	const char *id;
	char text[PCI_ADDR_TEXT];
};
uint32_t attach_find(const struct attach *at, const struct attach_one *o); /* NONE: it is not there */
/* It in the snapshot of now; NULL, and told, when it is gone. */
const struct gpu *attach_here(struct attach *at, const struct attach_one *o);
uint32_t attach_index(const struct attach *at, const struct gpu *g);
const char *attach_first_evidence(struct attach *at, const struct gpu *g);
bool attach_is_alive(struct attach *at, const struct attach_one *o);
/* From a driver to nodes that can be opened. */
bool attach_nodes(struct attach *at, struct attach_one *o);

/* A box that is plugged in (index into routers), and everything behind it. */
bool attach_box(struct attach *at, uint32_t router);
/* A GPU on the bus, by its address: windows, driver, nodes. */
bool attach_gpu(struct attach *at, uint64_t address);
/* What was taken off the bus: slot, rescan, then as above. `id` may be NULL. */
bool attach_absent(struct attach *at, const char *id, uint64_t address);

#endif
