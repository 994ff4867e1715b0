// SPDX-License-Identifier: MIT
/*
 * Copies of texels (see stream.h): between images, rows and tiles, in every combination.
 *
 * A copy goes row of blocks by row of blocks through its slices, and stops where the chunk is
 * full. A piece is as many rows of one slice as are possible at once: down to the next border
 * of tiles, and from left to right once more at each border. What is left is a rectangle that
 * is an image region or evenly pitched rows on either side.
 *
 * Images are in VK_IMAGE_LAYOUT_GENERAL throughout, so that memory barriers order them like
 * buffers. Their first use takes them there: from nothing, or as another process left them.
 */
#include "d3d12/queue/encode-texels.h"

#include "d3d12/device/device.h"
#include "d3d12/tiles/tiles.h"
#include "util/macro.h"

#define MAX_REGIONS 64

/* A rectangle of blocks in one slice of the box. */
struct rectangle {
    uint32_t x, y, z;
    uint32_t blocks, rows;
};

/* Evenly pitched rows in memory. */
struct rows {
    struct nt_d3d_memory *memory;
    uint64_t offset, pitch;
};

static bool is_image(const struct nt_d3d_texel_place *place)
{
    return place->surface && place->surface->order == NT_D3D_IMAGE;
}

static struct nt_d3d_texels point_of(const struct nt_d3d_texel_place *place, uint32_t x, uint32_t y,
                                     uint32_t z)
{
    struct nt_d3d_texels at = place->at;

    at.x += x * place->format->block_width;
    at.y += y * place->format->block_height;
    at.z += z;
    return at;
}

/* The rows under a rectangle's first block, and how far they go on to the right and down. */
static struct rows rows_at(const struct nt_d3d_texel_place *place, uint32_t x, uint32_t y,
                           uint32_t z, uint32_t *ret_blocks, uint32_t *ret_rows)
{
    const struct nt_d3d_texels at = point_of(place, x, y, z);
    struct rows rows = {.memory = place->memory};

    *ret_blocks = *ret_rows = UINT32_MAX;
    if (place->surface) {
        nt_d3d_surface_place(place->surface, &at, &rows.offset, &rows.pitch, ret_blocks, ret_rows);
        return rows;
    }
    rows.pitch = place->row_pitch;
    rows.offset = place->offset + at.z * place->slice_pitch +
                  at.y / place->format->block_height * place->row_pitch +
                  (uint64_t)(at.x / place->format->block_width) * place->format->block_bytes;
    return rows;
}

/* All that a copy touches on one side. */
static struct nt_d3d_access access_of(const struct nt_d3d_texel_copy *copy,
                                      const struct nt_d3d_texel_place *place, bool is_write)
{
    struct nt_d3d_access access = {.memory = place->memory, .is_write = is_write};
    uint32_t blocks, n;

    if (place->surface && place->surface->order != NT_D3D_ROWS) {
        access.start = place->surface->offset;
        access.end = access.start + place->surface->size;
        return access;
    }
    access.start = rows_at(place, 0, 0, 0, &blocks, &n).offset;
    access.end = rows_at(place, 0, copy->rows - 1, copy->slices - 1, &blocks, &n).offset +
                 (uint64_t)copy->blocks * place->format->block_bytes;
    return access;
}

/* Cuts a rectangle where the tiles of a side end. */
static void cut(const struct nt_d3d_texel_place *place, struct rectangle *rectangle)
{
    uint32_t blocks, rows;

    if (is_image(place))
        return;
    rows_at(place, rectangle->x, rectangle->y, rectangle->z, &blocks, &rows);
    if (rectangle->blocks > blocks)
        rectangle->blocks = blocks;
    if (rectangle->rows > rows)
        rectangle->rows = rows;
}

/* --- images ------------------------------------------------------------------------- */

static VkImageSubresourceLayers layers_of(const struct nt_d3d_texel_place *place)
{
    const D3D12_RESOURCE_DESC *desc = &place->surface->desc;

    return (VkImageSubresourceLayers){.aspectMask = VK_IMAGE_ASPECT_COLOR_BIT,
                                      .mipLevel = place->at.subresource % desc->MipLevels,
                                      .baseArrayLayer = place->at.subresource / desc->MipLevels,
                                      .layerCount = 1};
}

static VkOffset3D offset_of(const struct nt_d3d_texel_place *place,
                            const struct rectangle *rectangle)
{
    const struct nt_d3d_texels at = point_of(place, rectangle->x, rectangle->y, rectangle->z);

    return (VkOffset3D){(int32_t)at.x, (int32_t)at.y, (int32_t)at.z};
}

/* In texels of @place's image, where the last block may stand out of a small mip. */
static VkExtent3D extent_of(const struct nt_d3d_texel_place *place,
                            const struct rectangle *rectangle)
{
    const struct nt_d3d_subresource *layout = &place->surface->layouts[place->at.subresource];
    const struct nt_d3d_texels at = point_of(place, rectangle->x, rectangle->y, rectangle->z);
    VkExtent3D extent = {rectangle->blocks * place->format->block_width,
                         rectangle->rows * place->format->block_height, 1};

    if (extent.width > layout->width - at.x)
        extent.width = layout->width - at.x;
    if (extent.height > layout->height - at.y)
        extent.height = layout->height - at.y;
    return extent;
}

void nt_d3d_encode_touch(struct nt_d3d_encoder *encoder, struct nt_d3d_surface *surface)
{
    uint32_t family = surface->memory->device->vulkan.family;
    VkImageMemoryBarrier first = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
        .oldLayout = VK_IMAGE_LAYOUT_UNDEFINED,
        .newLayout = VK_IMAGE_LAYOUT_GENERAL,
        .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
        .image = surface->image,
        .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, VK_REMAINING_MIP_LEVELS, 0,
                             VK_REMAINING_ARRAY_LAYERS}};

    if (atomic_exchange(&surface->is_initialised, true))
        return;
    if (surface->is_foreign) {
        first.oldLayout = VK_IMAGE_LAYOUT_GENERAL;
        first.srcQueueFamilyIndex = VK_QUEUE_FAMILY_EXTERNAL;
        first.dstQueueFamilyIndex = family;
    }
    vkCmdPipelineBarrier(encoder->buffer, VK_PIPELINE_STAGE_TRANSFER_BIT,
                         VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0, NULL, 0, NULL, 1, &first);
}

void nt_d3d_encode_discard(struct nt_d3d_surface *surface)
{
    surface->is_foreign = false;
    atomic_store(&surface->is_initialised, false);
}

/* One row between an image and the bounce. */
static VkBufferImageCopy bounce_region(const struct nt_d3d_texel_place *place,
                                       const struct rectangle *row, uint64_t offset)
{
    return (VkBufferImageCopy){.bufferOffset = offset,
                               .imageSubresource = layers_of(place),
                               .imageOffset = offset_of(place, row),
                               .imageExtent = extent_of(place, row)};
}

/*
 * A copy between images is told in texels of the source, which cannot say that a part of a block at
 * the end of a small mip goes to where the block is whole. Such copies go through a buffer, row by
 * row of blocks.
 */
static void bounce_rows(struct nt_d3d_encoder *encoder, const struct nt_d3d_texel_copy *copy,
                        const struct rectangle *rectangle)
{
    const struct nt_d3d_memory *bounce = copy->target.memory->device->engine.progress;
    struct rectangle row = *rectangle;
    uint64_t offset, run;
    VkBuffer buffer = nt_d3d_memory_locate(bounce, NT_D3D_BOUNCE_OFFSET, &offset, &run);
    struct nt_d3d_access in[] = {{bounce, NT_D3D_BOUNCE_OFFSET, bounce->size, true},
                                 access_of(copy, &copy->source, false)};
    struct nt_d3d_access out[] = {{bounce, NT_D3D_BOUNCE_OFFSET, bounce->size, false},
                                  access_of(copy, &copy->target, true)};

    row.rows = 1;
    for (; row.y < rectangle->y + rectangle->rows; row.y++) {
        VkBufferImageCopy from = bounce_region(&copy->source, &row, offset);
        VkBufferImageCopy to = bounce_region(&copy->target, &row, offset);

        nt_d3d_encode_order(encoder, in, NT_ARRAY_SIZE(in));
        vkCmdCopyImageToBuffer(encoder->buffer, copy->source.surface->image,
                               VK_IMAGE_LAYOUT_GENERAL, buffer, 1, &from);
        nt_d3d_encode_order(encoder, out, NT_ARRAY_SIZE(out));
        vkCmdCopyBufferToImage(encoder->buffer, buffer, copy->target.surface->image,
                               VK_IMAGE_LAYOUT_GENERAL, 1, &to);
    }
}

/* Whether the rectangle means the same texels on both sides, or whole blocks. */
static bool is_plain(const struct nt_d3d_texel_copy *copy, const struct rectangle *rectangle)
{
    const struct nt_d3d_format *a = copy->source.format, *b = copy->target.format;
    VkExtent3D from = extent_of(&copy->source, rectangle), to = extent_of(&copy->target, rectangle);

    if (a->block_width == b->block_width && a->block_height == b->block_height)
        return from.width == to.width && from.height == to.height;
    return from.width == rectangle->blocks * a->block_width &&
           from.height == rectangle->rows * a->block_height &&
           to.width == rectangle->blocks * b->block_width &&
           to.height == rectangle->rows * b->block_height;
}

static void copy_images(struct nt_d3d_encoder *encoder, const struct nt_d3d_texel_copy *copy,
                        const struct rectangle *rectangle)
{
    const VkImageCopy region = {.srcSubresource = layers_of(&copy->source),
                                .srcOffset = offset_of(&copy->source, rectangle),
                                .dstSubresource = layers_of(&copy->target),
                                .dstOffset = offset_of(&copy->target, rectangle),
                                .extent = extent_of(&copy->source, rectangle)};

    if (!is_plain(copy, rectangle)) {
        bounce_rows(encoder, copy, rectangle);
        return;
    }
    vkCmdCopyImage(encoder->buffer, copy->source.surface->image, VK_IMAGE_LAYOUT_GENERAL,
                   copy->target.surface->image, VK_IMAGE_LAYOUT_GENERAL, 1, &region);
}

/* --- an image and rows ---------------------------------------------------------------- */

/* Cuts @rectangle to what lies in one buffer, from @run bytes that are left of it. */
static void fit(struct rectangle *rectangle, uint64_t run, uint64_t pitch, uint64_t bytes)
{
    uint64_t row = rectangle->blocks * bytes;

    if (run < row) {
        rectangle->rows = 1;
        rectangle->blocks = (uint32_t)(run / bytes);
        nt_abort_if(!rectangle->blocks, "a block across two buffers");
    } else if ((run - row) / pitch + 1 < rectangle->rows) {
        rectangle->rows = (uint32_t)((run - row) / pitch + 1);
    }
}

/* Regions between an image and one buffer, until there are enough of them. */
struct image_regions {
    struct nt_d3d_encoder *encoder;
    const struct nt_d3d_texel_copy *copy;
    VkBuffer buffer;
    uint32_t n;
    VkBufferImageCopy regions[MAX_REGIONS];
};

static void flush_image(struct image_regions *batch)
{
    VkCommandBuffer commands = batch->encoder->buffer;

    if (batch->n && is_image(&batch->copy->target))
        vkCmdCopyBufferToImage(commands, batch->buffer, batch->copy->target.surface->image,
                               VK_IMAGE_LAYOUT_GENERAL, batch->n, batch->regions);
    else if (batch->n)
        vkCmdCopyImageToBuffer(commands, batch->copy->source.surface->image,
                               VK_IMAGE_LAYOUT_GENERAL, batch->buffer, batch->n, batch->regions);
    batch->n = 0;
}

static void add_image_region(struct image_regions *batch, const struct rectangle *rectangle,
                             const struct rows *rows)
{
    const struct nt_d3d_texel_copy *copy = batch->copy;
    const struct nt_d3d_texel_place *image =
        is_image(&copy->target) ? &copy->target : &copy->source;
    VkBufferImageCopy region = {.imageSubresource = layers_of(image),
                                .imageOffset = offset_of(image, rectangle),
                                .imageExtent = extent_of(image, rectangle)};
    uint64_t run;
    VkBuffer buffer = nt_d3d_memory_locate(rows->memory, rows->offset, &region.bufferOffset, &run);

    if (rectangle->rows > 1)
        region.bufferRowLength =
            (uint32_t)(rows->pitch / image->format->block_bytes * image->format->block_width);
    if (batch->n == MAX_REGIONS || buffer != batch->buffer)
        flush_image(batch);
    batch->buffer = buffer;
    batch->regions[batch->n++] = region;
}

/*
 * Cuts @piece to rows whose tiles are all mapped, or all not (tiles.h), within *@run bytes. A block
 * that is only half mapped is not.
 */
static bool fit_tiles(struct rectangle *piece, const struct rows *rows, uint64_t bytes,
                      uint64_t *run)
{
    uint64_t size = (piece->rows - 1) * rows->pitch + piece->blocks * bytes, mapped;
    bool is_mapped;

    if (size > *run)
        size = *run;
    mapped = nt_d3d_tiles_run(rows->memory, rows->offset, size, &is_mapped);
    if (mapped < bytes && mapped < size) {
        piece->blocks = piece->rows = 1;
        return false;
    }
    if (mapped < size)
        *run = mapped;
    return is_mapped;
}

/* A rectangle in as many pieces as it has buffers, and sorts of tiles, under it. */
static void copy_mixed(struct image_regions *batch, const struct rectangle *rectangle)
{
    const struct nt_d3d_texel_copy *copy = batch->copy;
    const struct nt_d3d_texel_place *place =
        is_image(&copy->target) ? &copy->source : &copy->target;
    struct rectangle piece = *rectangle;

    while (piece.y < rectangle->y + rectangle->rows) {
        bool is_written = true;
        uint32_t blocks, n;
        uint64_t offset, run;
        struct rows rows;

        piece.blocks = rectangle->x + rectangle->blocks - piece.x;
        piece.rows = piece.x == rectangle->x ? rectangle->y + rectangle->rows - piece.y : 1;
        rows = rows_at(place, piece.x, piece.y, piece.z, &blocks, &n);
        nt_d3d_memory_locate(rows.memory, rows.offset, &offset, &run);
        if (place == &copy->target)
            is_written = fit_tiles(&piece, &rows, place->format->block_bytes, &run);
        fit(&piece, run, rows.pitch, place->format->block_bytes);
        if (is_written)
            add_image_region(batch, &piece, &rows);
        piece.x += piece.blocks;
        if (piece.x == rectangle->x + rectangle->blocks) {
            piece.x = rectangle->x;
            piece.y += piece.rows;
        }
    }
}

/* --- rows and rows ---------------------------------------------------------------------- */

/* Regions between the same two buffers, until there are enough of them. */
struct regions {
    VkCommandBuffer commands;
    VkBuffer source, target;
    uint32_t n;
    VkBufferCopy regions[MAX_REGIONS];
};

static void flush(struct regions *regions)
{
    if (regions->n)
        vkCmdCopyBuffer(regions->commands, regions->source, regions->target, regions->n,
                        regions->regions);
    regions->n = 0;
}

/*
 * @size bytes without a gap on either side, in as many pieces as there are buffers; without what
 * would go to tiles that are not mapped.
 */
static void copy_run(struct regions *regions, struct rows target, struct rows source, uint64_t size)
{
    while (size) {
        uint64_t target_run, source_run;
        VkBufferCopy region = {.size = size};
        VkBuffer to, from;
        bool is_mapped;

        to = nt_d3d_memory_locate(target.memory, target.offset, &region.dstOffset, &target_run);
        from = nt_d3d_memory_locate(source.memory, source.offset, &region.srcOffset, &source_run);
        if (region.size > target_run)
            region.size = target_run;
        if (region.size > source_run)
            region.size = source_run;
        region.size = nt_d3d_tiles_run(target.memory, target.offset, region.size, &is_mapped);
        if (is_mapped) {
            if (regions->n == MAX_REGIONS || to != regions->target || from != regions->source)
                flush(regions);
            regions->target = to;
            regions->source = from;
            regions->regions[regions->n++] = region;
        }
        target.offset += region.size;
        source.offset += region.size;
        size -= region.size;
    }
}

static void copy_rows(struct nt_d3d_encoder *encoder, const struct nt_d3d_texel_copy *copy,
                      const struct rectangle *rectangle)
{
    uint64_t size = (uint64_t)rectangle->blocks * copy->source.format->block_bytes;
    struct regions regions = {.commands = encoder->buffer};
    uint32_t n = rectangle->rows, ignored;
    struct rows target, source;

    target = rows_at(&copy->target, rectangle->x, rectangle->y, rectangle->z, &ignored, &ignored);
    source = rows_at(&copy->source, rectangle->x, rectangle->y, rectangle->z, &ignored, &ignored);
    if (target.pitch == size && source.pitch == size) {
        size *= n;
        n = 1;
    }
    for (uint32_t i = 0; i < n; i++) {
        copy_run(&regions, target, source, size);
        target.offset += target.pitch;
        source.offset += source.pitch;
    }
    flush(&regions);
}

/* --- pieces ------------------------------------------------------------------------------ */

/* Once for each copy and chunk: its pieces do not meet each other. */
static void order_all(struct nt_d3d_encoder *encoder, const struct nt_d3d_texel_copy *copy)
{
    const struct nt_d3d_access accesses[] = {access_of(copy, &copy->target, true),
                                             access_of(copy, &copy->source, false)};

    nt_d3d_encode_order(encoder, accesses, NT_ARRAY_SIZE(accesses));
    if (is_image(&copy->target))
        nt_d3d_encode_touch(encoder, copy->target.surface);
    if (is_image(&copy->source))
        nt_d3d_encode_touch(encoder, copy->source.surface);
}

static void copy_rectangle(struct image_regions *batch, const struct rectangle *rectangle)
{
    const struct nt_d3d_texel_copy *copy = batch->copy;

    if (is_image(&copy->target) && is_image(&copy->source))
        copy_images(batch->encoder, copy, rectangle);
    else if (is_image(&copy->target) || is_image(&copy->source))
        copy_mixed(batch, rectangle);
    else
        copy_rows(batch->encoder, copy, rectangle);
}

uint64_t nt_d3d_encode_texels(struct nt_d3d_encoder *encoder, const struct nt_d3d_texel_copy *copy,
                              uint64_t done, uint64_t limit, uint64_t *ret_bytes)
{
    uint64_t row = (uint64_t)copy->blocks * copy->source.format->block_bytes;
    struct rectangle all = {.y = (uint32_t)(done % copy->rows),
                            .z = (uint32_t)(done / copy->rows),
                            .blocks = copy->blocks};
    struct image_regions batch = {.encoder = encoder, .copy = copy};
    struct rectangle piece;

    if (!done || !encoder->n_commands)
        order_all(encoder, copy);
    all.rows = copy->rows - all.y;
    if (all.rows > limit / row)
        all.rows = limit / row ? (uint32_t)(limit / row) : 1;
    for (uint32_t x = 0; x < copy->blocks; x += piece.blocks) {
        piece = all;
        piece.x = x;
        piece.blocks = copy->blocks - x;
        cut(&copy->target, &piece);
        cut(&copy->source, &piece);
        all.rows = piece.rows; /* tiles are equally high all along */
        copy_rectangle(&batch, &piece);
    }
    flush_image(&batch);
    *ret_bytes = row * all.rows;
    return all.rows;
}
