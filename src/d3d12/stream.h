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

#include "d3d12/memory.h"

enum nt_d3d_op {
    NT_D3D_COPY,    /* @size bytes from @source to @target */
    NT_D3D_WRITE,   /* the word @value to @target */
    NT_D3D_BARRIER, /* what came before is done and visible before what comes after begins */
};

struct nt_d3d_command {
    enum nt_d3d_op op;
    uint32_t value;
    D3D12_WRITEBUFFERIMMEDIATE_MODE mode; /* of a NT_D3D_WRITE */
    struct nt_d3d_memory *target, *source;
    uint64_t target_offset, source_offset, size;
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
};

/** nt_d3d_stream_new() - an empty stream, one reference; NULL when there is no memory */
struct nt_d3d_stream *nt_d3d_stream_new(struct nt_d3d_allocator *allocator);
void nt_d3d_stream_ref(struct nt_d3d_stream *stream);
void nt_d3d_stream_unref(struct nt_d3d_stream *stream);

/** nt_d3d_stream_add() - one more command; false when there is no memory */
bool nt_d3d_stream_add(struct nt_d3d_stream *stream, const struct nt_d3d_command *command);

/** nt_d3d_stream_append() - all commands of @other, a closed stream */
bool nt_d3d_stream_append(struct nt_d3d_stream *stream, const struct nt_d3d_stream *other);

/**
 * nt_d3d_stream_hold() - keep the pages of all memory it mentions, for a run
 *
 * Return: false, and nothing is held, when some memory is gone already.
 */
bool nt_d3d_stream_hold(struct nt_d3d_stream *stream);
void nt_d3d_stream_unhold(struct nt_d3d_stream *stream);

#endif
