/* SPDX-License-Identifier: Apache-2.0 */
#include "model/typec.h"

ENUM_TABLE(dp_verdict, DP_VERDICT)
ENUM_TABLE(typec_side, TYPEC_SIDE)
FIELD_TABLE(typec_altmode, TYPEC_ALTMODE)
FIELD_TABLE(typec_port, TYPEC_PORT)
