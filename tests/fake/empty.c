/* SPDX-License-Identifier: Apache-2.0 */
/* A library without any of the entry points it should have. */
#include "fake.h"

FAKE_EXPORT int fakevk_nothing(void);

int fakevk_nothing(void)
{
	return 0;
}
