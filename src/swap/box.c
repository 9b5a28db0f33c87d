/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/box.h"

#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PREFIX_MIN = 4 };

bool box_is(const struct tb_router *r)
{
	return !r->host && FIELD_KNOWN(r, tb_router, depth) && r->depth > 0;
}

const char *box_name(struct arena *a, const struct tb_router *r)
{
	const char *maker = r->vendor_name ? r->vendor_name : "", *name = r->device_name ? r->device_name : "";

	if (!*maker && !*name)
		return arena_printf(a, "the box at %s", r->name);
	return arena_printf(a, "%s%s%s", maker, *maker && *name ? " " : "", name);
}

const struct tb_domain *box_domain(const struct snapshot *s, const struct tb_router *r)
{
	return FIELD_KNOWN(r, tb_router, domain) && r->domain != NONE ? &s->domains.v[r->domain] : NULL;
}

int box_open(const char *router, const char *unique_id)
{
	char folder[256], id[64] = "";
	int dir, fd;
	ssize_t n;

	if (snprintf(folder, sizeof(folder), "/sys/bus/thunderbolt/devices/%s", router) >= (int)sizeof(folder))
		return -ENAMETOOLONG;
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	fd = openat(dir, "unique_id", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, id, sizeof(id) - 1);
	if (fd >= 0)
		close(fd);
	if (n > 0 && str_ieq(str_trim(id), unique_id))
		return dir;
	close(dir);
	return -ESTALE;
}

struct box_job {
	const char *router, *unique_id, *attribute, *value;
};

static int write_job(void *arg, struct err *e)
{
	const struct box_job *job = arg;
	int dir = box_open(job->router, job->unique_id), fd;

	if (dir < 0)
		return dir;
	fd = openat(dir, job->attribute, O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, job->value, strlen(job->value)) < 0 ? -errno : 0;
}

int box_write(struct effects *fx, const char *router, const char *unique_id, const char *attribute, const char *value,
	      uint32_t deadline_ms)
{
	struct box_job job = {router, unique_id, attribute, value};

	return effects_child(fx, arena_printf(fx->a, "write '%s' to /sys/bus/thunderbolt/devices/%s/%s", value, router, attribute),
			     write_job, &job, deadline_ms, NULL);
}

uint32_t box_before(const struct snapshot *s, uint32_t router)
{
	uint32_t up = router, found = NONE;

	/* A parent is always nearer to the host: probe sees to it. */
	while (FIELD_KNOWN(&s->routers.v[up], tb_router, parent) && (up = s->routers.v[up].parent) != NONE)
		if (box_is(&s->routers.v[up]) && FIELD_KNOWN(&s->routers.v[up], tb_router, authorized) && !s->routers.v[up].authorized)
			found = up;
	return found;
}

uint32_t box_find(const struct snapshot *s, const char *text, struct err *e)
{
	size_t n = strlen(text);
	uint32_t i, found = NONE;

	for (i = 0; i < s->routers.n; i++) {
		const struct tb_router *r = &s->routers.v[i];
		const char *id = r->unique_id ? r->unique_id : "";

		if (!box_is(r))
			continue;
		if (str_eq(r->name, text) || str_ieq(id, text))
			return i;
		if (n < PREFIX_MIN || strlen(id) < n || !str_ieq(arena_strn(s->arena, id, n), text))
			continue;
		if (found != NONE) {
			err_set(e, -EEXIST, "'%s' is the beginning of two unique ids: at %s and at %s", text, s->routers.v[found].name,
				r->name);
			return NONE;
		}
		found = i;
	}
	return found;
}

bool box_level_shuts_out(const struct tb_domain *d)
{
	return d->security == TB_SECURITY_DPONLY || d->security == TB_SECURITY_USBONLY || d->security == TB_SECURITY_NOPCIE;
}
