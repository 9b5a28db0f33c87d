/* SPDX-License-Identifier: Apache-2.0 */
#include "model/drm.h"

ENUM_TABLE(drm_kind, DRM_KIND)
ENUM_TABLE(connector_status, CONNECTOR_STATUS)
FIELD_TABLE(drm_node, DRM_NODE)
FIELD_TABLE(edid, EDID)
FIELD_TABLE(connector, CONNECTOR)
