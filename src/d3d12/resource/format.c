// SPDX-License-Identifier: MIT
/*
 * The table of formats (see format.h). The VkFormat has the same bits in the same order; a
 * typeless format gets one of its family, since nothing here looks into a texel. Formats
 * without one are kept as rows: what has 12 bytes a texel fits no Vulkan buffer copy, and the
 * planes of depth, stencil and video formats are copied one by one, also to colours.
 */
#include "d3d12/resource/format.h"

#include <stddef.h>

#include "util/macro.h"

#define TYPELESS   NT_D3D_FORMAT_TYPELESS
#define DEPTH      NT_D3D_FORMAT_DEPTH
#define DEPTH_ABLE NT_D3D_FORMAT_DEPTH_ABLE
#define VIDEO      NT_D3D_FORMAT_VIDEO

#define BLOCK(name_, family_, vk_, width_, height_, bytes_, flags_)                          \
    {                                                                                        \
        .dxgi = DXGI_FORMAT_##name_, .family = DXGI_FORMAT_##family_, .vk = VK_FORMAT_##vk_, \
        .block_width = (width_), .block_height = (height_), .block_bytes = (bytes_),         \
        .flags = (flags_), .n_planes = 1                                                     \
    }
#define TEXEL(name_, family_, vk_, bytes_, flags_) BLOCK(name_, family_, vk_, 1, 1, bytes_, flags_)
#define PLANAR(name_, family_, flags_, first_, second_)                                 \
    {                                                                                   \
        .dxgi = DXGI_FORMAT_##name_, .family = DXGI_FORMAT_##family_, .block_width = 1, \
        .block_height = 1, .flags = (flags_), .n_planes = 2, .planes = {                \
            DXGI_FORMAT_##first_,                                                       \
            DXGI_FORMAT_##second_                                                       \
        }                                                                               \
    }
#define STENCIL(name_, family_, flags_) PLANAR(name_, family_, flags_, R32_TYPELESS, R8_TYPELESS)

/* By number, for the search. */
static const struct nt_d3d_format formats[] = {
    /* clang-format off */
    TEXEL(R32G32B32A32_TYPELESS, R32G32B32A32_TYPELESS, R32G32B32A32_UINT, 16, TYPELESS),
    TEXEL(R32G32B32A32_FLOAT, R32G32B32A32_TYPELESS, R32G32B32A32_SFLOAT, 16, 0),
    TEXEL(R32G32B32A32_UINT, R32G32B32A32_TYPELESS, R32G32B32A32_UINT, 16, 0),
    TEXEL(R32G32B32A32_SINT, R32G32B32A32_TYPELESS, R32G32B32A32_SINT, 16, 0),
    TEXEL(R32G32B32_TYPELESS, R32G32B32_TYPELESS, UNDEFINED, 12, TYPELESS),
    TEXEL(R32G32B32_FLOAT, R32G32B32_TYPELESS, UNDEFINED, 12, 0),
    TEXEL(R32G32B32_UINT, R32G32B32_TYPELESS, UNDEFINED, 12, 0),
    TEXEL(R32G32B32_SINT, R32G32B32_TYPELESS, UNDEFINED, 12, 0),
    TEXEL(R16G16B16A16_TYPELESS, R16G16B16A16_TYPELESS, R16G16B16A16_UINT, 8, TYPELESS),
    TEXEL(R16G16B16A16_FLOAT, R16G16B16A16_TYPELESS, R16G16B16A16_SFLOAT, 8, 0),
    TEXEL(R16G16B16A16_UNORM, R16G16B16A16_TYPELESS, R16G16B16A16_UNORM, 8, 0),
    TEXEL(R16G16B16A16_UINT, R16G16B16A16_TYPELESS, R16G16B16A16_UINT, 8, 0),
    TEXEL(R16G16B16A16_SNORM, R16G16B16A16_TYPELESS, R16G16B16A16_SNORM, 8, 0),
    TEXEL(R16G16B16A16_SINT, R16G16B16A16_TYPELESS, R16G16B16A16_SINT, 8, 0),
    TEXEL(R32G32_TYPELESS, R32G32_TYPELESS, R32G32_UINT, 8, TYPELESS),
    TEXEL(R32G32_FLOAT, R32G32_TYPELESS, R32G32_SFLOAT, 8, 0),
    TEXEL(R32G32_UINT, R32G32_TYPELESS, R32G32_UINT, 8, 0),
    TEXEL(R32G32_SINT, R32G32_TYPELESS, R32G32_SINT, 8, 0),
    STENCIL(R32G8X24_TYPELESS, R32G8X24_TYPELESS, TYPELESS | DEPTH | DEPTH_ABLE),
    STENCIL(D32_FLOAT_S8X24_UINT, R32G8X24_TYPELESS, DEPTH | DEPTH_ABLE),
    TEXEL(R10G10B10A2_TYPELESS, R10G10B10A2_TYPELESS, A2B10G10R10_UNORM_PACK32, 4, TYPELESS),
    TEXEL(R10G10B10A2_UNORM, R10G10B10A2_TYPELESS, A2B10G10R10_UNORM_PACK32, 4, 0),
    TEXEL(R10G10B10A2_UINT, R10G10B10A2_TYPELESS, A2B10G10R10_UINT_PACK32, 4, 0),
    TEXEL(R11G11B10_FLOAT, R11G11B10_FLOAT, B10G11R11_UFLOAT_PACK32, 4, 0),
    TEXEL(R8G8B8A8_TYPELESS, R8G8B8A8_TYPELESS, R8G8B8A8_UNORM, 4, TYPELESS),
    TEXEL(R8G8B8A8_UNORM, R8G8B8A8_TYPELESS, R8G8B8A8_UNORM, 4, 0),
    TEXEL(R8G8B8A8_UNORM_SRGB, R8G8B8A8_TYPELESS, R8G8B8A8_SRGB, 4, 0),
    TEXEL(R8G8B8A8_UINT, R8G8B8A8_TYPELESS, R8G8B8A8_UINT, 4, 0),
    TEXEL(R8G8B8A8_SNORM, R8G8B8A8_TYPELESS, R8G8B8A8_SNORM, 4, 0),
    TEXEL(R8G8B8A8_SINT, R8G8B8A8_TYPELESS, R8G8B8A8_SINT, 4, 0),
    TEXEL(R16G16_TYPELESS, R16G16_TYPELESS, R16G16_UINT, 4, TYPELESS),
    TEXEL(R16G16_FLOAT, R16G16_TYPELESS, R16G16_SFLOAT, 4, 0),
    TEXEL(R16G16_UNORM, R16G16_TYPELESS, R16G16_UNORM, 4, 0),
    TEXEL(R16G16_UINT, R16G16_TYPELESS, R16G16_UINT, 4, 0),
    TEXEL(R16G16_SNORM, R16G16_TYPELESS, R16G16_SNORM, 4, 0),
    TEXEL(R16G16_SINT, R16G16_TYPELESS, R16G16_SINT, 4, 0),
    TEXEL(R32_TYPELESS, R32_TYPELESS, R32_UINT, 4, TYPELESS | DEPTH_ABLE),
    TEXEL(D32_FLOAT, R32_TYPELESS, UNDEFINED, 4, DEPTH | DEPTH_ABLE),
    TEXEL(R32_FLOAT, R32_TYPELESS, R32_SFLOAT, 4, 0),
    TEXEL(R32_UINT, R32_TYPELESS, R32_UINT, 4, 0),
    TEXEL(R32_SINT, R32_TYPELESS, R32_SINT, 4, 0),
    STENCIL(R24G8_TYPELESS, R24G8_TYPELESS, TYPELESS | DEPTH | DEPTH_ABLE),
    STENCIL(D24_UNORM_S8_UINT, R24G8_TYPELESS, DEPTH | DEPTH_ABLE),
    TEXEL(R8G8_TYPELESS, R8G8_TYPELESS, R8G8_UNORM, 2, TYPELESS),
    TEXEL(R8G8_UNORM, R8G8_TYPELESS, R8G8_UNORM, 2, 0),
    TEXEL(R8G8_UINT, R8G8_TYPELESS, R8G8_UINT, 2, 0),
    TEXEL(R8G8_SNORM, R8G8_TYPELESS, R8G8_SNORM, 2, 0),
    TEXEL(R8G8_SINT, R8G8_TYPELESS, R8G8_SINT, 2, 0),
    TEXEL(R16_TYPELESS, R16_TYPELESS, R16_UINT, 2, TYPELESS | DEPTH_ABLE),
    TEXEL(R16_FLOAT, R16_TYPELESS, R16_SFLOAT, 2, 0),
    TEXEL(D16_UNORM, R16_TYPELESS, UNDEFINED, 2, DEPTH | DEPTH_ABLE),
    TEXEL(R16_UNORM, R16_TYPELESS, R16_UNORM, 2, 0),
    TEXEL(R16_UINT, R16_TYPELESS, R16_UINT, 2, 0),
    TEXEL(R16_SNORM, R16_TYPELESS, R16_SNORM, 2, 0),
    TEXEL(R16_SINT, R16_TYPELESS, R16_SINT, 2, 0),
    TEXEL(R8_TYPELESS, R8_TYPELESS, R8_UNORM, 1, TYPELESS),
    TEXEL(R8_UNORM, R8_TYPELESS, R8_UNORM, 1, 0),
    TEXEL(R8_UINT, R8_TYPELESS, R8_UINT, 1, 0),
    TEXEL(R8_SNORM, R8_TYPELESS, R8_SNORM, 1, 0),
    TEXEL(R8_SINT, R8_TYPELESS, R8_SINT, 1, 0),
    TEXEL(A8_UNORM, A8_UNORM, R8_UNORM, 1, 0),
    TEXEL(R9G9B9E5_SHAREDEXP, R9G9B9E5_SHAREDEXP, E5B9G9R9_UFLOAT_PACK32, 4, 0),
    BLOCK(R8G8_B8G8_UNORM, R8G8_B8G8_UNORM, UNDEFINED, 2, 1, 4, 0),
    BLOCK(G8R8_G8B8_UNORM, G8R8_G8B8_UNORM, UNDEFINED, 2, 1, 4, 0),
    BLOCK(BC1_TYPELESS, BC1_TYPELESS, BC1_RGBA_UNORM_BLOCK, 4, 4, 8, TYPELESS),
    BLOCK(BC1_UNORM, BC1_TYPELESS, BC1_RGBA_UNORM_BLOCK, 4, 4, 8, 0),
    BLOCK(BC1_UNORM_SRGB, BC1_TYPELESS, BC1_RGBA_SRGB_BLOCK, 4, 4, 8, 0),
    BLOCK(BC2_TYPELESS, BC2_TYPELESS, BC2_UNORM_BLOCK, 4, 4, 16, TYPELESS),
    BLOCK(BC2_UNORM, BC2_TYPELESS, BC2_UNORM_BLOCK, 4, 4, 16, 0),
    BLOCK(BC2_UNORM_SRGB, BC2_TYPELESS, BC2_SRGB_BLOCK, 4, 4, 16, 0),
    BLOCK(BC3_TYPELESS, BC3_TYPELESS, BC3_UNORM_BLOCK, 4, 4, 16, TYPELESS),
    BLOCK(BC3_UNORM, BC3_TYPELESS, BC3_UNORM_BLOCK, 4, 4, 16, 0),
    BLOCK(BC3_UNORM_SRGB, BC3_TYPELESS, BC3_SRGB_BLOCK, 4, 4, 16, 0),
    BLOCK(BC4_TYPELESS, BC4_TYPELESS, BC4_UNORM_BLOCK, 4, 4, 8, TYPELESS),
    BLOCK(BC4_UNORM, BC4_TYPELESS, BC4_UNORM_BLOCK, 4, 4, 8, 0),
    BLOCK(BC4_SNORM, BC4_TYPELESS, BC4_SNORM_BLOCK, 4, 4, 8, 0),
    BLOCK(BC5_TYPELESS, BC5_TYPELESS, BC5_UNORM_BLOCK, 4, 4, 16, TYPELESS),
    BLOCK(BC5_UNORM, BC5_TYPELESS, BC5_UNORM_BLOCK, 4, 4, 16, 0),
    BLOCK(BC5_SNORM, BC5_TYPELESS, BC5_SNORM_BLOCK, 4, 4, 16, 0),
    TEXEL(B5G6R5_UNORM, B5G6R5_UNORM, R5G6B5_UNORM_PACK16, 2, 0),
    TEXEL(B5G5R5A1_UNORM, B5G5R5A1_UNORM, A1R5G5B5_UNORM_PACK16, 2, 0),
    TEXEL(B8G8R8A8_UNORM, B8G8R8A8_TYPELESS, B8G8R8A8_UNORM, 4, 0),
    TEXEL(B8G8R8X8_UNORM, B8G8R8X8_TYPELESS, B8G8R8A8_UNORM, 4, 0),
    TEXEL(R10G10B10_XR_BIAS_A2_UNORM, R10G10B10A2_TYPELESS, UNDEFINED, 4, 0),
    TEXEL(B8G8R8A8_TYPELESS, B8G8R8A8_TYPELESS, B8G8R8A8_UNORM, 4, TYPELESS),
    TEXEL(B8G8R8A8_UNORM_SRGB, B8G8R8A8_TYPELESS, B8G8R8A8_SRGB, 4, 0),
    TEXEL(B8G8R8X8_TYPELESS, B8G8R8X8_TYPELESS, B8G8R8A8_UNORM, 4, TYPELESS),
    TEXEL(B8G8R8X8_UNORM_SRGB, B8G8R8X8_TYPELESS, B8G8R8A8_SRGB, 4, 0),
    BLOCK(BC6H_TYPELESS, BC6H_TYPELESS, BC6H_UFLOAT_BLOCK, 4, 4, 16, TYPELESS),
    BLOCK(BC6H_UF16, BC6H_TYPELESS, BC6H_UFLOAT_BLOCK, 4, 4, 16, 0),
    BLOCK(BC6H_SF16, BC6H_TYPELESS, BC6H_SFLOAT_BLOCK, 4, 4, 16, 0),
    BLOCK(BC7_TYPELESS, BC7_TYPELESS, BC7_UNORM_BLOCK, 4, 4, 16, TYPELESS),
    BLOCK(BC7_UNORM, BC7_TYPELESS, BC7_UNORM_BLOCK, 4, 4, 16, 0),
    BLOCK(BC7_UNORM_SRGB, BC7_TYPELESS, BC7_SRGB_BLOCK, 4, 4, 16, 0),
    PLANAR(NV12, NV12, VIDEO, R8_TYPELESS, R8G8_TYPELESS),
    PLANAR(P010, P010, VIDEO, R16_TYPELESS, R16G16_TYPELESS),
    PLANAR(P016, P016, VIDEO, R16_TYPELESS, R16G16_TYPELESS),
    BLOCK(YUY2, YUY2, UNDEFINED, 2, 1, 4, 0),
    TEXEL(B4G4R4A4_UNORM, B4G4R4A4_UNORM, UNDEFINED, 2, 0),
    /* clang-format on */
};

const struct nt_d3d_format *nt_d3d_format_find(DXGI_FORMAT dxgi)
{
    size_t low = 0, high = NT_ARRAY_SIZE(formats);

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (formats[middle].dxgi == dxgi)
            return &formats[middle];
        if (formats[middle].dxgi < dxgi)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct nt_d3d_format *nt_d3d_format_plane(const struct nt_d3d_format *format, uint32_t plane)
{
    return format->n_planes == 1 ? format : nt_d3d_format_find(format->planes[plane]);
}

uint32_t nt_d3d_format_shift(const struct nt_d3d_format *format, uint32_t plane)
{
    return (format->flags & VIDEO) && plane;
}

static bool is_block(const struct nt_d3d_format *format)
{
    return format->block_width == 4;
}

/* The texels that BC blocks can be seen as. */
static bool is_plain_integer(const struct nt_d3d_format *format)
{
    switch ((int)format->dxgi) {
    case DXGI_FORMAT_R32G32B32A32_UINT:
    case DXGI_FORMAT_R32G32B32A32_SINT:
    case DXGI_FORMAT_R16G16B16A16_UINT:
    case DXGI_FORMAT_R16G16B16A16_SINT:
    case DXGI_FORMAT_R32G32_UINT:
    case DXGI_FORMAT_R32G32_SINT:
        return true;
    default:
        return false;
    }
}

bool nt_d3d_format_copies(const struct nt_d3d_format *a, const struct nt_d3d_format *b)
{
    if (a->family == b->family)
        return true;
    return a->block_bytes == b->block_bytes &&
           ((is_block(a) && is_plain_integer(b)) || (is_block(b) && is_plain_integer(a)));
}

/* The bits of an edge grow in turn: x, then y (and z). */
bool nt_d3d_format_tile(const struct nt_d3d_format *format, D3D12_RESOURCE_DIMENSION dimension,
                        D3D12_TILE_SHAPE *ret_shape)
{
    static const uint16_t flat[5][2] = {{256, 256}, {256, 128}, {128, 128}, {128, 64}, {64, 64}};
    static const uint8_t solid[5][3] = {
        {64, 32, 32}, {32, 32, 32}, {32, 32, 16}, {32, 16, 16}, {16, 16, 16}};
    uint32_t index = 0;

    if (format->n_planes != 1 || format->block_width == 2 ||
        (format->block_bytes & (format->block_bytes - 1)))
        return false;
    while (1u << index != format->block_bytes)
        index++;
    *ret_shape = (D3D12_TILE_SHAPE){1, 1, 1};
    if (dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D) {
        ret_shape->WidthInTexels = flat[index][0];
        ret_shape->HeightInTexels = flat[index][1];
    } else if (dimension == D3D12_RESOURCE_DIMENSION_TEXTURE3D) {
        ret_shape->WidthInTexels = solid[index][0];
        ret_shape->HeightInTexels = solid[index][1];
        ret_shape->DepthInTexels = solid[index][2];
    } else {
        return false;
    }
    ret_shape->WidthInTexels *= format->block_width;
    ret_shape->HeightInTexels *= format->block_height;
    return true;
}
