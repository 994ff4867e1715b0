// SPDX-License-Identifier: MIT
/*
 * Reserved resources: making and describing them, and copying their tiles (see reserved.h).
 */
#include "d3d12/tiles/reserved.h"

#include "d3d12/device/device.h"
#include "d3d12/resource/surface.h"
#include "d3d12/tiles/tiles.h"
#include "util/log.h"
#include "util/macro.h"

#define DIRECTIONS                                                   \
    (D3D12_TILE_COPY_FLAG_LINEAR_BUFFER_TO_SWIZZLED_TILED_RESOURCE | \
     D3D12_TILE_COPY_FLAG_SWIZZLED_TILED_RESOURCE_TO_LINEAR_BUFFER)

/* Textures are in tiles of the driver's own order, buffers in rows; neither is for others (D18.3).
 */
static bool may_be_reserved(const D3D12_RESOURCE_DESC *desc)
{
    if ((unsigned)desc->Flags & D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER)
        return false;
    return desc->Dimension == D3D12_RESOURCE_DIMENSION_BUFFER ||
           desc->Layout == D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE;
}

HRESULT nt_d3d_reserved_create(struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                               D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear,
                               REFIID riid, void **ret)
{
    D3D12_RESOURCE_DESC checked;
    const struct nt_d3d_resource_info info = {.desc = &checked, .placement = NT_D3D_RESERVED};
    struct nt_d3d_memory *memory = NULL;
    struct nt_d3d_need need;
    struct nt_d3d_grid grid;
    HRESULT hr;

    if (!nt_d3d_tiles_are_possible(device)) {
        nt_log(NT_LOG_WARNING, "d3d12: %s maps no tiles", device->vulkan.properties.deviceName);
        return E_NOTIMPL;
    }
    if (!desc || !may_be_reserved(desc))
        return E_INVALIDARG;
    hr = nt_d3d_desc_check(device, desc, &checked, &need);
    if (FAILED(hr))
        return hr;
    if (!nt_d3d_resource_is_good_start(&checked, state, clear) ||
        !nt_d3d_grid_init(&grid, &checked))
        return E_INVALIDARG;
    if (!nt_d3d_resource_answers(riid))
        return E_NOINTERFACE;
    hr = nt_d3d_tiles_new(device, &grid, &memory);
    if (FAILED(hr))
        return hr;
    return nt_d3d_resource_new(device, &info, memory, 0, riid, ret);
}

struct nt_d3d_resource *nt_d3d_reserved_from(const struct nt_d3d_device *device,
                                             const void *pointer)
{
    struct nt_d3d_resource *resource = nt_d3d_resource_from(pointer);

    return resource && resource->object.device == device && resource->memory->tiles ? resource
                                                                                    : NULL;
}

/* The tilings from @first on, as many as there are; *@n becomes how many. */
static void describe(const struct nt_d3d_grid *grid, UINT *n, UINT first,
                     D3D12_SUBRESOURCE_TILING *ret_subresources)
{
    uint32_t all = grid->n_mips * grid->n_slices;

    if (first >= all || *n > all - first)
        *n = first < all ? all - first : 0;
    for (UINT i = 0; ret_subresources && i < *n; i++)
        ret_subresources[i] = nt_d3d_grid_describe(grid, first + i);
}

void nt_d3d_reserved_tiling(const struct nt_d3d_device *device, ID3D12Resource *pointer,
                            UINT *ret_n_tiles, D3D12_PACKED_MIP_INFO *ret_packed,
                            D3D12_TILE_SHAPE *ret_shape, UINT *n_subresources, UINT first,
                            D3D12_SUBRESOURCE_TILING *ret_subresources)
{
    const struct nt_d3d_resource *resource = nt_d3d_reserved_from(device, pointer);
    const struct nt_d3d_grid none = {.n_mips = 1};
    const struct nt_d3d_grid *grid = resource ? &resource->memory->tiles->grid : &none;

    if (!resource)
        nt_log(NT_LOG_WARNING, "d3d12: GetResourceTiling of a resource that is not reserved");
    if (ret_n_tiles)
        *ret_n_tiles = (UINT)grid->n_tiles;
    if (ret_packed)
        *ret_packed = (D3D12_PACKED_MIP_INFO){
            .NumStandardMips = (UINT8)grid->n_standard,
            .NumPackedMips = (UINT8)(resource ? grid->n_mips - grid->n_standard : 0),
            .NumTilesForPackedMips = (UINT)grid->n_packed_tiles,
            .StartTileIndexInOverallResource = grid->n_packed_tiles ? (UINT)grid->packed_start : 0};
    /* Nothing but packed mips has no shape. */
    if (ret_shape)
        *ret_shape = grid->n_standard ? grid->shape : (D3D12_TILE_SHAPE){0};
    if (n_subresources)
        describe(grid, n_subresources, first, ret_subresources);
}

/* --- CopyTiles --------------------------------------------------------------------------- */

static bool is_direction(D3D12_TILE_COPY_FLAGS flags)
{
    unsigned way = (unsigned)flags & DIRECTIONS;

    return !((unsigned)flags & ~(unsigned)(DIRECTIONS | D3D12_TILE_COPY_FLAG_NO_HAZARD)) && way &&
           way != DIRECTIONS;
}

/* Tiles that lie in a row, to or from @offset of the buffer. */
static bool add_copy(struct nt_d3d_list *list, const struct nt_d3d_resource *tiled, uint64_t tile,
                     uint64_t n, const struct nt_d3d_resource *buffer, uint64_t offset,
                     D3D12_TILE_COPY_FLAGS flags)
{
    struct nt_d3d_command command = {.op = NT_D3D_COPY,
                                     .size = n * NT_D3D_TILE_BYTES,
                                     .target = tiled->memory,
                                     .target_offset = tile * NT_D3D_TILE_BYTES,
                                     .source = buffer->memory,
                                     .source_offset = buffer->offset + offset};

    if ((unsigned)flags & D3D12_TILE_COPY_FLAG_SWIZZLED_TILED_RESOURCE_TO_LINEAR_BUFFER) {
        command.source = tiled->memory;
        command.source_offset = tile * NT_D3D_TILE_BYTES;
        command.target = buffer->memory;
        command.target_offset = buffer->offset + offset;
    }
    return nt_d3d_stream_add(list->stream, &command);
}

/*
 * E_INVALIDARG when a tile does not exist or is packed: those have no order that is told. Packed
 * ones are the last of all, since slices have none (grid.h).
 */
static HRESULT copy_region(struct nt_d3d_list *list, const struct nt_d3d_resource *tiled,
                           struct nt_d3d_region *region, const struct nt_d3d_resource *buffer,
                           uint64_t offset, D3D12_TILE_COPY_FLAGS flags)
{
    uint64_t tile, n;

    while (region->done < region->n) {
        if (!nt_d3d_region_look(region, &tile, &n) ||
            nt_d3d_grid_is_packed(region->grid, tile + n - 1))
            return E_INVALIDARG;
        if (!add_copy(list, tiled, tile, n, buffer, offset + region->done * NT_D3D_TILE_BYTES,
                      flags))
            return E_OUTOFMEMORY;
        region->done += n;
    }
    return S_OK;
}

void nt_d3d_record_copy_tiles(struct nt_d3d_list *list, ID3D12Resource *tiled,
                              const D3D12_TILED_RESOURCE_COORDINATE *start,
                              const D3D12_TILE_REGION_SIZE *size, ID3D12Resource *buffer,
                              uint64_t offset, D3D12_TILE_COPY_FLAGS flags)
{
    const struct nt_d3d_device *device = list->object.device;
    const struct nt_d3d_resource *from = nt_d3d_reserved_from(device, tiled);
    const struct nt_d3d_resource *linear = nt_d3d_resource_from(buffer);
    struct nt_d3d_region region;
    HRESULT hr = E_INVALIDARG;

    if (list->is_recording && list->type != D3D12_COMMAND_LIST_TYPE_BUNDLE && from && start &&
        size && linear && linear->object.device == device && linear != from &&
        linear->desc.Dimension == D3D12_RESOURCE_DIMENSION_BUFFER && is_direction(flags) &&
        nt_d3d_region_init(&region, &from->memory->tiles->grid, start, size) &&
        offset <= linear->desc.Width &&
        region.n <= (linear->desc.Width - offset) / NT_D3D_TILE_BYTES)
        hr = copy_region(list, from, &region, linear, offset, flags);
    if (FAILED(hr))
        nt_d3d_list_fail(list, hr, "CopyTiles");
}
