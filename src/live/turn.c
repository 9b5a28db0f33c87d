/* SPDX-License-Identifier: Apache-2.0 */
#include "live/turn.h"

#include "host/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

int turn_take(struct err *e)
{
	struct err unmade = {0};
	int fd;

	statefile_make_folders(TURN_FILE, &unmade);
	fd = open(TURN_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(e, -EBUSY, "another 'gpubay attach' or 'gpubay eject' is at work on this machine; wait until it ends");
	return 0;
}
