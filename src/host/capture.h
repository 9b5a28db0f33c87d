/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine as reviewable text, one file a machine. Line based, UTF-8, LF.
 *
 *   gpubay capture 1                      first line, always
 *   origin: captured                      header lines "key: value" until the first section:
 *   note: B580 in an empty slot           origin captured|derived|written, note, kernel, redacted, tool, ...
 *   covers: sys proc dev etc              top folders this file describes; all else is unknown, not absent
 *   # comment                             anywhere a line may start
 *
 *   [sys/devices/pci0000:00/0000:00:02.0] a directory (made with its parents); the entries that follow are in it;
 *                                         [/] is the root, ["answers"] a folder of that name; an owner may follow
 *   vendor = 0x8086                       a file with this one line and a newline
 *   empty =                               an empty line's file: only a newline. `empty` with no `=`, see `void`
 *   uevent :                              a file of several lines: each following line that begins with a tab is one
 *   	DRIVER=i915                        line of it (the tab is cut); ends at the first line without a tab
 *   config %                              a binary: following lines, tab, "offset: hex bytes"; gaps are zero;
 *   	0000: 86 80 a0 56                  "size: N" (decimal) as the last one where the end is a gap
 *   driver -> ../../../bus/pci/drivers/xe a link
 *   current_link_speed ! EINVAL           reading fails with this errno
 *   card0 @ c 226:0                       a character (c) or block (b) device node
 *   name = value {0660 0:44}              mode and uid:gid, at the end of any entry line, where they matter; {0444} is
 *                                         short for root's. Not given: 0644 files, 0755 directories, 0600 nodes
 *   oddbytes ~ a\x00b\n                   a file given exactly, C escapes, no newline added
 *   void ~                                an empty file
 *   unknown ?                             this entry (and what is below it) is unknown rather than absent
 *   there ! ENODATA                       a file that exists, its content is unknown; a directory that nobody listed
 *
 *   [answers]                             what is no file; see tree_answer
 *   modalias pci:v00008086d0000E20B* = xe
 *   firmware xe :
 *   	xe/bmg_guc_70.bin
 *   modinfo nouveau ! ENOENT              asking fails; "~" as above. Keys may be patterns ('*', '?'): what no other key
 *                                         answers exactly; the longest pattern that fits wins
 *
 * A name that contains a blank, '=', ':' … is written as a C string in double quotes. Colons need no quotes when they
 * are inside the name ("0000:00:02.0", "0-0:1.1"): an operator is always surrounded by blanks or ends the line.
 * C strings know \n \r \t \0 \\ \" \' and \xHH. Limits: 64 MiB of text, 4 MiB a binary. A file whose first line
 * ends in CR LF is read as if it had no CRs at line ends.
 */
#ifndef GPUBAY_HOST_CAPTURE_H
#define GPUBAY_HOST_CAPTURE_H

#include "base/buf.h"
#include "host/tree.h"

/* Parses n bytes of capture text. On failure -EINVAL and "name:line:column: expected …" in *e. */
int capture_parse(const char *name, const char *text, size_t n, struct tree **ret, struct err *e);
/* One header value ("origin", "note"); NULL when absent. */
const char *capture_header(const struct tree *t, const char *key);

/*
 * Records what a run reads of a tree and writes it as a capture. Put a recorder on a live tree (tree->on_read), build
 * a snapshot with every phase, then write. Redaction replaces serial numbers, UUIDs, MACs and host names by aliases
 * that are the same for the same value throughout the file; keys are never read.
 */
struct capture_recorder;
struct capture_recorder *capture_record(struct tree *t);
void capture_record_stop(struct capture_recorder *r); /* detaches and frees; NULL-safe */
int capture_write(struct capture_recorder *r, bool redact, const char *note, struct buf *out, struct err *e);
/* After writing: what was replaced ("3 UUIDs, 1 serial number", "nothing"), and how many files were too large. */
const char *capture_replaced(const struct capture_recorder *r);
unsigned capture_left_out(const struct capture_recorder *r);

#endif
