/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text consoles on the GPU's framebuffer, and the framebuffer that the firmware left in the boot display's memory. Where
 * there is no other they are taken off first, because a driver that draws while it is torn down is how machines freeze at
 * this point. Where there is one they go on there: the kernel (6.1) puts them on VGA text and leaves them there.
 */
#include "base/parse.h"
#include "swap/console.h"
#include "swap/eject-internal.h"

#include <errno.h>

#define PLATFORM_DRIVERS "sys/bus/platform/drivers"

static const int gone_is_fine[] = {-ENODEV, -ENOENT, 0};

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

struct framebuffers {
	uint32_t ours, others;
};

static struct framebuffers count_framebuffers(struct eject *e)
{
	struct framebuffers n = {0};
	const char *target;
	struct strs names;
	uint32_t i;

	console_framebuffers(e->m->tree, e->a, &names);
	for (i = 0; i < names.n; i++) {
		if (tree_readlink(&e->m->tree->root, arena_printf(e->a, FRAMEBUFFERS "/%s", names.v[i]),
				  e->a, &target) < 0)
			continue;
		if (leads_to_unit(e, target))
			n.ours++;
		else
			n.others++;
	}
	return n;
}

static int bind_console(struct eject *e, const char *value)
{
	return effects_write(e->fx, arena_printf(e->a, "/" CONSOLES "/%s/bind", e->journal.console),
			     value, e->timeout_ms);
}

static bool is_bound(struct eject *e)
{
	const char *bound, *path = arena_printf(e->a, CONSOLES "/%s/bind", e->journal.console);

	return tree_read_str(&e->m->tree->root, path, e->a, &bound) == 0 && str_eq(bound, "1");
}

uint32_t eject_console_uses(struct eject *e)
{
	return console_on_framebuffer(e->m->tree, e->a) ? count_framebuffers(e).ours : 0;
}

static bool leave_console(struct eject *e)
{
	struct framebuffers n = count_framebuffers(e);
	const char *console = n.ours ? console_on_framebuffer(e->m->tree, e->a) : NULL;
	struct err err = {0};

	if (!console)
		return true;
	e->journal.console = console;
	/* They may be on another card's, which need not flicker for this one. */
	if (n.others)
		return true;
	steps_begin(&e->steps, "text consoles leave the framebuffer (%s)", console);
	if (journal_write(e->fx, &e->journal, &err) < 0) {
		steps_end(&e->steps, STEP_RESULT_FAILED, arena_str(e->a, err.text), NULL);
		return eject_refuse(e, "what is about to be done could not be noted",
				    "see to it that /run can be written");
	}
	return eject_wrote(e, bind_console(e, "0"), gone_is_fine);
}

/* Where they can be: on another framebuffer, or on the one that did not go after all. */
void eject_console_again(struct eject *e)
{
	struct framebuffers n = count_framebuffers(e);

	if (!e->journal.console || n.ours + n.others == 0 || is_bound(e))
		return;
	steps_begin(&e->steps, "text consoles go on (%s)", e->journal.console);
	steps_end(&e->steps, bind_console(e, "1") ? STEP_RESULT_FAILED : STEP_RESULT_DONE, NULL,
		  NULL);
}

/* Only under the boot display: elsewhere the firmware drew on another card. */
static bool leave_firmware(struct eject *e)
{
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
				    gone_is_fine))
				return false;
		}
	}
	return true;
}

bool eject_step_console(struct eject *e)
{
	return leave_console(e) && leave_firmware(e);
}
