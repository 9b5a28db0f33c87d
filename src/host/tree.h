/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way to read a machine. A tree is a view of /sys, /proc, /dev, /etc, /run, /usr/lib ... : the live machine or
 * a directory (tree-dir), a capture or somebody's lspci output held in memory (tree-mem). Paths have no leading slash
 * and are relative to a directory handle; every link is resolved inside the tree, also absolute ones.
 *
 * Results: the usual negative errno. Two of them carry meaning for the whole program:
 *   -ENOENT   the machine was looked at and this is not there
 *   -ENODATA  this source cannot say (a capture without that part, a tree without /proc): unknown, not absent
 */
#ifndef GPUBAY_HOST_TREE_H
#define GPUBAY_HOST_TREE_H

#include "base/arena.h"
#include "base/err.h"

enum { TREE_ATTR_MAX = 64 * 1024 }; /* largest attribute we take */

enum tree_type { TREE_OTHER, TREE_FILE, TREE_DIR, TREE_LINK, TREE_CHAR, TREE_BLOCK };

struct tree_stat {
	enum tree_type type;
	uint32_t mode; /* permission bits, 07777 */
	uint32_t uid, gid;
	uint32_t major, minor; /* of a device node */
	uint64_t size;
	uint64_t inode; /* tree-dir; 0 elsewhere */
};

struct tree;

/* A directory of a tree. Value type; close what tree_open gave (harmless on the root and on a zeroed one). */
struct tree_dir {
	struct tree *tree;
	int fd;             /* tree-dir: the directory, or -1 */
	const void *node;   /* tree-mem */
	const char *path;   /* inside the tree, "" for the root; owned by the tree's arena or the caller's */
};

struct tree_ops {
	void (*free)(struct tree *t);
	int (*open)(const struct tree_dir *at, const char *path, struct tree_dir *ret);
	void (*close)(struct tree_dir *d);
	/* Up to size bytes from offset; the count, or negative errno. */
	long (*read)(const struct tree_dir *at, const char *path, uint64_t offset, void *buf, size_t size);
	long (*readlink)(const struct tree_dir *at, const char *path, char *buf, size_t size); /* terminated */
	int (*list)(const struct tree_dir *at, const char *path, struct arena *a, struct strs *ret); /* unsorted */
	int (*stat)(const struct tree_dir *at, const char *path, bool follow, struct tree_stat *ret);
	int (*answer)(struct tree *t, struct arena *a, const char *kind, const char *key, const char **ret);
	void (*prepare)(struct tree *t, const char *kind, const struct strs *keys); /* may be NULL */
};

struct tree {
	const struct tree_ops *ops;
	struct tree_dir root;
	bool live;        /* this very machine */
	bool wake;        /* attributes that wake a sleeping device may be read */
	const char *name; /* for messages: "this machine", a directory, a file */
	/* When set, every read is told to it (capture writer). */
	void (*on_read)(void *arg, const struct tree_dir *at, const char *path, const char *op, long result);
	void *on_read_arg;
};

/* The live machine. */
struct tree *tree_new_live(void);
/* A captured or mounted tree below dir. Links never lead out of it. */
int tree_new_dir(const char *dir, struct tree **ret, struct err *e);
void tree_free(struct tree *t);
void tree_freep(struct tree **t);

int tree_open(const struct tree_dir *at, const char *path, struct tree_dir *ret);
void tree_close(struct tree_dir *d); /* also the CLEANUP function */

/* The raw bytes, at most size; -E2BIG when there is more. */
long tree_read(const struct tree_dir *at, const char *path, void *buf, size_t size);
long tree_pread(const struct tree_dir *at, const char *path, uint64_t offset, void *buf, size_t size);
/* Whole file up to max bytes into the arena, terminated; *ret_n may be NULL. */
int tree_read_file(const struct tree_dir *at, const char *path, struct arena *a, size_t max, char **ret, size_t *ret_n);
/* An attribute: whole file, trailing white space cut, made valid UTF-8. */
int tree_read_str(const struct tree_dir *at, const char *path, struct arena *a, const char **ret);
int tree_read_u64(const struct tree_dir *at, const char *path, unsigned base, uint64_t *ret);
int tree_read_i64(const struct tree_dir *at, const char *path, int64_t *ret);
/* The target into the caller's buffer, terminated; its length. */
long tree_readlink_buf(const struct tree_dir *at, const char *path, char *buf, size_t size);
int tree_readlink(const struct tree_dir *at, const char *path, struct arena *a, const char **ret);
/* Last component of a link's target: "i915" of driver -> ../../bus/pci/drivers/i915. */
int tree_link_base(const struct tree_dir *at, const char *path, struct arena *a, const char **ret);
/* Names in a directory, sorted (digit runs by value). */
int tree_list(const struct tree_dir *at, const char *path, struct arena *a, struct strs *ret);
int tree_stat(const struct tree_dir *at, const char *path, struct tree_stat *ret);  /* follows links */
int tree_lstat(const struct tree_dir *at, const char *path, struct tree_stat *ret);
bool tree_exists(const struct tree_dir *at, const char *path);

/*
 * What is no file of the machine's trees but an answer to a question. Kinds, with keys that hold no blank:
 *   modalias  <modalias>        modules that claim it, space separated ("" = none)
 *   modfile   <module>          its file, "(builtin)", or "" = this kernel has no such module
 *   modinfo   <module>          "key=value" lines: version, srcversion, filename, signer, vermagic, license,
 *                               intree, params (names, blank separated)
 *   firmware  <module>          firmware files the module may ask for, newline separated
 *   kconfig   <option>          "y", "m", "n", a number or a string; the key without CONFIG_
 *   initramfs image             its path; module/<module>, firmware/<file>: the name as it is in there, "" = not there
 *   library   <libname.so>      versions installed, blank separated
 *   package   <name>|<name>…  version of the first of these that is installed ("" = none)
 *   limits    memlock           "soft hard" in bytes, or "unlimited"
 *   limits    shm               bytes that /dev/shm can hold
 *   user      self|<name>|<uid> "uid gid groups…" numbers, "name" last; self: the asking user, under sudo who called it
 *   group     <name>|<gid>      "name gid"
 *   log       xid               lines of the kernel's log that hold errors of NVIDIA GPUs, from "NVRM:" on
 *   report    <kind>[:<about>]  what a driver library says: a JSON document, see model/report.h
 *   pciname   <vvvv:dddd>|<vvvv> name of a device or a vendor from the system's database
 *   source    topology          whether the source says what hangs off what: known, partial or unknown (lspci's text)
 * -ENODATA: this source cannot say.
 */
int tree_answer(struct tree *t, struct arena *a, const char *kind, const char *key, const char **ret);
/* Says which questions of a kind will be asked, so that what is slow to answer is done side by side. */
void tree_prepare(struct tree *t, const char *kind, const struct strs *keys);

#endif
