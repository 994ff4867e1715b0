// SPDX-License-Identifier: MIT
/*
 * What the device says that it can do: memory, and nothing that draws.
 */
#include <string.h>

#include "d3d11/device.h"
#include "d3d12/resource/format.h"

/* The application's structure, when it has the right size, becomes @answer. */
static HRESULT answer(void *data, UINT size, const void *from, size_t from_size)
{
    if (!data || size != from_size)
        return E_INVALIDARG;
    memcpy(data, from, from_size);
    return S_OK;
}

static HRESULT check_format(void *data, UINT size)
{
    D3D11_FEATURE_DATA_FORMAT_SUPPORT support;
    HRESULT hr;

    if (!data || size != sizeof(support))
        return E_INVALIDARG;
    memcpy(&support, data, sizeof(support));
    hr = nt_d3d11_format_support(support.InFormat, &support.OutFormatSupport);
    memcpy(data, &support, sizeof(support));
    return hr;
}

/* Zeros are right for all but these. */
static HRESULT check_options(struct nt_d3d11_device *device, D3D11_FEATURE feature, void *data,
                             UINT size)
{
    D3D11_FEATURE_DATA_D3D11_OPTIONS options = {.MapNoOverwriteOnDynamicConstantBuffer = TRUE,
                                                .MapNoOverwriteOnDynamicBufferSRV = TRUE,
                                                .ExtendedResourceSharing = TRUE};
    D3D11_FEATURE_DATA_D3D11_OPTIONS1 options1 = {0};
    D3D11_FEATURE_DATA_D3D11_OPTIONS2 options2 = {0};
    D3D11_FEATURE_DATA_D3D11_OPTIONS4 options4 = {0};
    D3D11_FEATURE_DATA_D3D11_OPTIONS5 options5 = {0};
    D3D12_FEATURE_DATA_ARCHITECTURE architecture = {0};

    switch ((unsigned)feature) {
    case D3D11_FEATURE_D3D11_OPTIONS:
        return answer(data, size, &options, sizeof(options));
    case D3D11_FEATURE_D3D11_OPTIONS1:
        return answer(data, size, &options1, sizeof(options1));
    case D3D11_FEATURE_D3D11_OPTIONS2:
        ID3D12Device5_CheckFeatureSupport(device->device, D3D12_FEATURE_ARCHITECTURE, &architecture,
                                          sizeof(architecture));
        options2.UnifiedMemoryArchitecture = architecture.UMA ? TRUE : FALSE;
        return answer(data, size, &options2, sizeof(options2));
    case D3D11_FEATURE_D3D11_OPTIONS4:
        return answer(data, size, &options4, sizeof(options4));
    case D3D11_FEATURE_D3D11_OPTIONS5:
        return answer(data, size, &options5, sizeof(options5));
    default:
        return E_INVALIDARG;
    }
}

HRESULT nt_d3d11_features_check(struct nt_d3d11_device *device, D3D11_FEATURE feature, void *data,
                                UINT size)
{
    const D3D11_FEATURE_DATA_THREADING threading = {.DriverConcurrentCreates = TRUE};
    const D3D11_FEATURE_DATA_DOUBLES doubles = {0};
    const D3D11_FEATURE_DATA_ARCHITECTURE_INFO architecture = {0};

    switch ((unsigned)feature) {
    case D3D11_FEATURE_THREADING:
        return answer(data, size, &threading, sizeof(threading));
    case D3D11_FEATURE_DOUBLES:
        return answer(data, size, &doubles, sizeof(doubles));
    case D3D11_FEATURE_FORMAT_SUPPORT:
        return check_format(data, size);
    case D3D11_FEATURE_ARCHITECTURE_INFO:
        return answer(data, size, &architecture, sizeof(architecture));
    default:
        return check_options(device, feature, data, size);
    }
}

HRESULT nt_d3d11_format_support(DXGI_FORMAT dxgi, UINT *ret_support)
{
    const struct nt_d3d_format *format = nt_d3d_format_find(dxgi);

    if (!ret_support)
        return E_INVALIDARG;
    *ret_support = 0;
    if (!format || format->n_planes > 1)
        return E_FAIL;
    *ret_support = D3D11_FORMAT_SUPPORT_TEXTURE2D | D3D11_FORMAT_SUPPORT_TEXTURECUBE |
                   D3D11_FORMAT_SUPPORT_MIP | D3D11_FORMAT_SUPPORT_CPU_LOCKABLE;
    return S_OK;
}

HRESULT nt_d3d11_quality_levels(DXGI_FORMAT format, UINT n_samples, UINT *ret_levels)
{
    const struct nt_d3d_format *known = nt_d3d_format_find(format);

    if (!ret_levels)
        return E_INVALIDARG;
    *ret_levels = 0;
    if (!n_samples || n_samples > 32)
        return E_FAIL;
    *ret_levels = known && n_samples == 1;
    return S_OK;
}
