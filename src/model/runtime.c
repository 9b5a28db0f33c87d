/* SPDX-License-Identifier: Apache-2.0 */
#include "model/runtime.h"

ENUM_TABLE(runtime_kind, RUNTIME_KIND)
ENUM_TABLE(runtime_mark_kind, RUNTIME_MARK_KIND)
FIELD_TABLE(runtime_mark, RUNTIME_MARK)
FIELD_TABLE(runtime, RUNTIME)
FIELD_TABLE(cdi_file, CDI_FILE)
