/* SPDX-License-Identifier: Apache-2.0 */
/* Parts that are not there yet; each goes when its file comes. */
#include "facts/facts.h"
#include "host/lspci.h"
#include "probe/external.h"
#include "probe/probe.h"

#include <errno.h>

#ifndef HAVE_platform
void probe_platform(struct probe *p) {}
#endif
#ifndef HAVE_extlink
void probe_extlink(struct probe *p) {}
#endif
#ifndef HAVE_typec
void probe_typec(struct probe *p) {}
#endif
#ifndef HAVE_typec_link
void probe_typec_link(struct probe *p) {}
#endif
#ifndef HAVE_modules
void probe_modules(struct probe *p) {}
#endif
#ifndef HAVE_external
void external_judge(struct probe *p, uint32_t gpu) {}
#endif
#ifndef HAVE_lspci
int lspci_parse(const char *name, const char *text, size_t n, struct tree **ret, struct err *e)
{
	return err_set(e, -EINVAL, "%s: not yet", name);
}
#endif
#ifndef HAVE_facts
const struct facts_id *facts_id_find(uint16_t vendor, uint16_t device) { return NULL; }
const struct facts_display *facts_display_find(uint16_t vendor, uint16_t device) { return NULL; }
const struct facts_family *facts_family_of(uint16_t vendor, uint16_t device) { return NULL; }
const struct facts_driver *facts_driver_find(const char *name) { return NULL; }
enum gpu_vendor facts_vendor_of(uint16_t v) { return v == 0x10de ? GPU_VENDOR_NVIDIA : v == 0x1002 ? GPU_VENDOR_AMD : v == 0x8086 ? GPU_VENDOR_INTEL : GPU_VENDOR_OTHER; }
const char *facts_vendor_name(uint16_t v) { return v == 0x10de ? "NVIDIA" : v == 0x1002 ? "AMD" : v == 0x8086 ? "Intel" : NULL; }
#endif
