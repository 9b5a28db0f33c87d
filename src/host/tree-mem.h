/* SPDX-License-Identifier: Apache-2.0 */
/* A tree in memory: what captures and lspci dumps are read into. No operating system calls, so it builds anywhere. */
#ifndef GPUBAY_HOST_TREE_MEM_H
#define GPUBAY_HOST_TREE_MEM_H

#include "host/tree.h"

struct tree *tree_new_mem(const char *name);
struct arena *tree_mem_arena(struct tree *t);

/*
 * Each adds one entry, making the directories above it. Paths have no leading slash; "." and ".." are refused.
 * -EEXIST when something of another kind is there, -EINVAL for a bad path, -E2BIG over a limit.
 */
int tree_mem_dir(struct tree *t, const char *path);
int tree_mem_file(struct tree *t, const char *path, const void *p, size_t n); /* copies; replaces content or error */
int tree_mem_link(struct tree *t, const char *path, const char *target);
int tree_mem_node(struct tree *t, const char *path, bool block, uint32_t major, uint32_t minor);
/* Reading it fails with this errno (positive); of a directory: opening and listing it, with ENODATA listing alone. */
int tree_mem_error(struct tree *t, const char *path, int code);
/* Permission bits and owner of an entry that exists. */
int tree_mem_owner(struct tree *t, const char *path, uint32_t mode, uint32_t uid, uint32_t gid);
/*
 * From here down (default: the whole tree is described) what is missing is unknown: -ENODATA instead of -ENOENT.
 * `covered` false makes a subtree unknown, true makes a subtree below it described again. A path that is not there
 * becomes a name that is known to be absent (true) or that is there, with nothing known about it (false).
 * A directory that is not covered cannot be listed.
 */
int tree_mem_cover(struct tree *t, const char *path, bool covered);
/* Whether there is an entry of exactly this path, if only its name; links are not followed. */
bool tree_mem_has(const struct tree *t, const char *path);
/* Names in a directory, sorted, also where listing it fails; links are not followed. */
void tree_mem_names(const struct tree *t, const char *path, struct arena *a, struct strs *ret);

/* A key may be a pattern ('*', '?'): it answers what no other key answers exactly; the longest that fits wins. */
int tree_mem_answer(struct tree *t, const char *kind, const char *key, const char *value);
/* Asking fails with this errno (positive). */
int tree_mem_answer_error(struct tree *t, const char *kind, const char *key, int code);
/* The text itself, without a copy; NULL when there is none, and for every other kind of tree. */
const char *tree_mem_answer_text(const struct tree *t, const char *kind, const char *key);
/* All answers, sorted by kind and key; text is NULL where asking fails with error. */
typedef void tree_mem_answer_fn(void *arg, const char *kind, const char *key, const char *text, int error);
void tree_mem_each_answer(const struct tree *t, tree_mem_answer_fn *fn, void *arg);

#endif
