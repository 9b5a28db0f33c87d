/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fake driver libraries are told to misbehave: GPUBAY_FAKE="WHAT@WHERE". WHERE is a function's name or "load";
 * WHAT: hang, crash, scribble (junk into every open descriptor, then end), print (junk to standard output), quit,
 * eat (all memory), fork (starts a program), write (makes a file), or a word that only the function itself knows.
 */
#ifndef GPUBAY_TESTS_FAKE_H
#define GPUBAY_TESTS_FAKE_H

#include <stdbool.h>

#define FAKE_EXPORT __attribute__((visibility("default")))

/* Misbehaves if that is wanted of this function. */
void fake_enter(const char *where);
/* Whether WHAT is this word, wherever. */
bool fake_is(const char *what);

#endif
