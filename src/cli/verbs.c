/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs, in the order of the help. */
#include "cli/cli.h"

extern const struct verb verb_status, verb_list, verb_show, verb_check, verb_explain, verb_topo, verb_capture, verb_facts,
	verb_discover, verb_version, verb_vulkan, verb_media, verb_rdma, verb_alloc, verb_run, verb_cdi, verb_trust, verb_holders, verb_containers,
	verb_attach, verb_detach, verb_eject, verb_gone, verb_watch, verb_complete, verb_schema;

const struct verb *const cli_verbs[] = {
	&verb_status,  &verb_list,    &verb_show,
	&verb_check,   &verb_explain, &verb_topo,
	&verb_vulkan,  &verb_media,   &verb_rdma,
#ifndef _WIN32
	&verb_alloc,   &verb_run,     &verb_cdi,
	&verb_attach,  &verb_detach,  &verb_eject,   &verb_holders, &verb_containers, &verb_trust,
	&verb_gone,    &verb_watch,
#endif
	&verb_capture, &verb_facts,   &verb_discover, &verb_version,
	&verb_complete, &verb_schema, NULL, /* for programs: shells, tests */
};
