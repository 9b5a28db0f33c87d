/* SPDX-License-Identifier: Apache-2.0 */
/* What NVIDIA's management library refuses with, by its number. */
#ifndef GPUBAY_FACTS_NVML_H
#define GPUBAY_FACTS_NVML_H

struct facts_nvml_error {
	unsigned code;
	const char *check; /* id of the finding */
	const char *say;
	const char *mend;  /* NULL: what the check's row says */
	const char *source;
};
extern const struct facts_nvml_error facts_nvml_errors[]; /* ended by a zeroed row */
/* By the worker's words, "... (NVML error 18)"; NULL when gpubay has no row. */
const struct facts_nvml_error *facts_nvml_error_of(const char *error);

#endif
