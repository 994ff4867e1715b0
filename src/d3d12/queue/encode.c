// SPDX-License-Identifier: MIT
/*
 * From command streams to Vulkan commands.
 *
 * Direct3D orders copies within a list where they touch the same bytes; Vulkan does not. So
 * the encoder remembers what was read and written since the last barrier and puts one in when
 * a command would meet it.
 *
 * A marker (WriteBufferImmediate with MARKER_IN or MARKER_OUT) must be seen by another
 * process while the list still runs: it is written between two barriers, the second of which
 * also makes it visible to the host. So a MARKER_IN is there before any later command begins,
 * a MARKER_OUT not before all earlier ones have finished (D2.1); they cost a little overlap
 * that Direct3D would allow. With VK_AMD_buffer_marker the driver writes them itself.
 */
#include "d3d12/queue/encode.h"

#include "d3d12/queue/encode-texels.h"
#include "d3d12/tiles/tiles.h"
#include "util/macro.h"

static void barrier(const struct nt_d3d_encoder *encoder, VkPipelineStageFlags before,
                    VkPipelineStageFlags after, VkAccessFlags visible)
{
    const VkMemoryBarrier memory = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                    .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                                    .dstAccessMask = visible};

    vkCmdPipelineBarrier(encoder->buffer, before, after, 0, 1, &memory, 0, NULL, 0, NULL);
}

static void barrier_between(struct nt_d3d_encoder *encoder)
{
    barrier(encoder, VK_PIPELINE_STAGE_TRANSFER_BIT,
            VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_HOST_BIT,
            VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT | VK_ACCESS_HOST_READ_BIT);
    encoder->n_accesses = 0;
}

VkResult nt_d3d_encode_begin(struct nt_d3d_encoder *encoder, const struct nt_d3d_vulkan *vulkan,
                             VkCommandBuffer buffer)
{
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                           .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    VkResult result = vkBeginCommandBuffer(buffer, &info);

    if (result != VK_SUCCESS)
        return result;
    *encoder = (struct nt_d3d_encoder){.vulkan = vulkan, .buffer = buffer};
    barrier_between(encoder);
    return VK_SUCCESS;
}

static bool meets(const struct nt_d3d_encoder *encoder, const struct nt_d3d_access *access)
{
    for (size_t i = 0; i < encoder->n_accesses; i++) {
        const struct nt_d3d_access *old = &encoder->accesses[i];

        if (old->memory == access->memory && (old->is_write || access->is_write) &&
            old->start < access->end && access->start < old->end)
            return true;
    }
    return false;
}

void nt_d3d_encode_order(struct nt_d3d_encoder *encoder, const struct nt_d3d_access *accesses,
                         size_t n)
{
    bool needed = encoder->n_accesses + n > NT_D3D_MAX_ACCESSES;

    for (size_t i = 0; !needed && i < n; i++)
        needed = meets(encoder, &accesses[i]);
    if (needed)
        barrier_between(encoder);
    for (size_t i = 0; i < n; i++)
        encoder->accesses[encoder->n_accesses++] = accesses[i];
}

/* One piece of a copy: at most @limit bytes, within one buffer on either side. */
static uint64_t encode_copy(struct nt_d3d_encoder *encoder, const struct nt_d3d_command *command,
                            uint64_t done, uint64_t limit)
{
    uint64_t target = command->target_offset + done;
    uint64_t source = command->source_offset + done;
    uint64_t size = command->size - done < limit ? command->size - done : limit;
    uint64_t target_run, source_run;
    VkBufferCopy region;
    VkBuffer from, to;
    bool is_mapped;

    to = nt_d3d_memory_locate(command->target, target, &region.dstOffset, &target_run);
    from = nt_d3d_memory_locate(command->source, source, &region.srcOffset, &source_run);
    if (size > target_run)
        size = target_run;
    if (size > source_run)
        size = source_run;
    /* A tile that is mapped to nothing swallows its part (tiles.h). */
    size = nt_d3d_tiles_run(command->target, target, size, &is_mapped);
    if (!is_mapped)
        return size;
    region.size = size;
    nt_d3d_encode_order(encoder,
                        (struct nt_d3d_access[]){{command->target, target, target + size, true},
                                                 {command->source, source, source + size, false}},
                        2);
    vkCmdCopyBuffer(encoder->buffer, from, to, 1, &region);
    return size;
}

bool nt_d3d_encode_marker(const struct nt_d3d_vulkan *vulkan, VkCommandBuffer commands,
                          D3D12_WRITEBUFFERIMMEDIATE_MODE mode, VkBuffer buffer, uint64_t offset,
                          uint32_t value)
{
    if (mode == D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT || !vulkan->write_marker)
        return false;
    vulkan->write_marker(commands,
                         mode == D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN
                             ? VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT
                             : VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT,
                         buffer, offset, value);
    return true;
}

static void encode_write(struct nt_d3d_encoder *encoder, const struct nt_d3d_command *command)
{
    bool is_marker = command->mode != D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT;
    bool is_mapped;
    uint64_t offset, run;
    VkBuffer buffer;

    nt_d3d_tiles_run(command->target, command->target_offset, 4, &is_mapped);
    if (!is_mapped)
        return;
    buffer = nt_d3d_memory_locate(command->target, command->target_offset, &offset, &run);
    if (!is_marker) {
        nt_d3d_encode_order(encoder,
                            &(struct nt_d3d_access){command->target, command->target_offset,
                                                    command->target_offset + 4, true},
                            1);
        vkCmdUpdateBuffer(encoder->buffer, buffer, offset, 4, &command->value);
        return;
    }
    if (nt_d3d_encode_marker(encoder->vulkan, encoder->buffer, command->mode, buffer, offset,
                             command->value))
        return;
    if (encoder->n_accesses)
        barrier_between(encoder);
    vkCmdUpdateBuffer(encoder->buffer, buffer, offset, 4, &command->value);
    barrier_between(encoder);
}

void nt_d3d_encode_stamp(struct nt_d3d_encoder *encoder, const struct nt_d3d_memory *memory,
                         uint64_t offset)
{
    uint32_t query = (uint32_t)(offset / sizeof(uint64_t));
    uint64_t place, run;
    VkBuffer buffer = nt_d3d_memory_locate(memory, offset, &place, &run);

    /* The time is that of the end of all that came before. */
    if (encoder->n_accesses)
        barrier_between(encoder);
    nt_d3d_encode_order(
        encoder, &(struct nt_d3d_access){memory, offset, offset + sizeof(uint64_t), true}, 1);
    vkCmdResetQueryPool(encoder->buffer, memory->queries, query, 1);
    vkCmdWriteTimestamp(encoder->buffer, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, memory->queries,
                        query);
    vkCmdCopyQueryPoolResults(encoder->buffer, memory->queries, query, 1, buffer, place,
                              sizeof(uint64_t), VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT);
}

/* DRED's word of this execution, a marker like any other. */
static void encode_crumb(struct nt_d3d_encoder *encoder, uint32_t value)
{
    const struct nt_d3d_command command = {.op = NT_D3D_WRITE,
                                           .mode = D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT,
                                           .value = value,
                                           .target = encoder->crumbs,
                                           .target_offset = encoder->crumb_offset};

    if (encoder->crumbs)
        encode_write(encoder, &command);
}

bool nt_d3d_encode_is_full(const struct nt_d3d_encoder *encoder)
{
    return encoder->bytes >= NT_D3D_CHUNK_BYTES || encoder->n_commands >= NT_D3D_CHUNK_COMMANDS;
}

bool nt_d3d_encode(struct nt_d3d_encoder *encoder, const struct nt_d3d_stream *stream,
                   struct nt_d3d_cursor *cursor)
{
    while (cursor->command < stream->n_commands && !nt_d3d_encode_is_full(encoder)) {
        const struct nt_d3d_command *command = &stream->commands[cursor->command];
        uint64_t left = NT_D3D_CHUNK_BYTES - encoder->bytes, size = 0, bytes = 0;

        switch (command->op) {
        case NT_D3D_COPY:
            bytes = size = encode_copy(encoder, command, cursor->done, left);
            break;
        case NT_D3D_TEXELS:
            size = nt_d3d_encode_texels(encoder, &stream->copies[command->index], cursor->done,
                                        left, &bytes);
            break;
        case NT_D3D_DISCARD:
            nt_d3d_encode_discard(stream->copies[command->index].target.surface);
            size = command->size;
            break;
        case NT_D3D_WRITE:
            encode_write(encoder, command);
            break;
        case NT_D3D_STAMP:
            nt_d3d_encode_stamp(encoder, command->target, command->target_offset);
            break;
        case NT_D3D_BARRIER:
            barrier_between(encoder);
            break;
        case NT_D3D_CRUMB:
            encode_crumb(encoder, command->value);
            break;
        }
        encoder->bytes += bytes;
        encoder->n_commands++;
        cursor->done += size;
        if (cursor->done >= command->size) {
            cursor->command++;
            cursor->done = 0;
        }
    }
    return cursor->command == stream->n_commands;
}

void nt_d3d_encode_fill(struct nt_d3d_encoder *encoder, const struct nt_d3d_memory *memory,
                        uint32_t value)
{
    uint64_t done = 0;

    while (done < memory->size) {
        uint64_t offset, run;
        VkBuffer buffer = nt_d3d_memory_locate(memory, done, &offset, &run);

        if (run > memory->size - done)
            run = memory->size - done;
        /* A tail of less than a word goes into the padding that every allocation has. */
        vkCmdFillBuffer(encoder->buffer, buffer, offset, nt_align_up(run, 4), value);
        done += run;
    }
}

VkResult nt_d3d_encode_end(struct nt_d3d_encoder *encoder, const struct nt_d3d_memory *progress,
                           uint32_t number)
{
    uint64_t offset, run;
    VkBuffer buffer = nt_d3d_memory_locate(progress, 0, &offset, &run);

    barrier_between(encoder);
    vkCmdUpdateBuffer(encoder->buffer, buffer, offset, sizeof(number), &number);
    barrier_between(encoder);
    return vkEndCommandBuffer(encoder->buffer);
}
