// SPDX-License-Identifier: MIT
/*
 * ID3D11Device to ID3D11Device5: buffers, textures, queries, and what is opened by a handle. What
 * cannot be done is in device-unsupported.h.
 */
#include "d3d11/device.h"

#include <stdlib.h>

#include "d3d11/device-unsupported.h"
#include "d3d11/fence.h"
#include "d3d11/query.h"
#include "d3d11/resource.h"
#include "d3d12/device/device.h"
#include "d3d12/device/removal-events.h"
#include "util/macro.h"

/* D3D11_RAISE_FLAG_DRIVER_INTERNAL_ERROR, the one there is. */
#define RAISE_FLAGS 1u

NT_D3D11_UNKNOWN_METHODS(ID3D11Device5)
NT_D3D11_DATA_METHODS(ID3D11Device5)

static struct nt_d3d11_device *device_of(ID3D11Device5 *self)
{
    return (struct nt_d3d11_device *)self;
}

/* Every creating method begins here: nothing is returned yet, and a removed device refuses. */
static HRESULT begin(ID3D11Device5 *self, void *ret)
{
    if (ret)
        *(void **)ret = NULL;
    return ID3D12Device5_GetDeviceRemovedReason(device_of(self)->device) == S_OK
               ? S_OK
               : DXGI_ERROR_DEVICE_REMOVED;
}

static HRESULT STDMETHODCALLTYPE device_CreateBuffer(ID3D11Device5 *self,
                                                     const D3D11_BUFFER_DESC *desc,
                                                     const D3D11_SUBRESOURCE_DATA *data,
                                                     ID3D11Buffer **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d11_buffer_create(device_of(self), desc, data, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateTexture2D1(ID3D11Device5 *self,
                                                         const D3D11_TEXTURE2D_DESC1 *desc,
                                                         const D3D11_SUBRESOURCE_DATA *data,
                                                         ID3D11Texture2D1 **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr
                      : nt_d3d11_texture_create(device_of(self), desc, data, &IID_ID3D11Texture2D1,
                                                (void **)ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateTexture2D(ID3D11Device5 *self,
                                                        const D3D11_TEXTURE2D_DESC *desc,
                                                        const D3D11_SUBRESOURCE_DATA *data,
                                                        ID3D11Texture2D **ret)
{
    D3D11_TEXTURE2D_DESC1 desc1;
    HRESULT hr = begin(self, ret);

    if (FAILED(hr))
        return hr;
    if (!desc)
        return E_INVALIDARG;
    desc1 = (D3D11_TEXTURE2D_DESC1){.Width = desc->Width,
                                    .Height = desc->Height,
                                    .MipLevels = desc->MipLevels,
                                    .ArraySize = desc->ArraySize,
                                    .Format = desc->Format,
                                    .SampleDesc = desc->SampleDesc,
                                    .Usage = desc->Usage,
                                    .BindFlags = desc->BindFlags,
                                    .CPUAccessFlags = desc->CPUAccessFlags,
                                    .MiscFlags = desc->MiscFlags};
    return nt_d3d11_texture_create(device_of(self), &desc1, data, &IID_ID3D11Texture2D,
                                   (void **)ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateQuery(ID3D11Device5 *self,
                                                    const D3D11_QUERY_DESC *desc, ID3D11Query **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d11_query_create(device_of(self), desc, ret);
}

static HRESULT STDMETHODCALLTYPE device_CheckFormatSupport(ID3D11Device5 *self, DXGI_FORMAT format,
                                                           UINT *ret)
{
    (void)self;
    return nt_d3d11_format_support(format, ret);
}

static HRESULT STDMETHODCALLTYPE device_CheckMultisampleQualityLevels1(ID3D11Device5 *self,
                                                                       DXGI_FORMAT format,
                                                                       UINT n_samples, UINT flags,
                                                                       UINT *ret)
{
    (void)self;
    if (flags)
        return E_INVALIDARG;
    return nt_d3d11_quality_levels(format, n_samples, ret);
}

static HRESULT STDMETHODCALLTYPE device_CheckMultisampleQualityLevels(ID3D11Device5 *self,
                                                                      DXGI_FORMAT format,
                                                                      UINT n_samples, UINT *ret)
{
    return device_CheckMultisampleQualityLevels1(self, format, n_samples, 0, ret);
}

/* There are no counters. */
static void STDMETHODCALLTYPE device_CheckCounterInfo(ID3D11Device5 *self, D3D11_COUNTER_INFO *ret)
{
    (void)self;
    if (ret)
        *ret = (D3D11_COUNTER_INFO){0};
}

static HRESULT STDMETHODCALLTYPE device_CheckFeatureSupport(ID3D11Device5 *self,
                                                            D3D11_FEATURE feature, void *data,
                                                            UINT size)
{
    return nt_d3d11_features_check(device_of(self), feature, data, size);
}

static D3D_FEATURE_LEVEL STDMETHODCALLTYPE device_GetFeatureLevel(ID3D11Device5 *self)
{
    return device_of(self)->level;
}

static UINT STDMETHODCALLTYPE device_GetCreationFlags(ID3D11Device5 *self)
{
    return device_of(self)->flags;
}

static HRESULT STDMETHODCALLTYPE device_GetDeviceRemovedReason(ID3D11Device5 *self)
{
    return ID3D12Device5_GetDeviceRemovedReason(device_of(self)->device);
}

/* All interfaces of the context are one table. */
static void get_context(ID3D11Device5 *self, void *ret)
{
    struct nt_d3d11_object *context = &device_of(self)->context.object;

    if (!ret)
        return;
    nt_d3d11_object_add_ref(context);
    *(void **)ret = context;
}

static void STDMETHODCALLTYPE device_GetImmediateContext(ID3D11Device5 *self,
                                                         ID3D11DeviceContext **ret)
{
    get_context(self, ret);
}

static void STDMETHODCALLTYPE device_GetImmediateContext1(ID3D11Device5 *self,
                                                          ID3D11DeviceContext1 **ret)
{
    get_context(self, ret);
}

static void STDMETHODCALLTYPE device_GetImmediateContext2(ID3D11Device5 *self,
                                                          ID3D11DeviceContext2 **ret)
{
    get_context(self, ret);
}

static void STDMETHODCALLTYPE device_GetImmediateContext3(ID3D11Device5 *self,
                                                          ID3D11DeviceContext3 **ret)
{
    get_context(self, ret);
}

static HRESULT STDMETHODCALLTYPE device_SetExceptionMode(ID3D11Device5 *self, UINT flags)
{
    if (flags & ~RAISE_FLAGS)
        return E_INVALIDARG;
    atomic_store(&device_of(self)->exceptions, flags);
    return S_OK;
}

static UINT STDMETHODCALLTYPE device_GetExceptionMode(ID3D11Device5 *self)
{
    return atomic_load(&device_of(self)->exceptions);
}

static HRESULT STDMETHODCALLTYPE device_CreateDeviceContextState(
    ID3D11Device5 *self, UINT flags, const D3D_FEATURE_LEVEL *levels, UINT n_levels, UINT version,
    REFIID iid, D3D_FEATURE_LEVEL *ret_level, ID3DDeviceContextState **ret)
{
    (void)self, (void)flags, (void)levels, (void)n_levels, (void)version, (void)iid;
    if (ret_level)
        *ret_level = (D3D_FEATURE_LEVEL)0;
    if (ret)
        *ret = NULL;
    nt_d3d11_refuse("ID3D11Device1::CreateDeviceContextState");
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE device_OpenSharedResource1(ID3D11Device5 *self, HANDLE handle,
                                                            REFIID riid, void **ret)
{
    struct nt_d3d11_device *device = device_of(self);
    ID3D12Resource *resource = NULL;
    HRESULT hr = begin(self, ret);

    if (SUCCEEDED(hr))
        hr = ID3D12Device5_OpenSharedHandle(device->device, handle, &IID_ID3D12Resource,
                                            (void **)&resource);
    if (FAILED(hr))
        return hr == E_NOINTERFACE ? E_INVALIDARG : hr; /* a fence's handle, or a heap's */
    return nt_d3d11_resource_wrap(device, resource, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_OpenSharedResourceByName(ID3D11Device5 *self, LPCWSTR name,
                                                                 DWORD access, REFIID riid,
                                                                 void **ret)
{
    const DWORD both = (DWORD)DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE;
    HRESULT hr = begin(self, ret);
    HANDLE handle = NULL;

    if (FAILED(hr))
        return hr;
    if (access != both && access != (DWORD)GENERIC_ALL)
        return E_INVALIDARG;
    hr = ID3D12Device5_OpenSharedHandleByName(device_of(self)->device, name, GENERIC_ALL, &handle);
    if (FAILED(hr))
        return hr;
    hr = device_OpenSharedResource1(self, handle, riid, ret);
    CloseHandle(handle);
    return hr;
}

static void STDMETHODCALLTYPE device_GetResourceTiling(
    ID3D11Device5 *self, ID3D11Resource *resource, UINT *n_tiles, D3D11_PACKED_MIP_DESC *mips,
    D3D11_TILE_SHAPE *shape, UINT *n_tilings, UINT first, D3D11_SUBRESOURCE_TILING *tilings)
{
    (void)self, (void)resource, (void)mips, (void)shape, (void)first, (void)tilings;
    nt_d3d11_refuse("ID3D11Device2::GetResourceTiling");
    if (n_tiles)
        *n_tiles = 0;
    if (n_tilings)
        *n_tilings = 0;
}

static HRESULT STDMETHODCALLTYPE device_RegisterDeviceRemovedEvent(ID3D11Device5 *self,
                                                                   HANDLE event, DWORD *ret)
{
    uint32_t cookie = 0;
    HRESULT hr;

    if (!ret)
        return E_INVALIDARG;
    hr = nt_d3d_removal_register(nt_d3d_device_from(device_of(self)->device), event, &cookie);
    *ret = cookie;
    return hr;
}

static void STDMETHODCALLTYPE device_UnregisterDeviceRemoved(ID3D11Device5 *self, DWORD cookie)
{
    nt_d3d_removal_unregister(nt_d3d_device_from(device_of(self)->device), cookie);
}

static HRESULT STDMETHODCALLTYPE device_OpenSharedFence(ID3D11Device5 *self, HANDLE handle,
                                                        REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d11_fence_open(device_of(self), handle, riid, ret);
}

static HRESULT STDMETHODCALLTYPE device_CreateFence(ID3D11Device5 *self, UINT64 value,
                                                    D3D11_FENCE_FLAG flags, REFIID riid, void **ret)
{
    HRESULT hr = begin(self, ret);

    return FAILED(hr) ? hr : nt_d3d11_fence_create(device_of(self), value, flags, riid, ret);
}

static const ID3D11Device5Vtbl vtable = {
    NT_D3D11_UNKNOWN_SLOTS,
    NT_D3D11_DATA_SLOTS,
    .CreateBuffer = device_CreateBuffer,
    .CreateTexture1D = device_CreateTexture1D,
    .CreateTexture2D = device_CreateTexture2D,
    .CreateTexture3D = device_CreateTexture3D,
    .CreateShaderResourceView = device_CreateShaderResourceView,
    .CreateUnorderedAccessView = device_CreateUnorderedAccessView,
    .CreateRenderTargetView = device_CreateRenderTargetView,
    .CreateDepthStencilView = device_CreateDepthStencilView,
    .CreateInputLayout = device_CreateInputLayout,
    .CreateVertexShader = device_CreateVertexShader,
    .CreateGeometryShader = device_CreateGeometryShader,
    .CreateGeometryShaderWithStreamOutput = device_CreateGeometryShaderWithStreamOutput,
    .CreatePixelShader = device_CreatePixelShader,
    .CreateHullShader = device_CreateHullShader,
    .CreateDomainShader = device_CreateDomainShader,
    .CreateComputeShader = device_CreateComputeShader,
    .CreateClassLinkage = device_CreateClassLinkage,
    .CreateBlendState = device_CreateBlendState,
    .CreateDepthStencilState = device_CreateDepthStencilState,
    .CreateRasterizerState = device_CreateRasterizerState,
    .CreateSamplerState = device_CreateSamplerState,
    .CreateQuery = device_CreateQuery,
    .CreatePredicate = device_CreatePredicate,
    .CreateCounter = device_CreateCounter,
    .CreateDeferredContext = device_CreateDeferredContext,
    .OpenSharedResource = device_OpenSharedResource,
    .CheckFormatSupport = device_CheckFormatSupport,
    .CheckMultisampleQualityLevels = device_CheckMultisampleQualityLevels,
    .CheckCounterInfo = device_CheckCounterInfo,
    .CheckCounter = device_CheckCounter,
    .CheckFeatureSupport = device_CheckFeatureSupport,
    .GetFeatureLevel = device_GetFeatureLevel,
    .GetCreationFlags = device_GetCreationFlags,
    .GetDeviceRemovedReason = device_GetDeviceRemovedReason,
    .GetImmediateContext = device_GetImmediateContext,
    .SetExceptionMode = device_SetExceptionMode,
    .GetExceptionMode = device_GetExceptionMode,
    .GetImmediateContext1 = device_GetImmediateContext1,
    .CreateDeferredContext1 = device_CreateDeferredContext1,
    .CreateBlendState1 = device_CreateBlendState1,
    .CreateRasterizerState1 = device_CreateRasterizerState1,
    .CreateDeviceContextState = device_CreateDeviceContextState,
    .OpenSharedResource1 = device_OpenSharedResource1,
    .OpenSharedResourceByName = device_OpenSharedResourceByName,
    .GetImmediateContext2 = device_GetImmediateContext2,
    .CreateDeferredContext2 = device_CreateDeferredContext2,
    .GetResourceTiling = device_GetResourceTiling,
    .CheckMultisampleQualityLevels1 = device_CheckMultisampleQualityLevels1,
    .CreateTexture2D1 = device_CreateTexture2D1,
    .CreateTexture3D1 = device_CreateTexture3D1,
    .CreateRasterizerState2 = device_CreateRasterizerState2,
    .CreateShaderResourceView1 = device_CreateShaderResourceView1,
    .CreateUnorderedAccessView1 = device_CreateUnorderedAccessView1,
    .CreateRenderTargetView1 = device_CreateRenderTargetView1,
    .CreateQuery1 = device_CreateQuery1,
    .GetImmediateContext3 = device_GetImmediateContext3,
    .CreateDeferredContext3 = device_CreateDeferredContext3,
    .WriteToSubresource = device_WriteToSubresource,
    .ReadFromSubresource = device_ReadFromSubresource,
    .RegisterDeviceRemovedEvent = device_RegisterDeviceRemovedEvent,
    .UnregisterDeviceRemoved = device_UnregisterDeviceRemoved,
    .OpenSharedFence = device_OpenSharedFence,
    .CreateFence = device_CreateFence,
};

static void released(struct nt_d3d11_object *object)
{
    struct nt_d3d11_device *device = (struct nt_d3d11_device *)object;

    nt_d3d11_work_deinit(&device->work);
    ID3D12Device5_Release(device->device);
    free(device);
}

static const struct nt_d3d11_interface interfaces[] = {
    {&IID_ID3D11Device5, 0}, {&IID_ID3D11Device4, 0}, {&IID_ID3D11Device3, 0},
    {&IID_ID3D11Device2, 0}, {&IID_ID3D11Device1, 0}, {&IID_ID3D11Device, 0},
};

static const struct nt_d3d11_class device_class = {
    .interfaces = interfaces,
    .n_interfaces = NT_ARRAY_SIZE(interfaces),
    .released = released,
};

HRESULT nt_d3d11_device_create(ID3D12Device5 *real, D3D_FEATURE_LEVEL level, UINT flags,
                               struct nt_d3d11_device **ret_device)
{
    struct nt_d3d11_device *device = calloc(1, sizeof(*device));
    HRESULT hr;

    if (!device) {
        ID3D12Device5_Release(real);
        return E_OUTOFMEMORY;
    }
    nt_d3d11_object_init(&device->object, &vtable, &device_class, NULL, (ID3D12Object *)real);
    device->device = real;
    device->level = level;
    device->flags = flags;
    hr = nt_d3d11_work_init(&device->work, real);
    if (FAILED(hr)) {
        nt_d3d11_object_release(&device->object);
        return hr;
    }
    nt_d3d11_context_init(device);
    *ret_device = device;
    return S_OK;
}
