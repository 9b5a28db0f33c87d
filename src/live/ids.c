/* SPDX-License-Identifier: Apache-2.0 */
#include "live/ids.h"

#include "host/statefile.h"
#include "probe/published.h"

int ids_publish(const struct snapshot *s, struct tree *t, struct err *e)
{
	struct statefile f CLEANUP(statefile_close) = {.lock = -1};
	struct buf text CLEANUP(buf_free) = BUF_NULL, old CLEANUP(buf_free) = BUF_NULL;
	int r;

	if (!t->live || !s->is_root)
		return 0;
	published_ids_text(s, t, &text);
	r = statefile_open(&f, "/" PUBLISHED_IDS, e);
	if (r == 0)
		r = statefile_read(&f, &old, e);
	if (r == 0 && (old.n != text.n || (text.n && memcmp(old.p, text.p, text.n) != 0)))
		r = statefile_write(&f, &text, e);
	return r;
}
