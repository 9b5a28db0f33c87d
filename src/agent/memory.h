/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GPUBAY_AGENT_MEMORY_H
#define GPUBAY_AGENT_MEMORY_H

/*
 * Gives back what a look needed and idling does not: freed heap, and pages of programs and libraries, which come from
 * their files again when somebody needs them.
 */
void memory_give_back(void);

#endif
