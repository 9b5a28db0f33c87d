/* SPDX-License-Identifier: Apache-2.0 */
/* Text consoles and the framebuffers that they draw on. */
#ifndef GPUBAY_SWAP_CONSOLE_H
#define GPUBAY_SWAP_CONSOLE_H

#include "host/tree.h"

#define CONSOLES "sys/class/vtconsole"
#define FRAMEBUFFERS "sys/class/graphics"

/* The console that draws on framebuffers, where it is in use: "vtcon1"; NULL when there is none. */
const char *console_on_framebuffer(struct tree *t, struct arena *a);
/* fb0, fb1, ...: names in FRAMEBUFFERS. */
void console_framebuffers(struct tree *t, struct arena *a, struct strs *ret);

#endif
