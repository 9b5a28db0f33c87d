/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The libraries' stable binary interfaces are declared here, as far as they are used: their headers are not needed to
 * build, and none of the libraries to run.
 */
#include "host/decompress.h"

#include "base/arena.h"

#include <dlfcn.h>
#include <errno.h>

struct decoder {
	const struct decoder_ops *ops;
	void *state;
	unsigned char *out; /* DECOMPRESS_PIECE bytes */
};

/* One step: takes input, gives output; 1 at the end of the stream. */
struct decoder_ops {
	const char *magic;
	size_t n_magic;
	int (*init)(void **ret_state);
	int (*step)(struct decoder *d, const unsigned char *in, size_t n, size_t *ret_used,
		    size_t *ret_made);
	void (*done)(void *state);
	bool (*may_end)(const void *state); /* NULL: the stream has an end mark */
};

/* Looks functions of a library up; -ENODATA when the library or one of them is missing. */
struct symbol {
	const char *name;
	void *at; /* a function pointer's address */
};

static int symbols_load(const char *library, const struct symbol *symbols, unsigned n)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	unsigned i;

	if (!handle)
		return -ENODATA;
	for (i = 0; i < n; i++) {
		void *found = dlsym(handle, symbols[i].name);

		if (!found)
			return -ENODATA;
		memcpy(symbols[i].at, &found, sizeof(found));
	}
	return 0;
}

/* zlib.h */
struct z_stream {
	const unsigned char *next_in;
	unsigned avail_in;
	unsigned long total_in;
	unsigned char *next_out;
	unsigned avail_out;
	unsigned long total_out;
	const char *msg;
	void *state, *zalloc, *zfree, *opaque;
	int data_type;
	unsigned long adler, reserved;
};
static struct {
	int (*init)(struct z_stream *, int window_bits, const char *version, int size);
	int (*step)(struct z_stream *, int flush);
	int (*end)(struct z_stream *);
} z;

static int gzip_init(void **ret_state)
{
	static const struct symbol symbols[] = {{"inflateInit2_", &z.init},
						{"inflate", &z.step},
						{"inflateEnd", &z.end}};
	struct z_stream *s;
	int r = symbols_load("libz.so.1", symbols, ARRAY_LEN(symbols));

	if (r < 0)
		return r;
	s = xmalloc(sizeof(*s));
	memset(s, 0, sizeof(*s));
	if (z.init(s, 15 + 16 /* gzip only */, "1.2", (int)sizeof(*s)) != 0) {
		free(s);
		return -ENODATA;
	}
	*ret_state = s;
	return 0;
}

static int gzip_step(struct decoder *d, const unsigned char *in, size_t n, size_t *ret_used,
		     size_t *ret_made)
{
	enum { Z_OK = 0, Z_STREAM_END = 1, Z_BUF_ERROR = -5 };
	struct z_stream *s = d->state;
	int r;

	s->next_in = in;
	s->avail_in = (unsigned)n;
	s->next_out = d->out;
	s->avail_out = DECOMPRESS_PIECE;
	r = z.step(s, 0);
	*ret_used = n - s->avail_in;
	*ret_made = DECOMPRESS_PIECE - s->avail_out;
	return r == Z_STREAM_END ? 1 : r == Z_OK || r == Z_BUF_ERROR ? 0 : -EBADMSG;
}

static void gzip_done(void *state)
{
	z.end(state);
	free(state);
}

/* lzma/base.h */
struct lzma_stream {
	const unsigned char *next_in;
	size_t avail_in;
	uint64_t total_in;
	unsigned char *next_out;
	size_t avail_out;
	uint64_t total_out;
	const void *allocator;
	void *internal;
	void *reserved_ptr[4];
	uint64_t reserved_int[2];
	size_t reserved_size[2];
	int reserved_enum[2];
};
static struct {
	int (*xz)(struct lzma_stream *, uint64_t memlimit, uint32_t flags);
	int (*alone)(struct lzma_stream *, uint64_t memlimit);
	int (*step)(struct lzma_stream *, int action);
	void (*end)(struct lzma_stream *);
} lzma;

enum { LZMA_MEMORY = 256 << 20 };

static int lzma_init(void **ret_state, bool alone)
{
	static const struct symbol symbols[] = {{"lzma_stream_decoder", &lzma.xz},
						{"lzma_alone_decoder", &lzma.alone},
						{"lzma_code", &lzma.step},
						{"lzma_end", &lzma.end}};
	struct lzma_stream *s;
	int r = symbols_load("liblzma.so.5", symbols, ARRAY_LEN(symbols));

	if (r < 0)
		return r;
	s = xmalloc(sizeof(*s));
	memset(s, 0, sizeof(*s));
	if ((alone ? lzma.alone(s, LZMA_MEMORY) : lzma.xz(s, LZMA_MEMORY, 0)) != 0) {
		free(s);
		return -ENODATA;
	}
	*ret_state = s;
	return 0;
}

static int xz_init(void **ret_state)
{
	return lzma_init(ret_state, false);
}

static int alone_init(void **ret_state)
{
	return lzma_init(ret_state, true);
}

static int lzma_step(struct decoder *d, const unsigned char *in, size_t n, size_t *ret_used,
		     size_t *ret_made)
{
	enum { LZMA_OK = 0, LZMA_STREAM_END = 1, LZMA_BUF_ERROR = 10 };
	struct lzma_stream *s = d->state;
	int r;

	s->next_in = in;
	s->avail_in = n;
	s->next_out = d->out;
	s->avail_out = DECOMPRESS_PIECE;
	r = lzma.step(s, 0);
	*ret_used = n - s->avail_in;
	*ret_made = DECOMPRESS_PIECE - s->avail_out;
	return r == LZMA_STREAM_END ? 1 : r == LZMA_OK || r == LZMA_BUF_ERROR ? 0 : -EBADMSG;
}

static void lzma_done(void *state)
{
	lzma.end(state);
	free(state);
}

/* zstd.h */
struct zstd_buffer {
	const void *p;
	size_t size, pos;
};
static struct {
	void *(*new)(void);
	size_t (*free)(void *);
	size_t (*step)(void *, struct zstd_buffer *out, struct zstd_buffer *in);
	unsigned (*is_error)(size_t);
} zstd;

static int zstd_init(void **ret_state)
{
	static const struct symbol symbols[] = {{"ZSTD_createDStream", &zstd.new},
						{"ZSTD_freeDStream", &zstd.free},
						{"ZSTD_decompressStream", &zstd.step},
						{"ZSTD_isError", &zstd.is_error}};
	int r = symbols_load("libzstd.so.1", symbols, ARRAY_LEN(symbols));

	if (r < 0)
		return r;
	*ret_state = zstd.new();
	return *ret_state ? 0 : -ENODATA;
}

static int zstd_step(struct decoder *d, const unsigned char *in, size_t n, size_t *ret_used,
		     size_t *ret_made)
{
	struct zstd_buffer from = {in, n, 0}, to = {d->out, DECOMPRESS_PIECE, 0};
	size_t r = zstd.step(d->state, &to, &from);

	*ret_used = from.pos;
	*ret_made = to.pos;
	return zstd.is_error(r) ? -EBADMSG : r == 0;
}

static void zstd_done(void *state)
{
	zstd.free(state);
}

/*
 * lz4's legacy frame, as `lz4 -l` writes it and the kernel reads it (lib/decompress_unlz4.c): the magic number, then
 * blocks of a four-byte size and that many bytes, each of which unpacks to at most 8 MiB. There is no end mark: a size
 * that cannot be is what follows the stream.
 */
enum { LZ4_BLOCK = 8 << 20, LZ4_PACKED = LZ4_BLOCK + LZ4_BLOCK / 255 + 16 };
struct lz4_state {
	unsigned char *packed, *block;
	size_t have, want;  /* of packed */
	size_t made, given; /* of block */
	unsigned char head[4];
	unsigned n_head;
	bool begun;
};
static int (*lz4_unpack)(const char *, char *, int, int);

static int lz4_init(void **ret_state)
{
	static const struct symbol symbols[] = {{"LZ4_decompress_safe", &lz4_unpack}};
	struct lz4_state *s;
	int r = symbols_load("liblz4.so.1", symbols, ARRAY_LEN(symbols));

	if (r < 0)
		return r;
	s = xmalloc(sizeof(*s));
	*s = (struct lz4_state){.packed = xmalloc(LZ4_PACKED), .block = xmalloc(LZ4_BLOCK)};
	*ret_state = s;
	return 0;
}

/* Takes the next header bytes; 1 when what they say is no block. */
static int lz4_header(struct lz4_state *s, const unsigned char *in, size_t n, size_t *used)
{
	while (*used < n && s->n_head < 4)
		s->head[s->n_head++] = in[(*used)++];
	if (s->n_head < 4)
		return 0;
	s->n_head = 0;
	if (!s->begun || memcmp(s->head, "\x02\x21\x4c\x18", 4) == 0) {
		s->begun = true;
		return 0;
	}
	s->want = (size_t)s->head[0] | (size_t)s->head[1] << 8 | (size_t)s->head[2] << 16 |
		  (size_t)s->head[3] << 24;
	if (s->want == 0 || s->want > LZ4_PACKED)
		return 1;
	s->have = 0;
	return 0;
}

static int lz4_step(struct decoder *d, const unsigned char *in, size_t n, size_t *ret_used,
		    size_t *ret_made)
{
	struct lz4_state *s = d->state;
	size_t used = 0, take;
	int r = 0;

	if (s->given == s->made && s->want == 0)
		r = lz4_header(s, in, n, &used);
	if (s->want && r == 0) {
		take = MIN(n - used, s->want - s->have);
		memcpy(s->packed + s->have, in + used, take);
		s->have += take;
		used += take;
		if (s->have == s->want) {
			r = lz4_unpack((const char *)s->packed, (char *)s->block, (int)s->want,
				       LZ4_BLOCK);
			s->made = r < 0 ? 0 : (size_t)r;
			s->given = s->want = 0;
			r = r < 0 ? -EBADMSG : 0;
		}
	}
	take = MIN(s->made - s->given, (size_t)DECOMPRESS_PIECE);
	memcpy(d->out, s->block + s->given, take);
	s->given += take;
	*ret_used = used;
	*ret_made = take;
	return r;
}

static void lz4_done(void *state)
{
	struct lz4_state *s = state;

	free(s->packed);
	free(s->block);
	free(s);
}

static bool lz4_may_end(const void *state)
{
	const struct lz4_state *s = state;

	return s->want == 0 && s->n_head == 0 && s->given == s->made;
}

static const struct decoder_ops decoders[] = {
	{"\x1f\x8b", 2, gzip_init, gzip_step, gzip_done},
	{"\xfd\x37zXZ\0", 6, xz_init, lzma_step, lzma_done},
	{"\x28\xb5\x2f\xfd", 4, zstd_init, zstd_step, zstd_done},
	{"\x02\x21\x4c\x18", 4, lz4_init, lz4_step, lz4_done, lz4_may_end},
	{"\x5d\0\0", 3, alone_init, lzma_step, lzma_done},
};

int decoder_new(const void *magic, size_t n, struct decoder **ret)
{
	struct decoder *d;
	void *state;
	unsigned i;
	int r;

	for (i = 0; i < ARRAY_LEN(decoders); i++)
		if (n >= decoders[i].n_magic &&
		    memcmp(magic, decoders[i].magic, decoders[i].n_magic) == 0)
			break;
	if (i == ARRAY_LEN(decoders))
		return -EPROTONOSUPPORT;
	r = decoders[i].init(&state);
	if (r < 0)
		return r;
	d = xmalloc(sizeof(*d));
	*d = (struct decoder){.ops = &decoders[i],
			      .state = state,
			      .out = xmalloc(DECOMPRESS_PIECE)};
	*ret = d;
	return 0;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	d->ops->done(d->state);
	free(d->out);
	free(d);
}

void decoder_freep(struct decoder **d)
{
	decoder_free(*d);
	*d = NULL;
}

bool decoder_may_end(const struct decoder *d)
{
	return d->ops->may_end && d->ops->may_end(d->state);
}

int decoder_push(struct decoder *d, const void *p, size_t n, size_t *ret_used, decoder_sink sink,
		 void *arg)
{
	size_t done = 0, used, made;
	int r, sunk;

	do {
		r = d->ops->step(d, (const unsigned char *)p + done, n - done, &used, &made);
		done += used;
		sunk = made ? sink(arg, d->out, made) : 0;
		if (r >= 0 && sunk < 0)
			r = sunk;
	} while (r == 0 && (used || made));
	*ret_used = done;
	return r;
}
