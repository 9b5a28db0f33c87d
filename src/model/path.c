/* SPDX-License-Identifier: Apache-2.0 */
#include "model/path.h"

ENUM_TABLE(path_class, PATH_CLASS)
FIELD_TABLE(path, PATH)
