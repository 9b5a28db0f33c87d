/* SPDX-License-Identifier: Apache-2.0 */
/* What ends a holder: a table of holders and the commands that are meant for them. */
#include "host/tree-mem.h"
#include "swap/attribute.h"
#include "swap/stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ID "3f0c1c1c9d6e0b7e5a1f2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978"
#define AS_ANN "setpriv --reuid=1000 --regid=100 --init-groups env XDG_RUNTIME_DIR=/run/user/1000 "

static const char *line(struct arena *a, const struct strs *argv)
{
	const char *text = "";
	uint32_t i;

	for (i = 0; i < argv->n && argv->v[i]; i++)
		text = arena_printf(a, "%s%s%s", text, i ? " " : "", argv->v[i]);
	return text;
}

static void ways(void **state)
{
	static const char *const own[] = {"/usr/bin/podman", "--root", "/srv/p"};
	static const struct {
		const char *cgroup, *command, *name;
	} cases[] = {
		{"0::/system.slice/ollama.service\n", "systemctl stop ollama.service", "ollama.service"},
		{"0::/user.slice/user-1000.slice/session-3.scope\n", "", NULL},
		{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox.scope\n", "", NULL},
		{"0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", "", NULL},
		{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/render.service\n", AS_ANN "systemctl --user stop render.service",
		 "render.service"},
		{"0::/user.slice/user-4711.slice/user@4711.service/app.slice/x.service\n",
		 "setpriv --reuid=4711 --regid=4711 --clear-groups env XDG_RUNTIME_DIR=/run/user/4711 systemctl --user stop x.service", "x.service"},
		{"0::/machine.slice/libpod-" ID ".scope/container\n", "podman stop -t 30 " ID, ID},
		{"0::/machine.slice/libpod-aaaa5555aaaa5555.scope\n", "/usr/bin/podman --root /srv/p stop -t 30 aaaa5555aaaa5555", "aaaa5555aaaa5555"},
		{"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container\n", AS_ANN "podman stop -t 30 " ID, ID},
		{"0::/system.slice/web.service/libpod-payload-" ID "\n", "systemctl stop web.service", "web.service"},
		{"0::/system.slice/docker-" ID ".scope\n", "docker stop -t 30 " ID, ID},
		{"0::/system.slice/docker.service/buildkit/" ID "\n", "docker stop -t 30 " ID, ID},
		{"0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope\n",
		 AS_ANN "DOCKER_HOST=unix:///run/user/1000/docker.sock docker stop -t 30 " ID, ID},
		{"0::/system.slice/nerdctl-bbbb6666bbbb6666.scope\n",
		 "nerdctl --address=/run/k3s/c.sock --namespace=lab stop -t 30 bbbb6666bbbb6666", "bbbb6666bbbb6666"},
		{"0::/default/" ID "\n", "nerdctl stop -t 30 " ID, ID},
		{"0::/system.slice/crio-" ID ".scope\n", "crictl stop --timeout 30 " ID, ID},
	};
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct arena *a = tree_mem_arena(t);
	static const char passwd[] = "ann:x:1000:100::/home/ann:/bin/sh\n";
	struct watched_list l = {0};
	struct watched *w;
	unsigned i;

	tree_mem_file(t, "etc/passwd", passwd, strlen(passwd));
	w = LIST_PUSH(a, &l);
	*w = (struct watched){.id = "aaaa5555aaaa5555", .name = "render"};
	for (i = 0; i < ARRAY_LEN(own); i++)
		strs_add(a, &w->engine_command, own[i]);
	*LIST_PUSH(a, &l) = (struct watched){.id = "bbbb6666bbbb6666", .space = "lab", .address = "/run/k3s/c.sock"};
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct holder h = {0};
		struct stop_way way;

		attribute_cgroup(a, cases[i].cgroup, &h);
		stop_way_of(t, a, &h, &l, 30, &way);
		assert_string_equal(line(a, &way.argv), cases[i].command);
		assert_true(cases[i].name ? way.name && strcmp(way.name, cases[i].name) == 0 : !way.name);
		assert_false(way.unknown);
	}
}

static void unknown_engine(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct watched_list none = {0};
	struct stop_way way;
	struct holder h = {0};

	FIELD_SET(&h, holder, engine, "strange");
	FIELD_SET(&h, holder, container, ID);
	stop_way_of(t, tree_mem_arena(t), &h, &none, 30, &way);
	assert_true(way.unknown);
	assert_int_equal(way.argv.n, 0);
}

/* containerd comes with ctr; where nerdctl is there it knows more. */
static void containerd_without_nerdctl(void **state)
{
	static const char address[] = "/run/k3s/containerd/containerd.sock";
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct arena *a = tree_mem_arena(t);
	struct watched_list l = {0};
	struct stop_way way;
	struct holder h = {0};

	*LIST_PUSH(a, &l) = (struct watched){.id = "web", .space = "default", .address = address};
	FIELD_SET(&h, holder, engine, "containerd");
	FIELD_SET(&h, holder, container, "web");
	tree_mem_file(t, "usr/bin/ctr", "", 0);
	stop_way_of(t, a, &h, &l, 30, &way);
	assert_string_equal(line(a, &way.argv), "ctr --address=/run/k3s/containerd/containerd.sock --namespace=default tasks kill --signal=SIGTERM web");
	assert_string_equal(line(a, &way.by_force),
			    "ctr --address=/run/k3s/containerd/containerd.sock --namespace=default tasks kill --signal=SIGKILL web");
	tree_mem_file(t, "usr/local/bin/nerdctl", "", 0);
	stop_way_of(t, a, &h, &l, 30, &way);
	assert_string_equal(line(a, &way.argv), "nerdctl --address=/run/k3s/containerd/containerd.sock --namespace=default stop -t 30 web");
	assert_int_equal(way.by_force.n, 0);
}

static void beside_a_service(void **state)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct strs argv = {0}, beside;

	strs_add(a, &argv, "podman");
	strs_add(a, &argv, "stop");
	strs_add(a, &argv, NULL);
	beside = stop_beside(a, &argv, 40);
	assert_string_equal(line(a, &beside), "systemd-run --quiet --wait --pipe --collect --property=RuntimeMaxSec=40 -- podman stop");
	assert_null(beside.v[beside.n - 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ways),
		cmocka_unit_test(unknown_engine),
		cmocka_unit_test(containerd_without_nerdctl),
		cmocka_unit_test(beside_a_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
