/* SPDX-License-Identifier: Apache-2.0 */
/* In which order the agent publishes, so that it may die anywhere. */
#include "agent/agent.h"
#include "snap.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct world {
	char top[64], state[128], run[128], cdi[128];
	struct agent_options options;
	struct tree *tree;
	struct publisher p;
	int told; /* a pipe: numbers that subscribers were told */
};

static int set_up(void **state)
{
	struct world *w = xmalloc(sizeof(*w));

	*w = (struct world){.top = "/tmp/gpubay-test-XXXXXX", .told = -1};
	if (!mkdtemp(w->top))
		return -1;
	snprintf(w->state, sizeof(w->state), "%s/state", w->top);
	snprintf(w->run, sizeof(w->run), "%s/run", w->top);
	snprintf(w->cdi, sizeof(w->cdi), "%s/cdi", w->top);
	w->options = (struct agent_options){.root = w->top, .state_dir = w->state, .run_dir = w->run, .cdi_dir = w->cdi, .uevent_fd = -1};
	*state = w;
	return tree_new_dir(w->top, &w->tree, NULL);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	struct world *w = *state;

	tree_free(w->tree);
	nftw(w->top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

static struct snapshot *machine(unsigned n)
{
	struct snapshot *s = snapshot_new();
	unsigned i;

	s->has_pci = true;
	for (i = 0; i < n; i++) {
		char address[PCI_ADDR_TEXT];
		struct gpu *g;

		snprintf(address, sizeof(address), "0000:%02x:00.0", i + 1);
		g = snap_gpu(s, snap_pci(s, address, NONE, "0000:00", -1));
		FIELD_SET(g, gpu, state, GPU_STATE_UNBOUND);
	}
	return s;
}

/* Subscribers hear of it, and at that moment we die. */
static void die(void *arg)
{
	struct world *w = arg;
	uint64_t last = eventlog_last(w->p.log);

	_exit(write(w->told, &last, sizeof(last)) == sizeof(last) ? 9 : 1);
}

static uint64_t told_by_one_that_dies(struct world *w, unsigned gpus)
{
	uint64_t last = 0;
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		w->told = ends[1];
		publisher_open(&w->p, &w->options, w->tree, true);
		w->p.on_events = die;
		w->p.on_events_arg = w;
		publish(&w->p, machine(gpus));
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &last, sizeof(last)), sizeof(last));
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 9);
	return last;
}

static unsigned count(const struct buf *b, const char *word)
{
	const char *at = b->p;
	unsigned n = 0;

	while (at && (at = strstr(at, word)))
		n++, at++;
	return n;
}

/* What comes after a number that somebody was told, whatever happened to the agent that told it. */
static void told_is_kept(void **state)
{
	struct world *w = *state;
	struct buf later CLEANUP(buf_free) = BUF_NULL;
	uint64_t last = told_by_one_that_dies(w, 2), cursor = last, lost;
	struct snapshot *s = machine(3);

	assert_true(last >= 2);
	publisher_open(&w->p, &w->options, w->tree, true);
	assert_int_equal(eventlog_last(w->p.log), last);
	publish(&w->p, s);
	eventlog_read(w->p.log, &cursor, 1 << 20, &later, &lost);
	buf_addc(&later, '\0');
	assert_int_equal(lost, 0);
	/* The view had not been kept: all three are told, under new numbers, the one that was never told among them. */
	assert_int_equal(count(&later, "\"kind\":\"added\""), 3);
	assert_int_equal(count(&later, "0000:03:00.0"), 1);
	publisher_close(&w->p);
	snapshot_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(told_is_kept, set_up, tear_down)};

	return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
