/* SPDX-License-Identifier: MIT */
/*
 * dxgi.h - the part of DXGI that shared Direct3D 11 resources have: what IDXGIResource1
 * (dxgi1_2.h) stands on. There are no factories, adapters, swap chains or surfaces here.
 */
#ifndef NTSHM_DXGI_H
#define NTSHM_DXGI_H

#include "windows.h"
#include "ntshm/interface.h"

#include <directx/dxgicommon.h>
#include <directx/dxgiformat.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef interface IDXGIAdapter IDXGIAdapter;
typedef interface IDXGISurface IDXGISurface;
typedef interface IDXGIObject IDXGIObject;
typedef interface IDXGIDeviceSubObject IDXGIDeviceSubObject;
typedef interface IDXGIResource IDXGIResource;

typedef UINT DXGI_USAGE;

#define DXGI_USAGE_SHADER_INPUT         0x10
#define DXGI_USAGE_RENDER_TARGET_OUTPUT 0x20
#define DXGI_USAGE_BACK_BUFFER          0x40
#define DXGI_USAGE_SHARED               0x80
#define DXGI_USAGE_READ_ONLY            0x100
#define DXGI_USAGE_DISCARD_ON_PRESENT   0x200
#define DXGI_USAGE_UNORDERED_ACCESS     0x400

#define DXGI_RESOURCE_PRIORITY_MINIMUM  0x28000000
#define DXGI_RESOURCE_PRIORITY_LOW      0x50000000
#define DXGI_RESOURCE_PRIORITY_NORMAL   0x78000000
#define DXGI_RESOURCE_PRIORITY_HIGH     0xa0000000
#define DXGI_RESOURCE_PRIORITY_MAXIMUM  0xc8000000

/* Private data as that of the Direct3D object. GetParent: E_NOINTERFACE, there is no adapter. */
DEFINE_GUID(IID_IDXGIObject, 0xaec22fb8, 0x76f3, 0x4639, 0x9b, 0xe0, 0x28, 0xeb, 0x43, 0xa6, 0x7a,
            0x2e);
#define NTSHM_IDXGIOBJECT_METHODS                                                         \
    STDMETHOD(SetPrivateData)(THIS_ REFGUID Guid, UINT DataSize, const void *pData) PURE; \
    STDMETHOD(SetPrivateDataInterface)(THIS_ REFGUID Guid, const IUnknown *pObject) PURE; \
    STDMETHOD(GetPrivateData)(THIS_ REFGUID Guid, UINT * pDataSize, void *pData) PURE;    \
    STDMETHOD(GetParent)(THIS_ REFIID Riid, void **ppParent) PURE;
#define NTSHM_IDXGIOBJECT_ALL NTSHM_IUNKNOWN_METHODS NTSHM_IDXGIOBJECT_METHODS
#undef INTERFACE
#define INTERFACE IDXGIObject
NTSHM_INTERFACE(IDXGIObject, IUnknown, NTSHM_IUNKNOWN_METHODS, NTSHM_IDXGIOBJECT_METHODS)

DEFINE_GUID(IID_IDXGIDeviceSubObject, 0x3d3e0379, 0xf9de, 0x4d58, 0xbb, 0x6c, 0x18, 0xd6, 0x29,
            0x92, 0xf1, 0xa6);
#define NTSHM_IDXGIDEVICESUBOBJECT_METHODS \
    STDMETHOD(GetDevice)(THIS_ REFIID Riid, void **ppDevice) PURE;
#define NTSHM_IDXGIDEVICESUBOBJECT_ALL NTSHM_IDXGIOBJECT_ALL NTSHM_IDXGIDEVICESUBOBJECT_METHODS
#undef INTERFACE
#define INTERFACE IDXGIDeviceSubObject
NTSHM_INTERFACE(IDXGIDeviceSubObject, IDXGIObject, NTSHM_IDXGIOBJECT_ALL,
                NTSHM_IDXGIDEVICESUBOBJECT_METHODS)

/* GetSharedHandle: E_INVALIDARG, there are no global handles; see IDXGIResource1. */
DEFINE_GUID(IID_IDXGIResource, 0x035f3ab4, 0x482e, 0x4e50, 0xb4, 0x1f, 0x8a, 0x7f, 0x8b, 0xd8, 0x96,
            0x0b);
#define NTSHM_IDXGIRESOURCE_METHODS                                   \
    STDMETHOD(GetSharedHandle)(THIS_ HANDLE * pSharedHandle) PURE;    \
    STDMETHOD(GetUsage)(THIS_ DXGI_USAGE * pUsage) PURE;              \
    STDMETHOD(SetEvictionPriority)(THIS_ UINT EvictionPriority) PURE; \
    STDMETHOD(GetEvictionPriority)(THIS_ UINT * pEvictionPriority) PURE;
#define NTSHM_IDXGIRESOURCE_ALL NTSHM_IDXGIDEVICESUBOBJECT_ALL NTSHM_IDXGIRESOURCE_METHODS
#undef INTERFACE
#define INTERFACE IDXGIResource
NTSHM_INTERFACE(IDXGIResource, IDXGIDeviceSubObject, NTSHM_IDXGIDEVICESUBOBJECT_ALL,
                NTSHM_IDXGIRESOURCE_METHODS)

#ifdef __cplusplus
}
#endif

#undef INTERFACE

#if defined(COBJMACROS) && (!defined(__cplusplus) || defined(CINTERFACE))
#    include "ntshm/dxgi-c.h"
#endif

#endif
