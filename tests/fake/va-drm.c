/* SPDX-License-Identifier: Apache-2.0 */
/* The half of the fake libva that opens a node; the other half is va.c. */
#include "fake.h"

#include <va/va_drm.h>

FAKE_EXPORT VADisplay vaGetDisplayDRM(int fd)
{
	fake_enter("vaGetDisplayDRM");
	return (VADisplay)(uintptr_t)(fd + 1);
}
