/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel was told and how it was built: Secure Boot, signatures, command line, configuration. */
#include "probe/platform.h"

#include "base/parse.h"
#include "format/cmdline.h"

#include <errno.h>

#define PHASE "platform"
enum { CMDLINE_PARAMS_MAX = 512 };

/* UEFI variables: four bytes of attributes, then the value. */
static void read_secure_boot(struct probe *p, struct platform *m)
{
	static const char path[] =
		"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	struct strs names;
	unsigned char v[8];
	long n = tree_read(p->root, path, v, sizeof(v));

	if (n == 5) {
		FIELD_SET(m, platform, secure_boot, v[4] ? SECURE_BOOT_ON : SECURE_BOOT_OFF);
		return;
	}
	if (n != -ENOENT || m->virt == VIRT_KIND_CONTAINER) {
		if (n != -ENOENT)
			snapshot_gap(p->snap, PHASE, path, n < 0 ? (int)n : -EINVAL);
		return;
	}
	if (tree_list(p->root, "sys/firmware/efi/efivars", p->a, &names) == 0 && names.n)
		FIELD_SET(m, platform, secure_boot, SECURE_BOOT_OFF);
	else if (tree_list(p->root, "sys/firmware", p->a, &names) == 0 && names.n &&
		 !strs_has(&names, "efi"))
		FIELD_SET(m, platform, secure_boot, SECURE_BOOT_UNSUPPORTED);
}

static void read_sig_enforce(struct probe *p, struct platform *m)
{
	const char *s;
	int r = tree_read_str(p->root, "sys/module/module/parameters/sig_enforce", p->a, &s);

	if (r == 0)
		FIELD_SET(m, platform, module_sig_enforce, *s == 'Y' || *s == '1');
	else if (r == -ENOENT && tree_exists(p->root, "sys/module/module"))
		FIELD_SET(m, platform, module_sig_enforce, false);
	else
		snapshot_gap(p->snap, PHASE, "sys/module/module/parameters/sig_enforce", r);
}

static void read_cmdline(struct probe *p, struct platform *m)
{
	const char *s, *name, *value;

	if (!probe_str(p, PHASE, p->root, "proc/cmdline", &s))
		return;
	FIELD_SET(m, platform, cmdline, s);
	for (s = m->cmdline;
	     m->params.n < CMDLINE_PARAMS_MAX && cmdline_next(p->a, &s, &name, &value);) {
		struct cmdline_param *param = LIST_PUSH(p->a, &m->params);

		FIELD_SET(param, cmdline_param, name, name);
		FIELD_SET(param, cmdline_param, value, value);
	}
	FIELD_KNOW(m, platform, params);
}

/* One option of the kernel's configuration: 1 on, 0 off, -1 unknown. */
static int kconfig(struct probe *p, const char *option)
{
	const char *s;
	int r = tree_answer(p->tree, p->a, "kconfig", option, &s);

	if (r < 0 && r != -ENODATA && r != -ENOENT)
		snapshot_gap(p->snap, PHASE, "kernel configuration", r);
	return r < 0 ? -1 : str_eq(s, "y") || str_eq(s, "m");
}

static void read_kconfig(struct probe *p, struct platform *m)
{
	static const struct {
		const char *option;
		uint32_t size;
	} pages[] = {{"PAGE_SIZE_4KB", 4096},	 {"ARM64_4K_PAGES", 4096},
		     {"ARM64_16K_PAGES", 16384}, {"ARM64_64K_PAGES", 65536},
		     {"PPC_64K_PAGES", 65536},	 {"PAGE_SIZE_16KB", 16384},
		     {"PAGE_SIZE_64KB", 65536}};
	int xz = kconfig(p, "FW_LOADER_COMPRESS_XZ"), zstd = kconfig(p, "FW_LOADER_COMPRESS_ZSTD"),
	    v;
	unsigned i;

	if (xz >= 0 && zstd >= 0)
		FIELD_SET(m, platform, firmware_compress,
			  xz && zstd ? "xz and zstd" :
			  xz	     ? "xz" :
			  zstd	     ? "zstd" :
				       "none");
	if ((v = kconfig(p, "PCI_P2PDMA")) >= 0)
		FIELD_SET(m, platform, p2pdma, v);
	if ((v = kconfig(p, "HOTPLUG_PCI_PCIE")) >= 0)
		FIELD_SET(m, platform, hotplug_pci, v);
	for (i = 0; i < ARRAY_LEN(pages) && !FIELD_KNOWN(m, platform, page_size); i++)
		if (kconfig(p, pages[i].option) > 0)
			FIELD_SET(m, platform, page_size, pages[i].size);
}

void platform_kernel(struct probe *p, struct platform *m)
{
	read_secure_boot(p, m);
	read_sig_enforce(p, m);
	read_cmdline(p, m);
	read_kconfig(p, m);
}
