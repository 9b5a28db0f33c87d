/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in the tables. The id tables are sorted and long, so they are halved; the others are short. */
#include "facts/facts.h"

#include "base/parse.h"

static uint32_t id_key(uint16_t vendor, uint16_t device)
{
	return (uint32_t)vendor << 16 | device;
}

static const struct facts_id *id_search(const struct facts_id *rows, uint32_t n, uint16_t vendor, uint16_t device)
{
	uint32_t low = 0, high = n, key = id_key(vendor, device);

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (key > id_key(rows[mid].vendor, rows[mid].last))
			low = mid + 1;
		else if (key < id_key(rows[mid].vendor, rows[mid].first))
			high = mid;
		else
			return &rows[mid];
	}
	return NULL;
}

const struct facts_id *facts_id_find(uint16_t vendor, uint16_t device)
{
	const struct facts_id *row = id_search(facts_ids, facts_n_ids, vendor, device);

	return row ? row : id_search(facts_blocks, facts_n_blocks, vendor, device);
}

const struct facts_display *facts_display_find(uint16_t vendor, uint16_t device)
{
	const struct facts_display *row;

	for (row = facts_displays; row->name && row->vendor <= vendor; row++)
		if (row->vendor == vendor && device >= row->first && device <= row->last)
			return row;
	return NULL;
}

const struct facts_family *facts_family_find(const char *key)
{
	const struct facts_family *row;

	for (row = facts_families; key && row->key; row++)
		if (strcmp(row->key, key) == 0)
			return row;
	return NULL;
}

const struct facts_family *facts_family_of(uint16_t vendor, uint16_t device)
{
	const struct facts_id *id = facts_id_find(vendor, device);

	return id ? facts_family_find(id->family) : NULL;
}

const struct facts_family *facts_family_at(uint16_t vendor, uint16_t device, uint32_t class)
{
	const struct facts_id *id = facts_id_find(vendor, device);

	if (id && id->vga_family && class >> 8 == 0x0300)
		return facts_family_find(id->vga_family);
	return id ? facts_family_find(id->family) : NULL;
}

/* Modules are called with '_' by the kernel and with '-' by many a person. */
static bool name_same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

const struct facts_driver *facts_driver_find(const char *name)
{
	const struct facts_driver *row;

	for (row = facts_drivers; name && row->name; row++)
		if (name_same(row->name, name))
			return row;
	for (row = facts_drivers; name && row->name; row++)
		if (row->module && name_same(row->module, name))
			return row;
	return NULL;
}

static const struct facts_vendor *vendor_find(uint16_t vendor)
{
	const struct facts_vendor *row;

	for (row = facts_vendors; row->name; row++)
		if (row->id == vendor)
			return row;
	return NULL;
}

enum gpu_vendor facts_vendor_of(uint16_t vendor)
{
	const struct facts_vendor *row = vendor_find(vendor);

	return row ? row->vendor : GPU_VENDOR_OTHER;
}

const char *facts_vendor_name(uint16_t vendor)
{
	const struct facts_vendor *row = vendor_find(vendor);

	return row ? row->name : NULL;
}

bool facts_family_fits(const char *pattern, const char *key)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, key, n - 1) == 0;
	return strcmp(pattern, key) == 0;
}

bool facts_any_fits(const char *patterns, const char *key)
{
	char one[64];

	while (key && *patterns) {
		size_t n = strcspn(patterns, " ");

		if (n < sizeof(one)) {
			memcpy(one, patterns, n);
			one[n] = '\0';
			if (facts_family_fits(one, key))
				return true;
		}
		patterns += n;
		patterns += strspn(patterns, " ");
	}
	return false;
}

const struct facts_kernel *facts_kernel_find(const char *family, const char *driver)
{
	const struct facts_kernel *row;

	for (row = facts_kernels; family && driver && row->family; row++)
		if (facts_family_fits(row->family, family) && name_same(row->driver, driver))
			return row;
	return NULL;
}
