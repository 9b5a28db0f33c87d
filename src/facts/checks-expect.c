/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/checks.h"

const struct check_row checks_expect[] = {
	{"GB9001", SEVERITY_ERROR, "expect", "--vendor", "expected vendor is missing",
	 "No GPU of a vendor that should be here was found.",
	 "See that the card is seated, powered and enabled; for an external GPU, that its box is connected and authorized ('gpubay check "
	 "thunderbolt').",
	 "vendor validation of the configured against the detected, wanted counts and addresses"},
	{"GB9002", SEVERITY_ERROR, "expect", "--vendor", "wrong number of GPUs of a vendor",
	 "The number of GPUs of this vendor is not the number that was asked for.",
	 "Correct the number, or look why a GPU is missing: 'gpubay list', 'gpubay check'.",
	 "vendor validation of the configured against the detected, wanted counts and addresses"},
	{"GB9003", SEVERITY_ERROR, "expect", "--vendor", "no such GPU at the address",
	 "A GPU that should be at a PCI address is not there, or another vendor's is.",
	 "Addresses can change when cards are added; name the GPU by its stable id ('gpubay list --json').",
	 "vendor validation of the configured against the detected, wanted counts and addresses"},
	{"GB9004", SEVERITY_WARNING, "expect", "--vendor", "GPU of a vendor that was not expected",
	 "There is a GPU whose vendor was not named among those that should be here.",
	 "Add the vendor to what is expected, or disable the GPU in the firmware.",
	 "vendor validation of the configured against the detected, wanted counts and addresses"},
	{"GB9005", SEVERITY_NOTE, "expect", "--vendor", "expected vendor is there",
	 "What was expected was found.", "Nothing to do.",
	 "vendor validation of the configured against the detected, wanted counts and addresses"},
	{0},
};
