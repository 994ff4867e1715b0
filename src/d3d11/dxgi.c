// SPDX-License-Identifier: MIT
/*
 * IDXGIResource1 of a buffer or texture, whose table is the second one in the object.
 */
#include "d3d11/device.h"
#include "d3d11/resource.h"
#include "util/macro.h"

static struct nt_d3d11_resource *resource_of(IDXGIResource1 *self)
{
    return NT_CONTAINER_OF((const IDXGIResource1Vtbl **)self, struct nt_d3d11_resource, dxgi);
}

static HRESULT STDMETHODCALLTYPE dxgi_QueryInterface(IDXGIResource1 *self, REFIID riid, void **ret)
{
    return nt_d3d11_object_query_interface(&resource_of(self)->object, riid, ret);
}

static ULONG STDMETHODCALLTYPE dxgi_AddRef(IDXGIResource1 *self)
{
    return nt_d3d11_object_add_ref(&resource_of(self)->object);
}

static ULONG STDMETHODCALLTYPE dxgi_Release(IDXGIResource1 *self)
{
    return nt_d3d11_object_release(&resource_of(self)->object);
}

static HRESULT STDMETHODCALLTYPE dxgi_SetPrivateData(IDXGIResource1 *self, REFGUID guid, UINT size,
                                                     const void *data)
{
    return ID3D12Object_SetPrivateData(resource_of(self)->object.keeper, guid, size, data);
}

static HRESULT STDMETHODCALLTYPE dxgi_SetPrivateDataInterface(IDXGIResource1 *self, REFGUID guid,
                                                              const IUnknown *data)
{
    return ID3D12Object_SetPrivateDataInterface(resource_of(self)->object.keeper, guid, data);
}

static HRESULT STDMETHODCALLTYPE dxgi_GetPrivateData(IDXGIResource1 *self, REFGUID guid, UINT *size,
                                                     void *data)
{
    return ID3D12Object_GetPrivateData(resource_of(self)->object.keeper, guid, size, data);
}

/* There is no adapter to be a parent. */
static HRESULT STDMETHODCALLTYPE dxgi_GetParent(IDXGIResource1 *self, REFIID riid, void **ret)
{
    (void)self, (void)riid;
    if (ret)
        *ret = NULL;
    return E_NOINTERFACE;
}

static HRESULT STDMETHODCALLTYPE dxgi_GetDevice(IDXGIResource1 *self, REFIID riid, void **ret)
{
    return nt_d3d11_object_query_interface(&resource_of(self)->object.device->object, riid, ret);
}

/* No resource has a global handle (D13.6). */
static HRESULT STDMETHODCALLTYPE dxgi_GetSharedHandle(IDXGIResource1 *self, HANDLE *ret)
{
    (void)self;
    if (ret)
        *ret = NULL;
    return E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE dxgi_GetUsage(IDXGIResource1 *self, DXGI_USAGE *ret)
{
    UINT bind = resource_of(self)->bind;

    if (!ret)
        return E_INVALIDARG;
    *ret = (bind & D3D11_BIND_SHADER_RESOURCE ? DXGI_USAGE_SHADER_INPUT : 0) |
           (bind & D3D11_BIND_RENDER_TARGET ? DXGI_USAGE_RENDER_TARGET_OUTPUT : 0) |
           (bind & D3D11_BIND_UNORDERED_ACCESS ? DXGI_USAGE_UNORDERED_ACCESS : 0);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE dxgi_SetEvictionPriority(IDXGIResource1 *self, UINT priority)
{
    atomic_store(&resource_of(self)->priority, priority);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE dxgi_GetEvictionPriority(IDXGIResource1 *self, UINT *ret)
{
    if (!ret)
        return E_INVALIDARG;
    *ret = atomic_load(&resource_of(self)->priority);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE dxgi_CreateSubresourceSurface(IDXGIResource1 *self, UINT index,
                                                               IDXGISurface2 **ret)
{
    (void)self, (void)index;
    if (ret)
        *ret = NULL;
    nt_d3d11_refuse("IDXGIResource1::CreateSubresourceSurface");
    return E_NOTIMPL;
}

/*
 * There is one right, all of it: who asks for less would be given more, and is refused. What was
 * recorded goes to the device first, so that an opener's commands come after it.
 */
static HRESULT STDMETHODCALLTYPE dxgi_CreateSharedHandle(IDXGIResource1 *self,
                                                         const SECURITY_ATTRIBUTES *attributes,
                                                         DWORD access, LPCWSTR name, HANDLE *ret)
{
    const DWORD both = (DWORD)DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE;
    struct nt_d3d11_resource *resource = resource_of(self);
    struct nt_d3d11_device *device = resource->object.device;

    if (ret)
        *ret = NULL;
    if (!ret || (access != both && access != (DWORD)GENERIC_ALL))
        return DXGI_ERROR_INVALID_CALL;
    nt_d3d11_work_lock(&device->work);
    nt_d3d11_work_flush(&device->work);
    nt_d3d11_work_unlock(&device->work);
    return ID3D12Device5_CreateSharedHandle(device->device, (ID3D12DeviceChild *)resource->resource,
                                            attributes, GENERIC_ALL, name, ret);
}

const IDXGIResource1Vtbl nt_d3d11_dxgi_vtable = {
    .QueryInterface = dxgi_QueryInterface,
    .AddRef = dxgi_AddRef,
    .Release = dxgi_Release,
    .SetPrivateData = dxgi_SetPrivateData,
    .SetPrivateDataInterface = dxgi_SetPrivateDataInterface,
    .GetPrivateData = dxgi_GetPrivateData,
    .GetParent = dxgi_GetParent,
    .GetDevice = dxgi_GetDevice,
    .GetSharedHandle = dxgi_GetSharedHandle,
    .GetUsage = dxgi_GetUsage,
    .SetEvictionPriority = dxgi_SetEvictionPriority,
    .GetEvictionPriority = dxgi_GetEvictionPriority,
    .CreateSubresourceSurface = dxgi_CreateSubresourceSurface,
    .CreateSharedHandle = dxgi_CreateSharedHandle,
};
