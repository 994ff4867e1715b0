// SPDX-License-Identifier: MIT
/*
 * Copies and updates (see copy.h). A place in a texture is counted in texels, and in blocks where
 * memory is meant: 4 x 4 texels for BC formats.
 */
#include "d3d11/copy.h"

#include <string.h>

#include "d3d11/device.h"
#include "util/macro.h"

/* A part of one subresource, in texels of whole blocks; of a buffer, in bytes. Never empty. */
struct region {
    UINT x, y, width, height;
};

/* The rows of blocks of a region. */
struct rows {
    uint64_t bytes; /* in a row */
    UINT n;
    UINT pitch; /* in an upload buffer */
};

static UINT blocks(UINT texels, UINT size)
{
    return (texels + size - 1) / size;
}

static struct rows rows_of(const struct nt_d3d11_resource *resource, const struct region *region)
{
    const struct nt_d3d_format *format = resource->format;
    struct rows rows = {.bytes = region->width, .n = 1};

    if (resource->is_texture) {
        rows.bytes = (uint64_t)blocks(region->width, format->block_width) * format->block_bytes;
        rows.n = blocks(region->height, format->block_height);
    }
    rows.pitch = (UINT)nt_align_up(rows.bytes, D3D12_TEXTURE_DATA_PITCH_ALIGNMENT);
    return rows;
}

static void leave_out(const char *what)
{
    nt_log(NT_LOG_WARNING, "d3d11: a copy is left out: %s", what);
}

/* Whole blocks, also where the texels end within one. */
static void round_up(const struct nt_d3d11_resource *resource, struct region *region)
{
    if (!resource->is_texture)
        return;
    region->width = (UINT)nt_align_up(region->width, resource->format->block_width);
    region->height = (UINT)nt_align_up(region->height, resource->format->block_height);
}

/* All of a subresource. */
static struct region whole(const struct nt_d3d11_resource *resource, UINT subresource)
{
    struct region region = {0};

    nt_d3d11_resource_size(resource, subresource, &region.width, &region.height);
    return region;
}

/* True when both ends of a stretch are at blocks' borders, or at the edge. */
static bool is_on_blocks(UINT from, UINT to, UINT edge, UINT block)
{
    return from % block == 0 && (to % block == 0 || to == edge) && to <= nt_align_up(edge, block);
}

/*
 * The region that @box means.
 *
 * Return: false when there is nothing in it, or, after a word to the log, when it is wrong.
 */
static bool region_of(const struct nt_d3d11_resource *resource, UINT subresource,
                      const D3D11_BOX *box, struct region *ret)
{
    struct region all;

    if (subresource >= resource->n_subresources) {
        leave_out("there is no such subresource");
        return false;
    }
    all = whole(resource, subresource);
    *ret = all;
    round_up(resource, ret);
    if (!box)
        return true;
    if (box->left >= box->right || box->top >= box->bottom || box->front >= box->back)
        return false;
    *ret = (struct region){.x = box->left,
                           .y = box->top,
                           .width = box->right - box->left,
                           .height = box->bottom - box->top};
    round_up(resource, ret);
    if (box->front == 0 && box->back == 1 &&
        is_on_blocks(box->left, box->right, all.width,
                     resource->is_texture ? resource->format->block_width : 1) &&
        is_on_blocks(box->top, box->bottom, all.height,
                     resource->is_texture ? resource->format->block_height : 1))
        return true;
    leave_out("the box is not in the resource");
    return false;
}

/* How Direct3D 12 names a subresource. */
static D3D12_TEXTURE_COPY_LOCATION location(const struct nt_d3d11_resource *resource,
                                            UINT subresource)
{
    D3D12_TEXTURE_COPY_LOCATION location = {.pResource = resource->resource};

    if (resource->usage == D3D11_USAGE_STAGING) {
        location.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT;
        location.PlacedFootprint = resource->layouts[subresource];
    } else {
        location.Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX;
        location.SubresourceIndex = subresource;
    }
    return location;
}

static void copy_rows(unsigned char *target, uint64_t target_pitch, const unsigned char *source,
                      uint64_t source_pitch, const struct rows *rows)
{
    for (UINT i = 0; i < rows->n; i++)
        memcpy(target + i * target_pitch, source + i * source_pitch, rows->bytes);
}

/* Records that @region becomes what lies at @upload's @offset. */
static void record_update(ID3D12GraphicsCommandList *list, const struct nt_d3d11_resource *target,
                          UINT subresource, const struct region *region, const struct rows *rows,
                          ID3D12Resource *upload, uint64_t offset)
{
    const struct nt_d3d_format *format = target->format;
    D3D12_TEXTURE_COPY_LOCATION to, from = {.pResource = upload};

    if (!target->is_texture) {
        ID3D12GraphicsCommandList_CopyBufferRegion(list, target->resource, region->x, upload,
                                                   offset, region->width);
        return;
    }
    to = location(target, subresource);
    from.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT;
    from.PlacedFootprint = (D3D12_PLACED_SUBRESOURCE_FOOTPRINT){
        .Offset = offset,
        .Footprint = {.Format = target->texture.Format,
                      .Width = (UINT)nt_align_up(region->width, format->block_width),
                      .Height = (UINT)nt_align_up(region->height, format->block_height),
                      .Depth = 1,
                      .RowPitch = rows->pitch}};
    ID3D12GraphicsCommandList_CopyTextureRegion(list, &to, region->x, region->y, 0, &from, NULL);
}

/* The lock is held. */
static HRESULT update_region(struct nt_d3d11_resource *target, UINT subresource,
                             const struct region *region, const void *data, UINT row_pitch)
{
    struct nt_d3d11_work *work = &target->object.device->work;
    struct rows rows = rows_of(target, region);
    ID3D12Resource *named[2] = {target->resource};
    ID3D12GraphicsCommandList *list;
    unsigned char *bytes = NULL;
    uint64_t offset = 0;

    named[1] = nt_d3d11_work_upload(work, (uint64_t)rows.pitch * rows.n, &offset, &bytes);
    list = named[1] ? nt_d3d11_work_begin(work, named, 2) : NULL;
    if (!list)
        return ID3D12Device5_GetDeviceRemovedReason(work->device) != S_OK
                   ? DXGI_ERROR_DEVICE_REMOVED
                   : E_OUTOFMEMORY;
    copy_rows(bytes, rows.pitch, data, row_pitch, &rows);
    record_update(list, target, subresource, region, &rows, named[1], offset);
    target->last_use = nt_d3d11_work_end(work, (uint64_t)rows.pitch * rows.n);
    return S_OK;
}

HRESULT nt_d3d11_upload(struct nt_d3d11_resource *resource, UINT subresource, const void *data,
                        UINT row_pitch)
{
    struct region region = whole(resource, subresource);

    return update_region(resource, subresource, &region, data, row_pitch);
}

/* The CPU's own copy of a subresource begins with @data. */
static void fill_bytes(struct nt_d3d11_resource *resource, UINT subresource,
                       const D3D11_SUBRESOURCE_DATA *data)
{
    struct region region = whole(resource, subresource);
    struct rows rows = rows_of(resource, &region);

    if (resource->is_texture)
        copy_rows(resource->bytes + resource->layouts[subresource].Offset,
                  resource->layouts[subresource].Footprint.RowPitch, data->pSysMem,
                  data->SysMemPitch, &rows);
    else
        memcpy(resource->bytes, data->pSysMem, rows.bytes);
}

HRESULT nt_d3d11_fill(struct nt_d3d11_resource *resource, const D3D11_SUBRESOURCE_DATA *data)
{
    struct nt_d3d11_work *work = &resource->object.device->work;
    HRESULT hr = S_OK;

    for (UINT i = 0; i < resource->n_subresources && SUCCEEDED(hr); i++) {
        if (resource->bytes)
            fill_bytes(resource, i, &data[i]);
        if (resource->usage == D3D11_USAGE_STAGING)
            continue;
        nt_d3d11_work_lock(work);
        hr = nt_d3d11_upload(resource, i, data[i].pSysMem, data[i].SysMemPitch);
        nt_d3d11_work_unlock(work);
    }
    return hr;
}

void nt_d3d11_update(struct nt_d3d11_device *device, struct nt_d3d11_resource *target,
                     UINT subresource, const D3D11_BOX *box, const void *data, UINT row_pitch)
{
    struct region region;

    if (!target || !data || target->usage == D3D11_USAGE_IMMUTABLE ||
        target->usage == D3D11_USAGE_DYNAMIC) {
        leave_out("the target of an update is not to be written, or there is no data");
        return;
    }
    if (!region_of(target, subresource, box, &region))
        return;
    nt_d3d11_work_lock(&device->work);
    if (target->mapped[subresource])
        leave_out("the resource is mapped");
    else
        update_region(target, subresource, &region, data, row_pitch);
    nt_d3d11_work_unlock(&device->work);
}

static bool overlap(UINT a, UINT b, UINT length)
{
    return a < b ? b - a < length : a - b < length;
}

/* May @region of the source go to where the copy says? Else says why. */
static bool is_target_good(const struct nt_d3d11_copy *copy, const struct region *region)
{
    const struct nt_d3d11_resource *target = copy->target, *source = copy->source;
    struct region all;

    if (copy->target_subresource >= target->n_subresources || copy->z) {
        leave_out("there is no such place in the target");
        return false;
    }
    all = whole(target, copy->target_subresource);
    round_up(target, &all);
    if (copy->x > all.width || region->width > all.width - copy->x || copy->y > all.height ||
        region->height > all.height - copy->y ||
        (target->is_texture &&
         (copy->x % target->format->block_width || copy->y % target->format->block_height))) {
        leave_out("it does not fit into the target");
        return false;
    }
    if (target == source && copy->target_subresource == copy->source_subresource &&
        overlap(copy->x, region->x, region->width) && overlap(copy->y, region->y, region->height)) {
        leave_out("source and target overlap");
        return false;
    }
    return true;
}

/* Are these two resources that may be copied at all, and now? Else says why. */
static bool is_pair_good(const struct nt_d3d11_resource *target,
                         const struct nt_d3d11_resource *source)
{
    if (!target || !source)
        leave_out("a resource is missing, or another device's");
    else if (target->usage == D3D11_USAGE_IMMUTABLE || target->usage == D3D11_USAGE_DYNAMIC)
        leave_out("the target is immutable or dynamic");
    else if (target->is_texture != source->is_texture)
        leave_out("a buffer and a texture");
    else if (target->is_texture && (target->format->block_width != source->format->block_width ||
                                    target->format->block_bytes != source->format->block_bytes ||
                                    !nt_d3d_format_copies(target->format, source->format)))
        leave_out("the formats do not go together");
    else
        return true;
    return false;
}

/* The lock is held, all is checked. */
static void record_copy(const struct nt_d3d11_copy *copy, const struct region *region)
{
    struct nt_d3d11_resource *target = copy->target, *source = copy->source;
    struct nt_d3d11_work *work = &target->object.device->work;
    ID3D12Resource *const named[2] = {target->resource, source->resource};
    struct rows rows = rows_of(source, region);
    D3D12_BOX box = {.left = region->x,
                     .top = region->y,
                     .right = region->x + region->width,
                     .bottom = region->y + region->height,
                     .back = 1};
    D3D12_TEXTURE_COPY_LOCATION to, from;
    ID3D12GraphicsCommandList *list = nt_d3d11_work_begin(work, named, 2);

    if (!list)
        return;
    if (target->is_texture) {
        to = location(target, copy->target_subresource);
        from = location(source, copy->source_subresource);
        ID3D12GraphicsCommandList_CopyTextureRegion(list, &to, copy->x, copy->y, 0, &from,
                                                    copy->box ? &box : NULL);
    } else {
        ID3D12GraphicsCommandList_CopyBufferRegion(list, target->resource, copy->x,
                                                   source->resource, region->x, region->width);
    }
    target->last_use = nt_d3d11_work_end(work, rows.bytes * rows.n);
    source->last_use = target->last_use;
}

static void copy_checked(const struct nt_d3d11_copy *copy)
{
    struct region region;

    if (!region_of(copy->source, copy->source_subresource, copy->box, &region) ||
        !is_target_good(copy, &region))
        return;
    if (copy->target->mapped[copy->target_subresource] ||
        copy->source->mapped[copy->source_subresource])
        leave_out("a resource is mapped");
    else
        record_copy(copy, &region);
}

void nt_d3d11_copy_region(struct nt_d3d11_device *device, const struct nt_d3d11_copy *copy)
{
    if (!is_pair_good(copy->target, copy->source))
        return;
    nt_d3d11_work_lock(&device->work);
    copy_checked(copy);
    nt_d3d11_work_unlock(&device->work);
}

void nt_d3d11_copy_resource(struct nt_d3d11_device *device, struct nt_d3d11_resource *target,
                            struct nt_d3d11_resource *source)
{
    struct nt_d3d11_copy copy = {.target = target, .source = source};
    struct region to, from;

    if (!is_pair_good(target, source))
        return;
    to = whole(target, 0);
    from = whole(source, 0);
    if (target == source || to.width != from.width || to.height != from.height ||
        target->n_subresources != source->n_subresources ||
        target->texture.MipLevels != source->texture.MipLevels) {
        leave_out("the resources are not of one size, or the same one");
        return;
    }
    nt_d3d11_work_lock(&device->work);
    for (UINT i = 0; i < target->n_subresources; i++) {
        copy.target_subresource = i;
        copy.source_subresource = i;
        copy_checked(&copy);
    }
    nt_d3d11_work_unlock(&device->work);
}
