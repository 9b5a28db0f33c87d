/* SPDX-License-Identifier: Apache-2.0 */
#include "model/swap.h"

ENUM_TABLE(step_result, STEP_RESULT)
ENUM_TABLE(hold, HOLD)
ENUM_TABLE(verdict, VERDICT)

FIELD_TABLE(swap_step, SWAP_STEP)
FIELD_TABLE(holder, HOLDER)
FIELD_TABLE(gpu_container, GPU_CONTAINER)
FIELD_TABLE(outcome, OUTCOME)
FIELD_TABLE(gone_gpu, GONE_GPU)
FIELD_TABLE(gone, GONE_ALL)
