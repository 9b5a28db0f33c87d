/* SPDX-License-Identifier: Apache-2.0 */
/* The rooms of holders: walking over processes (holders.c), and what that which they have open means (holders-marks.c). */
#ifndef GPUBAY_SWAP_HOLDERS_INTERNAL_H
#define GPUBAY_SWAP_HOLDERS_INTERNAL_H

#include "swap/holders.h"
#include "swap/process.h"

/* What was seen of one process and one GPU. */
struct holders_mark {
	bool seen, certain;
	enum hold how;
	struct strs nodes;
};

struct holders_find {
	struct tree *t;
	const struct held_nodes *nodes;
	struct arena *a;     /* what stays */
	struct arena *brief; /* of one process */
	struct holder_list *to;
	struct holders_mark *marks;  /* one for each GPU */
	struct tree_dir process;
	bool files;          /* files without a node may hold one of these GPUs */
	bool refused;        /* this process could not be looked at as a whole */
	struct holders_view *view;
	struct process_users users;
};

/* Its number may be that of a node of one of the GPUs, today's or one that is gone. */
bool holders_number_matters(const struct holders_find *f, uint32_t major, uint32_t minor);
/* An open file (fd), or a mapping (fd NULL), of a device with this number; path is its name without " (deleted)". */
void holders_mark_number(struct holders_find *f, enum hold how, const char *fd, const struct tree_stat *st, const char *path, bool deleted);
/* By name, where a number cannot be had: a copied tree, or mappings that only root may follow. */
void holders_mark_path(struct holders_find *f, const char *path, enum hold how, bool deleted);
/* A file without a node. fd is NULL for a mapping. */
void holders_mark_file(struct holders_find *f, const char *text, const char *fd);
/* A disk, say, that is unplugged with a GPU and opened as it is. */
void holders_mark_company(struct holders_find *f, bool block, uint32_t major, uint32_t minor);
/* amdkfd counts a process's memory on each GPU: what is more than nothing makes it certain. */
void holders_mark_kfd(struct holders_find *f, const char *pid);
/* Files without a node may hold one of these GPUs. */
bool holders_files_matter(const struct held_nodes *nodes);

#endif
