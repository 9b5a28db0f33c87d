/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ctrl-C in the middle of a change. The first one (or SIGTERM) asks: the change ends where all is whole again, before it
 * cannot be taken back or after it is done. The second one ends the program at once, and the next run puts it right.
 */
#ifndef GPUBAY_SWAP_INTERRUPT_H
#define GPUBAY_SWAP_INTERRUPT_H

#include <stdbool.h>

void interrupt_catch(void);
bool interrupt_came(void);

#endif
