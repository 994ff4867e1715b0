// SPDX-License-Identifier: MIT
/*
 * Recording copies that have a texture on one side at least: CopyTextureRegion, and CopyResource
 * of textures. Every box is checked against both sides here, since what the driver is told
 * later it believes.
 *
 * A texture's side is a subresource, a buffer's side a footprint: rows of a format at an offset.
 * Boxes are in texels of the source; inside they count in blocks, so that a block of BC goes
 * to and from one integer texel of its size.
 */
#include "d3d12/list/list.h"

#include "d3d12/device/device.h"
#include "d3d12/resource/resource.h"
#include "util/macro.h"

/* One side, and how large it is. */
struct side {
    struct nt_d3d_texel_place place;
    uint32_t blocks, rows, slices;
    uint32_t width, height; /* in texels */
};

static void set_subresource(const struct nt_d3d_resource *resource, uint32_t index,
                            struct side *side)
{
    struct nt_d3d_surface *surface = resource->surface;
    const struct nt_d3d_subresource *layout = &surface->layouts[index];

    *side = (struct side){.place = {.surface = surface,
                                    .memory = surface->memory,
                                    .format = layout->format,
                                    .at = {.subresource = index}},
                          .blocks = (uint32_t)(layout->row_bytes / layout->format->block_bytes),
                          .rows = layout->n_rows,
                          .slices = layout->depth,
                          .width = layout->width,
                          .height = layout->height};
}

/* A footprint that is good in itself, and inside its buffer to the last byte. */
static bool set_footprint(const struct nt_d3d_resource *buffer,
                          const D3D12_PLACED_SUBRESOURCE_FOOTPRINT *placed, struct side *side)
{
    const D3D12_SUBRESOURCE_FOOTPRINT *footprint = &placed->Footprint;
    const struct nt_d3d_format *format = nt_d3d_format_find(footprint->Format);
    uint64_t row, rows, end;

    if (!format || format->n_planes != 1 || !footprint->Width || !footprint->Height ||
        !footprint->Depth || footprint->Width % format->block_width ||
        footprint->Height % format->block_height ||
        !nt_is_aligned(placed->Offset, D3D12_TEXTURE_DATA_PLACEMENT_ALIGNMENT) ||
        !nt_is_aligned(footprint->RowPitch, D3D12_TEXTURE_DATA_PITCH_ALIGNMENT) ||
        footprint->Width > UINT16_MAX || footprint->Height > UINT16_MAX ||
        footprint->Depth > UINT16_MAX)
        return false;
    row = (uint64_t)(footprint->Width / format->block_width) * format->block_bytes;
    rows = footprint->Height / format->block_height;
    if (footprint->RowPitch < row)
        return false;
    end = footprint->RowPitch * (rows * footprint->Depth - 1);
    if (placed->Offset > buffer->desc.Width || end > buffer->desc.Width - placed->Offset ||
        row > buffer->desc.Width - placed->Offset - end)
        return false;
    *side = (struct side){.place = {.memory = buffer->memory,
                                    .format = format,
                                    .offset = buffer->offset + placed->Offset,
                                    .row_pitch = footprint->RowPitch,
                                    .slice_pitch = footprint->RowPitch * rows},
                          .blocks = footprint->Width / format->block_width,
                          .rows = (uint32_t)rows,
                          .slices = footprint->Depth,
                          .width = footprint->Width,
                          .height = footprint->Height};
    return true;
}

static bool set_side(const struct nt_d3d_list *list, const D3D12_TEXTURE_COPY_LOCATION *location,
                     struct side *side)
{
    const struct nt_d3d_resource *resource =
        location ? nt_d3d_record_resource(list, location->pResource) : NULL;

    if (!resource)
        return false;
    switch (location->Type) {
    case D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX:
        if (!resource->surface || location->SubresourceIndex >= resource->surface->n_subresources)
            return false;
        set_subresource(resource, location->SubresourceIndex, side);
        return true;
    case D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT:
        return !resource->surface && set_footprint(resource, &location->PlacedFootprint, side);
    default:
        return false;
    }
}

/* Blocks from @low to @high texels; false when these are not at borders of blocks. */
static bool in_blocks(uint32_t low, uint32_t high, uint32_t size, uint32_t block, uint32_t *ret)
{
    if (low % block || (high % block && high != size))
        return false;
    *ret = (high - low + block - 1) / block;
    return true;
}

/* The part of @source that @box names; false when it is not all there. */
static bool set_box(struct nt_d3d_texel_copy *copy, const struct side *source, const D3D12_BOX *box)
{
    const struct nt_d3d_format *format = source->place.format;

    copy->source = source->place;
    copy->blocks = source->blocks;
    copy->rows = source->rows;
    copy->slices = source->slices;
    if (!box)
        return true;
    if (box->right > source->blocks * format->block_width ||
        box->bottom > source->rows * format->block_height || box->back > source->slices)
        return false;
    copy->source.at.x = box->left;
    copy->source.at.y = box->top;
    copy->source.at.z = box->front;
    copy->slices = box->back - box->front;
    return in_blocks(box->left, box->right, source->width, format->block_width, &copy->blocks) &&
           in_blocks(box->top, box->bottom, source->height, format->block_height, &copy->rows);
}

/* Puts the box at a point of @target; false when it does not all go there. */
static bool set_point(struct nt_d3d_texel_copy *copy, const struct side *target, UINT x, UINT y,
                      UINT z)
{
    const struct nt_d3d_format *format = target->place.format;

    copy->target = target->place;
    copy->target.at.x = x;
    copy->target.at.y = y;
    copy->target.at.z = z;
    if (x % format->block_width || y % format->block_height)
        return false;
    x /= format->block_width;
    y /= format->block_height;
    return x <= target->blocks && copy->blocks <= target->blocks - x && y <= target->rows &&
           copy->rows <= target->rows - y && z <= target->slices &&
           copy->slices <= target->slices - z;
}

static bool meet(uint32_t a, uint32_t b, uint32_t n)
{
    return a < b + n && b < a + n;
}

/* Bytes of memory that a side in rows reaches over. */
static uint64_t start_of(const struct nt_d3d_texel_copy *copy,
                         const struct nt_d3d_texel_place *place, uint64_t *ret_end)
{
    const struct nt_d3d_format *format = place->format;
    uint64_t start, row_pitch = place->row_pitch, slice_pitch = place->slice_pitch;

    if (place->surface) {
        const struct nt_d3d_subresource *layout = &place->surface->layouts[place->at.subresource];

        row_pitch = layout->row_pitch;
        slice_pitch = layout->slice_pitch;
        start = place->surface->offset + layout->offset;
    } else {
        start = place->offset;
    }
    start += place->at.z * slice_pitch + place->at.y / format->block_height * row_pitch +
             (uint64_t)(place->at.x / format->block_width) * format->block_bytes;
    *ret_end = start + (copy->slices - 1) * slice_pitch + (copy->rows - 1) * row_pitch +
               (uint64_t)copy->blocks * format->block_bytes;
    return start;
}

static bool is_rows(const struct nt_d3d_texel_place *place)
{
    return !place->surface || place->surface->order == NT_D3D_ROWS;
}

/* A copy onto itself: the same texels, or rows over the same bytes. */
static bool overlap(const struct nt_d3d_texel_copy *copy)
{
    const struct nt_d3d_texel_place *to = &copy->target, *from = &copy->source;
    uint64_t start, end, other, other_end;

    if (to->surface && to->surface == from->surface)
        return to->at.subresource == from->at.subresource &&
               meet(to->at.x / to->format->block_width, from->at.x / from->format->block_width,
                    copy->blocks) &&
               meet(to->at.y / to->format->block_height, from->at.y / from->format->block_height,
                    copy->rows) &&
               meet(to->at.z, from->at.z, copy->slices);
    if (to->memory != from->memory || !is_rows(to) || !is_rows(from))
        return false;
    start = start_of(copy, to, &end);
    other = start_of(copy, from, &other_end);
    return start < other_end && other < end;
}

static bool is_empty(const D3D12_BOX *box)
{
    return box && (box->left >= box->right || box->top >= box->bottom || box->front >= box->back);
}

void nt_d3d_record_copy_texture(struct nt_d3d_list *list, const D3D12_TEXTURE_COPY_LOCATION *target,
                                UINT x, UINT y, UINT z, const D3D12_TEXTURE_COPY_LOCATION *source,
                                const D3D12_BOX *box)
{
    struct nt_d3d_texel_copy copy;
    struct side to, from;

    if (!nt_d3d_record_may_copy(list, "CopyTextureRegion"))
        return;
    if (!set_side(list, target, &to) || !set_side(list, source, &from) ||
        !nt_d3d_format_copies(to.place.format, from.place.format)) {
        nt_d3d_list_fail(list, E_INVALIDARG, "CopyTextureRegion");
        return;
    }
    if (is_empty(box))
        return;
    if (!set_box(&copy, &from, box) || !set_point(&copy, &to, x, y, z) || overlap(&copy))
        nt_d3d_list_fail(list, E_INVALIDARG, "CopyTextureRegion");
    else if (!nt_d3d_stream_add_copy(list->stream, NT_D3D_TEXELS, &copy))
        nt_d3d_list_fail(list, E_OUTOFMEMORY, "CopyTextureRegion");
}

/* Whole subresources, one by one. */
static bool copy_all(struct nt_d3d_list *list, const struct nt_d3d_resource *target,
                     const struct nt_d3d_resource *source)
{
    struct nt_d3d_texel_copy copy;
    struct side to, from;

    for (uint32_t i = 0; i < target->surface->n_subresources; i++) {
        set_subresource(target, i, &to);
        set_subresource(source, i, &from);
        if (!set_box(&copy, &from, NULL) || !set_point(&copy, &to, 0, 0, 0) || overlap(&copy))
            return false;
        if (!nt_d3d_stream_add_copy(list->stream, NT_D3D_TEXELS, &copy)) {
            nt_d3d_list_fail(list, E_OUTOFMEMORY, "CopyResource");
            break;
        }
    }
    return true;
}

void nt_d3d_record_copy_all(struct nt_d3d_list *list, const struct nt_d3d_resource *target,
                            const struct nt_d3d_resource *source)
{
    const D3D12_RESOURCE_DESC *to = &target->desc, *from = &source->desc;

    if (target == source || !target->surface || !source->surface ||
        to->Dimension != from->Dimension || to->Width != from->Width ||
        to->Height != from->Height || to->DepthOrArraySize != from->DepthOrArraySize ||
        to->MipLevels != from->MipLevels ||
        target->surface->format->family != source->surface->format->family ||
        !copy_all(list, target, source))
        nt_d3d_list_fail(list, E_INVALIDARG, "CopyResource");
}

/* True when @n subresources from @first on are some of the resource's. */
static bool are_subresources(const struct nt_d3d_resource *resource, UINT first, UINT n)
{
    UINT all = resource->surface ? resource->surface->n_subresources : 1;

    return first < all && n && n <= all - first;
}

/* What may be lost may also be kept, but a whole image need not be. */
void nt_d3d_record_discard(struct nt_d3d_list *list, ID3D12Resource *pointer,
                           const D3D12_DISCARD_REGION *region)
{
    const struct nt_d3d_resource *resource = nt_d3d_record_resource(list, pointer);

    if (!nt_d3d_record_may_copy(list, "DiscardResource"))
        return;
    if (!resource || (region && ((region->NumRects && !region->pRects) ||
                                 !are_subresources(resource, region->FirstSubresource,
                                                   region->NumSubresources)))) {
        nt_d3d_list_fail(list, E_INVALIDARG, "DiscardResource");
        return;
    }
    if (!region || (!region->NumRects && resource->surface &&
                    region->NumSubresources == resource->surface->n_subresources))
        nt_d3d_record_forget(list, resource);
}

void nt_d3d_record_forget(struct nt_d3d_list *list, const struct nt_d3d_resource *resource)
{
    struct nt_d3d_texel_copy copy = {.rows = 0};

    if (!resource->surface || resource->surface->order != NT_D3D_IMAGE)
        return;
    copy.target = (struct nt_d3d_texel_place){.surface = resource->surface,
                                              .memory = resource->memory,
                                              .format = resource->surface->format};
    if (!nt_d3d_stream_add_copy(list->stream, NT_D3D_DISCARD, &copy))
        nt_d3d_list_fail(list, E_OUTOFMEMORY, "DiscardResource");
}
