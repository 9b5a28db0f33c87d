/* SPDX-License-Identifier: Apache-2.0 */
/* How values are said to people; shared by the verbs. Results live in the cli's arena. */
#ifndef GPUBAY_CLI_WORDS_H
#define GPUBAY_CLI_WORDS_H

#include "cli/cli.h"

const char *say_addr(struct cli *c, uint64_t address);
const char *say_bytes(struct cli *c, uint64_t bytes);          /* "12 GiB" */
const char *say_link(struct cli *c, const struct pci_link *l); /* "16 GT/s x8"; "unknown" */
const char *say_rate(struct cli *c, uint32_t mbps);            /* "40 Gb/s" */
const char *say_driver(const struct gpu *g);                   /* "xe", "none", "unknown" */
const char *say_vendor(const struct gpu *g);                   /* "Intel" */
/* "internal"; "external, Razer Core X (Thunderbolt)"; "external?" when the confidence is low. */
const char *say_attachment(struct cli *c, const struct gpu *g);
const char *say_nodes(struct cli *c, const struct gpu *g); /* "card0 renderD128", "none", "unknown" */
/* Green, yellow or red by how well the GPU is. */
const char *state_colour(const struct cli *c, enum gpu_state state);
/* Vendor, name and family without saying anything twice. */
const char *say_name(struct cli *c, const struct gpu *g);
/* "answered"; "refused: ..."; "hung: no answer within 20 s". */
const char *say_outcome(struct cli *c, const struct report *r);
/* One finding as people read it: mark, id, subject, message; with `more`, evidence and remedy. */
void finding_print(struct cli *c, const struct finding *f, bool more);
/* Prints how many PCI functions may be GPUs and could not be told apart; nothing when there is none. */
void say_unidentified(struct cli *c);
/* "2 errors, 1 warning, 3 notes". */
const char *say_counts(struct cli *c, const struct finding_list *l);

#endif
