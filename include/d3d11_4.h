/* SPDX-License-Identifier: MIT */
/*
 * d3d11_4.h - ID3D11Device5 makes and opens fences; ID3D11Multithread locks the context.
 */
#ifndef NTSHM_D3D11_4_H
#define NTSHM_D3D11_4_H

#include "d3d11_3.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef interface ID3D11Device4 ID3D11Device4;
typedef interface ID3D11Device5 ID3D11Device5;
typedef interface ID3D11Multithread ID3D11Multithread;

typedef enum D3D11_SHARED_RESOURCE_TIER {
    D3D11_SHARED_RESOURCE_TIER_0 = 0,
    D3D11_SHARED_RESOURCE_TIER_1 = 1,
    D3D11_SHARED_RESOURCE_TIER_2 = 2,
    D3D11_SHARED_RESOURCE_TIER_3 = 3,
} D3D11_SHARED_RESOURCE_TIER;

typedef struct D3D11_FEATURE_DATA_D3D11_OPTIONS4 {
    BOOL ExtendedNV12SharedTextureSupported;
} D3D11_FEATURE_DATA_D3D11_OPTIONS4;

typedef struct D3D11_FEATURE_DATA_D3D11_OPTIONS5 {
    D3D11_SHARED_RESOURCE_TIER SharedResourceTier;
} D3D11_FEATURE_DATA_D3D11_OPTIONS5;

DEFINE_GUID(IID_ID3D11Device4, 0x8992ab71, 0x02e6, 0x4b8d, 0xba, 0x48, 0xb0, 0x56, 0xdc, 0xda, 0x42,
            0xc4);
#define NTSHM_ID3D11DEVICE4_METHODS                                                   \
    STDMETHOD(RegisterDeviceRemovedEvent)(THIS_ HANDLE hEvent, DWORD * pCookie) PURE; \
    STDMETHOD_(void, UnregisterDeviceRemoved)(THIS_ DWORD Cookie) PURE;
#define NTSHM_ID3D11DEVICE4_ALL NTSHM_ID3D11DEVICE3_ALL NTSHM_ID3D11DEVICE4_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Device4
NTSHM_INTERFACE(ID3D11Device4, ID3D11Device3, NTSHM_ID3D11DEVICE3_ALL, NTSHM_ID3D11DEVICE4_METHODS)

/*
 * OpenSharedFence - a fence of this device on a handle of ID3D11Fence::CreateSharedHandle or
 * ID3D12Device::CreateSharedHandle; the handle is not consumed.
 */
DEFINE_GUID(IID_ID3D11Device5, 0x8ffde202, 0xa0e7, 0x45df, 0x9e, 0x01, 0xe8, 0x37, 0x80, 0x1b, 0x5e,
            0xa0);
#define NTSHM_ID3D11DEVICE5_METHODS                                                    \
    STDMETHOD(OpenSharedFence)(THIS_ HANDLE Handle, REFIID riid, void **ppFence) PURE; \
    STDMETHOD(CreateFence)                                                             \
    (THIS_ UINT64 InitialValue, D3D11_FENCE_FLAG Flags, REFIID riid, void **ppFence) PURE;
#define NTSHM_ID3D11DEVICE5_ALL NTSHM_ID3D11DEVICE4_ALL NTSHM_ID3D11DEVICE5_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Device5
NTSHM_INTERFACE(ID3D11Device5, ID3D11Device4, NTSHM_ID3D11DEVICE4_ALL, NTSHM_ID3D11DEVICE5_METHODS)

/* Of a context. Its methods are always safe for threads; Enter and Leave keep others out. */
DEFINE_GUID(IID_ID3D11Multithread, 0x9b7e4e00, 0x342c, 0x4106, 0xa1, 0x9f, 0x4f, 0x27, 0x04, 0xf6,
            0x89, 0xf0);
#define NTSHM_ID3D11MULTITHREAD_METHODS                                \
    STDMETHOD_(void, Enter)(THIS) PURE;                                \
    STDMETHOD_(void, Leave)(THIS) PURE;                                \
    STDMETHOD_(BOOL, SetMultithreadProtected)(THIS_ BOOL Enable) PURE; \
    STDMETHOD_(BOOL, GetMultithreadProtected)(THIS) PURE;
#define NTSHM_ID3D11MULTITHREAD_ALL NTSHM_IUNKNOWN_METHODS NTSHM_ID3D11MULTITHREAD_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Multithread
NTSHM_INTERFACE(ID3D11Multithread, IUnknown, NTSHM_IUNKNOWN_METHODS,
                NTSHM_ID3D11MULTITHREAD_METHODS)

#ifdef __cplusplus
}
#endif

#undef INTERFACE

#if defined(COBJMACROS) && (!defined(__cplusplus) || defined(CINTERFACE))
#    include "ntshm/d3d11_4-c.h"
#endif

#endif
