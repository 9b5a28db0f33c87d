/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/journal.h"

#include "base/buf.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define MESSAGE_ID "6c1b7a52d0f94e0fb8b1a3e49d5f27c8" /* all events of gpubay: journalctl MESSAGE_ID=… */

void journal_init(struct journal *j, const char *path)
{
	*j = (struct journal){.path = path ? path : JOURNAL_SOCKET, .fd = -1};
}

void journal_close(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
}

static bool journal_connect(struct journal *j)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	if (j->fd >= 0)
		return true;
	if (snprintf(at.sun_path, sizeof(at.sun_path), "%s", j->path) >= (int)sizeof(at.sun_path))
		return false;
	j->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (j->fd >= 0 && connect(j->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		journal_close(j);
	return j->fd >= 0;
}

/* The protocol's short form knows no line breaks; none of ours has any, as strings are cleaned when they are read. */
static void add(struct buf *b, const char *name, const char *value)
{
	const char *p;

	if (!value || !*value)
		return;
	buf_addf(b, "%s=", name);
	for (p = value; *p; p++)
		buf_addc(b, *p == '\n' ? ' ' : *p);
	buf_addc(b, '\n');
}

static void render(const struct event *e, struct buf *b)
{
	static const char *const priority[] = {"6", "4", "3"};
	struct arena *a CLEANUP(arena_freep) = arena_new();
	char addr[PCI_ADDR_TEXT];

	add(b, "MESSAGE", arena_printf(a, "%s: %s%s%s", event_subject(e, a), enum_name(&event_kind_tab, e->kind),
				       e->reason ? ": " : "", e->reason ? e->reason : ""));
	add(b, "MESSAGE_ID", MESSAGE_ID);
	add(b, "PRIORITY", priority[event_weight(e->kind)]);
	add(b, "SYSLOG_IDENTIFIER", "gpubayd");
	add(b, "GPUBAY_SEQ", arena_printf(a, "%llu", (unsigned long long)e->seq));
	add(b, "GPUBAY_EVENT", enum_name(&event_kind_tab, e->kind));
	add(b, "GPUBAY_GPU", e->gpu);
	add(b, "GPUBAY_ADDRESS", FIELD_KNOWN(e, event, address) ? pci_addr_text(e->address, addr) : NULL);
	add(b, "GPUBAY_STATE", FIELD_KNOWN(e, event, new_state) ? enum_name(&gpu_state_tab, e->new_state) : NULL);
	add(b, "GPUBAY_ROUTER", e->router);
	add(b, "GPUBAY_CONNECTOR", e->connector);
}

void journal_send(struct journal *j, const struct event *e)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;

	if (!journal_connect(j))
		return;
	render(e, &b);
	/* A journal that was restarted has a new socket under the old name. */
	if (send(j->fd, b.p, b.n, MSG_NOSIGNAL) >= 0)
		return;
	journal_close(j);
	if (journal_connect(j) && send(j->fd, b.p, b.n, MSG_NOSIGNAL) < 0)
		journal_close(j);
}
