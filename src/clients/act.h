/* SPDX-License-Identifier: Apache-2.0 */
/* Asks gpubay-act to do what only root may (gpubay-act(8)). */
#ifndef GPUBAY_CLIENTS_ACT_H
#define GPUBAY_CLIENTS_ACT_H

#include "clients/dbus.h"

/*
 * *ret_fd is where its lines of JSON come from, steps and then the outcome. -ENOENT: it cannot be asked here (no bus, not
 * installed); -EACCES: it is not allowed; other failures say in *e what is wrong.
 */
int act_call(const char *method, const char *const *args, const struct dbus_option_list *options, int *ret_fd, struct err *e);

#endif
