// SPDX-License-Identifier: MIT
/*
 * Which descriptions of resources may exist (D3.3, D3.8, D18.3), and what they need of memory
 * (D3.5). The driver is not asked whether it has an image for a texture: what it has none for
 * is kept in rows (surface.c), so the need is enough for either.
 */
#include "d3d12/device/device.h"
#include "d3d12/resource/surface-image.h"
#include "util/log.h"
#include "util/macro.h"

#define BUFFER_FLAGS                                                                        \
    (D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET | D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS | \
     D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER)
#define TEXTURE_FLAGS                                         \
    (BUFFER_FLAGS | D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL | \
     D3D12_RESOURCE_FLAG_DENY_SHADER_RESOURCE | D3D12_RESOURCE_FLAG_ALLOW_SIMULTANEOUS_ACCESS)
#define RT_UAV \
    (D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET | D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS)

static bool is_good_buffer(const D3D12_RESOURCE_DESC *desc)
{
    return (!desc->Alignment || desc->Alignment == D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT) &&
           desc->Width && desc->Height == 1 && desc->DepthOrArraySize == 1 &&
           desc->MipLevels == 1 && desc->Format == DXGI_FORMAT_UNKNOWN &&
           desc->SampleDesc.Count == 1 && !desc->SampleDesc.Quality &&
           desc->Layout == D3D12_TEXTURE_LAYOUT_ROW_MAJOR &&
           !((unsigned)desc->Flags & ~(unsigned)BUFFER_FLAGS) &&
           desc->Width <= UINT64_MAX - D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT;
}

static bool is_good_size(const D3D12_RESOURCE_DESC *desc)
{
    if (!desc->Width || !desc->Height || !desc->DepthOrArraySize)
        return false;
    switch (desc->Dimension) {
    case D3D12_RESOURCE_DIMENSION_TEXTURE1D:
        return desc->Width <= D3D12_REQ_TEXTURE1D_U_DIMENSION && desc->Height == 1 &&
               desc->DepthOrArraySize <= D3D12_REQ_TEXTURE1D_ARRAY_AXIS_DIMENSION;
    case D3D12_RESOURCE_DIMENSION_TEXTURE2D:
        return desc->Width <= D3D12_REQ_TEXTURE2D_U_OR_V_DIMENSION &&
               desc->Height <= D3D12_REQ_TEXTURE2D_U_OR_V_DIMENSION &&
               desc->DepthOrArraySize <= D3D12_REQ_TEXTURE2D_ARRAY_AXIS_DIMENSION;
    case D3D12_RESOURCE_DIMENSION_TEXTURE3D:
        return desc->Width <= D3D12_REQ_TEXTURE3D_U_V_OR_W_DIMENSION &&
               desc->Height <= D3D12_REQ_TEXTURE3D_U_V_OR_W_DIMENSION &&
               desc->DepthOrArraySize <= D3D12_REQ_TEXTURE3D_U_V_OR_W_DIMENSION;
    default:
        return false;
    }
}

/* Mips from the whole size to one texel. */
static uint32_t full_chain(const D3D12_RESOURCE_DESC *desc)
{
    uint64_t size = desc->Width > desc->Height ? desc->Width : desc->Height;
    uint32_t n = 1;

    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE3D && desc->DepthOrArraySize > size)
        size = desc->DepthOrArraySize;
    while (size >>= 1)
        n++;
    return n;
}

/* Blocks begin and end with the texture; only its smaller mips may have parts of blocks. */
static bool is_good_format(const D3D12_RESOURCE_DESC *desc, const struct nt_d3d_format *format)
{
    const unsigned flags = (unsigned)desc->Flags;

    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE1D &&
        (format->block_width > 1 || (format->flags & NT_D3D_FORMAT_VIDEO)))
        return false;
    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE3D &&
        (format->n_planes > 1 || (format->flags & NT_D3D_FORMAT_DEPTH)))
        return false;
    if (format->flags & NT_D3D_FORMAT_VIDEO && (desc->Width % 2 || desc->Height % 2))
        return false;
    if ((flags & D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL) &&
        (!(format->flags & NT_D3D_FORMAT_DEPTH_ABLE) ||
         desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE3D))
        return false;
    if ((flags & RT_UAV) && (format->block_width > 1 || (format->flags & NT_D3D_FORMAT_DEPTH)))
        return false;
    return desc->Width % format->block_width == 0 && desc->Height % format->block_height == 0;
}

static bool is_good_texture_flags(const D3D12_RESOURCE_DESC *desc)
{
    const unsigned flags = (unsigned)desc->Flags;
    bool is_depth = flags & D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL;

    if (flags & ~(unsigned)TEXTURE_FLAGS)
        return false;
    if (is_depth && (flags & (RT_UAV | D3D12_RESOURCE_FLAG_ALLOW_SIMULTANEOUS_ACCESS |
                              D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER)))
        return false;
    return is_depth || !(flags & D3D12_RESOURCE_FLAG_DENY_SHADER_RESOURCE);
}

/* Rows are for other adapters, tiles for reserved resources (D3.8, D18.3). */
static bool is_good_layout(const D3D12_RESOURCE_DESC *desc)
{
    bool is_cross = (unsigned)desc->Flags & D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;

    switch (desc->Layout) {
    case D3D12_TEXTURE_LAYOUT_UNKNOWN:
        return !is_cross;
    case D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE:
        return !is_cross && desc->Dimension != D3D12_RESOURCE_DIMENSION_TEXTURE1D;
    case D3D12_TEXTURE_LAYOUT_ROW_MAJOR:
        return is_cross && desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D &&
               desc->MipLevels == 1 && desc->DepthOrArraySize == 1;
    default:
        return false;
    }
}

static bool is_good_samples(const D3D12_RESOURCE_DESC *desc)
{
    if (desc->SampleDesc.Count == 1 && !desc->SampleDesc.Quality)
        return true;
    if (desc->SampleDesc.Count > 1)
        nt_log(NT_LOG_WARNING, "d3d12: textures of several samples are not there");
    return false;
}

/* 4 KiB is for small textures that nothing is drawn into; what is too large gets 64 KiB. */
static void choose_alignment(D3D12_RESOURCE_DESC *desc, const struct nt_d3d_need *exact)
{
    const unsigned flags = (unsigned)desc->Flags;

    if (desc->Alignment != D3D12_SMALL_RESOURCE_PLACEMENT_ALIGNMENT ||
        desc->Layout != D3D12_TEXTURE_LAYOUT_UNKNOWN || exact->size > NT_D3D_TILE_BYTES ||
        exact->alignment > D3D12_SMALL_RESOURCE_PLACEMENT_ALIGNMENT ||
        (flags &
         (D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET | D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL)))
        desc->Alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT;
}

/* Enough for rows, and for the image where there is one; as large as it is. */
static HRESULT exact_need(struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                          struct nt_d3d_need *need)
{
    struct nt_d3d_need image = {0, 1};
    struct nt_d3d_tiling tiling;
    HRESULT hr = S_OK;

    *need = (struct nt_d3d_need){.alignment = NT_D3D_SUBRESOURCE_ALIGNMENT};
    if (desc->Layout == D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE) {
        if (!nt_d3d_layout_tiles(desc, NULL, &tiling))
            return E_INVALIDARG;
        need->size = tiling.n_tiles * NT_D3D_TILE_BYTES;
        return S_OK;
    }
    need->size = nt_d3d_layout_rows(desc, NULL);
    if (desc->Layout == D3D12_TEXTURE_LAYOUT_UNKNOWN)
        hr = nt_d3d_image_need(device, desc, &image);
    if (image.size > need->size)
        need->size = image.size;
    if (image.alignment > need->alignment)
        need->alignment = image.alignment;
    return hr;
}

static HRESULT check_texture(struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                             D3D12_RESOURCE_DESC *made, struct nt_d3d_need *need)
{
    const struct nt_d3d_format *format = nt_d3d_format_find(desc->Format);
    HRESULT hr;

    if (!format || !is_good_size(desc) || desc->MipLevels > full_chain(desc) ||
        (desc->Alignment && desc->Alignment != D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT &&
         desc->Alignment != D3D12_SMALL_RESOURCE_PLACEMENT_ALIGNMENT))
        return E_INVALIDARG;
    if (!desc->MipLevels)
        made->MipLevels = (UINT16)full_chain(desc);
    if (!is_good_format(made, format) || !is_good_texture_flags(made) || !is_good_layout(made) ||
        !is_good_samples(made))
        return E_INVALIDARG;
    hr = exact_need(device, made, need);
    if (FAILED(hr))
        return hr;
    choose_alignment(made, need);
    need->alignment = made->Alignment;
    need->size = nt_align_up(need->size, need->alignment);
    return S_OK;
}

bool nt_d3d_desc_has_footprints(const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_DESC *ret_desc)
{
    if (!desc)
        return false;
    *ret_desc = *desc;
    if (desc->Dimension == D3D12_RESOURCE_DIMENSION_BUFFER)
        return is_good_buffer(desc);
    if (!nt_d3d_format_find(desc->Format) || !is_good_size(desc) || !desc->SampleDesc.Count ||
        desc->MipLevels > full_chain(desc))
        return false;
    if (!desc->MipLevels)
        ret_desc->MipLevels = (UINT16)full_chain(desc);
    return true;
}

HRESULT nt_d3d_desc_check(struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                          D3D12_RESOURCE_DESC *ret_desc, struct nt_d3d_need *ret_need)
{
    if (!desc)
        return E_INVALIDARG;
    *ret_desc = *desc;
    if (desc->Dimension != D3D12_RESOURCE_DIMENSION_BUFFER)
        return check_texture(device, desc, ret_desc, ret_need);
    if (!is_good_buffer(desc))
        return E_INVALIDARG;
    ret_desc->Alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT;
    ret_need->alignment = ret_desc->Alignment;
    ret_need->size = nt_align_up(desc->Width, ret_need->alignment);
    return S_OK;
}
