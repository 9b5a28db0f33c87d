/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/note.h"

int note_write(struct effects *fx, const char *gpu_id, enum gpu_state state, struct err *e)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;

	buf_addf(&text, "%s\n", enum_name(&gpu_state_tab, state));
	return effects_file(fx, arena_printf(fx->a, NOTE_FOLDER "/%s", gpu_id), &text, 0644, e);
}

int note_clear(struct effects *fx, const char *gpu_id)
{
	return effects_unlink(fx, arena_printf(fx->a, NOTE_FOLDER "/%s", gpu_id));
}
