/* SPDX-License-Identifier: Apache-2.0 */
/* The rooms of eject. Each step says whether to go on; one that does not has said why in the outcome. */
#ifndef GPUBAY_SWAP_EJECT_INTERNAL_H
#define GPUBAY_SWAP_EJECT_INTERNAL_H

#include "swap/eject.h"
#include "swap/holders.h"
#include "swap/journal.h"
#include "swap/steps.h"
#include "swap/unit.h"

struct eject {
	const struct eject_machine *m;
	const struct eject_request *req;
	const struct snapshot *s;
	const struct gpu *g;
	struct unit unit;
	struct held_nodes nodes;
	struct journal journal;
	struct arena *a;
	struct effects *fx;
	struct outcome *out;
	struct steps steps;
	uint32_t timeout_ms;
	bool withdrawn; /* containers are not offered it any more */
	bool taken; /* back from containers that it was given to */
	bool begun; /* its drivers are letting go: only the end leaves it whole */
	bool interrupted; /* and that was said */
};

/* Ends it with nothing changed for the worse: what was withdrawn is offered again. Always false. */
bool eject_refuse(struct eject *e, const char *reason, const char *remedy);
/* Whether somebody pressed Ctrl-C, and it can end here: then it did, with all put back. */
bool eject_ends_here(struct eject *e);
/* Ends it half done. Always false. */
bool eject_not_safe(struct eject *e, const char *reason, const char *remedy);
/*
 * What came of a write that makes the kernel let go, told as the end of the step. A result in *fine (0 ends the list) is
 * as good as done: it was so already. A hang is noted, and ends everything.
 */
bool eject_wrote(struct eject *e, int r, const int *fine);
const char *eject_pci_path(struct eject *e, uint64_t address, const char *name);

/* eject-refuse.c: what speaks against it before anything is touched. */
bool eject_step_refuse(struct eject *e);
bool eject_step_warn(struct eject *e);
/* eject-users.c */
bool eject_step_look(struct eject *e);
/* A driver that waits for its users in the kernel, among those of the unit; NULL: none does. */
const struct facts_waits *eject_waits(const struct eject *e);
/* Everybody who keeps the GPU from going; false where not everybody could be seen, the refusal said. */
bool eject_blockers(struct eject *e, struct holder_list *ret);
/* The last look before a driver that waits for its users is asked to let go: those that no process shows. */
bool eject_step_count(struct eject *e);
/* Refuses with the list. Always false. */
bool eject_refuse_users(struct eject *e, const struct holder_list *l);
/* eject-daemons.c */
bool eject_step_daemons(struct eject *e);
void eject_daemons_again(struct eject *e);
/* eject-stop.c */
bool eject_step_stop(struct eject *e);
/* eject-console.c */
bool eject_step_console(struct eject *e);
void eject_console_again(struct eject *e);
/* How often text consoles use its drivers now. */
uint32_t eject_console_uses(struct eject *e);
/* eject-hardware.c */
bool eject_step_vfs(struct eject *e);
bool eject_step_unbind(struct eject *e);
bool eject_step_remove(struct eject *e);
bool eject_step_let_go(struct eject *e);
bool eject_step_verify(struct eject *e);

#endif
