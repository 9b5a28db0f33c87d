/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of files on their way into a capture: the first byte picks which file it is. Twice the same must come out. */
#include "host/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {
		"sys/devices/pci0000:00/0000:00:02.0/config", "sys/class/drm/card0-DP-1/edid", "proc/cmdline", "etc/passwd",
		"etc/group", "sys/a/serial", "sys/a/node_guid", "proc/sys/kernel/hostname", "etc/modprobe.d/x.conf",
		"etc/docker/daemon.json", "var/lib/kubelet/config.yaml",
	};
	struct buf out[3] = {BUF_NULL, BUF_NULL, BUF_NULL};
	struct redactor *r;
	const char *path;
	char *text;
	int i;

	if (size == 0)
		return 0;
	path = paths[data[0] % ARRAY_LEN(paths)];
	text = xmalloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	r = redactor_new();
	for (i = 0; i < 3; i++) {
		redact_content(r, path, text, size - 1, &out[i]);
		redact_path(r, path, text, &out[i]);
		redact_answer(r, "report", "nvml", text, &out[i]);
		redact_answer(r, "user", "self", text, &out[i]);
		buf_addc(&out[i], '.');
	}
	/* What the first pass learned the second uses; after that nothing changes. */
	if (out[1].n != out[2].n || memcmp(out[1].p, out[2].p, out[1].n) != 0)
		abort();
	for (i = 0; i < 3; i++)
		buf_free(&out[i]);
	redactor_free(r);
	free(text);
	return 0;
}
