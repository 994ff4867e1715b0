// SPDX-License-Identifier: MIT
/*
 * What CheckFeatureSupport says of formats: textures of them exist and are copied, and nothing
 * else is done with them here.
 */
#include "d3d12/device/features.h"
#include "d3d12/resource/format.h"

/* The dimensions that a format may have (desc.c). */
static D3D12_FORMAT_SUPPORT1 dimensions_of(const struct nt_d3d_format *format)
{
    unsigned support = D3D12_FORMAT_SUPPORT1_TEXTURE2D | D3D12_FORMAT_SUPPORT1_MIP;

    if (format->block_width == 1 && !(format->flags & NT_D3D_FORMAT_VIDEO))
        support |= D3D12_FORMAT_SUPPORT1_TEXTURE1D;
    if (format->n_planes == 1 && !(format->flags & NT_D3D_FORMAT_DEPTH))
        support |= D3D12_FORMAT_SUPPORT1_TEXTURE3D;
    return (D3D12_FORMAT_SUPPORT1)support;
}

HRESULT nt_d3d_features_format(D3D12_FEATURE_DATA_FORMAT_SUPPORT *answer)
{
    const struct nt_d3d_format *format = nt_d3d_format_find(answer->Format);

    answer->Support1 = D3D12_FORMAT_SUPPORT1_NONE;
    answer->Support2 = D3D12_FORMAT_SUPPORT2_NONE;
    if (format)
        answer->Support1 = dimensions_of(format);
    return format || answer->Format == DXGI_FORMAT_UNKNOWN ? S_OK : E_INVALIDARG;
}

HRESULT nt_d3d_features_planes(D3D12_FEATURE_DATA_FORMAT_INFO *answer)
{
    const struct nt_d3d_format *format = nt_d3d_format_find(answer->Format);

    answer->PlaneCount = 1;
    if (format)
        answer->PlaneCount = (UINT8)format->n_planes;
    return format || answer->Format == DXGI_FORMAT_UNKNOWN ? S_OK : E_INVALIDARG;
}

HRESULT nt_d3d_features_samples(D3D12_FEATURE_DATA_MULTISAMPLE_QUALITY_LEVELS *answer)
{
    answer->NumQualityLevels = 0;
    if (!answer->SampleCount)
        return E_FAIL;
    answer->NumQualityLevels = answer->SampleCount == 1 && nt_d3d_format_find(answer->Format);
    return S_OK;
}
