/* SPDX-License-Identifier: Apache-2.0 */
/* Source: NVIDIA Xid Errors (docs.nvidia.com/deploy/xid-errors), the catalogue of codes. */
#include "facts/xid.h"

#define PROGRAM "Look at the program that ran then; the GPU is not at fault unless many programs do it."
#define RESET "Stop what uses the GPU and reset it, or reboot."
#define NVLINK "NVLink error", "Reseat the card or bridge; test the link."
#define HARDWARE "If it comes back after a reboot, test the card, its power and its slot."

const struct facts_xid facts_xids[] = {
	{8, XID_PROGRAM, "the GPU stopped working for a program", PROGRAM},
	{13, XID_PROGRAM, "a program made the graphics engine fault", PROGRAM},
	{31, XID_PROGRAM, "a program used memory that is not its own", PROGRAM},
	{32, XID_HARDWARE, "commands to the GPU were corrupted", HARDWARE},
	{38, XID_DRIVER, "the driver's firmware failed", RESET " Update the driver."},
	{43, XID_PROGRAM, "a program's channel was stopped", PROGRAM},
	{44, XID_DRIVER, "switching between programs failed", RESET},
	{45, XID_PROGRAM, "channels were cleaned up after an earlier error or a killed program", PROGRAM},
	{48, XID_HARDWARE, "memory error that could not be corrected", RESET},
	{54, XID_HARDWARE, "the card's power cable is missing", "Plug in all of the card's power connectors."},
	{61, XID_DRIVER, "the GPU's own controller stopped", RESET},
	{62, XID_DRIVER, "the GPU's own controller stopped", RESET},
	{63, XID_HARDWARE, "a memory row or page was marked for replacement", RESET},
	{64, XID_HARDWARE, "a memory row or page could not be marked for replacement", "Exchange the card."},
	{69, XID_PROGRAM, "a program gave the graphics engine a wrong command", PROGRAM},
	{74, XID_HARDWARE, NVLINK},
	{79, XID_HARDWARE, "the GPU fell off the bus", "Check power, cooling, cable and slot; reboot."},
	{92, XID_HARDWARE, "memory errors are corrected at a high rate", HARDWARE},
	{94, XID_HARDWARE, "memory error, contained to one program", RESET},
	{95, XID_HARDWARE, "memory error that reached others", RESET},
	{109, XID_DRIVER, "switching between programs took too long", "Update the driver; look at the programs that ran then."},
	{110, XID_DRIVER, "the GPU found its security violated", RESET " Where it comes back: " HARDWARE},
	{119, XID_DRIVER, "the GPU's system processor (GSP) did not answer", RESET " Update the driver."},
	{120, XID_DRIVER, "the GPU's system processor (GSP) failed", RESET " Update the driver."},
	{121, XID_HARDWARE, "error of the link between processor and GPU (C2C), corrected", RESET},
	{137, XID_PROGRAM, "a program used memory of another GPU that is not its own", PROGRAM},
	{140, XID_HARDWARE, "memory error that was not recovered", RESET},
	{143, XID_DRIVER, "the GPU does not initialize", "Reboot. Where it comes back: " HARDWARE},
	{144, XID_HARDWARE, NVLINK}, {145, XID_HARDWARE, NVLINK}, {146, XID_HARDWARE, NVLINK}, {147, XID_HARDWARE, NVLINK},
	{148, XID_HARDWARE, NVLINK}, {149, XID_HARDWARE, NVLINK}, {150, XID_HARDWARE, NVLINK},
	{154, XID_DRIVER, "the driver asks for a recovery action", "Do what the line in the log says: reset, drain or reboot."},
	{156, XID_HARDWARE, "a part of the GPU was taken out of use", RESET},
	{157, XID_HARDWARE, "a part of the GPU could not be taken out of use", "Exchange the card."},
	{0},
};

const struct facts_xid *facts_xid_find(unsigned code)
{
	const struct facts_xid *x;

	for (x = facts_xids; x->what; x++)
		if (x->code == code)
			return x;
	return NULL;
}
