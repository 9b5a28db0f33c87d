/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t came;

static void on_signal(int sig)
{
	static const char words[] = "\ngpubay: interrupted; it ends where all is whole. Once more ends it at once\n";

	came = 1;
	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
		return;
}

void interrupt_catch(void)
{
	struct sigaction act = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	sigemptyset(&act.sa_mask);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

bool interrupt_came(void)
{
	return came;
}
