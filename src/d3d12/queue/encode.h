/* SPDX-License-Identifier: MIT */
/*
 * From command streams to a Vulkan command buffer, a chunk at a time.
 */
#ifndef NT_D3D12_ENCODE_H
#define NT_D3D12_ENCODE_H

#include "d3d12/queue/stream.h"

/* A chunk ends after so many bytes or commands: it is what still runs after a removal. */
#define NT_D3D_CHUNK_BYTES    (UINT64_C(8) << 20)
#define NT_D3D_CHUNK_COMMANDS 1024u

/* Where a stream goes on: a command, and how much of it is done. */
struct nt_d3d_cursor {
    size_t command;
    uint64_t done;
};

struct nt_d3d_access {
    const struct nt_d3d_memory *memory;
    uint64_t start, end;
    bool is_write;
};

#define NT_D3D_MAX_ACCESSES 16

struct nt_d3d_encoder {
    const struct nt_d3d_vulkan *vulkan;
    struct nt_d3d_memory *crumbs; /* where NT_D3D_CRUMBs are written, or NULL */
    uint64_t crumb_offset;
    VkCommandBuffer buffer;
    uint64_t bytes;
    uint32_t n_commands;
    size_t n_accesses; /* since the last barrier */
    struct nt_d3d_access accesses[NT_D3D_MAX_ACCESSES];
};

/**
 * nt_d3d_encode_begin() - start a chunk
 * @buffer: not recording, its earlier use completed
 *
 * All that was submitted before is done and visible before the chunk's first command.
 */
VkResult nt_d3d_encode_begin(struct nt_d3d_encoder *encoder, const struct nt_d3d_vulkan *vulkan,
                             VkCommandBuffer buffer);

/**
 * nt_d3d_encode_order() - put a barrier in when one of @n accesses must come after an earlier one
 * @n: NT_D3D_MAX_ACCESSES at most
 */
void nt_d3d_encode_order(struct nt_d3d_encoder *encoder, const struct nt_d3d_access *accesses,
                         size_t n);

/** nt_d3d_encode() - commands of @stream from @cursor on; true when all of it is in */
bool nt_d3d_encode(struct nt_d3d_encoder *encoder, const struct nt_d3d_stream *stream,
                   struct nt_d3d_cursor *cursor);

/**
 * nt_d3d_encode_marker() - the word @value at @offset of @buffer, in the driver's own order
 *
 * Return: false, and nothing is written, where the driver has no markers and for mode DEFAULT.
 */
bool nt_d3d_encode_marker(const struct nt_d3d_vulkan *vulkan, VkCommandBuffer commands,
                          D3D12_WRITEBUFFERIMMEDIATE_MODE mode, VkBuffer buffer, uint64_t offset,
                          uint32_t value);

/** nt_d3d_encode_is_full() - true when nothing more belongs into this chunk */
bool nt_d3d_encode_is_full(const struct nt_d3d_encoder *encoder);

/** nt_d3d_encode_fill() - set every byte of @memory, by words of @value */
void nt_d3d_encode_fill(struct nt_d3d_encoder *encoder, const struct nt_d3d_memory *memory,
                        uint32_t value);

/** nt_d3d_encode_stamp() - a timestamp to the query whose result is at @offset (query.h) */
void nt_d3d_encode_stamp(struct nt_d3d_encoder *encoder, const struct nt_d3d_memory *memory,
                         uint64_t offset);

/**
 * nt_d3d_encode_end() - all writes become visible to the host; the buffer can be submitted
 * @progress: a word of it gets @number when all else is done
 */
VkResult nt_d3d_encode_end(struct nt_d3d_encoder *encoder, const struct nt_d3d_memory *progress,
                           uint32_t number);

#endif
