/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the cgroups of a container let it open, and opening them for a device more: the filters (BPF programs) of cgroup
 * v2 and the lists of v1, of which a machine has the one or the other or, in hybrid mode, both. A device has to be let
 * through by every cgroup on the way from the root, so those above the container's own are looked at too, but are never
 * changed: they hold for others as well.
 */
#ifndef GPUBAY_SWAP_DEVICE_CGROUP_H
#define GPUBAY_SWAP_DEVICE_CGROUP_H

#include "base/err.h"
#include "swap/device-filter.h"

/* Where a container stands in one hierarchy; folder NULL: not in that one. */
struct device_cgroup {
	const char *mount;  /* of the hierarchy */
	const char *folder; /* the container's own cgroup: what is below is its as well */
	const char *leaf;   /* where its first process is */
};

/*
 * cgroup v2: opens every filter at the container's own cgroup and below that does not let a device through. The number
 * of filters that were replaced is in *ret_replaced. -EACCES: a cgroup above forbids it; -EOPNOTSUPP: a filter cannot be
 * read or carried over. A change that was made before a failure stays: device_filters_close undoes it.
 */
int device_filters_open(const struct device_cgroup *c, const struct device_number_list *devices, unsigned *ret_replaced,
			struct err *e);
/* Cuts what device_filters_open put in out of every filter again. 0 also when there is none or the cgroup is gone. */
int device_filters_close(const struct device_cgroup *c, const struct device_number_list *devices, unsigned *ret_replaced,
			 struct err *e);

/* cgroup v1: which of the devices the container's own list does not name. */
int device_list_missing(struct arena *a, const struct device_cgroup *c, const struct device_number_list *devices,
			struct device_number_list *ret, struct err *e);
/* Adds them, from the container's own cgroup down to its first process'. -EACCES: a cgroup above forbids it. */
int device_list_open(const struct device_cgroup *c, const struct device_number_list *devices, struct err *e);
int device_list_close(const struct device_cgroup *c, const struct device_number_list *devices, struct err *e);
/* Whether the text of a devices.list lets a character device be read and written. Pure. */
bool device_list_allows(const char *text, const struct device_number *d);

#endif
