/* SPDX-License-Identifier: Apache-2.0 */
/* Part of svg.c: the tree and its places. */
#ifndef GPUBAY_CODEC_SVG_TREE_H
#define GPUBAY_CODEC_SVG_TREE_H

#include "base/buf.h"
#include "model/topo.h"

enum {
	MARGIN = 24,
	TITLE_H = 54,
	ROW_H = 58,      /* one device with the room around it */
	CARD_H = 46,
	NODE_W = 156,    /* sockets, ports, switches */
	CARD_W = 352,
	GAP = 92,        /* between columns; holds the text of the link */
	FIRST_GAP = 36,
	BOX_TOP = 26,    /* room above the first row of an external box, for its name */
	BOX_BOTTOM = 10,
	SOCKET_GAP = 20,
	BRACKET_W = 84,
	FOOT_H = 40,
	COLUMNS_MAX = 40,
};

enum node_kind { NODE_SOCKET, NODE_PORT, NODE_SWITCH, NODE_DEVICE };

struct node {
	enum node_kind kind;
	uint32_t parent;   /* NONE: a socket */
	uint32_t key;      /* socket: NUMA node + 1, 0 for none; else the topmost function of it */
	uint32_t end;      /* devices: row of the matrix */
	bool box;          /* first node inside an external box */
	uint32_t nest;     /* boxes around it */
	uint32_t gpu;      /* of a box: a GPU that sits right in it, for its name; else NONE */
	uint32_t column;
	uint32_t link_at;  /* function whose link leads up; NONE: none */
	bool acs;
	int top, bottom;   /* rows it spans */
	int y;             /* middle */
};

struct tree_list {
	struct node *v;
	uint32_t n;
};

struct drawing {
	const struct snapshot *s;
	const struct topo *t;
	struct arena *a;
	struct buf *out;
	struct tree_list nodes;
	uint32_t columns;  /* of ports and switches between sockets and devices */
	int y, width;
};

/* Fills nodes, columns and y from t. */
void svg_build(struct drawing *d);
/* Left edge of a column (0: sockets), and of a node. */
int svg_column(uint32_t column);
int svg_x(const struct drawing *d, const struct node *n);

#endif
