/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/memory.h"

#include "base/macro.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only what cannot have been written to: relocated pages exist nowhere but in memory. */
static int give_back_segments(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	unsigned i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + h->p_vaddr, end = start + h->p_memsz;

		if (h->p_type != PT_LOAD || h->p_flags & PF_W)
			continue;
		start &= ~(page - 1);
		madvise((void *)start, (end + page - 1 - start) & ~(page - 1), MADV_DONTNEED);
	}
	return 0;
}

void memory_give_back(void)
{
	malloc_trim(0);
	dl_iterate_phdr(give_back_segments, NULL);
}
