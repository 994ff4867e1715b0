/* SPDX-License-Identifier: MIT */
/*
 * d3d11_1.h - ID3D11Device1: shared resources by NT handle and by name; ID3D11DeviceContext1.
 */
#ifndef NTSHM_D3D11_1_H
#define NTSHM_D3D11_1_H

#include "d3d11.h"
#include "dxgi1_2.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef interface ID3D11Device1 ID3D11Device1;
typedef interface ID3D11DeviceContext1 ID3D11DeviceContext1;
typedef interface ID3D11BlendState1 ID3D11BlendState1;
typedef interface ID3D11RasterizerState1 ID3D11RasterizerState1;
typedef interface ID3DDeviceContextState ID3DDeviceContextState;

typedef struct D3D11_BLEND_DESC1 D3D11_BLEND_DESC1;
typedef struct D3D11_RASTERIZER_DESC1 D3D11_RASTERIZER_DESC1;

typedef enum D3D11_COPY_FLAGS {
    D3D11_COPY_NO_OVERWRITE = 0x1,
    D3D11_COPY_DISCARD = 0x2,
} D3D11_COPY_FLAGS;

DEFINE_GUID(IID_ID3D11DeviceContext1, 0xbb2c6faa, 0xb5fb, 0x4082, 0x8e, 0x6b, 0x38, 0x8b, 0x8c,
            0xfa, 0x90, 0xe1);
#define NTSHM_ID3D11DEVICECONTEXT1_METHODS                                                         \
    STDMETHOD_(void, CopySubresourceRegion1)                                                       \
    (THIS_ ID3D11Resource * pDstResource, UINT DstSubresource, UINT DstX, UINT DstY, UINT DstZ,    \
     ID3D11Resource * pSrcResource, UINT SrcSubresource, const D3D11_BOX *pSrcBox, UINT CopyFlags) \
        PURE;                                                                                      \
    STDMETHOD_(void, UpdateSubresource1)                                                           \
    (THIS_ ID3D11Resource * pDstResource, UINT DstSubresource, const D3D11_BOX *pDstBox,           \
     const void *pSrcData, UINT SrcRowPitch, UINT SrcDepthPitch, UINT CopyFlags) PURE;             \
    STDMETHOD_(void, DiscardResource)(THIS_ ID3D11Resource * pResource) PURE;                      \
    STDMETHOD_(void, DiscardView)(THIS_ ID3D11View * pResourceView) PURE;                          \
    STDMETHOD_(void, VSSetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers,                \
     const UINT *pFirstConstant, const UINT *pNumConstants) PURE;                                  \
    STDMETHOD_(void, HSSetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers,                \
     const UINT *pFirstConstant, const UINT *pNumConstants) PURE;                                  \
    STDMETHOD_(void, DSSetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers,                \
     const UINT *pFirstConstant, const UINT *pNumConstants) PURE;                                  \
    STDMETHOD_(void, GSSetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers,                \
     const UINT *pFirstConstant, const UINT *pNumConstants) PURE;                                  \
    STDMETHOD_(void, PSSetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers,                \
     const UINT *pFirstConstant, const UINT *pNumConstants) PURE;                                  \
    STDMETHOD_(void, CSSetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers,                \
     const UINT *pFirstConstant, const UINT *pNumConstants) PURE;                                  \
    STDMETHOD_(void, VSGetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers,                     \
     UINT * pFirstConstant, UINT * pNumConstants) PURE;                                            \
    STDMETHOD_(void, HSGetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers,                     \
     UINT * pFirstConstant, UINT * pNumConstants) PURE;                                            \
    STDMETHOD_(void, DSGetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers,                     \
     UINT * pFirstConstant, UINT * pNumConstants) PURE;                                            \
    STDMETHOD_(void, GSGetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers,                     \
     UINT * pFirstConstant, UINT * pNumConstants) PURE;                                            \
    STDMETHOD_(void, PSGetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers,                     \
     UINT * pFirstConstant, UINT * pNumConstants) PURE;                                            \
    STDMETHOD_(void, CSGetConstantBuffers1)                                                        \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers,                     \
     UINT * pFirstConstant, UINT * pNumConstants) PURE;                                            \
    STDMETHOD_(void, SwapDeviceContextState)                                                       \
    (THIS_ ID3DDeviceContextState * pState, ID3DDeviceContextState * *ppPreviousState) PURE;       \
    STDMETHOD_(void, ClearView)                                                                    \
    (THIS_ ID3D11View * pView, const FLOAT Color[4], const D3D11_RECT *pRect, UINT NumRects) PURE; \
    STDMETHOD_(void, DiscardView1)                                                                 \
    (THIS_ ID3D11View * pResourceView, const D3D11_RECT *pRects, UINT NumRects) PURE;
#define NTSHM_ID3D11DEVICECONTEXT1_ALL \
    NTSHM_ID3D11DEVICECONTEXT_ALL NTSHM_ID3D11DEVICECONTEXT1_METHODS
#undef INTERFACE
#define INTERFACE ID3D11DeviceContext1
NTSHM_INTERFACE(ID3D11DeviceContext1, ID3D11DeviceContext, NTSHM_ID3D11DEVICECONTEXT_ALL,
                NTSHM_ID3D11DEVICECONTEXT1_METHODS)

/*
 * OpenSharedResource1 - a resource of this device on the memory behind a handle of
 * IDXGIResource1::CreateSharedHandle or ID3D12Device::CreateSharedHandle; the handle is not
 * consumed. OpenSharedResourceByName - the same for a name.
 */
DEFINE_GUID(IID_ID3D11Device1, 0xa04bfb29, 0x08ef, 0x43d6, 0xa4, 0x9c, 0xa9, 0xbd, 0xbd, 0xcb, 0xe6,
            0x86);
#define NTSHM_ID3D11DEVICE1_METHODS                                                                \
    STDMETHOD_(void, GetImmediateContext1)(THIS_ ID3D11DeviceContext1 * *ppImmediateContext) PURE; \
    STDMETHOD(CreateDeferredContext1)                                                              \
    (THIS_ UINT ContextFlags, ID3D11DeviceContext1 * *ppDeferredContext) PURE;                     \
    STDMETHOD(CreateBlendState1)                                                                   \
    (THIS_ const D3D11_BLEND_DESC1 *pBlendStateDesc, ID3D11BlendState1 **ppBlendState) PURE;       \
    STDMETHOD(CreateRasterizerState1)                                                              \
    (THIS_ const D3D11_RASTERIZER_DESC1 *pRasterizerDesc,                                          \
     ID3D11RasterizerState1 **ppRasterizerState) PURE;                                             \
    STDMETHOD(CreateDeviceContextState)                                                            \
    (THIS_ UINT Flags, const D3D_FEATURE_LEVEL *pFeatureLevels, UINT FeatureLevels,                \
     UINT SDKVersion, REFIID EmulatedInterface, D3D_FEATURE_LEVEL *pChosenFeatureLevel,            \
     ID3DDeviceContextState **ppContextState) PURE;                                                \
    STDMETHOD(OpenSharedResource1)(THIS_ HANDLE hResource, REFIID riid, void **ppResource) PURE;   \
    STDMETHOD(OpenSharedResourceByName)                                                            \
    (THIS_ LPCWSTR lpName, DWORD dwDesiredAccess, REFIID riid, void **ppResource) PURE;
#define NTSHM_ID3D11DEVICE1_ALL NTSHM_ID3D11DEVICE_ALL NTSHM_ID3D11DEVICE1_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Device1
NTSHM_INTERFACE(ID3D11Device1, ID3D11Device, NTSHM_ID3D11DEVICE_ALL, NTSHM_ID3D11DEVICE1_METHODS)

#ifdef __cplusplus
}
#endif

#undef INTERFACE

#if defined(COBJMACROS) && (!defined(__cplusplus) || defined(CINTERFACE))
#    include "ntshm/d3d11_1-c.h"
#endif

#endif
