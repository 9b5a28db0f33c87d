/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is let in. Nobody is, unless somebody said so: on gpubay's list (gpubay-trust(5)), in the profile
 * (gpubay-profile(5)), by enrolling the box in bolt, or for this one time. Where bolt runs, it lets in and remembers, and gpubay asks it: two managers would fight. What a list
 * asks for beyond (an IOMMU, a key) holds whoever lets in.
 */
#ifndef GPUBAY_SWAP_TRUST_H
#define GPUBAY_SWAP_TRUST_H

#include "clients/bolt.h"
#include "config/profile.h"
#include "format/trust-file.h"
#include "host/effects.h"
#include "host/tree.h"
#include "model/snapshot.h"
#include "model/swap.h"
#include "model/trust.h"

#define TRUST_FILE "/etc/gpubay/trust"
/* Unique ids, one a line: what the profile allowed one time and that is used up. A profile is not ours to change. */
#define TRUST_USED "/var/lib/gpubay/trust-used"

/* What the files of this machine say. */
struct trust_rules {
	struct trust_entry_list all; /* of list and profile: a box stands here once, and what either asks for holds */
	struct trust_file list;
	struct profile profile;
	struct strs used;
	const char *require_iommu; /* which file asks it of every box; NULL: none */
};

struct trust {
	struct trust_rules rules;
	enum bolt_presence manager;     /* BOLT_RUNS: it lets in and remembers */
	const char *manager_note;       /* why bolt could not be asked, where that is worth saying; NULL */
	struct bolt_device_list devices; /* what bolt knows */
};

/* -EINVAL, -EPERM as for trust_open. */
int trust_rules_read(struct trust_rules *ret, const struct tree_dir *root, struct arena *a, struct err *e);
const struct trust_entry *trust_rules_find(const struct trust_rules *r, const char *unique_id); /* NULL: nowhere */
/* By the list alone, or by the profile alone. */
bool trust_rules_listed(const struct trust_rules *r, const char *unique_id);
const struct trust_rule *trust_rules_profiled(const struct trust_rules *r, const char *unique_id);
/* It was allowed one time, and that is used up. */
bool trust_rules_spent(const struct trust_rules *r, const struct trust_entry *entry);

/*
 * Reads list and profile, and on the live machine asks for bolt; one that is asleep is started with start_bolt. -EINVAL: one of
 * them is not understood (file:line:column), -EPERM: others than root may write it; then nobody is let in.
 */
int trust_open(struct trust *t, const struct tree_dir *root, bool live, bool start_bolt, struct arena *a, struct err *e);

/* Whether a box is let in, and how. */
struct trust_answer {
	bool allowed;
	const char *why;
	const char *remedy; /* NULL when allowed */
	const struct trust_entry *entry; /* NULL: neither list nor profile has it */
	bool by_bolt;
	bool by_key;        /* sysfs: it proves itself by a key, or is given one */
};
/* once: somebody says that it is let in for this time. */
void trust_judge(const struct trust *t, const struct snapshot *s, uint32_t router, bool once, struct arena *a,
		 struct trust_answer *ret);
/* Every box: those plugged in, then those that are only known. */
void trust_list(const struct trust *t, const struct snapshot *s, const struct tree_dir *root, struct arena *a,
		struct trusted_list *ret);

enum trust_action { TRUST_ADD, TRUST_REMOVE };
struct trust_request {
	enum trust_action action;
	const char *what; /* 0-1, a unique id, or the beginning of one that is plugged in or listed */
	bool once, iommu, key;
};
/*
 * Changes the list, or has bolt change its own. Needs root. -ENODEV: no such box, reason in *e; -EEXIST: several. 0 with
 * the outcome concluded, whatever came of it.
 */
int trust_change(const struct trust_request *req, const struct trust *t, const struct snapshot *s, struct effects *fx,
		 const struct swap_listener *tell, struct outcome *out, struct err *e);
/* It was let in: an entry for one time is taken off the list, or remembered as used up where the profile has it. */
int trust_use_up(const struct trust_entry *entry, struct effects *fx, struct err *e);

#endif
