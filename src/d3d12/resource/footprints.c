// SPDX-License-Identifier: MIT
/*
 * GetResourceAllocationInfo (D3.5) and GetCopyableFootprints (D3.6): answers about resources
 * that need not exist.
 */
#include <string.h>

#include "d3d12/device/features.h"
#include "d3d12/resource/surface.h"
#include "util/macro.h"

D3D12_RESOURCE_ALLOCATION_INFO nt_d3d_allocation_info(struct nt_d3d_device *device,
                                                      UINT visible_mask, UINT n,
                                                      const D3D12_RESOURCE_DESC *descs,
                                                      D3D12_RESOURCE_ALLOCATION_INFO1 *infos)
{
    const D3D12_RESOURCE_ALLOCATION_INFO invalid = {
        .SizeInBytes = UINT64_MAX, .Alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT};
    D3D12_RESOURCE_ALLOCATION_INFO total = {.SizeInBytes = 0, .Alignment = 1};

    if (visible_mask > 1 || (n && !descs))
        return invalid;
    for (UINT i = 0; i < n; i++) {
        D3D12_RESOURCE_DESC made;
        struct nt_d3d_need need;
        uint64_t offset;

        if (FAILED(nt_d3d_desc_check(device, &descs[i], &made, &need)) ||
            total.SizeInBytes > UINT64_MAX - need.alignment)
            return invalid;
        offset = nt_align_up(total.SizeInBytes, need.alignment);
        if (need.size > UINT64_MAX - offset)
            return invalid;
        if (infos)
            infos[i] = (D3D12_RESOURCE_ALLOCATION_INFO1){
                .Offset = offset, .Alignment = need.alignment, .SizeInBytes = need.size};
        total.SizeInBytes = offset + need.size;
        if (total.Alignment < need.alignment)
            total.Alignment = need.alignment;
    }
    if (total.SizeInBytes > UINT64_MAX - total.Alignment)
        return invalid;
    total.SizeInBytes = nt_align_up(total.SizeInBytes, total.Alignment);
    return total;
}

/* An invalid description makes every output all ones (D3.6). */
static void footprints_invalid(UINT n, D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layouts, UINT *n_rows,
                               UINT64 *row_sizes, UINT64 *total)
{
    if (layouts)
        memset(layouts, 0xff, n * sizeof(*layouts));
    if (n_rows)
        memset(n_rows, 0xff, n * sizeof(*n_rows));
    if (row_sizes)
        memset(row_sizes, 0xff, n * sizeof(*row_sizes));
    if (total)
        *total = UINT64_MAX;
}

static void buffer_footprint(const D3D12_RESOURCE_DESC *desc, uint64_t base,
                             D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layout, UINT *n_rows,
                             UINT64 *row_size, UINT64 *total)
{
    if (layout)
        *layout = (D3D12_PLACED_SUBRESOURCE_FOOTPRINT){
            .Offset = base,
            .Footprint = {.Format = DXGI_FORMAT_UNKNOWN,
                          .Width = (UINT)desc->Width,
                          .Height = 1,
                          .Depth = 1,
                          .RowPitch =
                              (UINT)nt_align_up(desc->Width, D3D12_TEXTURE_DATA_PITCH_ALIGNMENT)}};
    if (n_rows)
        *n_rows = 1;
    if (row_size)
        *row_size = desc->Width;
    if (total)
        *total = desc->Width;
}

/* One subresource, @offset behind the base. */
static D3D12_PLACED_SUBRESOURCE_FOOTPRINT footprint_of(const struct nt_d3d_subresource *layout,
                                                       uint64_t offset)
{
    const struct nt_d3d_format *format = layout->format;

    return (D3D12_PLACED_SUBRESOURCE_FOOTPRINT){
        .Offset = offset,
        .Footprint = {.Format = format->dxgi,
                      .Width = (UINT)nt_align_up(layout->width, format->block_width),
                      .Height = (UINT)nt_align_up(layout->height, format->block_height),
                      .Depth = layout->depth,
                      .RowPitch = (UINT)layout->row_pitch}};
}

void nt_d3d_footprints(const D3D12_RESOURCE_DESC *desc, UINT first, UINT n, uint64_t base,
                       D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layouts, UINT *n_rows, UINT64 *row_sizes,
                       UINT64 *total)
{
    struct nt_d3d_subresource layout;
    D3D12_RESOURCE_DESC made;
    uint64_t offset = 0, end = 0;

    if (!nt_d3d_desc_has_footprints(desc, &made) || first > nt_d3d_desc_subresources(&made) ||
        n > nt_d3d_desc_subresources(&made) - first) {
        footprints_invalid(n, layouts, n_rows, row_sizes, total);
        return;
    }
    if (n && made.Dimension == D3D12_RESOURCE_DIMENSION_BUFFER) {
        buffer_footprint(&made, base, layouts, n_rows, row_sizes, total);
        return;
    }
    for (UINT i = 0; i < n; i++) {
        nt_d3d_subresource_describe(&made, first + i, &layout);
        end = nt_d3d_subresource_lay(&made, &layout, offset);
        if (layouts)
            layouts[i] = footprint_of(&layout, base + offset);
        if (n_rows)
            n_rows[i] = layout.n_rows;
        if (row_sizes)
            row_sizes[i] = layout.row_bytes;
        offset = nt_align_up(end, NT_D3D_SUBRESOURCE_ALIGNMENT);
    }
    if (total)
        *total = end;
}
