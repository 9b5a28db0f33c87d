/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text consoles on the GPU's framebuffer, and the framebuffer that the firmware left in the boot display's memory. The
 * kernel moves consoles to another framebuffer by itself when one goes; where there is no other they are taken off
 * first, because a driver that draws while it is torn down is how machines freeze at this point.
 */
#include "base/parse.h"
#include "swap/eject-internal.h"

#include <errno.h>

#define GRAPHICS "sys/class/graphics"
#define CONSOLES "sys/class/vtconsole"
#define PLATFORM_DRIVERS "sys/bus/platform/drivers"

/* Whether a link of sysfs leads through one of the unit's functions. */
static bool leads_to_unit(struct eject *e, const char *target)
{
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; i < e->journal.functions.n; i++)
		if (strstr(target,
			   arena_printf(e->a, "/%s/",
					pci_addr_text(e->journal.functions.v[i].address, address))))
			return true;
	return false;
}

/* Whether the unit has every framebuffer there is, and has one. */
static bool has_all_framebuffers(struct eject *e)
{
	struct strs names = {0};
	const char *target;
	uint32_t i, ours = 0, others = 0;

	tree_list(&e->m->tree->root, GRAPHICS, e->a, &names);
	for (i = 0; i < names.n; i++) {
		if (!str_starts(names.v[i], "fb") || names.v[i][2] < '0' || names.v[i][2] > '9' ||
		    tree_readlink(&e->m->tree->root, arena_printf(e->a, GRAPHICS "/%s", names.v[i]),
				  e->a, &target) < 0)
			continue;
		if (leads_to_unit(e, target))
			ours++;
		else
			others++;
	}
	return ours > 0 && others == 0;
}

/* The console driver that draws on framebuffers, while it is in use. */
static const char *framebuffer_console(struct eject *e)
{
	struct strs names = {0};
	const char *name, *bound;
	uint32_t i;

	tree_list(&e->m->tree->root, CONSOLES, e->a, &names);
	for (i = 0; i < names.n; i++)
		if (tree_read_str(&e->m->tree->root,
				  arena_printf(e->a, CONSOLES "/%s/name", names.v[i]), e->a,
				  &name) == 0 &&
		    strstr(name, "frame buffer") &&
		    tree_read_str(&e->m->tree->root,
				  arena_printf(e->a, CONSOLES "/%s/bind", names.v[i]), e->a,
				  &bound) == 0 &&
		    str_eq(bound, "1"))
			return names.v[i];
	return NULL;
}

static int bind_console(struct eject *e, const char *value)
{
	return effects_write(e->fx, arena_printf(e->a, "/" CONSOLES "/%s/bind", e->journal.console),
			     value, e->timeout_ms);
}

static bool leave_console(struct eject *e)
{
	static const int fine[] = {-ENODEV, -ENOENT, 0};
	const char *console = has_all_framebuffers(e) ? framebuffer_console(e) : NULL;
	struct err err = {0};

	if (!console)
		return true;
	e->journal.console = console;
	steps_begin(&e->steps, "text consoles leave the framebuffer (%s)", e->journal.console);
	if (journal_write(e->fx, &e->journal, &err) < 0) {
		steps_end(&e->steps, STEP_RESULT_FAILED, arena_str(e->a, err.text), NULL);
		return eject_refuse(e, "what is about to be done could not be noted",
				    "see to it that /run can be written");
	}
	return eject_wrote(e, bind_console(e, "0"), fine);
}

void eject_console_again(struct eject *e)
{
	if (e->journal.console)
		bind_console(e, "1");
}

/* Only under the boot display: elsewhere the firmware drew on another card. */
static bool leave_firmware(struct eject *e)
{
	static const int fine[] = {-ENODEV, 0};
	const struct facts_firmware_display *f;
	struct strs names = {0};
	uint32_t i;

	for (f = facts_firmware_displays; e->g->boot_display && f->driver; f++) {
		if (tree_list(&e->m->tree->root,
			      arena_printf(e->a, PLATFORM_DRIVERS "/%s", f->driver), e->a,
			      &names) < 0)
			continue;
		for (i = 0; i < names.n; i++) {
			if (!str_starts(names.v[i], f->driver) || !strchr(names.v[i], '.'))
				continue;
			steps_begin(&e->steps, "unbind the firmware's framebuffer %s", names.v[i]);
			if (!eject_wrote(
				    e,
				    effects_write(e->fx,
						  arena_printf(e->a,
							       "/" PLATFORM_DRIVERS "/%s/unbind",
							       f->driver),
						  names.v[i], e->timeout_ms),
				    fine))
				return false;
		}
	}
	return true;
}

bool eject_step_console(struct eject *e)
{
	return leave_console(e) && leave_firmware(e);
}
