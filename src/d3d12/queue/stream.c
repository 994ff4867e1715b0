// SPDX-License-Identifier: MIT
/*
 * Command streams as data (see stream.h). How they become Vulkan commands is in encode.c.
 */
#include "d3d12/queue/stream.h"

#include <stdlib.h>
#include <string.h>

#include "d3d12/list/allocator.h"

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

/* Room for one more element of @size bytes in an array that grows by doubling. */
static bool grow(void **array, size_t n, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 16;
    void *larger;

    if (n < *room)
        return true;
    if (more > SIZE_MAX / size)
        return false;
    larger = realloc(*array, more * size);
    if (!larger)
        return false;
    *array = larger;
    *room = more;
    return true;
}

/* Remembers @memory. The latest ones come first: a list mostly stays with a few. */
static bool mention(struct nt_d3d_stream *stream, struct nt_d3d_memory *memory)
{
    void *array = stream->memories;

    for (size_t i = stream->n_memories; i-- > 0;) {
        if (stream->memories[i] == memory)
            return true;
    }
    if (!grow(&array, stream->n_memories, &stream->memory_room, sizeof(*stream->memories)))
        return false;
    stream->memories = array;
    stream->memories[stream->n_memories++] = memory;
    nt_d3d_memory_ref(memory);
    return true;
}

bool nt_d3d_stream_add(struct nt_d3d_stream *stream, const struct nt_d3d_command *command)
{
    void *array = stream->commands;

    if (command->target && !mention(stream, command->target))
        return false;
    if (command->source && !mention(stream, command->source))
        return false;
    if (!grow(&array, stream->n_commands, &stream->room, sizeof(*stream->commands)))
        return false;
    stream->commands = array;
    stream->commands[stream->n_commands++] = *command;
    return true;
}

bool nt_d3d_stream_add_copy(struct nt_d3d_stream *stream, enum nt_d3d_op op,
                            const struct nt_d3d_texel_copy *copy)
{
    const struct nt_d3d_command command = {.op = op,
                                           .target = copy->target.memory,
                                           .source = copy->source.memory,
                                           .size = (uint64_t)copy->rows * copy->slices,
                                           .index = stream->n_copies};
    void *array = stream->copies;

    if (!grow(&array, stream->n_copies, &stream->copy_room, sizeof(*stream->copies)))
        return false;
    stream->copies = array;
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
    void *array = stream->history;

    if (!grow(&array, stream->n_history, &stream->history_room, sizeof(*stream->history)))
        return false;
    stream->history = array;
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
