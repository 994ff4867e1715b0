// SPDX-License-Identifier: MIT
/*
 * D3D11CreateDevice. The device of Direct3D 12 underneath is made as any other.
 */
#include "d3d11/device.h"
#include "util/macro.h"

/* Made on 16-bit names, for units compiled so (<d3d12.h>). */
HRESULT WINAPI ntshm16_D3D12CreateDevice(IUnknown *adapter, D3D_FEATURE_LEVEL level, REFIID riid,
                                         void **ret);
HRESULT WINAPI ntshm16_D3D11CreateDevice(IDXGIAdapter *adapter, D3D_DRIVER_TYPE type,
                                         HMODULE software, UINT flags,
                                         const D3D_FEATURE_LEVEL *levels, UINT n_levels,
                                         UINT version, ID3D11Device **ret_device,
                                         D3D_FEATURE_LEVEL *ret_level,
                                         ID3D11DeviceContext **ret_context);

typedef HRESULT(WINAPI *create_device_function)(IUnknown *, D3D_FEATURE_LEVEL, REFIID, void **);

/* What the application asks for, and what it gets. */
struct request {
    IDXGIAdapter *adapter;
    D3D_DRIVER_TYPE type;
    HMODULE software;
    UINT flags;
    const D3D_FEATURE_LEVEL *levels;
    UINT n_levels, version;
};

static HRESULT check(const struct request *request)
{
    const UINT flags = D3D11_CREATE_DEVICE_SINGLETHREADED | D3D11_CREATE_DEVICE_DEBUG |
                       D3D11_CREATE_DEVICE_PREVENT_INTERNAL_THREADING_OPTIMIZATIONS |
                       D3D11_CREATE_DEVICE_BGRA_SUPPORT | D3D11_CREATE_DEVICE_DEBUGGABLE |
                       D3D11_CREATE_DEVICE_PREVENT_ALTERING_LAYER_SETTINGS_FROM_REGISTRY |
                       D3D11_CREATE_DEVICE_DISABLE_GPU_TIMEOUT | D3D11_CREATE_DEVICE_VIDEO_SUPPORT;

    if (request->version != D3D11_SDK_VERSION || request->software || (request->flags & ~flags) ||
        (!request->levels) != (!request->n_levels))
        return E_INVALIDARG;
    /* An adapter goes with UNKNOWN and nothing else does; but nobody can have one. */
    if (request->adapter || request->type == D3D_DRIVER_TYPE_UNKNOWN)
        return E_INVALIDARG;
    if (request->type != D3D_DRIVER_TYPE_HARDWARE && request->type != D3D_DRIVER_TYPE_WARP)
        return (unsigned)request->type > D3D_DRIVER_TYPE_WARP ? E_INVALIDARG
                                                              : DXGI_ERROR_UNSUPPORTED;
    if (request->flags & (D3D11_CREATE_DEVICE_DEBUG | D3D11_CREATE_DEVICE_DEBUGGABLE))
        return DXGI_ERROR_SDK_COMPONENT_MISSING;
    if (request->flags & D3D11_CREATE_DEVICE_VIDEO_SUPPORT)
        return DXGI_ERROR_UNSUPPORTED;
    return S_OK;
}

/* The first level of the list that can be had; 0: none. */
static D3D_FEATURE_LEVEL choose_level(const struct request *request)
{
    if (!request->levels)
        return D3D_FEATURE_LEVEL_11_0;
    for (UINT i = 0; i < request->n_levels; i++) {
        if (request->levels[i] >= D3D_FEATURE_LEVEL_9_1 &&
            request->levels[i] <= D3D_FEATURE_LEVEL_11_0)
            return request->levels[i];
    }
    return (D3D_FEATURE_LEVEL)0;
}

static HRESULT create(create_device_function create_real, const struct request *request,
                      ID3D11Device **ret_device, D3D_FEATURE_LEVEL *ret_level,
                      ID3D11DeviceContext **ret_context)
{
    struct nt_d3d11_device *device = NULL;
    D3D_FEATURE_LEVEL level;
    ID3D12Device5 *real = NULL;
    HRESULT hr;

    if (ret_device)
        *ret_device = NULL;
    if (ret_level)
        *ret_level = (D3D_FEATURE_LEVEL)0;
    if (ret_context)
        *ret_context = NULL;
    hr = check(request);
    if (FAILED(hr))
        return hr;
    level = choose_level(request);
    if (!level)
        return DXGI_ERROR_UNSUPPORTED;
    hr = create_real(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device5, (void **)&real);
    if (SUCCEEDED(hr))
        hr = nt_d3d11_device_create(real, level, request->flags, &device);
    if (FAILED(hr))
        return hr;
    if (ret_level)
        *ret_level = level;
    if (ret_context) {
        nt_d3d11_object_add_ref(&device->context.object);
        *ret_context = (ID3D11DeviceContext *)&device->context.object;
    }
    if (ret_device)
        *ret_device = (ID3D11Device *)&device->object;
    else
        nt_d3d11_object_release(&device->object);
    return ret_device || ret_context ? S_OK : S_FALSE;
}

NT_EXPORT HRESULT WINAPI D3D11CreateDevice(IDXGIAdapter *adapter, D3D_DRIVER_TYPE type,
                                           HMODULE software, UINT flags,
                                           const D3D_FEATURE_LEVEL *levels, UINT n_levels,
                                           UINT version, ID3D11Device **ret_device,
                                           D3D_FEATURE_LEVEL *ret_level,
                                           ID3D11DeviceContext **ret_context)
{
    const struct request request = {adapter, type, software, flags, levels, n_levels, version};

    return create(D3D12CreateDevice, &request, ret_device, ret_level, ret_context);
}

NT_EXPORT HRESULT WINAPI ntshm16_D3D11CreateDevice(IDXGIAdapter *adapter, D3D_DRIVER_TYPE type,
                                                   HMODULE software, UINT flags,
                                                   const D3D_FEATURE_LEVEL *levels, UINT n_levels,
                                                   UINT version, ID3D11Device **ret_device,
                                                   D3D_FEATURE_LEVEL *ret_level,
                                                   ID3D11DeviceContext **ret_context)
{
    const struct request request = {adapter, type, software, flags, levels, n_levels, version};

    return create(ntshm16_D3D12CreateDevice, &request, ret_device, ret_level, ret_context);
}
