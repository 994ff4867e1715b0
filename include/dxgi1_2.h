/* SPDX-License-Identifier: MIT */
/*
 * dxgi1_2.h - IDXGIResource1: NT handles of Direct3D 11 resources.
 */
#ifndef NTSHM_DXGI1_2_H
#define NTSHM_DXGI1_2_H

#include "dxgi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef interface IDXGISurface2 IDXGISurface2;
typedef interface IDXGIResource1 IDXGIResource1;

#define DXGI_SHARED_RESOURCE_READ  0x80000000L
#define DXGI_SHARED_RESOURCE_WRITE 1

/*
 * CreateSharedHandle - an NT handle of a resource made with D3D11_RESOURCE_MISC_SHARED_NTHANDLE,
 * which ID3D12Device::OpenSharedHandle opens as well; access is DXGI_SHARED_RESOURCE_READ |
 * DXGI_SHARED_RESOURCE_WRITE, or GENERIC_ALL: there is one right, all of it. Answers as
 * ID3D12Device::CreateSharedHandle. CreateSubresourceSurface: E_NOTIMPL.
 */
DEFINE_GUID(IID_IDXGIResource1, 0x30961379, 0x4609, 0x4a41, 0x99, 0x8e, 0x54, 0xfe, 0x56, 0x7e,
            0xe0, 0xc1);
#define NTSHM_IDXGIRESOURCE1_METHODS                                                            \
    STDMETHOD(CreateSubresourceSurface)(THIS_ UINT Index, IDXGISurface2 * *ppSurface) PURE;     \
    STDMETHOD(CreateSharedHandle)                                                               \
    (THIS_ const SECURITY_ATTRIBUTES *pAttributes, DWORD Access, LPCWSTR Name, HANDLE *pHandle) \
        PURE;
#define NTSHM_IDXGIRESOURCE1_ALL NTSHM_IDXGIRESOURCE_ALL NTSHM_IDXGIRESOURCE1_METHODS
#undef INTERFACE
#define INTERFACE IDXGIResource1
NTSHM_INTERFACE(IDXGIResource1, IDXGIResource, NTSHM_IDXGIRESOURCE_ALL,
                NTSHM_IDXGIRESOURCE1_METHODS)

#ifdef __cplusplus
}
#endif

#undef INTERFACE

#if defined(COBJMACROS) && (!defined(__cplusplus) || defined(CINTERFACE))
#    include "ntshm/dxgi1_2-c.h"
#endif

#endif
