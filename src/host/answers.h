/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of a machine's own files and libraries to the questions of tree_answer. Linux only. */
#ifndef GPUBAY_HOST_ANSWERS_H
#define GPUBAY_HOST_ANSWERS_H

#include "host/tree.h"

struct answers;

/* `dir` is the tree's directory, for messages; the live machine's name is ignored. */
struct answers *answers_new(struct tree *t, const char *dir);
void answers_free(struct answers *an); /* NULL-safe */
int answers_get(struct answers *an, struct arena *a, const char *kind, const char *key, const char **ret);

/* Answers several questions of one kind together, where that is faster; answers_get then has them ready. */
void answers_prepare(struct answers *an, const char *kind, const struct strs *keys);

#endif
