/* SPDX-License-Identifier: Apache-2.0 */
#include "model/trust.h"

FIELD_TABLE(trusted, TRUSTED)
