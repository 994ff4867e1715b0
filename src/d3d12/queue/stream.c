// SPDX-License-Identifier: MIT
/*
 * Command streams as data (see stream.h). How they become Vulkan commands is in encode.c.
 */
#include "d3d12/queue/stream.h"

#include <stdlib.h>

#include "d3d12/list/allocator.h"
#include "util/macro.h"

struct nt_d3d_stream *nt_d3d_stream_new(struct nt_d3d_allocator *allocator)
{
    struct nt_d3d_stream *stream = calloc(1, sizeof(*stream));

    if (!stream)
        return NULL;
    atomic_init(&stream->refs, 1);
    stream->allocator = allocator;
    if (allocator) {
        nt_d3d_object_ref(&allocator->object);
        stream->generation = atomic_load(&allocator->generation);
    }
    return stream;
}

void nt_d3d_stream_ref(struct nt_d3d_stream *stream)
{
    atomic_fetch_add_explicit(&stream->refs, 1, memory_order_relaxed);
}

void nt_d3d_stream_unref(struct nt_d3d_stream *stream)
{
    if (!stream || atomic_fetch_sub(&stream->refs, 1) != 1)
        return;
    for (size_t i = 0; i < stream->n_memories; i++)
        nt_d3d_memory_unref(stream->memories[i]);
    for (size_t i = 0; i < stream->n_copies; i++) {
        nt_d3d_surface_unref(stream->copies[i].target.surface);
        nt_d3d_surface_unref(stream->copies[i].source.surface);
    }
    if (stream->allocator)
        nt_d3d_object_unref(&stream->allocator->object);
    free(stream->history);
    free(stream->copies);
    free(stream->memories);
    free(stream->commands);
    free(stream);
}

/* Remembers @memory. The latest ones come first: a list mostly stays with a few. */
static bool mention(struct nt_d3d_stream *stream, struct nt_d3d_memory *memory)
{

    for (size_t i = stream->n_memories; i-- > 0;) {
        if (stream->memories[i] == memory)
            return true;
    }
    if (!NT_ARRAY_GROW(stream->memories, stream->n_memories, stream->memory_room))
        return false;
    stream->memories[stream->n_memories++] = memory;
    nt_d3d_memory_ref(memory);
    return true;
}

bool nt_d3d_stream_add(struct nt_d3d_stream *stream, const struct nt_d3d_command *command)
{

    if (command->target && !mention(stream, command->target))
        return false;
    if (command->source && !mention(stream, command->source))
        return false;
    if (!NT_ARRAY_GROW(stream->commands, stream->n_commands, stream->room))
        return false;
    stream->commands[stream->n_commands++] = *command;
    return true;
}

static uint64_t start_of(const struct nt_d3d_texel_place *place)
{
    return place->surface ? place->surface->offset : place->offset;
}

bool nt_d3d_stream_add_copy(struct nt_d3d_stream *stream, enum nt_d3d_op op,
                            const struct nt_d3d_texel_copy *copy)
{
    const struct nt_d3d_command command = {.op = op,
                                           .target = copy->target.memory,
                                           .source = copy->source.memory,
                                           .target_offset = start_of(&copy->target),
                                           .source_offset = start_of(&copy->source),
                                           .size = (uint64_t)copy->rows * copy->slices,
                                           .index = stream->n_copies};

    if (!NT_ARRAY_GROW(stream->copies, stream->n_copies, stream->copy_room))
        return false;
    if (!nt_d3d_stream_add(stream, &command))
        return false;
    stream->copies[stream->n_copies++] = *copy;
    if (copy->target.surface)
        nt_d3d_surface_ref(copy->target.surface);
    if (copy->source.surface)
        nt_d3d_surface_ref(copy->source.surface);
    return true;
}

bool nt_d3d_stream_note(struct nt_d3d_stream *stream, D3D12_AUTO_BREADCRUMB_OP op)
{
    const struct nt_d3d_command crumb = {.op = NT_D3D_CRUMB,
                                         .value = (uint32_t)stream->n_history + 1};

    if (!NT_ARRAY_GROW(stream->history, stream->n_history, stream->history_room))
        return false;
    if (!nt_d3d_stream_add(stream, &crumb))
        return false;
    stream->history[stream->n_history++] = op;
    return true;
}

bool nt_d3d_stream_append(struct nt_d3d_stream *stream, const struct nt_d3d_stream *other)
{
    for (size_t i = 0; i < other->n_commands; i++) {
        const struct nt_d3d_command *command = &other->commands[i];
        bool is_copy = command->op == NT_D3D_TEXELS || command->op == NT_D3D_DISCARD;

        if (command->op == NT_D3D_CRUMB)
            continue;
        if (is_copy ? !nt_d3d_stream_add_copy(stream, command->op, &other->copies[command->index])
                    : !nt_d3d_stream_add(stream, command))
            return false;
    }
    return true;
}

bool nt_d3d_stream_hold(struct nt_d3d_stream *stream)
{
    for (size_t i = 0; i < stream->n_memories; i++) {
        if (nt_d3d_memory_hold(stream->memories[i]))
            continue;
        while (i-- > 0)
            nt_d3d_memory_unhold(stream->memories[i]);
        return false;
    }
    return true;
}

void nt_d3d_stream_unhold(struct nt_d3d_stream *stream)
{
    for (size_t i = 0; i < stream->n_memories; i++)
        nt_d3d_memory_unhold(stream->memories[i]);
}
