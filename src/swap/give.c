/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/give.h"

int give_take_back(struct steps *s, const char *gpu_id, struct err *e)
{
	return 0;
}
