/* SPDX-License-Identifier: MIT */
/*
 * A command stream: what a command list recorded, in our own words. The engine turns it into
 * Vulkan commands when it runs, in chunks, so that a device that is removed in the middle of
 * a list really stops there, and so that a list can run many times.
 *
 * A stream is written by one thread while its list records and never again after Close. It
 * has a reference, but no hold, on all memory that it mentions: a heap may be released while
 * a finished list still mentions it, as on Windows.
 */
#ifndef NT_D3D12_STREAM_H
#define NT_D3D12_STREAM_H

#include <d3d12.h>

#include "d3d12/resource/surface.h"

enum nt_d3d_op {
    NT_D3D_COPY,    /* @size bytes from @source to @target */
    NT_D3D_TEXELS,  /* copies[@index] of the stream; @size is its rows in all slices */
    NT_D3D_DISCARD, /* what the image of copies[@index].target holds may be lost */
    NT_D3D_WRITE,   /* the word @value to @target */
    NT_D3D_STAMP,   /* a timestamp to @target, which has queries (query.h) */
    NT_D3D_BARRIER, /* what came before is done and visible before what comes after begins */
    NT_D3D_CRUMB,   /* DRED: the first @value methods of the history are done */
};

struct nt_d3d_command {
    enum nt_d3d_op op;
    uint32_t value;
    D3D12_WRITEBUFFERIMMEDIATE_MODE mode; /* of a NT_D3D_WRITE */
    struct nt_d3d_memory *target, *source;
    uint64_t target_offset, source_offset; /* of texels: where their surface or footprint begins */
    uint64_t size;
    size_t index; /* of NT_D3D_TEXELS and NT_D3D_DISCARD */
};

/* One side of a copy of texels. */
struct nt_d3d_texel_place {
    struct nt_d3d_surface *surface;     /* NULL: rows in a buffer */
    struct nt_d3d_memory *memory;       /* the surface's, or the buffer's */
    const struct nt_d3d_format *format; /* of the subresource's plane, or the footprint's */
    struct nt_d3d_texels at;            /* in the subresource or footprint, in texels */
    uint64_t offset;                    /* of a footprint, in @memory */
    uint64_t row_pitch, slice_pitch;    /* of a footprint */
};

/* A box of as many blocks on either side. */
struct nt_d3d_texel_copy {
    struct nt_d3d_texel_place target, source;
    uint32_t blocks, rows, slices;
};

struct nt_d3d_allocator;

struct nt_d3d_stream {
    _Atomic uint32_t refs;
    struct nt_d3d_allocator *allocator; /* internal reference; NULL while there is none */
    uint64_t generation;                /* of the allocator when recording began */
    struct nt_d3d_command *commands;
    size_t n_commands, room;
    struct nt_d3d_memory **memories; /* each once, one reference each */
    size_t n_memories, memory_room;
    struct nt_d3d_texel_copy *copies; /* one reference on each surface */
    size_t n_copies, copy_room;
    D3D12_AUTO_BREADCRUMB_OP *history; /* DRED (dred.h): what the NT_D3D_CRUMBs are behind of */
    size_t n_history, history_room;
};

/** nt_d3d_stream_new() - an empty stream, one reference; NULL when there is no memory */
struct nt_d3d_stream *nt_d3d_stream_new(struct nt_d3d_allocator *allocator);
void nt_d3d_stream_ref(struct nt_d3d_stream *stream);
void nt_d3d_stream_unref(struct nt_d3d_stream *stream);

/** nt_d3d_stream_add() - one more command; false when there is no memory */
bool nt_d3d_stream_add(struct nt_d3d_stream *stream, const struct nt_d3d_command *command);

/** nt_d3d_stream_add_copy() - NT_D3D_TEXELS or NT_D3D_DISCARD; false when there is no memory */
bool nt_d3d_stream_add_copy(struct nt_d3d_stream *stream, enum nt_d3d_op op,
                            const struct nt_d3d_texel_copy *copy);

/** nt_d3d_stream_note() - one more method in the history, and a NT_D3D_CRUMB behind it */
bool nt_d3d_stream_note(struct nt_d3d_stream *stream, D3D12_AUTO_BREADCRUMB_OP op);

/** nt_d3d_stream_append() - all commands of @other, a closed stream, without its history */
bool nt_d3d_stream_append(struct nt_d3d_stream *stream, const struct nt_d3d_stream *other);

/**
 * nt_d3d_stream_hold() - keep the pages of all memory it mentions, for a run
 *
 * Return: false, and nothing is held, when some memory is gone already.
 */
bool nt_d3d_stream_hold(struct nt_d3d_stream *stream);
void nt_d3d_stream_unhold(struct nt_d3d_stream *stream);

#endif
