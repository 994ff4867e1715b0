/* SPDX-License-Identifier: MIT */
/*
 * d3d11_3.h - ID3D11Fence, ID3D11DeviceContext4 that signals and waits, ID3D11Texture2D1.
 */
#ifndef NTSHM_D3D11_3_H
#define NTSHM_D3D11_3_H

#include "d3d11_2.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef interface ID3D11Device3 ID3D11Device3;
typedef interface ID3D11DeviceContext3 ID3D11DeviceContext3;
typedef interface ID3D11DeviceContext4 ID3D11DeviceContext4;
typedef interface ID3D11Fence ID3D11Fence;
typedef interface ID3D11Texture2D1 ID3D11Texture2D1;
typedef interface ID3D11Texture3D1 ID3D11Texture3D1;
typedef interface ID3D11RasterizerState2 ID3D11RasterizerState2;
typedef interface ID3D11ShaderResourceView1 ID3D11ShaderResourceView1;
typedef interface ID3D11UnorderedAccessView1 ID3D11UnorderedAccessView1;
typedef interface ID3D11RenderTargetView1 ID3D11RenderTargetView1;
typedef interface ID3D11Query1 ID3D11Query1;

typedef struct D3D11_TEXTURE3D_DESC1 D3D11_TEXTURE3D_DESC1;
typedef struct D3D11_RASTERIZER_DESC2 D3D11_RASTERIZER_DESC2;
typedef struct D3D11_SHADER_RESOURCE_VIEW_DESC1 D3D11_SHADER_RESOURCE_VIEW_DESC1;
typedef struct D3D11_UNORDERED_ACCESS_VIEW_DESC1 D3D11_UNORDERED_ACCESS_VIEW_DESC1;
typedef struct D3D11_RENDER_TARGET_VIEW_DESC1 D3D11_RENDER_TARGET_VIEW_DESC1;
typedef struct D3D11_QUERY_DESC1 D3D11_QUERY_DESC1;

typedef enum D3D11_CONTEXT_TYPE {
    D3D11_CONTEXT_TYPE_ALL = 0x0,
    D3D11_CONTEXT_TYPE_3D = 0x1,
    D3D11_CONTEXT_TYPE_COMPUTE = 0x2,
    D3D11_CONTEXT_TYPE_COPY = 0x3,
    D3D11_CONTEXT_TYPE_VIDEO = 0x4,
} D3D11_CONTEXT_TYPE;

typedef enum D3D11_TEXTURE_LAYOUT {
    D3D11_TEXTURE_LAYOUT_UNDEFINED = 0x0,
    D3D11_TEXTURE_LAYOUT_ROW_MAJOR = 0x1,
    D3D11_TEXTURE_LAYOUT_64K_STANDARD_SWIZZLE = 0x2,
} D3D11_TEXTURE_LAYOUT;

typedef enum D3D11_FENCE_FLAG {
    D3D11_FENCE_FLAG_NONE = 0x1,
    D3D11_FENCE_FLAG_SHARED = 0x2,
    D3D11_FENCE_FLAG_SHARED_CROSS_ADAPTER = 0x4,
    D3D11_FENCE_FLAG_NON_MONITORED = 0x8,
} D3D11_FENCE_FLAG;

typedef enum D3D11_CONSERVATIVE_RASTERIZATION_TIER {
    D3D11_CONSERVATIVE_RASTERIZATION_NOT_SUPPORTED = 0x0,
    D3D11_CONSERVATIVE_RASTERIZATION_TIER_1 = 0x1,
    D3D11_CONSERVATIVE_RASTERIZATION_TIER_2 = 0x2,
    D3D11_CONSERVATIVE_RASTERIZATION_TIER_3 = 0x3,
} D3D11_CONSERVATIVE_RASTERIZATION_TIER;

typedef struct D3D11_TEXTURE2D_DESC1 {
    UINT Width;
    UINT Height;
    UINT MipLevels;
    UINT ArraySize;
    DXGI_FORMAT Format;
    DXGI_SAMPLE_DESC SampleDesc;
    D3D11_USAGE Usage;
    UINT BindFlags;
    UINT CPUAccessFlags;
    UINT MiscFlags;
    D3D11_TEXTURE_LAYOUT TextureLayout;
} D3D11_TEXTURE2D_DESC1;

typedef struct D3D11_FEATURE_DATA_D3D11_OPTIONS2 {
    BOOL PSSpecifiedStencilRefSupported;
    BOOL TypedUAVLoadAdditionalFormats;
    BOOL ROVsSupported;
    D3D11_CONSERVATIVE_RASTERIZATION_TIER ConservativeRasterizationTier;
    D3D11_TILED_RESOURCES_TIER TiledResourcesTier;
    BOOL MapOnDefaultTextures;
    BOOL StandardSwizzle;
    BOOL UnifiedMemoryArchitecture;
} D3D11_FEATURE_DATA_D3D11_OPTIONS2;

DEFINE_GUID(IID_ID3D11Texture2D1, 0x51218251, 0x1e33, 0x4617, 0x9c, 0xcb, 0x4d, 0x3a, 0x43, 0x67,
            0xe7, 0xbb);
#define NTSHM_ID3D11TEXTURE2D1_METHODS \
    STDMETHOD_(void, GetDesc1)(THIS_ D3D11_TEXTURE2D_DESC1 * pDesc) PURE;
#define NTSHM_ID3D11TEXTURE2D1_ALL NTSHM_ID3D11TEXTURE2D_ALL NTSHM_ID3D11TEXTURE2D1_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Texture2D1
NTSHM_INTERFACE(ID3D11Texture2D1, ID3D11Texture2D, NTSHM_ID3D11TEXTURE2D_ALL,
                NTSHM_ID3D11TEXTURE2D1_METHODS)

/*
 * CreateSharedHandle - an NT handle of a fence made with D3D11_FENCE_FLAG_SHARED, which
 * ID3D12Device::OpenSharedHandle opens as well; access is GENERIC_ALL. SetEventOnCompletion - as
 * ID3D12Fence: a NULL event blocks.
 */
DEFINE_GUID(IID_ID3D11Fence, 0xaffde9d1, 0x1df7, 0x4bb7, 0x8a, 0x34, 0x0f, 0x46, 0x25, 0x1d, 0xab,
            0x80);
#define NTSHM_ID3D11FENCE_METHODS                                                               \
    STDMETHOD(CreateSharedHandle)                                                               \
    (THIS_ const SECURITY_ATTRIBUTES *pAttributes, DWORD Access, LPCWSTR Name, HANDLE *pHandle) \
        PURE;                                                                                   \
    STDMETHOD_(UINT64, GetCompletedValue)(THIS) PURE;                                           \
    STDMETHOD(SetEventOnCompletion)(THIS_ UINT64 Value, HANDLE hEvent) PURE;
#define NTSHM_ID3D11FENCE_ALL NTSHM_ID3D11DEVICECHILD_ALL NTSHM_ID3D11FENCE_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Fence
NTSHM_INTERFACE(ID3D11Fence, ID3D11DeviceChild, NTSHM_ID3D11DEVICECHILD_ALL,
                NTSHM_ID3D11FENCE_METHODS)

DEFINE_GUID(IID_ID3D11DeviceContext3, 0xb4e3c01d, 0xe79e, 0x4637, 0x91, 0xb2, 0x51, 0x0e, 0x9f,
            0x4c, 0x9b, 0x8f);
#define NTSHM_ID3D11DEVICECONTEXT3_METHODS                                       \
    STDMETHOD_(void, Flush1)(THIS_ D3D11_CONTEXT_TYPE Type, HANDLE hEvent) PURE; \
    STDMETHOD_(void, SetHardwareProtectionState)(THIS_ BOOL Enable) PURE;        \
    STDMETHOD_(void, GetHardwareProtectionState)(THIS_ BOOL * pEnable) PURE;
#define NTSHM_ID3D11DEVICECONTEXT3_ALL \
    NTSHM_ID3D11DEVICECONTEXT2_ALL NTSHM_ID3D11DEVICECONTEXT3_METHODS
#undef INTERFACE
#define INTERFACE ID3D11DeviceContext3
NTSHM_INTERFACE(ID3D11DeviceContext3, ID3D11DeviceContext2, NTSHM_ID3D11DEVICECONTEXT2_ALL,
                NTSHM_ID3D11DEVICECONTEXT3_METHODS)

/* Signal and Wait - come in order after all commands before them; they flush. */
DEFINE_GUID(IID_ID3D11DeviceContext4, 0x917600da, 0xf58c, 0x4c33, 0x98, 0xd8, 0x3e, 0x15, 0xb3,
            0x90, 0xfa, 0x24);
#define NTSHM_ID3D11DEVICECONTEXT4_METHODS                            \
    STDMETHOD(Signal)(THIS_ ID3D11Fence * pFence, UINT64 Value) PURE; \
    STDMETHOD(Wait)(THIS_ ID3D11Fence * pFence, UINT64 Value) PURE;
#define NTSHM_ID3D11DEVICECONTEXT4_ALL \
    NTSHM_ID3D11DEVICECONTEXT3_ALL NTSHM_ID3D11DEVICECONTEXT4_METHODS
#undef INTERFACE
#define INTERFACE ID3D11DeviceContext4
NTSHM_INTERFACE(ID3D11DeviceContext4, ID3D11DeviceContext3, NTSHM_ID3D11DEVICECONTEXT3_ALL,
                NTSHM_ID3D11DEVICECONTEXT4_METHODS)

DEFINE_GUID(IID_ID3D11Device3, 0xa05c8c37, 0xd2c6, 0x4732, 0xb3, 0xa0, 0x9c, 0xe0, 0xb0, 0xdc, 0x9a,
            0xe6);
#define NTSHM_ID3D11DEVICE3_METHODS                                                              \
    STDMETHOD(CreateTexture2D1)                                                                  \
    (THIS_ const D3D11_TEXTURE2D_DESC1 *pDesc, const D3D11_SUBRESOURCE_DATA *pInitialData,       \
     ID3D11Texture2D1 **ppTexture) PURE;                                                         \
    STDMETHOD(CreateTexture3D1)                                                                  \
    (THIS_ const D3D11_TEXTURE3D_DESC1 *pDesc, const D3D11_SUBRESOURCE_DATA *pInitialData,       \
     ID3D11Texture3D1 **ppTexture) PURE;                                                         \
    STDMETHOD(CreateRasterizerState2)                                                            \
    (THIS_ const D3D11_RASTERIZER_DESC2 *pDesc, ID3D11RasterizerState2 **ppState) PURE;          \
    STDMETHOD(CreateShaderResourceView1)                                                         \
    (THIS_ ID3D11Resource * pResource, const D3D11_SHADER_RESOURCE_VIEW_DESC1 *pDesc,            \
     ID3D11ShaderResourceView1 **ppView) PURE;                                                   \
    STDMETHOD(CreateUnorderedAccessView1)                                                        \
    (THIS_ ID3D11Resource * pResource, const D3D11_UNORDERED_ACCESS_VIEW_DESC1 *pDesc,           \
     ID3D11UnorderedAccessView1 **ppView) PURE;                                                  \
    STDMETHOD(CreateRenderTargetView1)                                                           \
    (THIS_ ID3D11Resource * pResource, const D3D11_RENDER_TARGET_VIEW_DESC1 *pDesc,              \
     ID3D11RenderTargetView1 **ppView) PURE;                                                     \
    STDMETHOD(CreateQuery1)(THIS_ const D3D11_QUERY_DESC1 *pDesc, ID3D11Query1 **ppQuery) PURE;  \
    STDMETHOD_(void, GetImmediateContext3)(THIS_ ID3D11DeviceContext3 * *ppContext) PURE;        \
    STDMETHOD(CreateDeferredContext3)(THIS_ UINT Flags, ID3D11DeviceContext3 * *ppContext) PURE; \
    STDMETHOD_(void, WriteToSubresource)                                                         \
    (THIS_ ID3D11Resource * pDstResource, UINT DstSubresource, const D3D11_BOX *pDstBox,         \
     const void *pSrcData, UINT SrcRowPitch, UINT SrcDepthPitch) PURE;                           \
    STDMETHOD_(void, ReadFromSubresource)                                                        \
    (THIS_ void *pDstData, UINT DstRowPitch, UINT DstDepthPitch, ID3D11Resource *pSrcResource,   \
     UINT SrcSubresource, const D3D11_BOX *pSrcBox) PURE;
#define NTSHM_ID3D11DEVICE3_ALL NTSHM_ID3D11DEVICE2_ALL NTSHM_ID3D11DEVICE3_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Device3
NTSHM_INTERFACE(ID3D11Device3, ID3D11Device2, NTSHM_ID3D11DEVICE2_ALL, NTSHM_ID3D11DEVICE3_METHODS)

#ifdef __cplusplus
}
#endif

#undef INTERFACE

#if defined(COBJMACROS) && (!defined(__cplusplus) || defined(CINTERFACE))
#    include "ntshm/d3d11_3-c.h"
#endif

#endif
